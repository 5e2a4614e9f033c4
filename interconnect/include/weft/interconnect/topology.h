// Builders of tiers from YAML: one file per kind, picked by name. A newcomer adds one file and one
// line in topology.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/interconnect/tier.h"

namespace weft::interconnect {

// What a builder must know about what is inside its tier.
struct TierContext {
  const base::Catalog* catalog = nullptr;
  std::int64_t devices_inside = 1;  // devices in one child
  std::int64_t devices_per_host = 8;
};

// Reads one tier, a map with `kind: full_mesh | switch | fat_tree | cloudmatrix`. `cloudmatrix`
// yields two tiers (the L1 switches of a host and the L2 planes), the others one. A fat tree
// without `size` has one child until the caller sets `children`.
std::vector<Tier> read_tiers(base::Fields fields, const TierContext& context);

// The kinds that read_tiers knows.
std::vector<std::string> tier_kinds();

}  // namespace weft::interconnect
