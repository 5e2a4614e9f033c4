#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "network_text.h"
#include "weft/report/link_fit.h"
#include "weft/report/text.h"

namespace weft::report {

namespace {

using calibration::LinkFit;
using calibration::LinkResidual;

std::string link_parameters(const LinkFit& fit, Colour colour) {
  auto text = bold(
      fmt::format("{:<34}{:>14}{:>14}{:>30}", "parameter", "by hand", "fitted", "5 % ... 95 %"),
      colour);
  for (const auto& p : fit.parameters) {
    const auto range =
        p.is_written ? fmt::format("{} ... {}", p.written(p.value(-calibration::kNinetyPercent)),
                                   p.written(p.value(calibration::kNinetyPercent)))
                     : std::string("not told by these points");
    text +=
        fmt::format("{:<34}{:>14}{:>14}{:>30}\n", p.family->path, p.written(p.prior.prior().mode),
                    p.is_written ? p.written(p.value()) : "-", range);
  }
  return text;
}

std::string link_errors(const LinkFit& fit, Colour colour) {
  auto text =
      "\n" + bold(fmt::format("{:<44}{:<8}{:>8}{:>12}{:>12}", "median error of bus bandwidth, %",
                              "split", "points", "by hand", "fitted"),
                  colour);
  for (const auto& e : fit.errors) {
    text += fitted(e.curve, 44) + fmt::format("{:<8}{:>8}{:>12.1f}{:>12.1f}\n", e.split, e.n,
                                              100 * e.median_before, 100 * e.median);
  }
  return text;
}

std::string worst_of_link(const LinkFit& fit, std::size_t count, Colour colour) {
  std::vector<const LinkResidual*> all;
  for (const auto& residual : fit.residuals) all.push_back(&residual);
  std::stable_sort(all.begin(), all.end(), [](const auto* a, const auto* b) {
    return std::abs(a->error) > std::abs(b->error);
  });
  all.resize(std::min(count, all.size()));
  if (all.empty()) return "";
  auto text =
      "\n" + bold(fmt::format("{:<36}{:>10}{:>14}{:>14}{:>8}  {}", "the points farthest off",
                              "size", "measured us", "fitted us", "%", "split"),
                  colour);
  for (const auto* residual : all) {
    const auto& point = residual->point;
    text += fitted(point.id + " " + point.curve, 35) +
            fmt::format(" {:>10}{:>14.1f}{:>14.1f}{:>+8.1f}  {}\n", binary_size(point.bytes.si()),
                        point.time.si() / kMicro, residual->predicted / kMicro,
                        100 * residual->error, point.split);
  }
  return text;
}

}  // namespace

std::string to_terminal(const LinkFit& fit, std::size_t worst, Colour colour) {
  return wrapped(fmt::format("{}: {} points marked fit of {}; {} points are of other links",
                             fit.link, fit.points, fmt::join(fit.sources, ", "), fit.elsewhere),
                 0) +
         "\n" + link_parameters(fit, colour) + link_errors(fit, colour) +
         worst_of_link(fit, worst, colour);
}

}  // namespace weft::report
