#include "weft/power/samples.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace weft::power {

double Samples::time_of(std::size_t sample) const {
  const double last = length - interval * static_cast<double>(power.size() - 1);
  return sample + 1 == power.size() ? last : interval;
}

double Samples::energy() const {
  double sum = 0;
  for (std::size_t i = 0; i < power.size(); ++i) sum += power[i] * time_of(i);
  return sum;
}

double quantile(std::vector<Weighted> values, double share) {
  if (values.empty()) throw std::invalid_argument("a quantile of nothing");
  std::sort(values.begin(), values.end(),
            [](const Weighted& a, const Weighted& b) { return a.value < b.value; });
  double all = 0;
  for (const auto& one : values) all += one.weight;
  double below = 0;
  for (const auto& one : values) {
    below += one.weight;
    if (below >= share * all * (1 - 1e-12)) return one.value;
  }
  return values.back().value;
}

Statistics statistics_of(const Samples& samples) {
  const auto& power = samples.power;
  if (power.empty()) throw std::invalid_argument("statistics of nothing");
  Statistics result;
  result.mean = samples.energy() / samples.length;
  const auto [low, high] = std::minmax_element(power.begin(), power.end());
  result.trough = *low;
  result.peak = *high;
  for (std::size_t i = 0; i + 1 < power.size(); ++i) {
    result.ramp = std::max(result.ramp, std::abs(power[i + 1] - power[i]) / samples.interval);
  }
  auto sorted = power;
  const auto at = [&](double share) {
    const auto n = static_cast<double>(sorted.size());
    const auto k = static_cast<std::ptrdiff_t>(std::clamp(std::ceil(share * n) - 1, 0.0, n - 1));
    std::nth_element(sorted.begin(), sorted.begin() + k, sorted.end());
    return sorted[static_cast<std::size_t>(k)];
  };
  result.p5 = at(0.05);
  result.p95 = at(0.95);
  return result;
}

}  // namespace weft::power
