#include <algorithm>
#include <cmath>

#include "algorithms.h"

namespace weft::interconnect {

Path path_of(std::span<const TierModel> models, const GroupShape& group) {
  Path path;
  path.ranks = group.size;
  const int tiers = static_cast<int>(models.size());
  std::int64_t capacity = 1;  // product of the children: the size, when the group fits evenly
  for (int index = 0; index < tiers; ++index) {
    const TierSpan& span = group.tiers[index];
    if (span.children <= 1) continue;
    capacity *= span.children;
    const bool follows = path.count > 0 && path.crossings[path.count - 1].index == index - 1;
    Crossing& crossing = path.crossings[path.count++];
    crossing.tier = &models[index];
    crossing.index = index;
    crossing.shares_ports = crossing.tier->shares_ports && follows;
    crossing.children = span.children;
    crossing.below = span.members_least;
    crossing.below_most = span.members_most;
    const bool outermost = index + 1 >= tiers;
    crossing.inside = outermost ? group.size : group.tiers[index + 1].members_least;
    if (crossing.tier->is_mesh) {
      // The unit that touches fewest children, but still crosses the tier, has the fewest links.
      const double fewest = std::ceil(crossing.inside / crossing.below_most);
      crossing.links = std::clamp(fewest, 2.0, static_cast<double>(span.children)) - 1;
    }
    crossing.byte_time = crossing.tier->byte_time / (crossing.below * crossing.links);
    path.call_overhead = std::max(path.call_overhead, crossing.tier->call_overhead);
  }
  path.even = capacity == group.size;

  double clusters = 1;
  for (int i = path.count - 1; i >= 0; --i) {
    Crossing& crossing = path.crossings[i];
    crossing.clusters = clusters;
    clusters = i == 0 ? path.ranks : std::min(clusters * crossing.children, path.ranks);
    crossing.clusters_below = clusters;
  }
  return path;
}

}  // namespace weft::interconnect
