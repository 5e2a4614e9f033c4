// One dimension of a torus or mesh: the i-th device of a child is joined to the i-th of the next,
// and the last child's to the first's when it wraps. Two children have one cable, not two.
//
// A torus of cubes (TPU v4, arXiv:2304.01433): cables inside a cube are copper; those that leave it
// are circuits of two optical cables through an optical circuit switch. Each place on the face of a
// cube has a switch of its own for each dimension, which all cubes share: 3 · 4² = 48 for cubes of
// 4³. Circuits carry no traffic of others, so they are wired as cables from device to device.

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "read_lists.h"
#include "tier_kinds.h"

namespace weft::interconnect {

namespace {

bool closes(const Tier& tier) { return tier.wraps && tier.children > 2; }

// Whether the cable from a child to the next (of the last: to the first) leaves its cube.
bool is_circuit(const Tier& tier, int child) {
  return tier.cube > 0 && (child + 1) % tier.cube == 0;
}

int steps_of(const Tier& tier) { return closes(tier) ? tier.children : tier.children - 1; }

int circuits_of(const Tier& tier) { return tier.cube > 0 ? steps_of(tier) / tier.cube : 0; }

// Links that a step counts as.
double links_of_step(const Tier& tier, bool circuit) {
  return tier.links_per_device * (circuit ? 2 : 1);
}

double modules_of_step(const Tier& tier, bool circuit) {
  if (tier.cube > 0 && !circuit) return 0;
  return tier.links_per_device * tier.link.optics.modules_per_link;
}

TierInventory ring_inventory(const Tier& tier, std::int64_t devices_inside) {
  const auto rings = static_cast<double>(devices_inside);
  const int circuits = circuits_of(tier);
  const int copper = steps_of(tier) - circuits;
  TierInventory built = inventory_of_links(
      tier, rings * (copper * links_of_step(tier, false) + circuits * links_of_step(tier, true)));
  built.optical_modules =
      rings * (copper * modules_of_step(tier, false) + circuits * modules_of_step(tier, true));
  built.switches = tier.switches;
  const int cuts = tier.children > 1 ? (closes(tier) ? 2 : 1) : 0;
  built.bisection = cuts * rings * tier.links_per_device * tier.link.bandwidth;
  return built;
}

int ring_hops(const Tier&, std::int64_t) { return 0; }

std::int64_t ring_nodes(const Tier& tier, std::int64_t) { return tier.switches; }

double ring_cables(const Tier& tier, std::int64_t devices_inside) {
  return static_cast<double>(steps_of(tier)) * static_cast<double>(devices_inside);
}

void wire_ring(const UnitWiring& unit, graph::GraphBuilder& builder) {
  const Tier& tier = *unit.tier;
  for (int child = 0; child < steps_of(tier); ++child) {
    const bool circuit = is_circuit(tier, child);
    const graph::NodeId from = unit.first_device + child * unit.devices_inside;
    const graph::NodeId to = unit.first_device + (child + 1) % tier.children * unit.devices_inside;
    for (graph::NodeId i = 0; i < unit.devices_inside; ++i) {
      graph::Cable cable = unit.cable(from + i, to + i, unit.port() / tier.oversubscription,
                                      links_of_step(tier, circuit), unit.latency);
      cable.modules = modules_of_step(tier, circuit);
      builder.add_cable(cable);
    }
  }
  for (std::int64_t i = 0; i < tier.switches; ++i) builder.add_switch(unit.index);
}

std::int64_t default_switches(const std::vector<Tier>& tiers, int cube) {
  if (cube == 0) return 0;
  double faces = static_cast<double>(tiers.size());
  for (std::size_t i = 1; i < tiers.size(); ++i) faces *= cube;
  return std::llround(std::min(faces, 1e9));
}

void check_cubes(base::Fields& fields, const std::vector<Tier>& tiers, int cube) {
  const std::vector<base::Node> sizes = fields.list("dimensions");
  if (cube == 0 || sizes.size() != tiers.size()) return;
  for (std::size_t i = 0; i < tiers.size(); ++i) {
    if (tiers[i].children % cube == 0) continue;
    fields.reading().error(
        sizes[i], fmt::format("{} is no multiple of the cube of {}", tiers[i].children, cube));
  }
}

}  // namespace

TierParts ring_parts() { return {ring_inventory, ring_hops, ring_nodes, ring_cables, wire_ring}; }

std::vector<Tier> read_torus(base::Fields& fields, const TierContext& context) {
  Tier tier = read_common(fields, context, TierKind::kRing, "torus");
  const std::vector<int> sizes = sizes_of(fields, "dimensions");
  tier.wraps = fields.flag("wrap", true);
  const std::vector<double> links = number_for_each(fields, "links_per_device", sizes.size(), 1);
  tier.cube = fields.has("cube") ? fields.small_integer("cube", 1) : 0;
  read_each_switch(fields, tier);
  std::vector<Tier> tiers;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    Tier dimension = tier;
    dimension.name = fmt::format("{} dimension {}", tier.name, i + 1);
    dimension.children = sizes[i];
    dimension.links_per_device = links[i];
    tiers.push_back(std::move(dimension));
  }
  check_cubes(fields, tiers, tier.cube);
  tiers.back().switches = fields.integer("optical_switches", 0, default_switches(tiers, tier.cube));
  return tiers;
}

}  // namespace weft::interconnect
