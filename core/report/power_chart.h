// A curve over time, drawn with blocks.
#pragma once

#include <string>

#include "weft/power/samples.h"

namespace weft::report {

// Lines of text, each ended by a newline, of at most kTerminalColumns: in every column full up to
// its lowest sample, shaded to its highest.
std::string drawn(const power::Samples& samples);

}  // namespace weft::report
