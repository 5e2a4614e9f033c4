// The answer of `weft kernels`, for a person and for a program.
#pragma once

#include <cstddef>
#include <string>

#include "weft/kernels/predict.h"
#include "weft/report/terminal.h"

namespace weft::report {

// All points, groups over all chips, then chips, then the `worst` points, then what was skipped.
std::string to_terminal(const kernels::PointsAnswer& answer, std::size_t worst, Colour colour);

// {"rows": […], "summary": […]}
std::string to_json(const kernels::PointsAnswer& answer);

}  // namespace weft::report
