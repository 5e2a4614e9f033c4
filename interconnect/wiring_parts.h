// What the kinds of tiers share when they wire a unit. Internal to the room.
#pragma once

#include <cstdint>
#include <vector>

#include "weft/graph/graph.h"
#include "weft/interconnect/tier.h"

namespace weft::interconnect {

// A row of nodes.
struct Nodes {
  graph::NodeId first = 0;
  graph::NodeId count = 0;
};

// One unit of one tier, to be wired.
struct UnitWiring {
  const Tier* tier = nullptr;
  int index = 0;  // of the tier
  graph::NodeId first_device = 0;
  graph::NodeId devices_inside = 1;  // of one child
  double latency = 0;                // s, of a message over this tier
  // The switches of the tier inside that a tier which shares its ports goes through: those next to
  // the outside, in each child. None when the tier inside has no switches.
  Nodes inner_tops;               // of the first child
  graph::NodeId inner_nodes = 0;  // from one child to the next
  double inner_latency = 0;       // s

  [[nodiscard]] graph::NodeId devices() const { return tier->children * devices_inside; }
  // byte/s of one device towards this tier, before any oversubscription.
  [[nodiscard]] double port() const { return tier->links_per_device * tier->link.bandwidth.si(); }
  // A cable that counts as so many links of the tier.
  [[nodiscard]] graph::Cable cable(graph::NodeId a, graph::NodeId b, double capacity, double links,
                                   double cable_latency) const;
};

// Where a device, or several that share one link, enter a network.
struct EndPoint {
  graph::NodeId node = 0;    // the device, or the port before it
  graph::NodeId device = 0;  // the first that it serves, counted in the unit
  double capacity = 0;       // byte/s
  double links = 1;          // of the tier
};
// End points of a unit: devices when they have a link each or more, else ports, each of which
// serves 1 / links_per_device devices; makes those ports and their cables.
std::vector<EndPoint> make_end_points(const UnitWiring& unit, graph::GraphBuilder& builder);
// Links of all devices of a unit, rounded up.
std::int64_t ports_of(const Tier& tier, std::int64_t devices);
// Ports that make_end_points makes.
std::int64_t shared_ports(const Tier& tier, std::int64_t devices);
// Cables of end points: those of devices to ports, and one of each into a network.
double entry_cables(const Tier& tier, std::int64_t devices);

// The switches of one unit that lead outwards, by their place among the unit's nodes.
Nodes top_nodes(const Tier& tier, std::int64_t devices_inside);

}  // namespace weft::interconnect
