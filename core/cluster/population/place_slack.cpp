// Like with like, and the slowest to the stages that have the least to do: no other placement of
// these units has a faster slowest stage.
#include <algorithm>
#include <numeric>

#include "weft/population/placement.h"

namespace weft::population {

namespace {

Assignment alike_packages(std::span<const double> package_times, base::RandomStream& /*random*/) {
  return fastest_first(package_times);
}

Assignment by_slack(std::span<const double> unit_times, const Places& places) {
  Assignment order(places.stage_times.size());
  std::iota(order.begin(), order.end(), std::uint32_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return places.stage_times[a] > places.stage_times[b]; });
  return stage_by_stage(fastest_first(unit_times), places, order);
}

}  // namespace

const Placement kSlackPlacement{"slack", alike_packages, by_slack};

}  // namespace weft::population
