// One cluster drawn from a population.
#pragma once

#include <cstdint>
#include <vector>

#include "weft/base/random.h"
#include "weft/population/placement.h"
#include "weft/population/population.h"

namespace weft::population {

// In the order of the hosts.
struct Filling {
  std::vector<std::int64_t> packages;  // of each class
  std::int64_t slow_hosts = 0;
  std::vector<double> times;  // [device]
};

// Cluster number `sample` of the population's seed. Package i is drawn by its own number, so that
// other shares of the bins move few packages and two populations can be compared.
Filling fill(const Population& population, std::int64_t hosts, const Placement& placement,
             std::uint64_t sample);

// Time of the slowest member of each group of a job, [stage][replica]. Hosts that the job does not
// need are left out.
std::vector<double> group_times(const Population& population, const Structure& structure,
                                const Placement& placement, const Filling& filling);

// Pipelines that have the same group times.
struct AlikePipelines {
  std::vector<double> times;  // by stage
  std::int64_t count = 0;
};
// In the order of their times. `resolution` above 0 rounds times to multiples of it.
std::vector<AlikePipelines> fold(const std::vector<double>& group_times, const Structure& structure,
                                 double resolution = 0);

}  // namespace weft::population
