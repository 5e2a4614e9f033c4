#include "weft/step/stragglers.h"

#include <cmath>

namespace weft::step {

double expected_maximum(std::int64_t count) {
  if (count <= 1) return 0;
  const auto n = static_cast<double>(count);
  // Simpson's rule; beyond these ends less than 1e-12 is left for any count below 2^30.
  constexpr double kLow = -9, kHigh = 12;
  constexpr int kSteps = 4200;
  constexpr double kStep = (kHigh - kLow) / kSteps;
  const auto value = [n](double x) {
    const double density = std::exp(-0.5 * x * x) / std::sqrt(2 * 3.14159265358979323846);
    const double below = 0.5 * std::erfc(-x / std::sqrt(2.0));
    return x * n * density * std::exp((n - 1) * std::log(below));
  };
  double sum = value(kLow) + value(kHigh);
  for (int i = 1; i < kSteps; ++i) sum += (i % 2 == 1 ? 4 : 2) * value(kLow + i * kStep);
  return sum * kStep / 3;
}

}  // namespace weft::step
