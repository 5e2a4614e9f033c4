// Children joined by planes of switches, one switch away from each other (NVSwitch). A tier that
// shares ports joins the switches of the tier inside instead of devices (the L2 planes of
// CloudMatrix384).

#include <algorithm>

#include "tier_kinds.h"

namespace weft::interconnect {

namespace {

TierInventory switch_inventory(const Tier& tier, std::int64_t devices_inside) {
  const double ports_per_child = tier.links_per_device * static_cast<double>(devices_inside);
  TierInventory built = inventory_of_links(tier, ports_per_child * tier.children);
  built.switches = tier.switches;
  // One child is not thinned, and brings its own switches where these share its ports.
  const bool is_one = tier.children == 1;
  const double half = is_one && tier.shares_ports ? 0 : half_of(tier, devices_inside);
  built.bisection =
      half * tier.links_per_device / (is_one ? 1 : tier.oversubscription) * tier.link.bandwidth;
  return built;
}

int switch_hops(const Tier& tier, std::int64_t) {
  return tier.shares_ports ? 3 : 1;  // in, across and out again
}

// One switch, if only as a place where cables meet.
graph::NodeId centres_of(const Tier& tier) {
  return static_cast<graph::NodeId>(std::max<std::int64_t>(tier.switches, 1));
}

// Whether each child has a port that thins what leaves it.
bool has_ports(const Tier& tier) { return tier.oversubscription > 1 && !tier.shares_ports; }

std::int64_t switch_nodes(const Tier& tier, std::int64_t) {
  return centres_of(tier) + (has_ports(tier) ? tier.children : 0);
}

// Every device, or every switch inside, to every switch.
double switch_cables(const Tier& tier, std::int64_t devices_inside) {
  const double devices = static_cast<double>(devices_inside) * tier.children;
  const double centres = centres_of(tier);
  return has_ports(tier) ? devices + tier.children * centres : devices * centres;
}

Nodes make_centres(const UnitWiring& unit, graph::GraphBuilder& builder) {
  const Nodes centres{builder.nodes(), centres_of(*unit.tier)};
  for (graph::NodeId i = 0; i < centres.count; ++i) {
    if (unit.tier->switches == 0) {
      builder.add_port(unit.index);
    } else {
      builder.add_switch(unit.index);
    }
  }
  return centres;
}

// A cable of each of `count` nodes to each switch; `capacity` and `links` are those of one node.
void join(const UnitWiring& unit, Nodes nodes, Nodes centres, double capacity, double links,
          double latency, graph::GraphBuilder& builder) {
  for (graph::NodeId node = nodes.first; node < nodes.first + nodes.count; ++node) {
    for (graph::NodeId i = 0; i < centres.count; ++i) {
      builder.add_cable(unit.cable(node, centres.first + i, capacity / centres.count,
                                   links / centres.count, latency));
    }
  }
}

// Whether two switches, the i-th of n and the j-th of m, belong to the same plane; any two do when
// the planes do not divide both.
bool are_joined(int planes, graph::NodeId i, graph::NodeId n, graph::NodeId j, graph::NodeId m) {
  if (n % planes != 0 || m % planes != 0) return true;
  return i / (n / planes) == j / (m / planes);
}

// The switches of each child to those of their plane here.
void join_planes(const UnitWiring& unit, Nodes centres, graph::GraphBuilder& builder) {
  const Tier& tier = *unit.tier;
  const graph::NodeId tops = unit.inner_tops.count;
  const bool has_planes = tops % tier.planes == 0 && centres.count % tier.planes == 0;
  const double cables = static_cast<double>(tops) * centres.count / (has_planes ? tier.planes : 1);
  const double links = unit.devices_inside * tier.links_per_device / cables;
  const double capacity = unit.devices_inside * unit.port() / tier.oversubscription / cables;
  const double latency = std::max(unit.latency - unit.inner_latency, 0.0) / 2;
  for (int child = 0; child < tier.children; ++child) {
    const graph::NodeId first = unit.inner_tops.first + child * unit.inner_nodes;
    for (graph::NodeId i = 0; i < tops; ++i) {
      for (graph::NodeId j = 0; j < centres.count; ++j) {
        if (!are_joined(tier.planes, i, tops, j, centres.count)) continue;
        builder.add_cable(unit.cable(first + i, centres.first + j, capacity, links, latency));
      }
    }
  }
}

void join_through_ports(const UnitWiring& unit, Nodes centres, graph::GraphBuilder& builder) {
  const Tier& tier = *unit.tier;
  const double uplink = unit.devices_inside * unit.port() / tier.oversubscription;
  for (int child = 0; child < tier.children; ++child) {
    const graph::NodeId port = builder.add_port(unit.index);
    const graph::NodeId first = unit.first_device + child * unit.devices_inside;
    join(unit, {first, unit.devices_inside}, {port, 1}, unit.port(), tier.links_per_device,
         unit.latency / 2, builder);
    join(unit, {port, 1}, centres, uplink, 0, 0, builder);
  }
}

void wire_switch(const UnitWiring& unit, graph::GraphBuilder& builder) {
  const Tier& tier = *unit.tier;
  const Nodes centres = make_centres(unit, builder);
  if (tier.shares_ports && unit.inner_tops.count > 0) {
    join_planes(unit, centres, builder);
  } else if (has_ports(tier)) {
    join_through_ports(unit, centres, builder);
  } else {
    join(unit, {unit.first_device, unit.devices()}, centres, unit.port() / tier.oversubscription,
         tier.links_per_device, unit.latency / 2, builder);
  }
}

}  // namespace

TierParts switch_parts() {
  return {switch_inventory, switch_hops, switch_nodes, switch_cables, wire_switch};
}

std::vector<Tier> read_switch(base::Fields& fields, const TierContext& context) {
  Tier tier = read_common(fields, context, TierKind::kSwitch, "host");
  tier.children = fields.small_integer("size", 1);
  tier.links_per_device = fields.number("links_per_device", 1);
  tier.oversubscription = fields.number("oversubscription", 1);
  tier.planes = fields.small_integer("planes", 1, 1);
  tier.switches = fields.integer("switches", 0, tier.planes);
  read_each_switch(fields, tier);
  return {tier};
}

}  // namespace weft::interconnect
