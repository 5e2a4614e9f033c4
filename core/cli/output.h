// Where answers go.
#pragma once

#include <string>

#include "weft/report/terminal.h"

namespace weft::cli {

// Colours where standard output is a terminal and NO_COLOR is not set.
report::Colour colour();
// A whole file, or standard output for "-". Throws std::system_error.
void write_answer(const std::string& file, const std::string& text);

}  // namespace weft::cli
