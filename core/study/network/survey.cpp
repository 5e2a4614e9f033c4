#include "weft/network/survey.h"

#include <fmt/format.h>

#include <algorithm>

#include "weft/graph/metrics.h"
#include "weft/interconnect/wiring.h"
#include "weft/network/cluster_size.h"
#include "weft/traffic/run.h"

namespace weft::network {

namespace {

using interconnect::Fabric;
using interconnect::TierKind;

const char* name_of(TierKind kind) {
  switch (kind) {
    case TierKind::kPair:
      return "pair";
    case TierKind::kFullMesh:
      return "full mesh";
    case TierKind::kSwitch:
      return "switch";
    case TierKind::kFatTree:
      return "fat tree";
    case TierKind::kRing:
      return "ring";
    case TierKind::kDragonfly:
      return "dragonfly";
    case TierKind::kLongHaul:
      return "long haul";
    case TierKind::kGraph:
      return "graph";
  }
  return "";
}

// Beyond, closed forms tell enough in much less time.
constexpr double kMostCablesToWire = 4e6;

std::int64_t inside_of(const Fabric& fabric, std::size_t tier) {
  return tier == 0 ? 1 : fabric.unit_size(static_cast<int>(tier) - 1);
}

std::optional<base::Money> times(const std::optional<base::Money>& price, double count) {
  if (!price || count == 0) return std::nullopt;
  return base::Money{price->amount * count, price->currency};
}

// What closed forms tell.
std::vector<TierSurvey> tiers_of(const Fabric& fabric) {
  std::vector<TierSurvey> surveys;
  const auto inventory = fabric.inventory();
  for (std::size_t i = 0; i < inventory.size(); ++i) {
    const auto& tier = fabric.tiers()[i];
    const auto& parts = inventory[i];
    TierSurvey survey;
    survey.name = tier.name;
    survey.kind = name_of(tier.kind);
    survey.link = tier.link.name;
    survey.units = fabric.size() / fabric.unit_size(static_cast<int>(i));
    survey.children = tier.children;
    survey.switches = parts.switches;
    survey.cables = static_cast<double>(parts.links);
    survey.modules = parts.optical_modules;
    survey.switch_power = static_cast<double>(parts.switches) * parts.switch_power;
    survey.module_power = parts.optical_modules * parts.module_power;
    survey.bisection = parts.bisection;
    survey.spares = parts.spares;
    survey.spare_cables = parts.spare_links;
    surveys.push_back(std::move(survey));
  }
  return surveys;
}

// A switch costs what its tier says, else its ports. Those of a plane carry a part of a link each.
std::optional<base::Money> switch_price(const interconnect::Tier& tier) {
  if (tier.switch_price || tier.kind != TierKind::kFatTree) return tier.switch_price;
  return times(tier.link.port_price, static_cast<double>(tier.radix) / tier.planes);
}

// Of what has been counted, in closed form or on the graph.
void add_prices(const Fabric& fabric, std::vector<TierSurvey>& tiers) {
  for (std::size_t i = 0; i < tiers.size(); ++i) {
    const auto& tier = fabric.tiers()[i];
    tiers[i].optics_price = times(tier.link.optics.module_price, tiers[i].modules);
    tiers[i].switch_price = times(switch_price(tier), static_cast<double>(tiers[i].switches));
    tiers[i].cable_price = times(tier.link.cable_price, tiers[i].cables);
  }
}

int diameter(const interconnect::Tier& tier) {
  if (tier.kind != TierKind::kRing) return std::min(tier.children - 1, 1);
  return tier.wraps ? tier.children / 2 : tier.children - 1;
}

// Two devices whose way crosses the outermost tier with more than one child. Dimensions of a mesh
// or torus are crossed one after another, each by its diameter.
WorstPair worst_in_closed_form(const Fabric& fabric) {
  WorstPair worst;
  int hops = 0;
  bool is_outermost = true;
  for (std::size_t i = fabric.tiers().size(); i-- > 0;) {
    const auto& tier = fabric.tiers()[i];
    if (tier.children <= 1) continue;
    const int steps = diameter(tier);
    worst.to += steps * inside_of(fabric, i);
    worst.switches += tier.switch_hops(inside_of(fabric, i));
    worst.latency += static_cast<double>(steps) * fabric.message_latency(static_cast<int>(i));
    hops += steps;
    if (!tier.is_dimension()) {
      if (is_outermost) worst.to = fabric.size() - 1;
      return worst;
    }
    is_outermost = false;
  }
  worst.hops = hops;
  return worst;
}

// Halves of the children of the outermost tier that has more than one; tiers of one child further
// out join the same devices side by side with it.
base::Bandwidth bisection_in_closed_form(const std::vector<TierSurvey>& tiers) {
  base::Bandwidth sum;
  for (std::size_t i = tiers.size(); i-- > 0;) {
    sum += tiers[i].bisection;
    if (tiers[i].children > 1) break;
  }
  return sum;
}

void use_parts(const graph::PartsList& parts, TierSurvey& survey) {
  survey.switches_by_layer = parts.switches_by_layer;
  survey.cables = parts.cables;
  survey.device_ports = parts.device_ports;
  survey.switch_ports = parts.switch_ports;
}

std::vector<Part> list_parts(const graph::Graph& graph) {
  const auto known = graph::parts_of(graph);
  std::vector<Part> parts(static_cast<std::size_t>(known.count));
  for (graph::NodeId device = graph.devices(); device-- > 0;) {
    Part& part = parts[static_cast<std::size_t>(known.of_device[device])];
    ++part.devices;
    part.first = device;
  }
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Part& a, const Part& b) { return a.devices > b.devices; });
  return parts;
}

