// The answer of `weft size`.
#pragma once

#include <string>

#include "weft/report/terminal.h"
#include "weft/size/answer.h"

namespace weft::report {

// The schema of the JSON. Keys end in their SI unit; money is in the design's `currency`; null: not
// known.
inline constexpr const char* kSizeSchema = "weft.size/1";

// `ranges`: lines that stand behind the headline.
std::string to_terminal(const size::Answer& answer, Colour colour, const std::string& ranges = "");
std::string to_json(const size::Answer& answer);

}  // namespace weft::report
