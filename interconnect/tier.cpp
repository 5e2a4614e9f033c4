#include "weft/interconnect/tier.h"

#include <algorithm>
#include <cmath>

#include "tier_kinds.h"

namespace weft::interconnect {

base::Bandwidth Tier::device_bandwidth(int group_children) const {
  const double peers = kind == TierKind::kFullMesh ? std::max(group_children - 1, 0) : 1;
  return peers * links_per_device * link.bandwidth;
}

int Tier::switch_hops(std::int64_t devices_inside) const {
  switch (kind) {
    case TierKind::kPair:
    case TierKind::kFullMesh:
      return 0;
    case TierKind::kSwitch:
      return shares_ports ? 3 : 1;  // in, across and out again
    case TierKind::kFatTree:
      return 2 * fat_tree_layers(*this, devices_inside) - 1;
  }
  return 0;
}

TierInventory inventory_of_links(const Tier& tier, double links) {
  TierInventory inventory;
  inventory.name = tier.name;
  inventory.switch_power = tier.switch_power;
  inventory.links = std::llround(links * tier.link.lanes);
  inventory.optical_modules = links * tier.link.optics.modules_per_link;
  inventory.module_power = tier.link.optics.module_power;
  return inventory;
}

TierInventory unit_inventory(const Tier& tier, std::int64_t devices_inside) {
  switch (tier.kind) {
    case TierKind::kPair:
      return pair_inventory(tier, devices_inside);
    case TierKind::kFullMesh:
      return full_mesh_inventory(tier, devices_inside);
    case TierKind::kSwitch:
      return switch_inventory(tier, devices_inside);
    case TierKind::kFatTree:
      return fat_tree_inventory(tier, devices_inside);
  }
  return {};
}

}  // namespace weft::interconnect
