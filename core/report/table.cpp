#include "table.h"

namespace weft::report {

namespace {

constexpr std::size_t kLabel = 21;
constexpr std::size_t kCell = 26;

}  // namespace

void Table::line(const std::string& label, const std::vector<std::string>& cells, bool is_heading) {
  std::string text = cells.empty() ? label : fitted(label, kLabel);
  for (const auto& cell : cells) text += " " + fitted(cell, kCell - 1);
  text.erase(text.find_last_not_of(' ') + 1);
  if (is_heading && colour_ == Colour::kAnsi) text = "\x1b[1m" + text + "\x1b[0m";
  text_ += text + "\n";
}

void Table::heading(const std::string& text, const std::vector<std::string>& cells) {
  line(text, cells, true);
}

void Table::row(const std::string& label, const std::vector<std::string>& cells) {
  line("  " + label, cells, false);
}

void Table::note(const std::string& text) { text_ += wrapped(text, 2); }

}  // namespace weft::report
