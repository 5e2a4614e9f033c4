// Units of one kind are not equally good: unit i has the hazard Z_i · h(a). What is seen of a unit
// that nobody has looked at is the mixture over Z.
#pragma once

#include "weft/base/fields.h"
#include "weft/base/random.h"

namespace weft::campaign {

// kGamma: Z ~ Gamma with mean 1 and variance θ. kLemons: Z is `multiplier` for a share of units and
// 1 for the others.
struct Frailty {
  enum class Kind { kNone, kGamma, kLemons };
  Kind kind = Kind::kNone;
  double variance = 0;    // θ
  double share = 0;       // of lemons
  double multiplier = 1;  // of their hazard

  // −ln of the share alive when a unit of Z = 1 has the cumulative hazard H, and back.
  [[nodiscard]] double marginal(double cumulative) const;
  [[nodiscard]] double inverse(double marginal) const;
  // Z of a unit that has failed for the first time at cumulative hazard H: Gamma(1/θ + 1) with rate
  // 1/θ + H; a lemon with probability q m e^{−mH} over that and (1 − q) e^{−H}.
  [[nodiscard]] double after_failure(double cumulative, base::RandomStream& random) const;
  // Mean hazard of a unit with k failures at cumulative hazard H, over that of a unit of Z = 1. For
  // kGamma (1/θ + k) / (1/θ + H).
  [[nodiscard]] double posterior_mean(double failures, double cumulative) const;
};

// Gamma with mean `shape`·1 (Marsaglia and Tsang, ACM TOMS 26, 2000).
double draw_gamma(double shape, base::RandomStream& random);

}  // namespace weft::campaign
