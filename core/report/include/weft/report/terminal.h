// A study's answer for a person at a terminal, within 100 columns.
#pragma once

#include <string>
#include <vector>

#include "weft/study/run.h"
#include "weft/study/sensitivity.h"
#include "weft/validation/nearest_runs.h"

namespace weft::report {

enum class Colour { kNone, kAnsi };

// The headline, then the sections that the study asks for, then what limits it and what is assumed.
// `nearest` is one a result, or empty when nobody asked.
std::string to_terminal(const study::Study& study, const std::vector<study::CaseResult>& results,
                        const std::vector<study::Sensitivity>& sensitivities, Colour colour,
                        const std::vector<validation::NearestPublished>& nearest = {});

}  // namespace weft::report
