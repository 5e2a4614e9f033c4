// What the table of a study says of published runs near to each case.
#pragma once

#include <array>
#include <string>

#include "weft/validation/nearest_runs.h"

namespace weft::report {

inline constexpr std::array kNearLabels = {"published runs near", "share with this", "were off by",
                                           "step, 90 % sure"};

// How many of which size, what they share with the case, how far off the model was on them; and
// what all published runs together say of a predicted step.
std::array<std::string, kNearLabels.size()> near_cells(const validation::NearestPublished& nearest,
                                                       base::Time step);

}  // namespace weft::report
