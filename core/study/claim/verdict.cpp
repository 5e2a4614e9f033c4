#include "weft/claim/verdict.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace weft::claim {

namespace {

// The end of what is claimed that lies nearer to a prediction below (more is better) or above it.
double nearest_end(const Claimed& claimed) {
  if (claimed.sense != Sense::kEqual) return claimed.value;
  const double width = std::abs(claimed.value) * claimed.tolerance;
  return claimed.more_is_better ? claimed.value - width : claimed.value + width;
}

double farthest_end(const Claimed& claimed) { return 2 * claimed.value - nearest_end(claimed); }

}  // namespace

const char* name_of(Verdict verdict) {
  constexpr std::array kNames = {"consistent", "modest",      "differs",
                                 "optimistic", "implausible", "not testable"};
  return kNames[static_cast<std::size_t>(verdict)];
}

Verdict worse(Verdict a, Verdict b) {
  if (a == Verdict::kNotTestable) return b;
  if (b == Verdict::kNotTestable) return a;
  return std::max(a, b);
}

Verdict judge(const Claimed& claimed, const uncertainty::Interval& predicted, double best) {
  // Signs so that more is better.
  const double sign = claimed.more_is_better ? 1 : -1;
  const double end = sign * nearest_end(claimed);
  const double upper = sign * (claimed.more_is_better ? predicted.high : predicted.low);
  const double lower = sign * (claimed.more_is_better ? predicted.low : predicted.high);
  // Figures without any uncertain input agree up to rounding.
  const double rounding = 1e-9 * std::abs(end);
  const bool is_exact = predicted.low == predicted.high && sign * best <= upper + rounding;
  if (is_exact && end > upper + rounding) return Verdict::kDiffers;
  if (end > std::max(upper, sign * best) + rounding) return Verdict::kImplausible;
  if (end > upper + rounding) return Verdict::kOptimistic;
  const bool is_bound = claimed.sense != Sense::kEqual;
  if (!is_bound && sign * farthest_end(claimed) < lower - rounding) return Verdict::kModest;
  return Verdict::kConsistent;
}

bool is_met(const Claimed& claimed, double predicted) {
  const double rounding = 1e-9 * std::abs(claimed.value);
  if (claimed.sense == Sense::kAtLeast) return predicted >= claimed.value - rounding;
  if (claimed.sense == Sense::kAtMost) return predicted <= claimed.value + rounding;
  return std::abs(predicted - claimed.value) <=
         std::abs(claimed.value) * claimed.tolerance + rounding;
}

Margin margin_of(const Claimed& claimed, const uncertainty::Interval& predicted) {
  Margin margin;
  margin.ratio = claimed.value / predicted.median;
  const double off = claimed.value - predicted.median;
  const double width =
      off >= 0 ? predicted.high - predicted.median : predicted.median - predicted.low;
  if (width > 1e-12 * std::abs(predicted.median)) margin.in_widths = std::abs(off) / width;
  return margin;
}

}  // namespace weft::claim
