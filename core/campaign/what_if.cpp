#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "weft/base/parallel.h"
#include "weft/campaign/outlook.h"

namespace weft::campaign {

namespace {

constexpr double kGolden = 0.6180339887498949;
constexpr int kTries = 14;

std::vector<double> ettrs(const Scenario& scenario, StepTimes& step_times,
                          const Sampling& sampling) {
  std::vector<double> values(
      static_cast<std::size_t>(std::max<std::int64_t>(1, sampling.replicas)));
  const base::ThreadTeam team(sampling.threads);
  team.for_each(values.size(), [&](std::size_t index, int /*thread*/) {
    const auto one = simulate_replica(scenario, step_times, sampling.seed, index);
    values[index] = one.productive / one.wall;
  });
  return values;
}

}  // namespace

Comparison compare(const Scenario& before, const Scenario& after, StepTimes& step_times,
                   const Sampling& sampling) {
  check(before);
  check(after);
  auto first = ettrs(before, step_times, sampling);
  auto second = ettrs(after, step_times, sampling);
  auto differences = second;
  for (std::size_t i = 0; i < differences.size(); ++i) differences[i] -= first[i];
  return {estimate(std::move(first)), estimate(std::move(second)),
          estimate(std::move(differences))};
}

BestInterval search_interval(const Scenario& scenario, StepTimes& step_times,
                             const Sampling& sampling) {
  check(scenario);
  const auto at = [&](base::Time interval) {
    Scenario changed = scenario;
    changed.interval.rule = IntervalRule::kFixed;
    changed.interval.fixed = interval;
    return estimate(ettrs(changed, step_times, sampling)).mean;
  };
  BestInterval best;
  best.planned = planned_interval(scenario);
  if (!is_finite(best.planned)) best.planned = scenario.horizon.work;
  best.planned_ettr = at(best.planned);
  best.found = best.planned;
  best.found_ettr = best.planned_ettr;
  const auto attempt = [&](double logarithm) {
    const base::Time interval(std::exp(logarithm));
    const double ettr = at(interval);
    if (ettr > best.found_ettr) {
      best.found = interval;
      best.found_ettr = ettr;
    }
    return ettr;
  };
  const auto shortest = std::max(best.planned / 5.0, scenario.interval.shortest);
  double low = std::log(shortest.si());
  double high = std::log(std::max(best.planned * 5.0, shortest).si());
  double left = high - kGolden * (high - low);
  double right = low + kGolden * (high - low);
  double left_ettr = attempt(left);
  double right_ettr = attempt(right);
  for (int i = 0; i < kTries; ++i) {
    if (left_ettr >= right_ettr) {
      high = std::exchange(right, left);
      right_ettr = left_ettr;
      left = high - kGolden * (high - low);
      left_ettr = attempt(left);
    } else {
      low = std::exchange(left, right);
      left_ettr = right_ettr;
      right = low + kGolden * (high - low);
      right_ettr = attempt(right);
    }
  }
  return best;
}

}  // namespace weft::campaign
