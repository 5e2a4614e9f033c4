// The roofs of a chip for a person at a terminal, within 100 columns.
#pragma once

#include <string>

#include "weft/chips/chip.h"
#include "weft/report/terminal.h"

namespace weft::report {

// A table of the roofs of one device, what joins its dies, and the roofline drawn on logarithmic
// axes, one line for each format.
std::string to_terminal(const chips::Chip& chip, Colour colour);

}  // namespace weft::report
