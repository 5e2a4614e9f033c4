// Like with like: packages fill hosts, and hosts stages, from the fastest to the slowest, so that
// few groups wait for a slow member.
#include <numeric>

#include "weft/population/placement.h"

namespace weft::population {

namespace {

Assignment sorted_packages(std::span<const double> package_times, base::RandomStream& /*random*/) {
  return fastest_first(package_times);
}

Assignment in_order_of_stages(std::span<const double> unit_times, const Places& places) {
  Assignment order(places.stage_times.size());
  std::iota(order.begin(), order.end(), std::uint32_t{0});
  return stage_by_stage(fastest_first(unit_times), places, order);
}

}  // namespace

const Placement kSortedPlacement{"sorted_by_bin", sorted_packages, in_order_of_stages};

}  // namespace weft::population
