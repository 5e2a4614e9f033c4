#include "gamma.h"

#include <algorithm>
#include <cmath>

namespace weft::manufacturing {

double gamma_yield(double defects, double shape) {
  return std::exp(-shape * std::log1p(defects / shape));
}

// With g = e^t the density is e^{a(t - e^t)} but for a factor: it falls off at both ends and is
// smooth in between, where the trapezoid rule converges faster than any power of its step. (The
// inclusion-exclusion sum over bad cores loses all digits for 144 cores; this keeps them.)
Mixture gamma_mixture(double shape) {
  constexpr double kNegligible = 40;  // e^-40 of the density at the peak, t = 0
  const double step = std::min(0.1, 0.25 / std::sqrt(shape));
  const auto below_peak = [shape](double t) { return shape * (t - std::exp(t) + 1); };
  Mixture mixture;
  double sum = 0;
  const auto add = [&](double t) {
    mixture.relative.push_back(std::exp(t));
    mixture.weight.push_back(std::exp(below_peak(t)));
    sum += mixture.weight.back();
  };
  for (int i = 0; below_peak(i * step) > -kNegligible; ++i) add(i * step);
  for (int i = -1; below_peak(i * step) > -kNegligible; --i) add(i * step);
  for (auto& weight : mixture.weight) weight /= sum;
  return mixture;
}

// G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", ACM TOMS 26,
// 2000; shapes below 1 through that of one more.
double gamma_draw(base::RandomStream& stream, double shape) {
  if (shape < 1) {
    const double larger = gamma_draw(stream, shape + 1) * (shape + 1);
    return larger * std::pow(stream.uniform(), 1 / shape) / shape;
  }
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = stream.normal();
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    if (std::log(stream.uniform()) < 0.5 * x * x + d - d * v + d * std::log(v))
      return d * v / shape;
  }
}

}  // namespace weft::manufacturing
