// The activity power model and the response to a cap, shared by the kernel models of this room.
#pragma once

#include <algorithm>
#include <cmath>

#include "weft/base/quantity.h"
#include "weft/chips/kernel_cost.h"

namespace weft::chips {

// What one kernel does in `time` when no cap interferes.
struct Activity {
  base::Time compute_time;  // efficiency included
  base::Time memory_time;
  base::Time fixed;
  double norm = 2.0;
  base::Work matrix_work;
  Precision precision = Precision::kBf16;
  base::Bytes memory_traffic;
};

// (compute^norm + memory^norm)^(1/norm). Powers are written out as logarithms, which is twice as
// fast, and avoided where they are not needed.
inline base::Time joined(base::Time compute, base::Time memory, double norm) {
  if (norm == 1.0) return compute + memory;
  const double larger = std::max(compute, memory).si();
  if (larger <= 0 || std::isinf(norm)) return base::Time(larger);
  const double ratio = std::min(compute, memory).si() / larger;
  if (norm == 2.0) return base::Time(larger * std::sqrt(1.0 + ratio * ratio));
  const double power = std::exp2(norm * std::log2(ratio));
  return base::Time(larger * std::exp2(std::log2(1.0 + power) / norm));
}

// Time and energy of an activity at an operating point. Measured efficiencies
// already hold the clock that the device keeps at its own limit, so only a cap *below* the limit
// slows work down, by the ratio of the two responses.
KernelCost resolve(const Device& device, const OperatingPoint& point, const Activity& activity);

// Relative speed of compute-bound work that would draw `wanted`, when only `allowed` is granted:
// y^(1/alpha) down to y = 0.6, then linear to a stop at y = 0.1, y = share of the power above idle.
double capped_speed(base::Power wanted, base::Power allowed, base::Power idle, double alpha);

}  // namespace weft::chips
