// What a population brings to the failures of a job: weak devices, lemons, hosts that never start.
#pragma once

#include <cstdint>
#include <vector>

#include "weft/population/population.h"

namespace weft::population {

// Devices with a latent defect, S(a) = 1 - p + p e^{-(a/η)^β} besides all else. `share` is of
// devices that have never run; those of a job begin at `age`, to which burn-in and acceptance have
// brought them, when `share_left` of them are still weak.
struct WeakDevices {
  double share = 0;
  double share_left = 0;
  double shape = 1;  // β
  base::Time life;   // η
  base::Time age;    // equivalent hours of use
};

struct EarlyLife {
  WeakDevices weak;               // mean over the classes
  std::vector<double> weak_left;  // by class
  Lemons lemons;                  // left after the acceptance test
  double rejected = 0;            // share of the hosts bought that are sent back
};

EarlyLife early_life(const Population& population);

// That must be bought to have so many after the acceptance test, in the mean.
double hosts_to_buy(const EarlyLife& early, std::int64_t hosts);

}  // namespace weft::population
