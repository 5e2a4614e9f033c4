#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "table.h"
#include "weft/report/kernel_fit.h"
#include "weft/report/text.h"

namespace weft::report {

namespace {

using calibration::KernelFit;
using calibration::KernelResidual;

// "3.1" of "3.1 us".
std::string number_of(const std::string& written) { return written.substr(0, written.find(' ')); }

std::string parameters(const KernelFit& fit, Colour colour) {
  auto text = bold(fmt::format("{:<36}{:>15}{:>15}{:>27}{:>7}", "parameter", "before", "fitted",
                               "5 % ... 95 %", "points"),
                   colour);
  for (const auto& fitted : fit.parameters) {
    if (!fitted.is_informed()) continue;
    const auto& parameter = fitted.parameter;
    const auto at = [&](double d) { return parameter.written(fitted.value(d)); };
    auto path = parameter.path();
    if (parameter.twin()) path += fmt::format(", {}", chips::name_of(*parameter.twin()));
    text += fmt::format(
        "{}{:>15}{:>15}{:>27}{:>7}\n", report::fitted(path, 36),
        parameter.written(parameter.start()), at(0),
        number_of(at(-calibration::kNinetyPercent)) + " ... " + at(calibration::kNinetyPercent),
        fitted.points);
  }
  return text;
}

// What stays as written by hand, and what would tell it.
std::string refused(const KernelFit& fit, Colour colour) {
  std::string text;
  for (const auto& fitted : fit.parameters) {
    if (fitted.is_informed()) continue;
    text += wrapped(fmt::format("{}: {} points leave {:.0f} % of the prior's width: {}",
                                fitted.parameter.path(), fitted.points, 100 * fitted.deviation,
                                fitted.parameter.advice()),
                    2);
  }
  return text.empty() ? ""
                      : "\n" + bold("not told by these points; stays as before", colour) + text;
}

std::string errors(const KernelFit& fit, Colour colour) {
  auto text = "\n" + bold(fmt::format("{:<40}{:>8}{:>12}{:>18}", "median error, %", "points", "fit",
                                      "cross-validated"),
                          colour);
  for (const auto& e : fit.errors) {
    text += fmt::format("{}{:>8}{:>12.1f}{:>18.1f}\n",
                        fitted(e.group + (e.precision == "-" ? "" : ", " + e.precision), 40), e.n,
                        100 * e.median_error, 100 * e.median_held_out_error);
  }
  return text;
}

std::string shape_of(const kernels::KernelPoint& point) {
  if (const auto* gemm = std::get_if<kernels::MeasuredGemm>(&point.kernel)) {
    return fmt::format("{} × {} × {}", gemm->shape.m, gemm->shape.n, gemm->shape.k);
  }
  if (const auto* attention = std::get_if<kernels::MeasuredAttention>(&point.kernel)) {
    return fmt::format("{} × {} of {}, {} heads", attention->size.queries, attention->size.keys,
                       attention->size.batch, attention->size.heads);
  }
  return "";
}

std::string residuals(const KernelFit& fit, std::size_t worst, Colour colour) {
  std::vector<const KernelResidual*> all;
  all.reserve(fit.residuals.size());
  for (const auto& residual : fit.residuals) all.push_back(&residual);
  std::stable_sort(all.begin(), all.end(), [](const auto* a, const auto* b) {
    return std::abs(a->error) > std::abs(b->error);
  });
  all.resize(std::min(all.size(), worst));
  if (all.empty()) return "";
  auto text = "\n" + bold(fitted("the fitted points farthest off", 30) +
                              fmt::format("{:<30}{:>11}{:>11} {:<8}{:>8}", "", "published",
                                          "predicted", "unit", "ln, %"),
                          colour);
  for (const auto* residual : all) {
    const auto& point = residual->point;
    text += fitted(fmt::format("{} {} {}", point.id, point.operation, point.precision), 30) +
            fitted(shape_of(point), 30) +
            fmt::format("{:>11.4g}{:>11.4g} {}{:>+8.1f}\n", point.published / point.unit_size,
                        residual->predicted / point.unit_size, fitted(point.unit, 8),
                        100 * residual->error);
  }
  return text;
}

}  // namespace

std::string to_terminal(const KernelFit& fit, std::size_t worst, Colour colour) {
  auto text = wrapped(fmt::format("{}: {} points of {}", fit.chip, fit.residuals.size(),
                                  fmt::join(fit.sources, ", ")),
                      0) +
              "\n" + parameters(fit, colour) + refused(fit, colour) + errors(fit, colour) +
              residuals(fit, worst, colour);
  if (fit.notes.empty()) return text;
  text += "\n" + bold("notes", colour);
  for (const auto& note : fit.notes) text += wrapped(note, 2);
  return text;
}

}  // namespace weft::report
