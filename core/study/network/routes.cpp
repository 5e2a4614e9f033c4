#include "weft/network/routes.h"

#include <fmt/format.h>

#include <algorithm>

#include "weft/base/diagnostics.h"
#include "weft/network/cluster_size.h"

namespace weft::network {

namespace {

graph::NodeId node_named(const graph::Graph& graph, const std::string& name) {
  std::vector<std::string> names;
  for (graph::NodeId node = 0; node < graph.nodes(); ++node) {
    names.push_back(graph.name(node));
    if (names.back() == name) return node;
  }
  const auto near = base::nearest(name, names);
  refuse(fmt::format("no node of this network is called '{}'", name),
         near.empty() ? "" : fmt::format("did you mean '{}'?", near));
}

void add_changes(const graph::Graph& graph, const LinkFault& fault,
                 std::vector<flow::LinkChange>& changes) {
  const auto from = node_named(graph, fault.from);
  const auto to = node_named(graph, fault.to);
  const auto before = changes.size();
  for (const graph::LinkId link : graph.out(from)) {
    if (graph.to(link) != to) continue;
    const double capacity = graph.cable_of(link).capacity * fault.share;
    changes.push_back({fault.time, link, capacity});
    changes.push_back({fault.time, link ^ 1, capacity});
  }
  if (changes.size() > before) return;
  refuse(fmt::format("no cable joins '{}' and '{}'", fault.from, fault.to));
}

}  // namespace

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
