#include "step_energy.h"

#include <algorithm>

namespace weft::study {

StepEnergy::StepEnergy(const cluster::Cluster& cluster, const site::Site* site)
    : cluster_(cluster), site_(site), grows_with_step_(site != nullptr && grows_with_step()) {}

base::Energy StepEnergy::of_devices(std::int64_t used, base::Energy device, base::Time step) const {
  const auto idle = cluster_.device().power.idle * step;
  return device * static_cast<double>(used) + idle * static_cast<double>(cluster_.devices() - used);
}

base::Energy StepEnergy::of(std::int64_t used, base::Energy device, base::Time step) const {
  if (site_ == nullptr) return of_devices(used, device, step);
  return site::meter_power(cluster_, used, device / step, *site_).total() * step;
}

// E(T) = T f(e / T) at a given device energy e grows with T where f(p) >= p f'(p). With f convex,
// p f'(p) - f(p) is largest at the highest p, the limit of the devices; devices that are idle only
// add to f.
bool StepEnergy::grows_with_step() const {
  constexpr double kBelow = 1e-3;   // relative, for the slope
  constexpr double kMargin = 1e-2;  // of f: the slope to the left is too small by less
  const auto limit = cluster_.device().power.limit;
  const auto at = [&](base::Power p) {
    return site::meter_power(cluster_, cluster_.devices(), p, *site_).total();
  };
  const auto highest = at(limit);
  const auto rise = (highest - at(limit * (1 - kBelow))) / kBelow;
  return highest * (1 - kMargin) >= rise;
}

base::Energy StepEnergy::bound(std::int64_t used, base::Energy device, base::Time step) const {
  // Devices are never above their limit, so that much energy takes this long.
  const auto longer = std::max(step, device / cluster_.device().power.limit);
  if (!grows_with_step_) return of_devices(used, device, step);
  return of(used, device, longer);
}

}  // namespace weft::study
