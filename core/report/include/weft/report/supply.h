// The answer of `weft supply`.
#pragma once

#include <string>

#include "weft/report/terminal.h"
#include "weft/study/run.h"
#include "weft/supply_study/answer.h"

namespace weft::report {

// The schema of the JSON, as kRunSchema.
inline constexpr const char* kSupplySchema = "weft.supply/1";

struct SupplyReport {
  const supply_study::Question& question;
  const study::Study& study;
  const supply_study::Answer& answer;
};

std::string to_terminal(const SupplyReport& report, Colour colour);
// A range is {low, p5, base, p95, high}; amounts are of one quarter, or of the year that is named.
std::string to_json(const SupplyReport& report);
// One line a quarter and product: amounts of the quarter, limits in packages, cumulative packages.
std::string to_csv(const SupplyReport& report);

}  // namespace weft::report
