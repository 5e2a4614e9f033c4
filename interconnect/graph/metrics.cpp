#include "weft/graph/metrics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "levels.h"

namespace weft::graph {

Parts parts_of(const Graph& graph, Alive alive) {
  detail::Joined joined(graph.nodes());
  const std::span<const Cable> cables = graph.cables();
  for (std::size_t i = 0; i < cables.size(); ++i) {
    if (alive.empty() || (alive[2 * i] != 0 && alive[2 * i + 1] != 0))
      joined.join(cables[i].a, cables[i].b);
  }
  Parts parts;
  std::vector<std::int32_t> part_of(static_cast<std::size_t>(graph.nodes()), -1);
  parts.of_device.reserve(static_cast<std::size_t>(graph.devices()));
  for (NodeId device = 0; device < graph.devices(); ++device) {
    std::int32_t& part = part_of[joined.root(device)];
    if (part < 0) part = parts.count++;
    parts.of_device.push_back(part);
  }
  return parts;
}

std::vector<PartsList> inventory_of(const Graph& graph) {
  std::vector<PartsList> tiers;
  const auto at = [&](int tier) -> PartsList& {
    if (tier >= std::ssize(tiers)) tiers.resize(static_cast<std::size_t>(tier) + 1);
    return tiers[tier];
  };
  for (NodeId node = graph.devices(); node < graph.nodes(); ++node) {
    PartsList& list = at(graph.tier(node));
    if (graph.kind(node) != NodeKind::kSwitch) continue;
    const auto layer = static_cast<std::size_t>(graph.layer(node));
    list.switches_by_layer.resize(std::max(list.switches_by_layer.size(), layer + 1));
    ++list.switches_by_layer[layer];
    ++list.switches;
  }
  std::vector<double> switch_ports;
  std::vector<double> device_ports;
  for (const Cable& cable : graph.cables()) {
    PartsList& list = at(cable.tier);
    list.cables += cable.lanes;
    list.modules += cable.modules;
    switch_ports.resize(tiers.size());
    device_ports.resize(tiers.size());
    for (const NodeId end : {cable.a, cable.b}) {
      (graph.kind(end) == NodeKind::kSwitch ? switch_ports : device_ports)[cable.tier] +=
          cable.lanes;
    }
  }
  for (std::size_t tier = 0; tier < switch_ports.size(); ++tier) {
    tiers[tier].switch_ports = std::llround(switch_ports[tier]);
    tiers[tier].device_ports = std::llround(device_ports[tier]);
  }
  return tiers;
}

}  // namespace weft::graph
