// What each kind of tier provides: inventory, wiring, and reader from YAML. Internal to the room.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/interconnect/tier.h"
#include "weft/interconnect/topology.h"
#include "wiring_parts.h"

namespace weft::interconnect {

// One kind: what it is built of. All of one unit, whose children hold `devices_inside` devices
// each.
struct TierParts {
  TierInventory (*inventory)(const Tier&, std::int64_t devices_inside);
  // Switches that a message crosses, at most.
  int (*switch_hops)(const Tier&, std::int64_t devices_inside);
  // Nodes of the graph besides devices.
  std::int64_t (*nodes)(const Tier&, std::int64_t devices_inside);
  // Cables of the graph, nearly and at most.
  double (*cables)(const Tier&, std::int64_t devices_inside);
  void (*wire)(const UnitWiring& unit, graph::GraphBuilder& builder);
};
const TierParts& tier_parts(TierKind kind);

TierParts full_mesh_parts();  // and kPair
TierParts switch_parts();
TierParts fat_tree_parts();
TierParts ring_parts();
TierParts dragonfly_parts();
TierParts long_haul_parts();
TierParts graph_parts();

// Readers. `fields` stands on the tier's map; its `kind` has been read.
std::vector<Tier> read_full_mesh(base::Fields& fields, const TierContext& context);
std::vector<Tier> read_switch(base::Fields& fields, const TierContext& context);
std::vector<Tier> read_fat_tree(base::Fields& fields, const TierContext& context);
std::vector<Tier> read_cloudmatrix(base::Fields& fields, const TierContext& context);
std::vector<Tier> read_torus(base::Fields& fields, const TierContext& context);
std::vector<Tier> read_nd_full_mesh(base::Fields& fields, const TierContext& context);
std::vector<Tier> read_dragonfly(base::Fields& fields, const TierContext& context);
std::vector<Tier> read_dragonfly_plus(base::Fields& fields, const TierContext& context);
std::vector<Tier> read_long_haul(base::Fields& fields, const TierContext& context);
std::vector<Tier> read_graph(base::Fields& fields, const TierContext& context);
std::vector<Tier> read_astra_tiers(base::Fields& fields, const TierContext& context);
std::vector<Tier> read_hwloc_tier(base::Fields& fields, const TierContext& context);
// What every kind shares: `name` (or `default_name`) and `link`, looked up in the catalog.
Tier read_common(base::Fields& fields, const TierContext& context, TierKind kind,
                 const std::string& default_name);
// What one switch draws and costs: `switch_power`, `switch_price`.
void read_each_switch(base::Fields& fields, Tier& tier);
// A link by its name in the catalog; `key` is where the name is written.
Link link_named(const std::string& name, const std::optional<base::Node>& key,
                const TierContext& context, base::Reading& reading);

// Devices in the smaller half of a unit's children, or of the only child's devices.
double half_of(const Tier& tier, std::int64_t devices_inside);
// An inventory with its name, powers, and the modules of `links` links of tier.link.
TierInventory inventory_of_links(const Tier& tier, double links);

}  // namespace weft::interconnect
