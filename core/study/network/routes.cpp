#include "weft/network/routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "weft/base/diagnostics.h"
#include "weft/network/cluster_size.h"

namespace weft::network {

namespace {

// "switch 8 and 3 more" stands for switches 8 to 11 (graph::merge_twins).
struct Together {
  std::string kind;
  int first = 0;
  int more = 0;
};

std::optional<Together> together_of(const std::string& name) {
  Together all;
  std::istringstream words(name);
  if (!(words >> all.kind >> all.first)) return std::nullopt;
  std::string conjunction;
  if (!(words >> conjunction >> all.more)) all.more = 0;
  return all;
}

// The node that a name most likely means: one that the node stands for, or that stands for it.
std::string meant(const std::string& name, const std::vector<std::string>& names) {
  if (const auto asked = together_of(name)) {
    for (const auto& known : names) {
      const auto all = together_of(known);
      const bool holds = all && all->kind == asked->kind && all->first <= asked->first &&
                         asked->first <= all->first + all->more;
      if (holds) return known;
    }
  }
  return base::nearest(name, names);
}

graph::NodeId node_named(const graph::Graph& graph, const std::string& name) {
  std::vector<std::string> names;
  for (graph::NodeId node = 0; node < graph.nodes(); ++node) {
    names.push_back(graph.name(node));
    if (names.back() == name) return node;
  }
  const auto near = meant(name, names);
  refuse(fmt::format("no node of this network is called '{}'", name),
         near.empty() ? "" : fmt::format("did you mean '{}'?", near));
}

std::vector<graph::LinkId> links_of(const graph::Graph& graph, const LinkFault& fault) {
  const auto from = node_named(graph, fault.from);
  const auto to = node_named(graph, fault.to);
  std::vector<graph::LinkId> links;
  for (const graph::LinkId link : graph.out(from)) {
    if (graph.to(link) == to) links.push_back(link);
  }
  if (links.empty()) refuse(fmt::format("no cable joins '{}' and '{}'", fault.from, fault.to));
  return links;
}

void add_changes(const graph::Graph& graph, const LinkFault& fault,
                 std::vector<flow::LinkChange>& changes) {
  for (const graph::LinkId link : links_of(graph, fault)) {
    const double capacity = graph.cable_of(link).capacity * fault.share;
    changes.push_back({fault.time, link, capacity});
    changes.push_back({fault.time, link ^ 1, capacity});
  }
}

void add_nodes(const graph::Graph& graph, graph::GraphBuilder& builder) {
  for (graph::NodeId node = 0; node < graph.nodes(); ++node) {
    const std::string name = graph.has_names() ? graph.name(node) : std::string();
    switch (graph.kind(node)) {
      case graph::NodeKind::kDevice:
        if (!name.empty()) builder.name_device(node, name);
        break;
      case graph::NodeKind::kSwitch:
        builder.add_switch(graph.tier(node), graph.layer(node), name);
        break;
      case graph::NodeKind::kPort:
        builder.add_port(graph.tier(node), name);
        break;
    }
  }
}

}  // namespace

graph::Graph with_faults(const graph::Graph& graph, const std::vector<LinkFault>& faults) {
  std::vector<double> share(graph.cables().size(), 1.0);
  for (const auto& fault : faults) {
    if (fault.time > 0) {
      refuse(fmt::format("the fault between '{}' and '{}' has a time", fault.from, fault.to),
             "a survey is of one moment: leave the time out");
    }
    for (const graph::LinkId link : links_of(graph, fault)) share[link / 2] = fault.share;
  }
  graph::GraphBuilder builder(graph.devices());
  add_nodes(graph, builder);
  for (std::size_t i = 0; i < share.size(); ++i) {
    graph::Cable cable = graph.cables()[i];
    cable.capacity *= share[i];
    if (cable.capacity > 0) builder.add_cable(cable);
  }
  return builder.finish();
}

traffic::RunOptions run_options(const traffic::Network& network, const Routes& routes,
                                int threads) {
  traffic::RunOptions options;
  options.routing.policy = routes.policy;
  options.routing.seed = routes.seed;
  options.routing.through_devices = routes.rail_aligned;
  options.routing.threads = threads;
  options.threads = threads;
  for (const auto& fault : routes.faults) add_changes(network.graph(), fault, options.changes);
  std::stable_sort(options.changes.begin(), options.changes.end(),
                   [](const auto& a, const auto& b) { return a.time < b.time; });
  return options;
}

}  // namespace weft::network
