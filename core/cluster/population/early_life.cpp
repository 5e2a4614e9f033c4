#include "weft/population/early_life.h"

#include <cmath>

namespace weft::population {

namespace {

double alive(const manufacturing::Survival& survival, base::Time age) {
  if (age.si() <= 0 || survival.life.si() <= 0) return 1;
  return 1 - manufacturing::weibull_failed(age, survival.shape, survival.life);
}

// Of units of which `share` were weak when new: those among the ones that are left.
double still_weak(double share, double alive) {
  return share * alive / (1 - share + share * alive);
}

// Dies of a package that passed burn-in are weak independently.
double weak_device(const DeviceClass& kind, int devices_per_package) {
  return -std::expm1(std::log1p(-kind.p_latent) / devices_per_package);
}

}  // namespace

EarlyLife early_life(const Population& population) {
  EarlyLife early;
  const auto& survival = population.survival;
  early.weak.shape = survival.shape;
  early.weak.life = survival.life;
  early.weak.age = survival.aged + population.acceptance.time;
  double after_burn_in = 0;
  const double through_burn_in = alive(survival, survival.aged);
  const double through_all = alive(survival, early.weak.age);
  for (const auto& kind : population.classes) {
    const double weak = weak_device(kind, population.devices_per_package);
    after_burn_in += kind.share * weak;
    early.weak_left.push_back(
        still_weak(manufacturing::weak_when_new(weak, through_burn_in), through_all));
  }
  early.weak.share = manufacturing::weak_when_new(after_burn_in, through_burn_in);
  early.weak.share_left = still_weak(early.weak.share, through_all);

  const auto& acceptance = population.acceptance;
  const double found = population.lemons.share * acceptance.finds_lemons;
  early.lemons = population.lemons;
  if (found > 0) early.lemons.share = (population.lemons.share - found) / (1 - found);
  early.rejected = 1 - (1 - acceptance.bad_hosts) * (1 - found);
  return early;
}

double hosts_to_buy(const EarlyLife& early, std::int64_t hosts) {
  return static_cast<double>(hosts) / (1 - early.rejected);
}

}  // namespace weft::population
