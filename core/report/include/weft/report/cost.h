// The answer of `weft cost`.
#pragma once

#include <string>
#include <vector>

#include "weft/cost/answer.h"
#include "weft/cost/published.h"
#include "weft/report/terminal.h"

namespace weft::report {

// The schema of the JSON. Keys end in their unit; money is in the case's `currency`; null: not
// known or never.
inline constexpr const char* kCostSchema = "weft.cost/1";

std::string to_terminal(const cost::Answer& answer, Colour colour);
std::string to_json(const cost::Answer& answer);

// Published figures beside predicted ones.
std::string published_terminal(const std::vector<cost::PublishedRow>& rows, Colour colour);
// The table as it ships, with predictions.
std::string published_csv(const std::vector<cost::PublishedRow>& rows);
std::string published_json(const std::vector<cost::PublishedRow>& rows);

}  // namespace weft::report
