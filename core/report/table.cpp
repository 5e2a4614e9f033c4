#include "table.h"

namespace weft::report {

namespace {

constexpr std::size_t kLabelWidth = 21;
constexpr std::size_t kCellWidth = 26;

}  // namespace

std::string bold(const std::string& text, Colour colour) {
  return (colour == Colour::kAnsi ? "\x1b[1m" + text + "\x1b[0m" : text) + "\n";
}

void Table::line(const std::string& label, const std::vector<std::string>& cells, bool is_heading) {
  std::string text = cells.empty() ? label : fitted(label, kLabelWidth);
  for (const auto& cell : cells) text += " " + fitted(cell, kCellWidth - 1);
  text.erase(text.find_last_not_of(' ') + 1);
  text_ += bold(text, is_heading ? colour_ : Colour::kNone);
}

void Table::heading(const std::string& text, const std::vector<std::string>& cells) {
  line(text, cells, true);
}

void Table::row(const std::string& label, const std::vector<std::string>& cells) {
  line("  " + label, cells, false);
}

void Table::text(const std::string& text) {
  text_ += text;
  if (!text.ends_with('\n')) text_ += '\n';
}

void Table::note(const std::string& text) { text_ += wrapped(text, 2); }

}  // namespace weft::report
