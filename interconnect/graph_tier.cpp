// Any graph as a tier: its devices are the children. What uniform traffic gets of it is found once,
// when it is read, by sending along all shortest ways.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "graph_use.h"
#include "tier_kinds.h"
#include "weft/graph/files.h"

namespace weft::interconnect {

namespace {

bool is_device(const graph::Graph& graph, graph::NodeId node) {
  return graph.kind(node) == graph::NodeKind::kDevice;
}

double send_capacity(const graph::Graph& graph, graph::NodeId node) {
  double sum = 0;
  for (const graph::LinkId link : graph.out(node)) sum += graph.cable_of(link).capacity;
  return sum;
}

// The same nodes in a builder, with their names.
graph::GraphBuilder nodes_like(const graph::Graph& graph) {
  graph::GraphBuilder builder(graph.devices());
  for (graph::NodeId node = 0; node < graph.nodes(); ++node) {
    switch (graph.kind(node)) {
      case graph::NodeKind::kDevice:
        builder.name_device(node, graph.name(node));
        break;
      case graph::NodeKind::kSwitch:
        builder.add_switch(graph.tier(node), graph.layer(node), graph.name(node));
        break;
      case graph::NodeKind::kPort:
        builder.add_port(graph.tier(node), graph.name(node));
        break;
    }
  }
  return builder;
}

// Latencies and modules that the graph does not give, from the link.
graph::Graph completed(const graph::Graph& graph, const Link& link) {
  graph::GraphBuilder builder = nodes_like(graph);
  for (graph::Cable cable : graph.cables()) {
    const int ends = (is_device(graph, cable.a) ? 1 : 0) + (is_device(graph, cable.b) ? 1 : 0);
    if (cable.latency == 0) {
      cable.latency = ends == 0 ? link.switch_latency.si() : link.latency.si() * ends / 2;
    }
    if (cable.modules == 0) cable.modules = cable.lanes * link.optics.modules_per_link;
    builder.add_cable(cable);
  }
  return builder.finish();
}

TierInventory graph_inventory(const Tier& tier, std::int64_t) {
  if (tier.graph == nullptr || tier.children != tier.graph->devices()) {
    throw std::invalid_argument(
        fmt::format("{}: a network from a graph is used as a whole", tier.name));
  }
  TierInventory built = inventory_of_links(tier, 0);
  double lanes = 0;
  for (const graph::Cable& cable : tier.graph->cables()) {
    lanes += cable.lanes;
    built.optical_modules += cable.modules;
  }
  built.links = std::llround(lanes);
  for (graph::NodeId node = tier.graph->devices(); node < tier.graph->nodes(); ++node) {
    if (tier.graph->kind(node) == graph::NodeKind::kSwitch) ++built.switches;
  }
  built.bisection = tier.graph_use.bisection;
  return built;
}

int graph_hops(const Tier& tier, std::int64_t) { return tier.graph_use.switch_hops; }

std::int64_t graph_nodes(const Tier& tier, std::int64_t devices_inside) {
  const std::int64_t others = tier.graph->nodes() - tier.graph->devices();
  return others + (devices_inside > 1 ? tier.children : 0);
}

double graph_cables(const Tier& tier, std::int64_t devices_inside) {
  const auto ports = static_cast<double>(devices_inside > 1 ? devices_inside * tier.children : 0);
  return ports + static_cast<double>(tier.graph->cables().size());
}

// The node of the whole graph for each of the tier's. A child of several devices gets a port.
std::vector<graph::NodeId> add_nodes(const UnitWiring& unit, graph::GraphBuilder& builder) {
  const graph::Graph& graph = *unit.tier->graph;
  std::vector<graph::NodeId> nodes;
  for (graph::NodeId node = 0; node < graph.nodes(); ++node) {
    if (graph.kind(node) == graph::NodeKind::kSwitch) {
      nodes.push_back(builder.add_switch(unit.index, graph.layer(node)));
    } else if (is_device(graph, node) && unit.devices_inside == 1) {
      nodes.push_back(unit.first_device + node);
    } else {
      nodes.push_back(builder.add_port(unit.index));
    }
  }
  return nodes;
}

void wire_graph(const UnitWiring& unit, graph::GraphBuilder& builder) {
  const graph::Graph& graph = *unit.tier->graph;
  const std::vector<graph::NodeId> nodes = add_nodes(unit, builder);
  for (graph::NodeId device = 0; unit.devices_inside > 1 && device < unit.devices(); ++device) {
    const graph::NodeId child = device / unit.devices_inside;
    builder.add_cable(
        unit.cable(unit.first_device + device, nodes[child], send_capacity(graph, child), 0, 0));
  }
  for (graph::Cable cable : graph.cables()) {
    cable.a = nodes[cable.a];
    cable.b = nodes[cable.b];
    cable.tier = unit.index;
    builder.add_cable(cable);
  }
}

graph::Graph read(base::Fields& fields) {
  if (!fields.has("file")) return graph::read_edge_list(fields);
  const std::string file = fields.text("file");
  const auto written = fields.value("file");
  if (!written) return {};
  // Beside the document that names it.
  const auto folder = std::filesystem::path(written->source()->name).parent_path();
  try {
    return graph::read_graphml((folder / file).string());
  } catch (const std::system_error& error) {
    fields.reading().error(*written, fmt::format("{}: {}", file, error.code().message()));
    return {};
  }
}

}  // namespace

Tier graph_tier(graph::Graph graph, const Link& link, std::int64_t devices_inside) {
  Tier tier;
  tier.name = "network";
  tier.kind = TierKind::kGraph;
  tier.children = graph.devices();
  tier.link = link;
  tier.links_per_device = 1 / static_cast<double>(devices_inside);
  tier.graph = std::make_shared<const graph::Graph>(completed(graph, link));
  double most = 0;
  for (graph::NodeId device = 0; device < graph.devices(); ++device) {
    most = std::max(most, send_capacity(graph, device));
  }
  tier.link.bandwidth = base::Bandwidth(most);
  tier.graph_use = use_of(*tier.graph);
  return tier;
}

TierParts graph_parts() {
  return {graph_inventory, graph_hops, graph_nodes, graph_cables, wire_graph};
}

std::vector<Tier> read_graph(base::Fields& fields, const TierContext& context) {
  Tier common = read_common(fields, context, TierKind::kGraph, "network");
  read_each_switch(fields, common);
  const std::size_t errors = fields.reading().diagnostics().size();
  graph::Graph graph = read(fields);
  if (fields.reading().diagnostics().size() > errors) return {};
  try {
    Tier tier = graph_tier(std::move(graph), common.link, context.devices_inside);
    tier.name = common.name;
    tier.switch_power = common.switch_power;
    return {tier};
  } catch (const std::invalid_argument& error) {
    fields.reading().error(fields.node(), error.what());
    return {};
  }
}

}  // namespace weft::interconnect
