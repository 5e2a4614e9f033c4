// Children joined by planes of switches, one switch away from each other (NVSwitch).

#include "tier_kinds.h"

namespace weft::interconnect {

TierInventory switch_inventory(const Tier& tier, std::int64_t devices_inside) {
  const double ports_per_child = tier.links_per_device * static_cast<double>(devices_inside);
  TierInventory inventory = inventory_of_links(tier, ports_per_child * tier.children);
  inventory.switches = tier.switches;
  const double half = tier.children / 2;  // NOLINT(bugprone-integer-division): whole children
  inventory.bisection = half * ports_per_child / tier.oversubscription * tier.link.bandwidth;
  return inventory;
}

std::vector<Tier> read_switch(base::Fields& fields, const TierContext& context) {
  Tier tier = read_common(fields, context, TierKind::kSwitch, "host");
  tier.children = fields.small_integer("size", 1);
  tier.links_per_device = fields.number("links_per_device", 1);
  tier.oversubscription = fields.number("oversubscription", 1);
  tier.planes = fields.small_integer("planes", 1, 1);
  tier.switches = fields.integer("switches", 0, tier.planes);
  tier.switch_power = fields.quantity<base::Power>("switch_power", base::Power());
  return {tier};
}

}  // namespace weft::interconnect
