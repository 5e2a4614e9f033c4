// Every child joined to every other by a link of its own (HCCS between eight 910B, xGMI). A pair of
// children has one link, not the sum of all: a group of g children uses g-1 links per member.

#include "tier_kinds.h"

namespace weft::interconnect {

TierInventory full_mesh_inventory(const Tier& tier, std::int64_t devices_inside) {
  const double children = tier.children;
  const double per_pair = tier.links_per_device * static_cast<double>(devices_inside);
  TierInventory inventory = inventory_of_links(tier, children * (children - 1) / 2 * per_pair);
  const int half = tier.children / 2;
  const double across = static_cast<double>(half) * (tier.children - half);
  inventory.bisection = across * per_pair * tier.link.bandwidth;
  return inventory;
}

std::vector<Tier> read_full_mesh(base::Fields& fields, const TierContext& context) {
  Tier tier = read_common(fields, context, TierKind::kFullMesh, "host");
  tier.children = fields.small_integer("size", 1);
  tier.links_per_device = fields.number("links_per_device", 1);
  return {tier};
}

}  // namespace weft::interconnect
