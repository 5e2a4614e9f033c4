// What each kind of tier provides: its inventory, and its reader from YAML. Internal to the room.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weft/interconnect/tier.h"
#include "weft/interconnect/topology.h"

namespace weft::interconnect {

// Inventories of one unit whose children hold `devices_inside` devices each.
TierInventory pair_inventory(const Tier& tier, std::int64_t devices_inside);
TierInventory full_mesh_inventory(const Tier& tier, std::int64_t devices_inside);
TierInventory switch_inventory(const Tier& tier, std::int64_t devices_inside);
TierInventory fat_tree_inventory(const Tier& tier, std::int64_t devices_inside);

// Readers. `fields` stands on the tier's map; its `kind` has been read.
std::vector<Tier> read_full_mesh(base::Fields& fields, const TierContext& context);
std::vector<Tier> read_switch(base::Fields& fields, const TierContext& context);
std::vector<Tier> read_fat_tree(base::Fields& fields, const TierContext& context);
std::vector<Tier> read_cloudmatrix(base::Fields& fields, const TierContext& context);

// What every kind shares: `name` (or `default_name`) and `link`, looked up in the catalog.
Tier read_common(base::Fields& fields, const TierContext& context, TierKind kind,
                 const std::string& default_name);

// An inventory with its name, powers, and the modules of `links` links of tier.link.
TierInventory inventory_of_links(const Tier& tier, double links);

}  // namespace weft::interconnect
