#include <algorithm>
#include <cmath>

#include "algorithms.h"
#include "weft/interconnect/patterns.h"

namespace weft::interconnect {

namespace {

// Links of a member towards its peers: where the unit that touches fewest children, but still
// crosses the tier, has fewest.
double links_of(const TierModel& tier, int children, double inside, double below_most,
                bool closes) {
  if (closes) return 2;
  if (!tier.is_mesh) return 1;
  const double fewest = std::ceil(inside / below_most);
  return std::clamp(fewest, 2.0, static_cast<double>(children)) - 1;
}

// Rings that run over links of their own: a complete graph has so many Hamiltonian cycles without a
// common link (mesh_cycles). Detours widen all links alike.
double ring_links(const TierModel& tier, const Crossing& crossing, double peers) {
  if (!tier.is_mesh) return crossing.links;
  return crossing.links / peers * mesh_cycles(static_cast<int>(peers) + 1);
}

Crossing crossing_of(const TierModel& tier, int index, const GroupShape& group, bool is_outermost,
                     bool closes) {
  const TierSpan& span = group.tiers[index];
  Crossing crossing;
  crossing.tier = &tier;
  crossing.index = index;
  crossing.children = span.children;
  crossing.below = span.members_least;
  crossing.below_most = span.members_most;
  crossing.inside = is_outermost ? group.size : group.tiers[index + 1].members_least;
  crossing.links = links_of(tier, span.children, crossing.inside, crossing.below_most, closes);
  crossing.detoured = 0;
  const double peers = crossing.links;
  if (tier.detour_children > 0) take_detours(tier.detour_children, group.alone, crossing);
  crossing.ring_links = ring_links(tier, crossing, peers);
  crossing.byte_time = tier.byte_time / (crossing.below * crossing.ring_links);
  crossing.clusters = crossing.clusters_below = 1;
  crossing.shares_ports = false;
  crossing.closes = closes;
  return crossing;
}

// Touched units of each tier, from the outside in: exact for even groups, at most the ranks for
// others.
void count_clusters(Path& path) {
  double clusters = 1;
  for (int i = path.count - 1; i >= 0; --i) {
    Crossing& crossing = path.crossings[i];
    crossing.clusters = clusters;
    clusters = i == 0 ? path.ranks : std::min(clusters * crossing.children, path.ranks);
    crossing.clusters_below = clusters;
  }
}

}  // namespace

Path path_of(std::span<const TierModel> models, std::span<const Tier> tier_facts,
             const GroupShape& group) {
  Path path;
  path.ranks = group.size;
  const int tiers = static_cast<int>(models.size());
  std::int64_t capacity = 1;  // product of the children: the size, when the group fits evenly
  for (int index = 0; index < tiers; ++index) {
    const int children = group.tiers[index].children;
    if (children <= 1) continue;
    capacity *= children;
    const TierModel& tier = models[index];
    Crossing& crossing = path.crossings[path.count];
    // Members that do not fill a ring stand side by side in it, in a line.
    const bool closes =
        tier.is_ring && tier.wraps && children > 2 && children == tier_facts[index].children;
    crossing = crossing_of(tier, index, group, index + 1 >= tiers, closes);
    path.has_rings = path.has_rings || tier.is_ring;
    crossing.shares_ports =
        tier.shares_ports && path.count > 0 && path.crossings[path.count - 1].index == index - 1;
    path.call_overhead = std::max(path.call_overhead, tier.call_overhead);
    ++path.count;
  }
  path.even = capacity == group.size;
  count_clusters(path);
  return path;
}

}  // namespace weft::interconnect
