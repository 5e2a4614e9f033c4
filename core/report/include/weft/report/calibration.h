// A calibration for a person.
#pragma once

#include <string>

#include "weft/calibration/calibrate.h"
#include "weft/calibration/leave_out.h"
#include "weft/report/terminal.h"

namespace weft::report {

// The parameters that the data moved or narrowed, how far, and the error before and after.
std::string to_terminal(const calibration::Calibration& calibration);

// Errors of each stack that was left out, with it in the fit and without.
std::string to_terminal(const calibration::LeaveOut& left, Colour colour);

}  // namespace weft::report
