// The answer of `weft uncertainty`.
#pragma once

#include <string>

#include "weft/report/terminal.h"
#include "weft/uncertainty/answer.h"

namespace weft::report {

// The schema of the JSON. Figures are in the unit of their column; null: not known.
inline constexpr const char* kUncertaintySchema = "weft.uncertainty/1";

std::string to_terminal(const uncertainty::Answer& answer, Colour colour);
std::string to_json(const uncertainty::Answer& answer);

}  // namespace weft::report
