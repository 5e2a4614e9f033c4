// Two dies of one package with a bridge between them.

#include "tier_kinds.h"

namespace weft::interconnect {

Tier die_pair(base::Bandwidth bandwidth, base::Time latency, double efficiency) {
  Tier tier;
  tier.name = "die pair";
  tier.kind = TierKind::kPair;
  tier.children = 2;
  tier.link.name = "die to die";
  tier.link.bandwidth = bandwidth;
  tier.link.latency = latency;
  tier.link.efficiency = efficiency;
  tier.link.all_to_all_efficiency = efficiency;
  return tier;
}

TierInventory pair_inventory(const Tier& tier, std::int64_t devices_inside) {
  const double links = tier.links_per_device * static_cast<double>(devices_inside);
  TierInventory inventory = inventory_of_links(tier, links);
  inventory.bisection = links * tier.link.bandwidth;
  return inventory;
}

}  // namespace weft::interconnect
