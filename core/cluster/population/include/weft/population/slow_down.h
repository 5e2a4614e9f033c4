// What unlike devices cost a job: its step time over that of one where all are alike.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "weft/population/population.h"
#include "weft/population/structure.h"

namespace weft::population {

// Step time of a pipeline whose stages run on devices that take so many times as long, in any unit.
// It does not fall when a factor grows, and grows no more than in proportion to the largest factor.
using StepTime = std::function<double(std::span<const double> stage_factors)>;

struct Estimate {
  double mean = 1;
  double half_width = 0;  // of the 95 % interval
};

struct SlowDown {
  Estimate group;  // slowest member of a group, mean over groups
  Estimate pace;   // slowest stage of the job
  Estimate step;
  int samples = 0;
  std::int64_t simulated = 0;  // pipelines of distinct group times whose step time was asked for
};

struct SlowDownOptions {
  std::int64_t hosts = 0;  // of the cluster; 0: as many as the job needs
  int threads = 0;         // 0: all
  double resolution = 0;   // to which group times are rounded; 0: not at all
};

// By drawing clusters, placing their devices and asking for the step time of the slowest pipeline,
// once for each distinct one. The same for any number of threads; `step_time` is called by one
// thread.
SlowDown sampled_slow_down(const Population& population, const Structure& structure,
                           const StepTime& step_time, const SlowDownOptions& options = {});

// The mean of the step by enumeration, for packages that are placed at random as they come. None
// where groups are not independent (TimeLaw::is_independent), where devices spread within their
// class, or where there are more than kMostPipelines of them to look at.
inline constexpr std::int64_t kMostPipelines = 65536;
std::optional<double> expected_step(const Population& population, const Structure& structure,
                                    const StepTime& step_time);

}  // namespace weft::population
