#include "weft/interconnect/wiring.h"

#include <stdexcept>

#include <fmt/format.h>

#include "tier_kinds.h"

namespace weft::interconnect {

namespace {

std::int64_t inside_of(const Fabric& fabric, int tier) {
  return tier == 0 ? 1 : fabric.unit_size(tier - 1);
}

std::int64_t unit_nodes(const Fabric& fabric, int tier) {
  const Tier& one = fabric.tiers()[tier];
  return tier_parts(one.kind).nodes(one, inside_of(fabric, tier));
}

// Two kinds start at the switches inside, where there are any.
double unit_cables(const Fabric& fabric, int tier) {
  const Tier& one = fabric.tiers()[tier];
  const std::int64_t inside = inside_of(fabric, tier);
  std::int64_t tops = 0;
  if (tier > 0) tops = top_nodes(fabric.tiers()[tier - 1], inside_of(fabric, tier - 1)).count;
  const bool at_switches = tops > 0 && (one.shares_ports || one.kind == TierKind::kLongHaul);
  return tier_parts(one.kind).cables(one, at_switches ? tops : inside);
}

// What is common to all units of a tier.
UnitWiring first_unit(const Fabric& fabric, int tier, graph::NodeId first_inner_node) {
  UnitWiring unit;
  unit.tier = &fabric.tiers()[tier];
  unit.index = tier;
  unit.devices_inside = static_cast<graph::NodeId>(inside_of(fabric, tier));
  unit.latency = fabric.message_latency(tier).si();
  if (tier == 0) return unit;
  unit.inner_tops = top_nodes(fabric.tiers()[tier - 1], inside_of(fabric, tier - 1));
  unit.inner_tops.first += first_inner_node;
  unit.inner_nodes = static_cast<graph::NodeId>(unit_nodes(fabric, tier - 1));
  unit.inner_latency = fabric.message_latency(tier - 1).si();
  return unit;
}

void wire_tier(const Fabric& fabric, UnitWiring unit, graph::GraphBuilder& builder) {
  const std::int64_t units = fabric.size() / fabric.unit_size(unit.index);
  for (std::int64_t i = 0; i < units; ++i) {
    tier_parts(unit.tier->kind).wire(unit, builder);
    unit.first_device += unit.devices();
    unit.inner_tops.first += unit.tier->children * unit.inner_nodes;
  }
}

void check_size(const Fabric& fabric) {
  const std::int64_t nodes = nodes_of(fabric);
  if (nodes > graph::GraphBuilder::kMaxNodes) {
    throw std::invalid_argument(fmt::format("a graph of {} nodes is too large; at most {}", nodes,
                                            graph::GraphBuilder::kMaxNodes));
  }
  const double cables = cables_of(fabric);
  if (cables > kMostCables) {
    throw std::invalid_argument(
        fmt::format("a graph of {:.0f} cables is too large; at most {}", cables, kMostCables));
  }
}

}  // namespace

std::int64_t nodes_of(const Fabric& fabric) {
  std::int64_t nodes = fabric.size();
  for (int tier = 0; tier < static_cast<int>(fabric.tiers().size()); ++tier) {
    nodes += fabric.size() / fabric.unit_size(tier) * unit_nodes(fabric, tier);
  }
  return nodes;
}

double cables_of(const Fabric& fabric) {
  double cables = 0;
  for (int tier = 0; tier < static_cast<int>(fabric.tiers().size()); ++tier) {
    const auto units = static_cast<double>(fabric.size() / fabric.unit_size(tier));
    cables += units * unit_cables(fabric, tier);
  }
  return cables;
}

graph::Graph wire(const Fabric& fabric) {
  check_size(fabric);
  graph::GraphBuilder builder(fabric.size());
  graph::NodeId first_inner_node = 0;
  for (int tier = 0; tier < static_cast<int>(fabric.tiers().size()); ++tier) {
    const graph::NodeId first_node = builder.nodes();
    wire_tier(fabric, first_unit(fabric, tier, first_inner_node), builder);
    first_inner_node = first_node;
  }
  return builder.finish();
}

}  // namespace weft::interconnect
