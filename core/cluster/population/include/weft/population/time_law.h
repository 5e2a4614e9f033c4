// How slow a device is, as a distribution, and how slow the slowest of many: all wait for it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "weft/population/population.h"
#include "weft/population/structure.h"

namespace weft::population {

// Over devices of packages that were drawn one by one. Devices of a package are of one class,
// devices of a host are slow together.
class TimeLaw {
 public:
  explicit TimeLaw(const Population& population);

  // P(none of `devices` neighbours takes longer than `time`); the first one is the first of its
  // host. F^n where devices are drawn alone.
  [[nodiscard]] double below(double time, std::int64_t devices) const;
  // Mean of the longest time of so many.
  [[nodiscard]] double expected_maximum(std::int64_t devices) const;
  // Mean of the longest time · stage time over all devices of a job, over the longest stage time:
  // what its slowest stage loses. Stages begin with a host. For random placement.
  [[nodiscard]] double expected_pace(const Structure& structure) const;
  // Times that devices can take, from short to long, where there is no spread.
  [[nodiscard]] const std::vector<double>& centres() const { return centres_; }
  // Whether groups of so many devices that lie one behind the other differ independently.
  [[nodiscard]] bool is_independent(int group) const;

 private:
  // P(a device of the class takes no longer).
  [[nodiscard]] double below_in(const DeviceClass& kind, double time) const;
  [[nodiscard]] double of_package(double time, std::int64_t devices) const;
  [[nodiscard]] double of_host(double time, std::int64_t devices) const;
  // ∫ x dG(x) of a distribution that changes near the centres · `scales` only.
  [[nodiscard]] double mean_of(const std::function<double(double)>& below,
                               std::span<const double> scales) const;

  Population population_;
  std::vector<double> centres_;
};

}  // namespace weft::population
