// Folded Clos networks of one to three layers of equal switches (leaf, spine, core), possibly split
// over planes and with one set of leaves per rail. The generator reproduces the switch and cable
// tables of NVIDIA's DGX SuperPOD reference architectures (B200: docs.nvidia.com/dgx-superpod).

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "tier_kinds.h"

namespace weft::interconnect {

namespace {

std::int64_t ceil_divide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

// Ports of a leaf that face the hosts; the others go up.
int ports_down(int radix, double oversubscription) {
  const double down = radix * oversubscription / (1 + oversubscription);
  return std::clamp(static_cast<int>(std::floor(down + 1e-9)), 1, std::max(radix - 1, 1));
}

std::int64_t leaves_for(const Tier& tier, std::int64_t ports) {
  const int sets = std::max(tier.rails, 1);
  const int down = ports_down(tier.radix, tier.oversubscription);
  return sets * ceil_divide(ceil_divide(ports, sets), down);
}

// End points of one plane.
std::int64_t ports_of(const Tier& tier, std::int64_t devices_inside) {
  const double devices = static_cast<double>(devices_inside) * tier.children;
  return std::llround(std::ceil(devices * tier.links_per_device - 1e-9));
}

// Layers that `ports` end points need, 0 when three are not enough.
int layers_for(const Tier& tier, std::int64_t ports) {
  if (ports <= tier.radix) return 1;
  const std::int64_t radix = tier.radix;
  const std::int64_t leaves = leaves_for(tier, ports);
  if (leaves <= radix) return 2;
  return leaves <= radix * (radix / 2) ? 3 : 0;
}

}  // namespace

int fat_tree_layers(const Tier& tier, std::int64_t devices_inside) {
  const std::int64_t ports = ports_of(tier, devices_inside);
  const int needed = layers_for(tier, ports);
  if (needed == 0 || (tier.layers != 0 && tier.layers < needed)) {
    throw std::invalid_argument(
        fmt::format("{}: {} ports do not fit a fat tree of {} layers of switches with {} ports",
                    tier.name, ports, tier.layers == 0 ? 3 : tier.layers, tier.radix));
  }
  return tier.layers == 0 ? needed : tier.layers;
}

TierInventory fat_tree_inventory(const Tier& tier, std::int64_t devices_inside) {
  const std::int64_t ports = ports_of(tier, devices_inside);
  const int layers = fat_tree_layers(tier, devices_inside);
  const std::int64_t up =
      layers == 1 ? 0 : std::llround(std::ceil(static_cast<double>(ports) / tier.oversubscription));
  std::int64_t switches = layers == 1 ? 1 : leaves_for(tier, ports);
  if (layers == 2) switches += ceil_divide(up, tier.radix);
  if (layers == 3) switches += ceil_divide(up, tier.radix / 2) + ceil_divide(up, tier.radix);

  const std::int64_t links = (ports + (layers - 1) * up) * tier.planes;
  TierInventory inventory = inventory_of_links(tier, static_cast<double>(links));
  inventory.switches = switches * tier.planes;
  const double half_of_children = tier.children / 2;  // NOLINT(bugprone-integer-division)
  const double half =
      half_of_children * static_cast<double>(devices_inside) * tier.links_per_device;
  inventory.bisection = half / tier.oversubscription * tier.link.bandwidth;
  return inventory;
}

std::vector<Tier> read_fat_tree(base::Fields& fields, const TierContext& context) {
  Tier tier = read_common(fields, context, TierKind::kFatTree, "scale-out");
  tier.children = fields.small_integer("size", 1, 1);
  tier.layers = fields.small_integer("tiers", 1, 0);
  tier.rails = fields.small_integer("rails", 1, 0);
  tier.planes = fields.small_integer("planes", 1, 1);
  tier.radix = fields.small_integer("radix", 2, 64);
  tier.oversubscription = fields.number("oversubscription", 1);
  tier.links_per_device = fields.number("links_per_device", 1);
  tier.switch_power = fields.quantity<base::Power>("switch_power", base::Power());
  return {tier};
}

}  // namespace weft::interconnect
