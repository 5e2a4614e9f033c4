#include "weft/interconnect/tier.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "tier_kinds.h"

namespace weft::interconnect {

base::Bandwidth Tier::device_bandwidth(int group_children) const {
  const int others = std::max(group_children - 1, 0);
  double peers = 1;
  if (kind == TierKind::kFullMesh || kind == TierKind::kLongHaul) peers = others;
  if (kind == TierKind::kRing) peers = std::min(others, 2);
  return peers * links_per_device * link.bandwidth;
}

int Tier::switch_hops(std::int64_t devices_inside) const {
  return tier_parts(kind).switch_hops(*this, devices_inside);
}

double half_of(const Tier& tier, std::int64_t devices_inside) {
  if (tier.children == 1) return static_cast<double>(devices_inside / 2);
  return static_cast<double>(tier.children / 2 * devices_inside);
}

TierInventory inventory_of_links(const Tier& tier, double links) {
  TierInventory inventory;
  inventory.name = tier.name;
  inventory.switch_power = tier.switch_power;
  inventory.links = std::llround(links * tier.link.lanes);
  inventory.optical_modules = links * tier.link.optics.modules_per_link;
  inventory.module_power = tier.link.optics.module_power;
  inventory.module_kind = tier.link.optics.kind;
  return inventory;
}

TierInventory unit_inventory(const Tier& tier, std::int64_t devices_inside) {
  return tier_parts(tier.kind).inventory(tier, devices_inside);
}

const TierParts& tier_parts(TierKind kind) {
  // In the order of the enumeration.
  static const std::array<TierParts, 8> all{full_mesh_parts(), full_mesh_parts(), switch_parts(),
                                            fat_tree_parts(),  ring_parts(),      dragonfly_parts(),
                                            long_haul_parts(), graph_parts()};
  return all.at(static_cast<std::size_t>(kind));
}

}  // namespace weft::interconnect
