#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "points_text.h"
#include "weft/report/kernel_points.h"
#include "weft/report/text.h"

namespace weft::report {

namespace {

using kernels::KernelResult;
using kernels::KernelSummary;
using validation::kAll;

constexpr std::size_t kChip = 16;
constexpr std::size_t kGroup = 19;
constexpr std::size_t kFormat = 9;
constexpr std::size_t kSize = 10;
constexpr std::size_t kKernelName = 31;

std::string heading(const std::string& what) {
  return fitted(what, kChip + kGroup + kFormat + kSize + 4) +
         "split    n  skip  med.  mean   p90   bias";
}

std::string line_of(const KernelSummary& s) {
  const auto group = s.is_power ? s.group + ", power" : s.group;
  std::string text = fitted(s.chip, kChip) + " " + fitted(group, kGroup) + " " +
                     fitted(s.precision, kFormat) + " " + fitted(s.size, kSize) + " ";
  text += fmt::format("{} {:>5} {:>5}", fitted(s.split, 4), s.n, s.skipped);
  if (s.skipped < s.n) {
    text += fmt::format(" {:>5.1f} {:>5.1f} {:>5.1f} {:>+6.1f}", 100 * s.median_abs_error,
                        100 * s.mean_abs_error, 100 * s.p90_abs_error, 100 * s.bias);
  }
  return text + "\n";
}

// Groups without any point that was computed say nothing that the list of skipped ones does not.
template <class Wanted>
std::string section(const std::vector<KernelSummary>& all, const char* title, Colour colour,
                    Wanted wanted) {
  std::string lines;
  for (const auto& s : all) {
    if (wanted(s) && s.skipped < s.n) lines += line_of(s);
  }
  return lines.empty() ? "" : bold(heading(title), colour) + lines + "\n";
}

std::string kernel_errors(const std::vector<KernelSummary>& all, Colour colour) {
  const auto pooled = [](const KernelSummary& s) { return s.chip == kAll && s.size == kAll; };
  return section(all, "errors in % of the points that were computed", colour, pooled) +
         section(all, "over all chips", colour,
                 [](const auto& s) { return s.chip == kAll && s.size != kAll; }) +
         section(all, "by chip", colour, [](const auto& s) { return s.chip != kAll; });
}

std::string counted(const std::vector<KernelResult>& rows) {
  const auto skipped =
      std::count_if(rows.begin(), rows.end(), [](const auto& row) { return row.is_skipped(); });
  return fmt::format("{} points: {} computed, {} skipped\n", rows.size(),
                     static_cast<std::ptrdiff_t>(rows.size()) - skipped, skipped);
}

std::string worst_kernels(const std::vector<KernelResult>& rows, std::size_t count, Colour colour) {
  const auto ran = farthest_off(rows, count);
  if (ran.empty()) return "";
  std::string text = bold(fitted("the points farthest off", kChip + kKernelName + 1) +
                              " split published predicted unit    error  format",
                          colour);
  for (const auto* row : ran) {
    const auto& point = *row->point;
    text += fitted(row->chip, kChip) + " " +
            fitted(point.id + ": " + point.operation, kKernelName) +
            fmt::format(" {} {:>9.4g} {:>9.4g} {} {:>+6.1f}  {}\n", fitted(point.split, 5),
                        point.published / point.unit_size, row->predicted.value_or(0),
                        fitted(point.unit, 6), 100 * *row->relative_error,
                        fitted(point.precision, kFormat));
  }
  return text + "\n";
}

std::string skipped_points(const std::vector<KernelResult>& rows, Colour colour) {
  std::map<std::string, std::vector<std::string>> found;
  for (const auto& row : rows) {
    if (row.is_skipped()) found[row.reason].push_back(row.point->id);
  }
  return skipped_reasons(found, colour);
}

}  // namespace

std::string to_terminal(const kernels::PointsAnswer& answer, std::size_t worst, Colour colour) {
  return counted(answer.rows) + "\n" + kernel_errors(answer.summaries, colour) +
         worst_kernels(answer.rows, worst, colour) + skipped_points(answer.rows, colour);
}

}  // namespace weft::report
