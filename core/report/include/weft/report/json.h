// A study's answer for a program.
#pragma once

#include <string>
#include <vector>

#include "weft/study/run.h"
#include "weft/study/sensitivity.h"
#include "weft/validation/nearest_runs.h"

namespace weft::report {

// The schema of to_json(), "weft.run/1": a number is bumped when a key changes its meaning or goes.
// Keys end in their SI unit (_s, _bytes, _W, _J); money is {amount, currency}.
inline constexpr const char* kRunSchema = "weft.run/1";

// `nearest` is one a result, or empty when nobody asked.
std::string to_json(const study::Study& study, const std::vector<study::CaseResult>& results,
                    const std::vector<study::Sensitivity>& sensitivities,
                    const std::vector<validation::NearestPublished>& nearest = {});

}  // namespace weft::report
