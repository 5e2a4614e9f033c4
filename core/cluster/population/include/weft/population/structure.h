// Which devices of a job wait for each other, as plain numbers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace weft::population {

// Ranks in the usual order: group, replica, stage. A group goes through every pass together: tensor
// and context ranks, and the replicas that trade tokens of experts or gather parameters in every
// layer. Replicas are pipelines beside each other that meet once a step.
struct Structure {
  int group = 1;     // devices
  int replicas = 1;  // pipelines
  // Time of each stage when all devices are alike, in any unit.
  std::vector<double> stage_times{1.0};

  [[nodiscard]] int stages() const { return static_cast<int>(stage_times.size()); }
  [[nodiscard]] std::int64_t devices() const {
    return static_cast<std::int64_t>(group) * replicas * stages();
  }
  [[nodiscard]] double longest_stage() const {
    return *std::max_element(stage_times.begin(), stage_times.end());
  }
};

// Throws std::invalid_argument for sizes below 1 and stage times that are not above 0.
void check(const Structure& structure);

}  // namespace weft::population
