#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "network_text.h"
#include "points_text.h"
#include "weft/report/collective.h"
#include "weft/report/text.h"

namespace weft::report {

namespace {

using network::PointsAnswer;

constexpr std::size_t kCurve = 52;

std::string errors_by_curve(const PointsAnswer& answer, Colour colour) {
  auto text = bold(fitted("errors of bus bandwidth, %", kCurve) +
                       fmt::format("{:<6}{:>6}{:>6}{:>8}{:>8}{:>8}", "split", "n", "skip", "med.",
                                   "p90", "bias"),
                   colour);
  for (const auto& s : answer.summaries) {
    if (s.skipped == s.n) continue;
    text +=
        fitted(s.curve, kCurve - 1) + " " +
        fmt::format("{:<6}{:>6}{:>6}{:>8.1f}{:>8.1f}{:>+8.1f}\n", s.split.empty() ? "-" : s.split,
                    s.n, s.skipped, 100 * s.median_abs_error, 100 * s.p90_abs_error, 100 * s.bias);
  }
  return text;
}

std::string worst_collectives(const PointsAnswer& answer, std::size_t count, Colour colour) {
  const auto worst = farthest_off(answer.rows, count);
  if (worst.empty()) return "";
  auto text = "\n" + bold(fitted("the points farthest off", 40) +
                              fmt::format("{:>10}{:>12}{:>12}{:>8}  {}", "size", "measured us",
                                          "model us", "%", "algorithm"),
                          colour);
  for (const auto* row : worst) {
    const auto& point = *row->point;
    text += fitted(point.id + " " + point.curve, 39) + " " +
            fmt::format("{:>10}{:>12.1f}{:>12.1f}{:>+8.1f}  {}\n", binary_size(point.bytes.si()),
                        point.time.si() / kMicro, *row->predicted / kMicro,
                        100 * *row->relative_error, fitted(row->algorithm, 16));
  }
  return text;
}

}  // namespace

std::string to_terminal(const PointsAnswer& answer, std::size_t worst, Colour colour) {
  std::map<std::string, std::vector<std::string>> skipped;
  for (const auto& row : answer.rows) {
    if (row.is_skipped()) skipped[row.reason].push_back(row.point->id);
  }
  std::size_t count = 0;
  for (const auto& [reason, ids] : skipped) count += ids.size();
  auto text = fmt::format("{} points: {} compared, {} skipped\n\n", answer.rows.size(),
                          answer.rows.size() - count, count) +
              errors_by_curve(answer, colour) + worst_collectives(answer, worst, colour);
  const auto reasons = skipped_reasons(skipped, colour);
  return reasons.empty() ? text : text + "\n" + reasons;
}

}  // namespace weft::report
