// A calibration for a person.
#pragma once

#include <string>

#include "weft/calibration/calibrate.h"

namespace weft::report {

// The parameters that the data moved or narrowed, how far, and the error before and after.
std::string to_terminal(const calibration::Calibration& calibration);

}  // namespace weft::report
