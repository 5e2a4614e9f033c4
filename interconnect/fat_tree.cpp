// Folded Clos networks of one to three layers of equal switches (leaf, spine, core), possibly split
// over planes and with one set of leaves per rail. The generator reproduces the switch and cable
// tables of NVIDIA's DGX SuperPOD reference architectures (B200: docs.nvidia.com/dgx-superpod).

#include "fat_tree.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "read_lists.h"
#include "tier_kinds.h"

namespace weft::interconnect {

namespace {

std::int64_t ceil_divide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

std::int64_t thinned(std::int64_t ports, double oversubscription) {
  return std::llround(std::ceil(static_cast<double>(ports) / oversubscription - 1e-6));
}

// Ports of a leaf or spine that face downwards; the others go up.
std::int64_t ports_down(int radix, double oversubscription) {
  const double down = radix * oversubscription / (1 + oversubscription);
  return std::clamp(static_cast<int>(std::floor(down + 1e-9)), 1, std::max(radix - 1, 1));
}

// The network with its ports and its leaves, before its layers are known.
FatTree leaves_of(const Tier& tier, std::int64_t devices_inside) {
  const std::int64_t rails = std::max(tier.rails, 1);
  FatTree tree;
  tree.networks = tier.planes * (tier.joins_rails ? 1 : rails);
  tree.sets = tier.joins_rails ? rails : 1;
  tree.ports = ports_of(tier, devices_inside * tier.children);
  if (!tier.joins_rails) {
    if (tree.ports % rails != 0) {
      throw std::invalid_argument(fmt::format("{}: {} ports are not as many on each of {} rails",
                                              tier.name, tree.ports, rails));
    }
    tree.ports /= rails;
  }
  tree.thinning_again = tier.layer_oversubscription[1];
  tree.thinning = tier.oversubscription / tree.thinning_again;
  const std::int64_t down = ports_down(tier.radix, tree.thinning);
  tree.leaves = tree.sets * ceil_divide(ceil_divide(tree.ports, tree.sets), down);
  return tree;
}

// Layers that the network needs, 0 when three are not enough.
int layers_for(const FatTree& tree, int radix) {
  if (tree.ports <= radix) return 1;
  if (tree.leaves <= radix) return 2;
  return tree.leaves <= radix * ports_down(radix, tree.thinning_again) ? 3 : 0;
}

void add_upper_layers(FatTree& tree, int radix) {
  tree.up = thinned(tree.ports, tree.thinning);
  if (tree.layers == 2) {
    tree.spines = ceil_divide(tree.up, radix);
    return;
  }
  const std::int64_t down = ports_down(radix, tree.thinning_again);
  tree.up_again = thinned(tree.ports, tree.thinning * tree.thinning_again);
  tree.spines = ceil_divide(tree.up, down);
  tree.cores = ceil_divide(tree.up_again, radix);
  tree.pods = std::min(ceil_divide(tree.leaves, down), tree.spines);
}

// As many as written, if they have the ports.
void use_spines(const Tier& tier, FatTree& tree) {
  if (tier.spines == 0) return;
  if (tier.spines < tree.spines) {
    throw std::invalid_argument(fmt::format("{}: {} spines have too few ports, {} are needed",
                                            tier.name, tier.spines, tree.spines));
  }
  tree.spines = tier.spines;
}

TierInventory fat_tree_inventory(const Tier& tier, std::int64_t devices_inside) {
  const FatTree tree = fat_tree_of(tier, devices_inside);
  const std::int64_t links = (tree.ports + tree.up + tree.up_again) * tree.networks;
  TierInventory built = inventory_of_links(tier, static_cast<double>(links));
  built.switches = tree.switches();
  const double half = half_of(tier, devices_inside) * tier.links_per_device;
  built.bisection = half / tier.oversubscription * tier.link.bandwidth;
  return built;
}

int fat_tree_hops(const Tier& tier, std::int64_t devices_inside) {
  return 2 * fat_tree_layers(tier, devices_inside) - 1;
}

// A number for the leaves, or one for each layer of switches but the last.
void read_oversubscription(base::Fields& fields, Tier& tier) {
  const auto written = fields.value("oversubscription");
  if (!written || !written->is_list()) {
    tier.oversubscription = fields.number("oversubscription", 1);
    return;
  }
  const std::vector<double> layers = numbers_of(fields, "oversubscription", 1, 2);
  const int tiers = static_cast<int>(layers.size()) + 1;
  if (tier.layers != 0 && tier.layers != tiers) {
    fields.reading().error(*written, fmt::format("{} layers of switches have {} between them",
                                                 tier.layers, tier.layers - 1));
    return;
  }
  tier.layers = tiers;
  tier.oversubscription = 1;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (!(layers[i] >= 1)) {
      fields.reading().error(written->item(i), "an oversubscription is 1 or more");
      return;
    }
    tier.layer_oversubscription[i] = layers[i];
    tier.oversubscription *= layers[i];
  }
}

}  // namespace

FatTree fat_tree_of(const Tier& tier, std::int64_t devices_inside) {
  FatTree tree = leaves_of(tier, devices_inside);
  const int needed = layers_for(tree, tier.radix);
  if (needed == 0 || (tier.layers != 0 && tier.layers < needed)) {
    throw std::invalid_argument(
        fmt::format("{}: {} ports do not fit a fat tree of {} layers of switches with {} ports",
                    tier.name, tree.ports, tier.layers == 0 ? 3 : tier.layers, tier.radix));
  }
  tree.layers = tier.layers == 0 ? needed : tier.layers;
  if (tree.layers == 1) {
    tree.leaves = 1;
  } else {
    add_upper_layers(tree, tier.radix);
    use_spines(tier, tree);
  }
  return tree;
}

int fat_tree_layers(const Tier& tier, std::int64_t devices_inside) {
  return fat_tree_of(tier, devices_inside).layers;
}

TierParts fat_tree_parts() {
  return {fat_tree_inventory, fat_tree_hops, fat_tree_nodes, fat_tree_cables, wire_fat_tree};
}

std::vector<Tier> read_fat_tree(base::Fields& fields, const TierContext& context) {
  Tier tier = read_common(fields, context, TierKind::kFatTree, "scale-out");
  tier.children = fields.small_integer("size", 1, 1);
  tier.layers = fields.small_integer("tiers", 1, 0);
  tier.rails = fields.small_integer("rails", 1, 0);
  tier.joins_rails = !fields.flag("rail_only", false);
  tier.planes = fields.small_integer("planes", 1, 1);
  tier.radix = fields.small_integer("radix", 2, 64);
  tier.spines = fields.small_integer("spines", 1, 0);
  read_oversubscription(fields, tier);
  tier.links_per_device = fields.number("links_per_device", 1);
  read_each_switch(fields, tier);
  return {tier};
}

}  // namespace weft::interconnect
