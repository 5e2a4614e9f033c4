// A tier of the network: how the children of one unit (devices in a host, hosts in a rack, racks in
// a cluster) are joined, and what that takes to build.
#pragma once

#include <cstdint>
#include <string>

#include "weft/base/quantity.h"
#include "weft/interconnect/link.h"

namespace weft::interconnect {

enum class TierKind {
  kPair,      // two devices of one package, joined directly
  kFullMesh,  // every child joined to every other by a link of its own
  kSwitch,    // one or more planes of switches, non-blocking unless oversubscribed
  kFatTree,   // one, two or three layers of switches, rail-optimised or not
};

// What a tier is built of, for power, cost and failures.
struct TierInventory {
  std::string name;
  std::int64_t switches = 0;
  base::Power switch_power;    // one switch, without optics
  std::int64_t links = 0;      // cables or traces
  double optical_modules = 0;  // both ends counted
  base::Power module_power;    // one module
  base::Bandwidth bisection;   // one way, between balanced halves of the children of one unit

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

  int planes = 1;             // equal networks that each port is split over
  int rails = 0;              // kFatTree: leaves serve one rail each; 0: not rail-optimised
  int layers = 0;             // kFatTree: of switches; 0: as few as reach all ports
  int radix = 64;             // kFatTree: ports of one switch, in ports of one plane
  std::int64_t switches = 0;  // kSwitch: in one unit
  base::Power switch_power;   // one switch, without optics

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

// Layers of switches of a fat tree (1 to 3): as written, or as few as reach all its ports. Throws
// std::invalid_argument when they do not.
int fat_tree_layers(const Tier& tier, std::int64_t devices_inside);

}  // namespace weft::interconnect
