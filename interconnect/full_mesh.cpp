// Every child joined to every other by a link of its own (HCCS between eight 910B, xGMI). A pair of
// children has one link, not the sum of all: a group of g children uses g-1 links per member. The
// i-th device of a child is joined to the i-th of the others. Two dies of a package are the
// smallest such mesh.

#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "tier_kinds.h"

namespace weft::interconnect {

namespace {

// Of one unit; what is more is a slip of the pen.
constexpr double kMostMeshCables = 1 << 30;

double mesh_cables(const Tier& tier, std::int64_t devices_inside) {
  const double children = tier.children;
  return children * (children - 1) / 2 * static_cast<double>(devices_inside);
}

TierInventory mesh_inventory(const Tier& tier, std::int64_t devices_inside) {
  const double cables = mesh_cables(tier, devices_inside);
  if (cables > kMostMeshCables) {
    throw std::invalid_argument(
        fmt::format("{}: a full mesh of {} has {:.3g} cables", tier.name, tier.children, cables));
  }
  const double per_pair = tier.links_per_device * static_cast<double>(devices_inside);
  TierInventory built = inventory_of_links(tier, cables * tier.links_per_device);
  const int half = tier.children / 2;
  const double across = static_cast<double>(half) * (tier.children - half);
  built.bisection = across * per_pair * tier.link.bandwidth;
  built.spares = tier.spares;
  built.spare_links = std::llround(tier.spares * tier.spare_links * tier.link.lanes);
  return built;
}

int mesh_hops(const Tier&, std::int64_t) { return 0; }
std::int64_t no_nodes(const Tier&, std::int64_t) { return 0; }

void wire_mesh(const UnitWiring& unit, graph::GraphBuilder& builder) {
  const double capacity = unit.port() / unit.tier->oversubscription;
  for (graph::NodeId a = 0; a < unit.devices(); ++a) {
    for (graph::NodeId b = a + unit.devices_inside; b < unit.devices(); b += unit.devices_inside) {
      builder.add_cable(unit.cable(unit.first_device + a, unit.first_device + b, capacity,
                                   unit.tier->links_per_device, unit.latency));
    }
  }
}

}  // namespace

TierParts full_mesh_parts() {
  return {mesh_inventory, mesh_hops, no_nodes, mesh_cables, wire_mesh};
}

std::vector<Tier> read_full_mesh(base::Fields& fields, const TierContext& context) {
  Tier tier = read_common(fields, context, TierKind::kFullMesh, "host");
  tier.children = fields.small_integer("size", 1);
  tier.links_per_device = fields.number("links_per_device", 1);
  tier.detours = fields.flag("detours", false);
  tier.passes_on = context.devices_inside > 1;  // to the i-th of another child from all of this one
  return {tier};
}

}  // namespace weft::interconnect
