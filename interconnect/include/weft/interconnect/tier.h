// A tier of the network: how the children of one unit (devices in a host, hosts in a rack, racks in
// a cluster) are joined, and what that takes to build.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "weft/base/money.h"
#include "weft/base/quantity.h"
#include "weft/graph/graph.h"
#include "weft/interconnect/link.h"

namespace weft::interconnect {

enum class TierKind {
  kPair,       // two devices of one package, joined directly
  kFullMesh,   // every child joined to every other by a link of its own
  kSwitch,     // one or more planes of switches, non-blocking unless oversubscribed
  kFatTree,    // one, two or three layers of switches, rail-optimised or not
  kRing,       // one dimension of a torus, or of a mesh when it does not wrap
  kDragonfly,  // groups of routers, every group joined to every other (dragonfly and dragonfly+)
  kLongHaul,   // sites, each pair joined by a few long links that all devices of a site share
  kGraph,      // any graph, from a file
};

// Groups of routers (Kim, Dally, Scott and Abts 2008), or with spines > 0 groups of leaves and
// spines (Shpiner et al. 2017, dragonfly+). In devices, routers and links of one group or router.
struct Dragonfly {
  int groups = 1;        // g
  int routers = 1;       // a, of one group: those that devices hang on (dragonfly+: leaves)
  int devices = 1;       // p, of one router
  int spines = 0;        // dragonfly+: of one group; global links leave from them
  int global_links = 1;  // h, of one router (dragonfly+: of one spine)
  friend bool operator==(const Dragonfly&, const Dragonfly&) = default;
};

// What uniform traffic finds in a graph: filled by graph_tier.
struct GraphUse {
  int switch_hops = 0;         // on the longest of the shortest ways
  base::Time latency;          // of the slowest of them
  double neighbour_time = 0;   // s/byte when each device sends to the next one
  double all_to_all_time = 0;  // s/byte that a device sends when it sends to all others alike
  base::Bandwidth bisection;   // 0: too large to be worked out
};

// What a tier is built of, for power, cost and failures.
struct TierInventory {
  std::string name;
  std::int64_t switches = 0;
  base::Power switch_power;    // one switch, without optics
  std::int64_t links = 0;      // cables or traces
  double optical_modules = 0;  // both ends counted
  base::Power module_power;    // one module
  std::string module_kind{};   // see Optics
  // One way, between balanced halves of the children of one unit; of one child's devices where
  // there is one child and the tier joins its devices (switches).
  base::Bandwidth bisection;
  std::int64_t spares = 0;       // devices that wait as a backup; no part of the fabric's size
  std::int64_t spare_links = 0;  // cables of theirs, not among `links`

  // Switches and modules together.
  [[nodiscard]] base::Power power() const {
    return static_cast<double>(switches) * switch_power + optical_modules * module_power;
  }
};

struct Tier {
  std::string name;  // "die pair", "host", "super-node", "scale-out"
  TierKind kind = TierKind::kSwitch;
  int children = 1;  // child units in one unit of this tier
  Link link;
  // Links of this tier that one device has. kFullMesh: links to each peer (usually 1). May be a
  // fraction: two dies on one port have 0.5 each.
  double links_per_device = 1;
  double oversubscription = 1;  // >= 1: traffic that crosses children gets 1/oversubscription
  // Its traffic leaves through the ports of the next tier inside (L2 planes behind L1 switches).
  bool shares_ports = false;

  int planes = 1;           // equal networks that each port is split over
  int rails = 0;            // kFatTree: leaves serve one rail each; 0: not rail-optimised
  bool joins_rails = true;  // kFatTree: false: rail-only, nothing joins one rail to another
                            // (arXiv:2307.12169); traffic between rails is passed on in the host
  int layers = 0;           // kFatTree: of switches; 0: as few as reach all ports
  // kFatTree: down to up at each layer of switches; their product is `oversubscription`.
  std::array<double, 2> layer_oversubscription{1, 1};
  int spines = 0;                           // kFatTree: of one network; 0: as few as needed
  int radix = 64;                           // kFatTree: ports of one switch, in ports of one plane
  std::int64_t switches = 0;                // kSwitch: in one unit
  base::Power switch_power;                 // one switch, without optics
  std::optional<base::Money> switch_price;  // likewise
  bool wraps = true;                        // kRing: the last child is joined to the first
  // kRing: children in one cube of a torus of cubes; links that leave it go through optical circuit
  // switches (TPU v4, arXiv:2304.01433). 0: no optical switching.
  int cube = 0;
  // kFullMesh: messages also take ways over third children where that is faster (All-Path-Routing
  // of UB-Mesh, arXiv:2503.20377); detours.cpp says by how much.
  bool detours = false;
  int spares = 0;          // kFullMesh: devices of one unit besides its own that wait as a backup
  double spare_links = 0;  // of each, to switches beside the mesh
  bool passes_on = false;  // kFullMesh: see TierModel::forwards
  Dragonfly dragonfly;     // kDragonfly
  double links = 0;        // kLongHaul: between two sites; Fabric sets links_per_device from it
  std::shared_ptr<const graph::Graph> graph;  // kGraph: its devices are the children
  GraphUse graph_use;                         // kGraph

  // Children are joined device by device, the i-th of one to the i-th of another, so that devices
  // pass traffic on (dimensions of a mesh or torus).
  [[nodiscard]] bool is_dimension() const {
    return kind == TierKind::kFullMesh || kind == TierKind::kRing;
  }

  // What one device can send into this tier among a group that touches `group_children` children of
  // a unit; one direction, nominal, without oversubscription.
  [[nodiscard]] base::Bandwidth device_bandwidth(int group_children) const;
  // Switches that a message crosses, at most, when each child holds `devices_inside` devices.
  [[nodiscard]] int switch_hops(std::int64_t devices_inside) const;
};

// What one unit of the tier is built of, when each child holds `devices_inside` devices. Throws
// std::invalid_argument when the tier cannot be built (a fat tree with too few ports).
TierInventory unit_inventory(const Tier& tier, std::int64_t devices_inside);

// The link between the two dies of a package, as the innermost tier.
Tier die_pair(base::Bandwidth bandwidth, base::Time latency, double efficiency);

// Any graph as a tier whose children are its devices, one per child or `devices_inside` that share
// the ports of one. Efficiencies are those of `link`, as are the latencies of cables without one;
// bandwidths are those of the graph. Routes are the shortest ways, all of them evenly. Throws
// std::invalid_argument when there are fewer than two devices, or some do not reach each other.
Tier graph_tier(graph::Graph graph, const Link& link, std::int64_t devices_inside = 1);

// Layers of switches of a fat tree (1 to 3): as written, or as few as reach all its ports. Throws
// std::invalid_argument when they do not.
int fat_tree_layers(const Tier& tier, std::int64_t devices_inside);

}  // namespace weft::interconnect
