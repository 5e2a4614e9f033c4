// The answer of `weft plan`.
#pragma once

#include <string>
#include <vector>

#include "weft/report/terminal.h"
#include "weft/study/plan_study.h"
#include "weft/validation/covered.h"

namespace weft::report {

// The schema of the JSON, as kRunSchema.
inline constexpr const char* kPlanSchema = "weft.plan/1";

struct PlanReport {
  const study::Study& study;
  const study::SearchOptions& options;
  const std::vector<study::PlanAnswer>& answers;       // one a case
  const std::vector<validation::CoveredRun>& covered;  // published runs
};

// With `explain`, how many candidates there were and what became of them.
std::string to_terminal(const PlanReport& report, bool explain, Colour colour);
std::string to_json(const PlanReport& report);

}  // namespace weft::report
