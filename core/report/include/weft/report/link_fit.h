// The answer of `weft calibrate --link`, for a person and for a program.
#pragma once

#include <cstddef>
#include <string>

#include "weft/calibration/link_fit.h"
#include "weft/report/terminal.h"

namespace weft::report {

// Parameters with their intervals, errors of fit and test, and the `worst` points.
std::string to_terminal(const calibration::LinkFit& fit, std::size_t worst, Colour colour);

// {"link", "parameters": […], "errors": […], "points": […]}
std::string to_json(const calibration::LinkFit& fit);

}  // namespace weft::report
