#include "table.h"

namespace weft::report {

namespace {

constexpr std::size_t kLine = 100;
constexpr std::size_t kLabel = 21;
constexpr std::size_t kCell = 26;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

void trim_end(std::string& text) {
  while (!text.empty() && text.back() == ' ') text.pop_back();
}

}  // namespace

std::size_t width_of(const std::string& text) {
  std::size_t width = 0;
  for (const char c : text) width += is_continuation(c) ? 0 : 1;
  return width;
}

std::string fitted(const std::string& text, std::size_t width) {
  const auto own = width_of(text);
  if (own <= width) return text + std::string(width - own, ' ');
  std::string cut;
  std::size_t kept = 0;
  for (const char c : text) {
    if (!is_continuation(c) && ++kept == width) break;
    cut += c;
  }
  return cut + "…";
}

void Table::line(const std::string& label, const std::vector<std::string>& cells, bool is_heading) {
  std::string text = cells.empty() ? label : fitted(label, kLabel);
  for (const auto& cell : cells) text += " " + fitted(cell, kCell - 1);
  trim_end(text);
  if (is_heading && colour_ == Colour::kAnsi) text = "\x1b[1m" + text + "\x1b[0m";
  text_ += text + "\n";
}

void Table::heading(const std::string& text, const std::vector<std::string>& cells) {
  line(text, cells, true);
}

void Table::row(const std::string& label, const std::vector<std::string>& cells) {
  line("  " + label, cells, false);
}

// Wraps at blanks.
void Table::note(const std::string& text) {
  std::string line = "  ";
  std::size_t begin = 0;
  while (begin < text.size()) {
    auto end = text.find(' ', begin);
    if (end == std::string::npos) end = text.size();
    const auto word = text.substr(begin, end - begin);
    if (width_of(line) + 1 + width_of(word) > kLine) {
      trim_end(line);
      text_ += line + "\n";
      line = "    ";
    }
    line += word + " ";
    begin = end + 1;
  }
  trim_end(line);
  text_ += line + "\n";
}

}  // namespace weft::report
