#include "weft/manufacturing/survival.h"

#include <cmath>

namespace weft::manufacturing {

double weibull_failed(base::Time time, double shape, base::Time life) {
  return -std::expm1(-std::pow(time / life, shape));
}

double Survival::failed_in_burn_in() const { return weibull_failed(aged, shape, life); }

double Survival::failed_within(base::Time time) const {
  return -std::expm1(std::pow(aged / life, shape) - std::pow((aged + time) / life, shape));
}

double weak_when_new(double share, double alive) {
  return share > 0 ? share / (share + alive * (1 - share)) : 0;
}

BurnedIn burn_in(double weak_die, int dies, const Survival& survival) {
  const double passed = std::pow(1 - weak_die * survival.failed_in_burn_in(), dies);
  return {passed, 1 - std::pow(1 - weak_die, dies) / passed};
}

double failed_packages(double weak, int dies, const Survival& survival, base::Time time) {
  const double weak_die = 1 - std::pow(1 - weak, 1.0 / dies);
  return 1 - std::pow(1 - weak_die * survival.failed_within(time), dies);
}

}  // namespace weft::manufacturing
