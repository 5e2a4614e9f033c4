// What a kernel takes, and at what operating point.
//
// Times are of library kernels, launched back to back (host launch is a matter of the software
// stack, not of the chip).
#pragma once

#include "weft/base/quantity.h"
#include "weft/chips/chip.h"

namespace weft::chips {

// Time and what it took: enough to sum up a step and to bill its energy.
struct KernelCost {
  base::Time time;
  base::Energy energy;  // of the device, idle power included, over `time`
  base::Work matrix_work;
  base::Bytes memory_traffic;

  KernelCost& operator+=(const KernelCost& other) {
    time += other.time;
    energy += other.energy;
    matrix_work += other.matrix_work;
    memory_traffic += other.memory_traffic;
    return *this;
  }
  friend KernelCost operator*(double count, KernelCost cost) {
    cost.time *= count;
    cost.energy *= count;
    cost.matrix_work *= count;
    cost.memory_traffic *= count;
    return cost;
  }
};

// Clocks and caps at which the device runs. power_cap = 0: the device's own limit.
struct OperatingPoint {
  base::Power power_cap;
};

// Power while nothing runs but a spin-wait on a peer, and while a collective occupies some cores.
base::Power waiting_power(const Device& device);
base::Power communicating_power(const Device& device, const OperatingPoint& point);

}  // namespace weft::chips
