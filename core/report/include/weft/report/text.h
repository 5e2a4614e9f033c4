// Text on a terminal.
#pragma once

#include <string>

namespace weft::report {

inline constexpr std::size_t kTerminalColumns = 100;

// Columns that UTF-8 text takes: its code points, as all that weft prints are one column wide.
std::size_t width_of(const std::string& text);
// `text` padded with blanks to `width`, or cut with an ellipsis.
std::string fitted(const std::string& text, std::size_t width);
// `text` on lines of at most kTerminalColumns, broken at blanks; the first line begins with
// `indent` blanks, the others with two more. Ends with a newline.
std::string wrapped(const std::string& text, std::size_t indent);

}  // namespace weft::report
