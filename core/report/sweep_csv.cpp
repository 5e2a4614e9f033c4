#include <fmt/format.h>

#include <string>
#include <variant>

#include "weft/report/sweep.h"

namespace weft::report {

namespace {

constexpr std::size_t kPieceOfCsv = 1U << 16U;

// In quotes where it must be, RFC 4180.
void put_quoted(std::string& line, const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) {
    line += text;
    return;
  }
  line += '"';
  for (const char c : text) line += c == '"' ? std::string("\"\"") : std::string(1, c);
  line += '"';
}

void put_cell(std::string& line, const sweep::Cell& cell) {
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) line += std::to_string(*whole);
  // The shortest text that gives the same number back.
  if (const auto* number = std::get_if<double>(&cell)) line += fmt::format("{}", *number);
  if (const auto* text = std::get_if<std::string>(&cell)) put_quoted(line, *text);
}

}  // namespace

void sweep_csv(const std::filesystem::path& file,
               const std::function<void(std::string_view)>& put) {
  std::string text;
  const auto names = [&](const std::vector<std::string>& all) {
    for (std::size_t c = 0; c < all.size(); ++c) {
      if (c > 0) text += ',';
      put_quoted(text, all[c]);
    }
    text += '\n';
  };
  sweep::for_each_line(file, names, [&](const std::vector<sweep::Cell>& cells) {
    for (std::size_t c = 0; c < cells.size(); ++c) {
      if (c > 0) text += ',';
      put_cell(text, cells[c]);
    }
    text += '\n';
    if (text.size() < kPieceOfCsv) return;
    put(text);
    text.clear();
  });
  put(text);
}

}  // namespace weft::report
