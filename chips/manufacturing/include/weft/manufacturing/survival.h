// Units that ship with a latent defect, and how long they last.
#pragma once

#include "weft/base/quantity.h"

namespace weft::manufacturing {

// The life of a weak unit: Weibull, entered at the age that burn-in gave it.
struct Survival {
  double shape = 1;  // beta; below 1 most fail early
  base::Time life;   // eta
  base::Time aged;   // equivalent hours of use in burn-in: its time times its acceleration

  // Share of weak units that fail in burn-in, and, of those left, within `time` of use.
  [[nodiscard]] double failed_in_burn_in() const;
  [[nodiscard]] double failed_within(base::Time time) const;
};

// Of new units, the share that was weak where `share` of those left are, and a share `alive` of the
// weak ones is left. 0 for none.
double weak_when_new(double share, double alive);

// 1 - exp(-(t/η)^β)
double weibull_failed(base::Time time, double shape, base::Time life);

// A package of `dies` dies, each weak with the same probability.
struct BurnedIn {
  double passed = 1;  // share of packages that burn-in leaves
  double weak = 0;    // of these, share with at least one weak die
};
BurnedIn burn_in(double weak_die, int dies, const Survival& survival);

// Share of packages that the weak dies in them stop within `time`, of a package that left burn-in
// with `weak` = BurnedIn::weak.
double failed_packages(double weak, int dies, const Survival& survival, base::Time time);

}  // namespace weft::manufacturing
