// A step of a job by class of its devices.
#pragma once

#include <array>
#include <vector>

#include "weft/cluster/cluster.h"
#include "weft/populated/slow_down.h"
#include "weft/step/profile.h"

namespace weft::step_power {

// Devices of one speed and leakage, the same share of them in every host.
struct DevicesOfClass {
  double share = 1;  // of the job's devices; those of all classes sum to 1
  std::vector<step::StageProfile> stages;
};

struct JobProfile {
  base::Time step;
  std::vector<DevicesOfClass> classes;
  // Of one device over a step, mean over stages and classes; waiting for slow devices apart.
  std::array<base::Energy, step::kPartCount> energy_by_part{};

  [[nodiscard]] base::Energy device_energy() const;
};

// All devices as the chip's document has them.
JobProfile of_alike_devices(step::StepProfile profile);

// The same step on devices that differ, with the energy that populated::on_unlike_devices() books.
// Each class has its own kernel times and waits after each operation for its group, and at the end
// of the step for the slowest pipeline: the clusters drawn give the mean slow-down of groups and of
// the step, no group of a class is quicker than the class. What a device draws beyond waiting goes
// with its speed, so that work costs the same energy on slow ones; leakage raises all of it.
JobProfile of_unlike_devices(const step::StepProfile& alike, const populated::Outcome& populated,
                             const cluster::Cluster& cluster);

}  // namespace weft::step_power
