// Sizes at which a build can stand for another. Internal to the room.
#pragma once

#include <cstdint>
#include <vector>

#include "weft/workload/model.h"

namespace weft::compare {

// Whole units within this of what is wanted are near enough: figures are taken to the exact amount.
inline constexpr double kNearEnough = 0.05;

// The share of `devices` that the best of plans leaves idle: degrees multiply to replicas that
// divide the batch, times a power of two, times a divisor of the layers. Within a tenth, else 1.
double idle_share(std::int64_t devices, const workload::Job& job);

// Hosts to try in place of `wanted`, best first: whole units near enough, then hosts near enough,
// each those that leave least idle and then the nearest; then what is further off, the nearest
// first.
std::vector<std::int64_t> sizes_near(double wanted, std::int64_t unit_hosts,
                                     std::int64_t devices_per_host, const workload::Job& job);

}  // namespace weft::compare
