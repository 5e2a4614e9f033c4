// What a cluster's population brings to the weeks of a job: weak devices, lemons, and the test
// before the job that takes some of both out.
#pragma once

#include <cstdint>
#include <optional>

#include "weft/campaign/campaign.h"
#include "weft/manufacturing/bins.h"
#include "weft/population/population.h"

namespace weft::study {

inline constexpr const char* kWeakDevices = "latent_defects";
inline constexpr const char* kLemonHosts = "lemon_hosts";

// The population of packages that are made like this: what share each bin has, unless the study
// says it, and how many of it are weak.
population::Population refilled(population::Population population,
                                const manufacturing::Manufacturing& made);

// Adds to a scenario of `devices` devices
//   the age of the acceptance test, to all that stands in hosts;
//   weak devices as a cause of their own, on top of the campaign's rates, where `made` says how
//   they are made (none: not counted): silent as its latent defects are; lemons as another one: a
//   share of the hosts whose own failures, of all causes that stand in one host, come `multiplier`
//   times as often. Both in the mean of the classes, so that failures do not know which stage a
//   weak device works on.
void add_early_life(campaign::Scenario& scenario, const population::Population& population,
                    const std::optional<manufacturing::Manufacturing>& made, std::int64_t devices,
                    const campaign::Policy& policy);

}  // namespace weft::study
