// The answer of `weft scaling`.
#pragma once

#include <string>

#include "weft/report/terminal.h"
#include "weft/scaling/answer.h"

namespace weft::report {

// The schema of the JSON. Keys end in their unit; null: not known.
inline constexpr const char* kScalingSchema = "weft.scaling/1";

std::string to_terminal(const scaling::Answer& answer, Colour colour);
std::string to_json(const scaling::Answer& answer);

}  // namespace weft::report
