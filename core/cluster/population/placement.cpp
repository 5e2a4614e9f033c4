#include "weft/population/placement.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <stdexcept>

namespace weft::population {

std::span<const Placement> placements() {
  static const std::array<Placement, 3> kAll = {kRandomPlacement, kSortedPlacement,
                                                kSlackPlacement};
  return kAll;
}

const Placement& placement_named(const std::string& name) {
  for (const auto& placement : placements()) {
    if (name == placement.name) return placement;
  }
  throw std::invalid_argument("no placement is called " + name);
}

Assignment fastest_first(std::span<const double> times) {
  Assignment order(times.size());
  std::iota(order.begin(), order.end(), std::uint32_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return times[a] < times[b]; });
  return order;
}

Assignment stage_by_stage(const Assignment& sorted, const Places& places,
                          std::span<const std::uint32_t> order) {
  Assignment result(static_cast<std::size_t>(places.count()));
  const auto per_stage = static_cast<std::size_t>(places.per_stage);
  for (std::size_t turn = 0; turn < order.size(); ++turn) {
    for (std::size_t i = 0; i < per_stage; ++i) {
      const auto place = turn % 2 == 0 ? i : per_stage - 1 - i;
      result[order[turn] * per_stage + place] = sorted[turn * per_stage + i];
    }
  }
  return result;
}

}  // namespace weft::population
