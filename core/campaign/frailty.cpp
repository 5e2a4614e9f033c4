#include "weft/campaign/frailty.h"

#include <cmath>

namespace weft::campaign {

double draw_gamma(double shape, base::RandomStream& random) {
  if (shape < 1.0) {
    const double larger = draw_gamma(shape + 1.0, random);
    return larger * std::pow(random.uniform(), 1.0 / shape);
  }
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  while (true) {
    const double x = random.normal();
    const double v = std::pow(1.0 + c * x, 3.0);
    if (v <= 0.0) continue;
    if (std::log(random.uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

double Frailty::marginal(double cumulative) const {
  if (kind == Kind::kGamma && variance > 0.0) return std::log1p(variance * cumulative) / variance;
  if (kind == Kind::kLemons) {
    return cumulative - std::log1p(share * std::expm1(-(multiplier - 1.0) * cumulative));
  }
  return cumulative;
}

double Frailty::inverse(double marginal_value) const {
  if (kind == Kind::kGamma && variance > 0.0) {
    return std::expm1(variance * marginal_value) / variance;
  }
  if (kind != Kind::kLemons) return marginal_value;
  // A mixture's hazard falls, so the marginal is concave: Newton's method climbs to the root.
  double grown = marginal_value / (1.0 + share * (multiplier - 1.0));
  for (int i = 0; i < 100; ++i) {
    const double lemons = share * std::exp(-(multiplier - 1.0) * grown);
    const double slope = (lemons * multiplier + 1.0 - share) / (lemons + 1.0 - share);
    const double step = (marginal_value - marginal(grown)) / slope;
    if (!(step > 1e-15 * grown)) break;
    grown += step;
  }
  return grown;
}

double Frailty::after_failure(double cumulative, base::RandomStream& random) const {
  if (kind == Kind::kGamma && variance > 0.0) {
    return draw_gamma(1.0 / variance + 1.0, random) / (1.0 / variance + cumulative);
  }
  if (kind == Kind::kLemons) {
    const double lemon = share * multiplier * std::exp(-(multiplier - 1.0) * cumulative);
    return random.uniform() * (lemon + 1.0 - share) < lemon ? multiplier : 1.0;
  }
  return 1.0;
}

double Frailty::posterior_mean(double failures, double cumulative) const {
  if (kind == Kind::kGamma && variance > 0.0) {
    return (1.0 / variance + failures) / (1.0 / variance + cumulative);
  }
  if (kind == Kind::kLemons) {
    const double weight =
        share * std::pow(multiplier, failures) * std::exp(-(multiplier - 1.0) * cumulative);
    return (weight * multiplier + 1.0 - share) / (weight + 1.0 - share);
  }
  return 1.0;
}

}  // namespace weft::campaign
