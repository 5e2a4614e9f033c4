#include "weft/report/calibration.h"

#include <fmt/format.h>

namespace weft::report {

std::string to_terminal(const calibration::Calibration& calibration) {
  auto text = fmt::format(
      "{} runs, {} parameters, {} iterations; median error {:.1f} % before, {:.1f} % after\n\n"
      "{:<58}{:>11}{:>11}{:>7}{:>7}{:>6}\n",
      calibration.runs, calibration.parameters.size(), calibration.iterations,
      100 * calibration.median_error_before, 100 * calibration.median_error_after, "parameter (SI)",
      "by hand", "fitted", "z", "\u00b1", "runs");
  int uninformed = 0;
  for (const auto& fitted : calibration.parameters) {
    if (!fitted.is_informed()) {
      ++uninformed;
      continue;
    }
    text += fmt::format("{:<58}{:>11.4g}{:>11.4g}{:>+7.2f}{:>7.2f}{:>6}\n", fitted.parameter.path(),
                        fitted.parameter.prior().mode, fitted.value(), fitted.z, fitted.deviation,
                        fitted.runs);
  }
  return text +
         fmt::format("\n{} more parameters: the runs say too little about them\n", uninformed);
}

}  // namespace weft::report
