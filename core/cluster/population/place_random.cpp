// Parts as they come out of the boxes.
#include <numeric>
#include <utility>

#include "weft/population/placement.h"

namespace weft::population {

namespace {

Assignment shuffled(std::span<const double> package_times, base::RandomStream& random) {
  Assignment order(package_times.size());
  std::iota(order.begin(), order.end(), std::uint32_t{0});
  for (auto i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

Assignment as_they_come(std::span<const double> /*unit_times*/, const Places& places) {
  Assignment order(static_cast<std::size_t>(places.count()));
  std::iota(order.begin(), order.end(), std::uint32_t{0});
  return order;
}

}  // namespace

const Placement kRandomPlacement{"random", shuffled, as_they_come};

}  // namespace weft::population
