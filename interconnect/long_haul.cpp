// Sites far apart: each pair is joined by a few long links, which all devices of a site share. They
// end at a gateway per pair on each side, behind the outermost switches of the site's network, or
// behind the devices when it has none. Known trials: 1024 GPUs over 500 km, 3.2 of 102.4 Tb/s leave
// a site, 2.45 ms one way (China Telecom).

#include "tier_kinds.h"

namespace weft::interconnect {

namespace {

double pairs_of(const Tier& tier) { return tier.children * (tier.children - 1.0) / 2; }

TierInventory long_haul_inventory(const Tier& tier, std::int64_t devices_inside) {
  const double links = tier.links_per_device * static_cast<double>(devices_inside);
  TierInventory built = inventory_of_links(tier, pairs_of(tier) * links);
  const int half = tier.children / 2;
  built.bisection =
      static_cast<double>(half) * (tier.children - half) * links * tier.link.bandwidth;
  return built;
}

int long_haul_hops(const Tier&, std::int64_t) { return 0; }

std::int64_t long_haul_nodes(const Tier& tier, std::int64_t) {
  return static_cast<std::int64_t>(tier.children) * (tier.children - 1);
}

// Between the sites, and from each gateway to whatever stands behind it.
double long_haul_cables(const Tier& tier, std::int64_t devices_inside) {
  return pairs_of(tier) * (1 + 2 * static_cast<double>(devices_inside));
}

// A gateway of one site towards another, with as much bandwidth inwards as the links have.
graph::NodeId make_gateway(const UnitWiring& unit, int site, double capacity,
                           graph::GraphBuilder& builder) {
  const graph::NodeId gateway = builder.add_port(unit.index);
  if (unit.inner_tops.count > 0) {
    const graph::NodeId first = unit.inner_tops.first + site * unit.inner_nodes;
    for (graph::NodeId i = 0; i < unit.inner_tops.count; ++i) {
      builder.add_cable(unit.cable(first + i, gateway, capacity, 0, 0));
    }
    return gateway;
  }
  const graph::NodeId first = unit.first_device + site * unit.devices_inside;
  for (graph::NodeId i = 0; i < unit.devices_inside; ++i) {
    builder.add_cable(unit.cable(first + i, gateway, capacity, 0, 0));
  }
  return gateway;
}

void wire_long_haul(const UnitWiring& unit, graph::GraphBuilder& builder) {
  const Tier& tier = *unit.tier;
  const double links = tier.links_per_device * unit.devices_inside;
  const double capacity = links * tier.link.bandwidth.si() / tier.oversubscription;
  for (int a = 0; a < tier.children; ++a) {
    for (int b = a + 1; b < tier.children; ++b) {
      const graph::NodeId from = make_gateway(unit, a, capacity, builder);
      const graph::NodeId to = make_gateway(unit, b, capacity, builder);
      builder.add_cable(unit.cable(from, to, capacity, links, tier.link.latency.si()));
    }
  }
}

}  // namespace

TierParts long_haul_parts() {
  return {long_haul_inventory, long_haul_hops, long_haul_nodes, long_haul_cables, wire_long_haul};
}

std::vector<Tier> read_long_haul(base::Fields& fields, const TierContext& context) {
  Tier tier = read_common(fields, context, TierKind::kLongHaul, "sites");
  tier.children = fields.small_integer("sites", 2);
  tier.links = fields.number("links", 1);
  if (!(tier.links > 0)) {
    const auto written = fields.value("links");
    fields.reading().error(written ? *written : fields.node(), "must be more than 0");
    tier.links = 1;
  }
  tier.links_per_device = tier.links / static_cast<double>(context.devices_inside);
  return {tier};
}

}  // namespace weft::interconnect
