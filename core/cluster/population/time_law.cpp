#include "weft/population/time_law.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace weft::population {

namespace {

// A time may be found as a quotient, and is compared with a product.
constexpr double kRounding = 1e-12;
// In standard deviations: below the first no maximum of anything lies, and above the second less
// than 1e-12 of a maximum of 2^30.
constexpr double kLow = 9;
constexpr double kHigh = 12;
constexpr double kStepsPerDeviation = 200;

double normal_below(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

double power_of(double base, std::int64_t exponent) {
  return std::pow(base, static_cast<double>(exponent));
}

struct Interval {
  double low = 0, high = 0;
};

std::vector<Interval> merged(std::vector<Interval> all) {
  std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.low < b.low; });
  std::vector<Interval> result;
  for (const auto& next : all) {
    if (!result.empty() && next.low <= result.back().high) {
      result.back().high = std::max(result.back().high, next.high);
    } else {
      result.push_back(next);
    }
  }
  return result;
}

// Simpson's rule.
double integral(const std::function<double(double)>& value, const Interval& over, double step) {
  const double length = over.high - over.low;
  if (length <= 0) return 0;
  const int halves = std::max(1, static_cast<int>(std::ceil(0.5 * length / step)));
  const double width = length / (2 * halves);
  double sum = value(over.low) + value(over.high);
  for (int i = 1; i < 2 * halves; ++i) sum += (i % 2 == 1 ? 4 : 2) * value(over.low + i * width);
  return sum * width / 3;
}

Interval around(const Spread& spread, double centre) {
  const double s = spread.sigma;
  if (spread.shape == SpreadShape::kNormal) {
    return {centre * (1 - kLow * s), centre * (1 + kHigh * s)};
  }
  return {centre * std::exp(-kLow * s), centre * std::exp(kHigh * s)};
}

}  // namespace

void check(const Structure& structure) {
  const auto& times = structure.stage_times;
  const bool positive = std::all_of(times.begin(), times.end(), [](double t) { return t > 0; });
  if (structure.group >= 1 && structure.replicas >= 1 && !times.empty() && positive) return;
  throw std::invalid_argument("a job needs groups, replicas and stages that take time");
}

TimeLaw::TimeLaw(const Population& population) : population_(population) {
  const auto& slow = population.slow;
  for (const auto& kind : population.classes) {
    if (slow.share < 1) centres_.push_back(kind.time);
    if (slow.share > 0) centres_.push_back(kind.time / slow.speed);
  }
  std::sort(centres_.begin(), centres_.end());
  const auto same = [](double a, double b) { return b - a <= kRounding * b; };
  centres_.erase(std::unique(centres_.begin(), centres_.end(), same), centres_.end());
}

bool TimeLaw::is_independent(int group) const {
  if (population_.slow.share > 0) return group % population_.devices_per_host == 0;
  return population_.classes.size() == 1 || group % population_.devices_per_package == 0;
}

double TimeLaw::below_in(const DeviceClass& kind, double time) const {
  const double relative = time / kind.time;
  const auto& spread = population_.spread;
  if (spread.sigma == 0) return relative >= 1 - kRounding ? 1 : 0;
  if (relative <= 0) return 0;
  const bool is_normal = spread.shape == SpreadShape::kNormal;
  return normal_below((is_normal ? relative - 1 : std::log(relative)) / spread.sigma);
}

double TimeLaw::of_package(double time, std::int64_t devices) const {
  double sum = 0;
  for (const auto& kind : population_.classes) {
    sum += kind.share * power_of(below_in(kind, time), devices);
  }
  return sum;
}

double TimeLaw::of_host(double time, std::int64_t devices) const {
  const auto whole = devices / population_.devices_per_package;
  const auto rest = devices % population_.devices_per_package;
  const auto at_speed = [&](double t) {
    const double below = power_of(of_package(t, population_.devices_per_package), whole);
    return rest > 0 ? below * of_package(t, rest) : below;
  };
  const auto& slow = population_.slow;
  if (slow.share == 0) return at_speed(time);
  return (1 - slow.share) * at_speed(time) + slow.share * at_speed(time * slow.speed);
}

double TimeLaw::below(double time, std::int64_t devices) const {
  const auto hosts = devices / population_.devices_per_host;
  const auto rest = devices % population_.devices_per_host;
  const double all = hosts > 0 ? power_of(of_host(time, population_.devices_per_host), hosts) : 1;
  return rest > 0 ? all * of_host(time, rest) : all;
}

// E[X] = low + ∫ (1 - G), where G is flat between the intervals around the centres.
double TimeLaw::mean_of(const std::function<double(double)>& below,
                        std::span<const double> scales) const {
  std::vector<Interval> all;
  for (const double scale : scales) {
    for (const double centre : centres_) all.push_back(around(population_.spread, scale * centre));
  }
  const auto intervals = merged(std::move(all));
  const auto above = [&](double t) { return 1 - below(t); };
  double mean = intervals.front().low;
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    const auto& here = intervals[i];
    mean += integral(above, here, population_.spread.sigma * here.low / kStepsPerDeviation);
    if (i + 1 == intervals.size()) break;
    mean += above(here.high) * (intervals[i + 1].low - here.high);
  }
  return mean;
}

double TimeLaw::expected_maximum(std::int64_t devices) const {
  const double one = 1;
  return mean_of([&](double t) { return below(t, devices); }, {&one, 1});
}

double TimeLaw::expected_pace(const Structure& structure) const {
  check(structure);
  const auto in_stage = static_cast<std::int64_t>(structure.group) * structure.replicas;
  std::vector<double> scales;
  for (const double time : structure.stage_times) {
    scales.push_back(time / structure.longest_stage());
  }
  return mean_of(
      [&](double t) {
        double all = 1;
        for (const double scale : scales) all *= below(t / scale, in_stage);
        return all;
      },
      scales);
}

}  // namespace weft::population
