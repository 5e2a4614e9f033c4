// The answer of `weft compare`.
#pragma once

#include <string>

#include "weft/compare/answer.h"
#include "weft/report/terminal.h"

namespace weft::report {

// The schema of the JSON. Keys end in their unit; money is in `currency`; null: not known.
inline constexpr const char* kCompareSchema = "weft.compare/1";

// The first footing in full, the ratios of all, and from the base to each build cause by cause on
// the first.
// `ranges`: lines that stand behind the headline.
std::string to_terminal(const compare::Answer& answer, Colour colour,
                        const std::string& ranges = "");
std::string to_json(const compare::Answer& answer);

}  // namespace weft::report
