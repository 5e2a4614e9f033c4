#include "validation_sets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "table.h"
#include "weft/report/text.h"
#include "weft/validation/free_text.h"

namespace weft::report {

namespace {

constexpr std::size_t kSetName = 38;
constexpr double kOneSided = 0.1;

std::string judged_text(const validation::SetResult& result, double value) {
  if (result.set.judge == validation::Judge::kOrder) return fmt::format("{:.3f}", value);
  return fmt::format("{:.1f} %", 100 * value);
}

std::string judge_text(validation::Judge judge) {
  const std::string name = validation::name_of(judge);
  return judge == validation::Judge::kOrder ? "Spearman" : name;
}

std::string reason_for(const std::string& source,
                       const std::vector<validation::Explanation>& explanations) {
  for (const auto& explanation : explanations) {
    const bool is_meant =
        std::any_of(explanation.source.begin(), explanation.source.end(),
                    [&](const auto& name) { return validation::matches(name, source); });
    if (is_meant) return explanation.why;
  }
  return "not explained";
}

}  // namespace

std::string set_lines(const std::vector<validation::SetResult>& sets, Colour colour) {
  if (sets.empty()) return "";
  auto text = "\n" + bold(fitted("sets", kSetName) +
                              " split    n skip  judged by    value      aim        bias",
                          colour);
  for (const auto& result : sets) {
    const auto& set = result.set;
    const bool is_order = set.judge == validation::Judge::kOrder;
    text += fitted(set.name, kSetName) +
            fmt::format(" {:5} {:4} {:>4}  {:9} {:>8} {} {:>7} {:3} {:>+6.1f}\n",
                        set.split.empty() ? validation::kAll : set.split.c_str(), result.n,
                        result.skipped, judge_text(set.judge),
                        result.value ? judged_text(result, *result.value) : "-",
                        is_order ? "\u2265" : "\u2264", judged_text(result, set.aim),
                        result.is_met() ? "met" : "not", 100 * result.bias);
  }
  return text;
}

std::string coverage_lines(const std::vector<validation::HeldShare>& coverage, Colour colour) {
  if (coverage.empty()) return "";
  auto text = "\n" + bold(fitted("90 % intervals hold", kSetName) +
                              " split    n   of all  as new  half-width",
                          colour);
  for (const auto& group : coverage) {
    const bool is_all = group.vendor == validation::kAll;
    const auto name = is_all ? std::string("all") : group.vendor + ", " + group.kind;
    text += fitted((group.unknown ? "stack not known: " : "") + name, kSetName) +
            fmt::format(" {:5} {:4} {:>6.1f} % {:>5.1f} % {:>9.1f} %\n", group.split, group.n,
                        100 * group.inside, 100 * group.inside_new, 100 * group.median_width);
  }
  return text + wrapped("as new: by intervals from the runs of other publications alone", 2);
}

std::string bias_lines(const std::vector<validation::Summary>& publications,
                       const std::vector<validation::Explanation>& explanations, Colour colour) {
  std::string text;
  for (const auto& summary : publications) {
    const bool is_whole = summary.split == validation::kAll && !summary.is_memory;
    if (!is_whole || summary.n == summary.skipped || std::abs(summary.bias) <= kOneSided) continue;
    text += wrapped(fmt::format("{} ({} rows, {:+.1f} %): {}", summary.source, summary.n,
                                100 * summary.bias, reason_for(summary.source, explanations)),
                    2);
  }
  return text.empty() ? "" : "\n" + bold("sources with a bias beyond 10 %", colour) + text;
}

}  // namespace weft::report
