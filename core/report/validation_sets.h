// What `weft validate` says of sets of rows, and of publications on which the model is one-sided.
#pragma once

#include <string>
#include <vector>

#include "weft/report/terminal.h"
#include "weft/validation/intervals.h"
#include "weft/validation/validate.h"

namespace weft::report {

// One line a set: how it is judged, the value, the aim; empty without sets.
std::string set_lines(const std::vector<validation::SetResult>& sets, Colour colour);

// How many rows lie inside their 90 % intervals; empty without intervals.
std::string coverage_lines(const std::vector<validation::HeldShare>& coverage, Colour colour);

// Publications (by_publication()) with a mean signed error of speed beyond 10 %, and why; those
// that nobody explained say so.
std::string bias_lines(const std::vector<validation::Summary>& publications,
                       const std::vector<validation::Explanation>& explanations, Colour colour);

}  // namespace weft::report
