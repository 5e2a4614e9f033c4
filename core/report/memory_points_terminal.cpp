#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "points_text.h"
#include "weft/report/memory_points.h"
#include "weft/report/text.h"

namespace weft::report {

namespace {

using validation::FitSummary;
using validation::kAll;
using validation::PointResult;
using validation::PointSummary;

constexpr std::size_t kPointName = 46;

std::string group_name(const std::string& source, const std::string& kind) {
  if (source == kAll) return kind;
  return kind == kAll ? source : source + ": " + kind;
}

std::string errors(const std::vector<PointSummary>& all, Colour colour) {
  if (all.empty()) return "";
  std::string text = bold(fitted("memory, errors in % of the points that were computed", 54) +
                              "split    n skip median   mean    p90   bias",
                          colour);
  for (const auto& s : all) {
    text += fitted(group_name(s.source, s.memory_kind), 54);
    text += fmt::format("{:5} {:4} {:>4}", fitted(s.split, 5), s.n, s.skipped);
    if (s.skipped < s.n) {
      text += fmt::format(" {:>6.1f} {:>6.1f} {:>6.1f} {:>+6.1f}", 100 * s.median_abs_error,
                          100 * s.mean_abs_error, 100 * s.p90_abs_error, 100 * s.bias);
    }
    text += "\n";
  }
  return text;
}

std::string verdicts(const std::vector<FitSummary>& all, Colour colour) {
  if (all.empty()) return "";
  std::string text = bold(fitted("does it fit?", 28) +
                              "split    n skip  fits:right wrong  too large:right wrong  right",
                          colour);
  for (const auto& s : all) {
    text += fmt::format("{}{:5} {:4} {:>4}  {:>10} {:>5}  {:>15} {:>5}  {:>4.1f} %\n",
                        fitted(s.source, 28), fitted(s.split, 5), s.n, s.skipped, s.fits_right,
                        s.fits_wrong, s.large_right, s.large_wrong, 100 * s.accuracy());
  }
  return text;
}

std::string worst_points(const std::vector<PointResult>& rows, std::size_t count, Colour colour) {
  const auto ran = farthest_off(rows, count);
  if (ran.empty()) return "";
  std::string text = "\n" + bold(fitted("the points farthest off", kPointName) +
                                     " split  published  predicted unit  error  what",
                                 colour);
  for (const auto* row : ran) {
    text += fitted(row->id, kPointName) +
            fmt::format(" {:5} {:>10.4g} {:>10.4g} {:4} {:>+6.1f}  {}\n", fitted(row->split, 5),
                        row->published.value_or(0), row->predicted.value_or(0), row->unit,
                        100 * *row->relative_error, row->memory_kind);
  }
  return text;
}

std::string skipped_points(const std::vector<PointResult>& rows, Colour colour) {
  std::map<std::string, std::vector<std::string>> found;
  for (const auto& row : rows) {
    if (row.is_skipped()) found[row.reason].push_back(row.id);
  }
  const auto text = skipped_reasons(found, colour);
  return text.empty() ? text : "\n" + text;
}

}  // namespace

std::string to_terminal(const validation::MemoryAnswer& answer, std::size_t worst, Colour colour) {
  std::string text = errors(answer.summaries, colour);
  if (!answer.summaries.empty() && !answer.fits.empty()) text += "\n";
  return text + verdicts(answer.fits, colour) + worst_points(answer.rows, worst, colour) +
         skipped_points(answer.rows, colour);
}

}  // namespace weft::report
