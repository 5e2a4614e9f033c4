// Energy of a step of a whole cluster, for many plans.
#pragma once

#include <cstdint>

#include "weft/base/quantity.h"
#include "weft/cluster/cluster.h"
#include "weft/site/facility.h"
#include "weft/site/meter.h"

namespace weft::study {

// At the meter of a site: site::meter_power() of the mean power of the devices in use, times the
// step; without a site, of the devices alone.
class StepEnergy {
 public:
  // Both must outlive it.
  StepEnergy(const cluster::Cluster& cluster, const site::Site* site);

  // `device`: of one device in use over the step, mean of them.
  [[nodiscard]] base::Energy of(std::int64_t used, base::Energy device, base::Time step) const;
  // What of() is not below for any step and device energy that are not below these. Power at the
  // meter rises with that of the devices, the faster the higher it is; where even at the devices'
  // limit a longer step of the same device energy takes no less, of() of the bounds is one.
  [[nodiscard]] base::Energy bound(std::int64_t used, base::Energy device, base::Time step) const;

 private:
  [[nodiscard]] base::Energy of_devices(std::int64_t used, base::Energy device,
                                        base::Time step) const;
  [[nodiscard]] bool grows_with_step() const;

  const cluster::Cluster& cluster_;
  const site::Site* site_;
  bool grows_with_step_;  // whether of() does at a given device energy
};

}  // namespace weft::study
