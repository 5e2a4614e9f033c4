// The density of defects, also from what is reported of a yield.
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "stages.h"
#include "weft/manufacturing/die_yield.h"

namespace weft::manufacturing {

namespace {

constexpr double kRounding = 1e-12;  // of a share

// Sums over the bins that count.
template <class Of>
double over_bins(const Manufacturing& manufacturing, base::ArealDensity density, Counts counts,
                 Of of) {
  const auto all = stages(manufacturing, density);
  double sum = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (counts == Counts::kAny || manufacturing.bins[i].sold_as.empty()) sum += of(all[i]);
  }
  return sum;
}

// As it would be made of dies without a defect alone.
Manufacturing of_perfect_dies(Manufacturing manufacturing) {
  BinRule perfect;
  perfect.cores = manufacturing.cores();
  perfect.stacks = manufacturing.design.stacks;
  manufacturing.bins = {perfect};
  return manufacturing;
}

// The density at which `reported` comes out, by false position after Illinois: yields fall with it,
// and their logarithm is nearly straight.
base::ArealDensity solved(const Manufacturing& manufacturing, const ReportedYield& reported) {
  if (const auto why = unreachable(manufacturing); !why.empty()) throw std::domain_error(why);
  const auto excess = [&](double density) {
    return std::log(predicted_yield(manufacturing, base::ArealDensity(density), reported.scope,
                                    reported.counts) /
                    reported.value);
  };
  double low = 0;
  double over = std::max(0.0, excess(low));
  double high = 1 / manufacturing.design.die_area.si();
  double under = excess(high);
  for (; under > 0; under = excess(high)) high *= 2;
  constexpr int kMostSteps = 100;
  double middle = high;
  int kept = 0;  // 1: the lower end stayed last time, -1: the upper one
  for (int i = 0; i < kMostSteps; ++i) {
    middle = (low * under - high * over) / (under - over);
    const double at = excess(middle);
    if (std::abs(at) <= kRounding) break;
    (at > 0 ? low : high) = middle;
    (at > 0 ? over : under) = at;
    // An end that stays twice pulls half as much.
    const int keeps = at > 0 ? -1 : 1;
    if (kept == keeps) (at > 0 ? under : over) /= 2;
    kept = keeps;
  }
  return base::ArealDensity(middle);
}

}  // namespace

double predicted_yield(const Manufacturing& manufacturing, base::ArealDensity density, Scope scope,
                       Counts counts) {
  if (scope == Scope::kDie && counts == Counts::kPerfect) {
    return perfect_yield(manufacturing, density);
  }
  if (counts == Counts::kPerfect) {
    return predicted_yield(of_perfect_dies(manufacturing), density, scope, Counts::kAny);
  }
  return over_bins(manufacturing, density, counts, [scope](const Stage& stage) {
    if (scope == Scope::kDie) return stage.die_share;
    return stage.assembled * (scope == Scope::kFinalTest ? stage.passed : 1.0);
  });
}

std::string unreachable(const Manufacturing& manufacturing) {
  if (!manufacturing.reported) return "";
  const auto& reported = *manufacturing.reported;
  const double most =
      predicted_yield(manufacturing, base::ArealDensity(0), reported.scope, reported.counts);
  if (reported.value > 0 && reported.value <= most * (1 + kRounding)) return "";
  return fmt::format(
      "more than 0 and at most {:.4g} % is expected here: that much is left without "
      "any defect",
      100 * most);
}

base::ArealDensity defect_density(const Manufacturing& manufacturing) {
  if (manufacturing.density) return *manufacturing.density;
  if (manufacturing.learning) return learned(*manufacturing.learning);
  return solved(manufacturing, manufacturing.reported.value());
}

}  // namespace weft::manufacturing
