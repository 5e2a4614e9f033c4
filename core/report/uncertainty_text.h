// Words and bars of `weft uncertainty`. Internal to the room.
#pragma once

#include <string>

#include "weft/uncertainty/answer.h"

namespace weft::report {

// "256 draws (Sobol points) of 58 uncertain inputs and weft's own error".
std::string draws_text(const uncertainty::Answer& answer);
// "13.2 s"; "-" for what is not known.
std::string drawn_value(double value, const std::string& unit);
// "12.1 s to 14.9 s"; says so where too many draws have no answer.
std::string drawn_range(const uncertainty::Interval& interval, const std::string& unit);
// What one input does to a figure, as lines of a tornado; `plain` is the figure at all modes.
std::string tornado_text(const uncertainty::Answer& answer, std::size_t row);
// "0.81 (0.78 to 0.84)".
std::string estimate_text(const uncertainty::Estimate& estimate);
// Where weft's own error is from, draws that failed, and how to read the rest.
std::string uncertainty_notes(const uncertainty::Answer& answer);

}  // namespace weft::report