void count_parts(const graph::Graph& graph, Survey& survey) {
  survey.from_graph = true;
  const auto inventory = graph::inventory_of(graph);
  for (std::size_t i = 0; i < std::min(inventory.size(), survey.tiers.size()); ++i) {
    use_parts(inventory[i], survey.tiers[i]);
  }
}

void measure(const graph::Graph& graph, Survey& survey) {
  survey.parts = list_parts(graph);
  const auto farthest = graph::farthest_pair(graph);
  survey.worst = {farthest.from, farthest.to, farthest.hops, farthest.switches,
                  base::Time(farthest.latency)};
  if (survey.nodes > kMostNodesToCut) return;
  survey.bisection = base::Bandwidth(graph::bisection(graph));
  survey.bisection_from_graph = true;
}

void use_graph(const Fabric& fabric, const std::vector<LinkFault>& faults, Survey& survey) {
  const graph::Graph graph = interconnect::wire(fabric);
  count_parts(graph, survey);
  // Faults are of the nodes that messages see.
  measure(faults.empty() ? graph : with_faults(traffic::Network(fabric).graph(), faults), survey);
}

}  // namespace

Survey survey(const cluster::Cluster& cluster, std::int64_t most_nodes,
              const std::vector<LinkFault>& faults) {
  const auto& fabric = cluster.fabric;
  Survey survey;
  survey.cluster = cluster.label;
  survey.devices = cluster.devices();
  survey.hosts = cluster.hosts;
  survey.nodes = interconnect::nodes_of(fabric);
  survey.faults = faults.size();
  survey.parts = {{survey.devices, 0}};
  survey.tiers = tiers_of(fabric);
  survey.worst = worst_in_closed_form(fabric);
  survey.bisection = bisection_in_closed_form(survey.tiers);
  const bool is_small =
      survey.nodes <= most_nodes && interconnect::cables_of(fabric) <= kMostCablesToWire;
  if (is_small && survey.devices > 1) {
    use_graph(fabric, faults, survey);
  } else if (!faults.empty()) {
    refuse(fmt::format("faults of {} with {} nodes: its graph is too large to be built",
                       cluster.label, survey.nodes),
           "fewer --hosts");
  }
  add_prices(fabric, survey.tiers);
  return survey;
}

graph::Graph graph_of(const cluster::Cluster& cluster, const std::vector<LinkFault>& faults) {
  const auto nodes = interconnect::nodes_of(cluster.fabric);
  if (nodes > graph::GraphBuilder::kMaxNodes) {
    refuse(fmt::format("{} has {} nodes; a graph has up to {}", cluster.label, nodes,
                       graph::GraphBuilder::kMaxNodes));
  }
  const auto cables = interconnect::cables_of(cluster.fabric);
  if (cables > interconnect::kMostCables) {
    refuse(fmt::format("{} has {:.3g} cables; a graph has up to {}", cluster.label, cables,
                       interconnect::kMostCables));
  }
  if (faults.empty()) return interconnect::wire(cluster.fabric);
  return with_faults(traffic::Network(cluster.fabric).graph(), faults);
}

}  // namespace weft::network
