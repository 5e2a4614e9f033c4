// Rows of a label and one cell per case, aligned, for a terminal.
#pragma once

#include <string>
#include <vector>

#include "weft/report/terminal.h"
#include "weft/report/text.h"

namespace weft::report {

// A line that stands out from those below it; ends with a newline.
std::string bold(const std::string& text, Colour colour);

class Table {
 public:
  explicit Table(Colour colour) : colour_(colour) {}

  void heading(const std::string& text, const std::vector<std::string>& cells = {});
  void row(const std::string& label, const std::vector<std::string>& cells);
  void note(const std::string& text);
  // As it is; a line end is added where there is none.
  void text(const std::string& text);
  void blank() { text_ += "\n"; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void line(const std::string& label, const std::vector<std::string>& cells, bool is_heading);
  Colour colour_;
  std::string text_;
};

}  // namespace weft::report
