// Populations and jobs small enough to work out by hand.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "weft/population/population.h"
#include "weft/population/slow_down.h"
#include "weft/population/structure.h"

namespace weft::population::testing {

inline DeviceClass timed(double share, double time) {
  DeviceClass kind;
  kind.bin = time == 1 ? "best" : "slower";
  kind.share = share;
  kind.time = time;
  return kind;
}

// One device to a package, one package to a host.
inline Population alone(std::vector<DeviceClass> classes) {
  Population population;
  population.classes = std::move(classes);
  population.devices_per_host = 1;
  return population;
}

inline Population in_hosts(std::vector<DeviceClass> classes, int per_host, int per_package = 1) {
  auto population = alone(std::move(classes));
  population.devices_per_host = per_host;
  population.devices_per_package = per_package;
  return population;
}

// A pipeline of `micro_batches`: the way through all stages, and the slowest stage for the others.
inline StepTime pipeline(std::vector<double> stage_times, double micro_batches) {
  return [stage_times = std::move(stage_times), micro_batches](std::span<const double> factors) {
    double sum = 0, longest = 0;
    for (std::size_t s = 0; s < stage_times.size(); ++s) {
      sum += stage_times[s] * factors[s];
      longest = std::max(longest, stage_times[s] * factors[s]);
    }
    return sum + (micro_batches - 1) * longest;
  };
}

// Within four standard errors and what rounding does.
inline void expect_covers(const Estimate& estimate, double exact) {
  EXPECT_NEAR(estimate.mean, exact, 4 / 1.96 * estimate.half_width + 1e-12);
}

}  // namespace weft::population::testing
