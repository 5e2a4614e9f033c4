#include "weft/report/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "table.h"
#include "weft/report/text.h"
#include "weft/validation/validate.h"

namespace weft::report {

namespace {

using calibration::LeftOutRow;

constexpr std::size_t kStackName = 30;

struct Errors {
  std::vector<double> fitted, unknown, facts;  // with signs
  void add(const LeftOutRow& row) {
    fitted.push_back(row.fitted());
    unknown.push_back(row.unknown());
    facts.push_back(row.facts);
  }
};

std::string median_text(std::vector<double> errors, bool with_bias) {
  if (errors.empty()) return fitted("-", with_bias ? 14 : 7);
  const double bias = validation::quantile(errors, 0.5);
  for (auto& error : errors) error = std::abs(error);
  const auto text = fmt::format("{:>7.1f}", 100 * validation::quantile(errors, 0.5));
  return with_bias ? text + fmt::format("{:>+7.1f}", 100 * bias) : text;
}

std::string left_line(const std::string& name, const std::string& instead, int fit_rows,
                      const Errors& errors) {
  return fitted(name, kStackName) + fitted(instead, 18) +
         fmt::format("{:>4}{:>5}", fit_rows, errors.fitted.size()) +
         median_text(errors.fitted, false) + median_text(errors.unknown, true) +
         median_text(errors.facts, true) + "\n";
}

}  // namespace

std::string to_terminal(const calibration::LeaveOut& left, Colour colour) {
  auto text = bold(fitted("left out, errors in %", kStackName) + fitted("instead", 18) +
                       " fit rows known unknown  bias  facts   bias",
                   colour);
  Errors all;
  Errors clear;
  int fit_rows = 0;
  for (const auto& stack : left.stacks) {
    Errors errors;
    for (const auto& row : stack.rows) {
      errors.add(row);
      all.add(row);
      if (!row.row.in_doubt) clear.add(row);
    }
    fit_rows += stack.fit_rows;
    text += left_line(stack.stack, stack.instead, stack.fit_rows, errors);
  }
  text += left_line("all", "", fit_rows, all) +
          left_line("all without rows in doubt", "", fit_rows, clear);
  return text + wrapped(
                    "medians of |ln(predicted / published speed)|, and of the same with its sign. "
                    "known: with the stack in the fit; unknown: run as a stack of which nothing is "
                    "known; facts: with what its document states, and the default's uncertain "
                    "numbers",
                    0);
}

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
