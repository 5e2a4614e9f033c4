// The answer of `weft calibrate --chip`, for a person and for a program.
#pragma once

#include <cstddef>
#include <string>

#include "weft/calibration/kernel_fit.h"
#include "weft/report/terminal.h"

namespace weft::report {

// Parameters with their intervals, what the points do not tell and which would, errors by group,
// and the residuals, the `worst` first.
std::string to_terminal(const calibration::KernelFit& fit, std::size_t worst, Colour colour);

// {"chip", "parameters": […], "points": […], "errors": […], "notes": […]}, ready to plot.
std::string to_json(const calibration::KernelFit& fit);

}  // namespace weft::report
