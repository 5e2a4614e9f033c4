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

// Reads one tier, a map with `kind` and the keys below; `name` is optional everywhere, `link` is
// the name of a link. Some kinds yield several tiers, from the inside out. Sizes count children:
// devices or units of the tier inside; `links_per_device` may be a fraction. Where switch_power
// stands, switch_price may: both are of one switch without optics.
//   full_mesh       size, links_per_device (to each peer), detours (true: messages also go over
//                   third children where that is faster. A pair that has a mesh of n to itself
//                   gets n-1 links; groups of g that fill it get (n+g-2)/2 links a member instead
//                   of g-1; traffic of all n children gains nothing. A detour has twice the
//                   latency and loads two links. Messages in flows do likewise, with `--routing
//                   detour` in equal parts over all ways whatever the load)
//   switch          size, links_per_device, planes, switches, oversubscription, switch_power
//   fat_tree        size, tiers (of switches, 1 to 3), radix, planes, rails, rail_only,
//                   oversubscription (a number, or a list for each layer but the last: [1, 7]),
//                   spines (of one plane; otherwise as few as have the ports),
//                   links_per_device, switch_power. Without `size` it has one child until the
//                   caller sets `children`.
//   cloudmatrix     hosts, planes, switches_per_plane, switch_power: the L1 switches of a host and
//                   the L2 planes
//   torus           dimensions ([x, y, z], from the inside out), wrap, links_per_device (to each
//                   neighbour; a number or one for each dimension), cube (children along the side
//                   of a cube, joined to others by optical circuit switches), optical_switches,
//                   switch_power: one tier per dimension
//   nd_full_mesh    dimensions, names, link or links (one for each dimension), links_per_device,
//                   detours, spares (devices that wait as a backup, per unit of the outermost
//                   dimension, or one number for each; counted with their links in the inventory,
//                   no part of the fabric): one tier per dimension
//   dragonfly       groups, routers (of a group), devices_per_router, global_links (of a router),
//                   links_per_device, switch_power
//   dragonfly_plus  groups, leaves, spines (of a group), devices_per_leaf, global_links (of
//                   a spine), links_per_device, switch_power
//   long_haul       sites, links (between two sites)
//   graph           file (GraphML), or devices, switches, cables, directed (graph/files.h);
//                   switch_power. Bandwidths are those of the graph, the rest is that of `link`.
//   astra           file: a network file of ASTRA-sim (import.h); no link
//   hwloc           file (lstopo --of xml), link, between_packages: the inside of a host (import.h)
std::vector<Tier> read_tiers(base::Fields fields, const TierContext& context);

// The kinds that read_tiers knows.
std::vector<std::string> tier_kinds();

}  // namespace weft::interconnect
