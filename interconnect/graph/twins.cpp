// Switches that are alike, as one.
#include <algorithm>
#include <cstddef>
#include <map>
#include <tuple>
#include <utility>

#include "refine.h"
#include "weft/graph/graph.h"

namespace weft::graph {
namespace {

// Number of members of each class, and the first.
struct Members {
  std::vector<NodeId> first;
  std::vector<std::int64_t> count;
};

Members members_of(const detail::Colours& classes) {
  Members members{std::vector<NodeId>(static_cast<std::size_t>(classes.count), -1),
                  std::vector<std::int64_t>(static_cast<std::size_t>(classes.count), 0)};
  for (std::size_t node = 0; node < classes.of_node.size(); ++node) {
    const std::int32_t of = classes.of_node[node];
    if (members.count[of]++ == 0) members.first[of] = static_cast<NodeId>(node);
  }
  return members;
}

// Switches and ports keep the names that they have in `graph`, where their numbers are others.
void add_nodes(const Graph& graph, const Members& members, GraphBuilder& builder) {
  const auto name = [&](std::size_t of) {
    const std::string first = graph.name(members.first[of]);
    return members.count[of] == 1
               ? first
               : first + " and " + std::to_string(members.count[of] - 1) + " more";
  };
  for (std::size_t of = 0; of < members.first.size(); ++of) {
    const NodeId node = members.first[of];
    if (graph.kind(node) == NodeKind::kDevice) {
      if (graph.has_names()) builder.name_device(node, graph.name(node));
    } else if (graph.kind(node) == NodeKind::kSwitch) {
      builder.add_switch(graph.tier(node), graph.layer(node), name(of));
    } else {
      builder.add_port(graph.tier(node), name(of));
    }
  }
}

// Cables between the same two classes, of one tier and latency, are one cable; those between two
// devices are not touched, those between two of a class (no shortest way uses them) are dropped.
// `all`: also where neither class has more than one member.
std::vector<Cable> merged_cables(const Graph& graph, const detail::Colours& classes,
                                 const Members& members, bool all) {
  std::vector<Cable> cables;
  std::map<std::tuple<NodeId, NodeId, int, double, bool>, std::size_t> known;
  for (Cable cable : graph.cables()) {
    const bool direct = cable.a < graph.devices() && cable.b < graph.devices();
    cable.a = classes.of_node[cable.a];
    cable.b = classes.of_node[cable.b];
    if (cable.a == cable.b) continue;
    const auto [low, high] = std::minmax(cable.a, cable.b);
    const bool is_kept = !all && members.count[low] == 1 && members.count[high] == 1;
    if (!direct && !is_kept) {
      const std::tuple key(low, high, cable.tier, cable.latency, cable.global);
      const auto [at, fresh] = known.try_emplace(key, cables.size());
      if (!fresh) {
        Cable& sum = cables[at->second];
        sum.capacity += cable.capacity;
        sum.lanes += cable.lanes;
        sum.modules += cable.modules;
        continue;
      }
    }
    cables.push_back(cable);
  }
  return cables;
}

Graph merged(const Graph& graph, std::vector<std::int32_t> colours, bool all) {
  const detail::Colours classes =
      detail::refine(graph, std::move(colours), detail::Tells::kTierAndLatency);
  const Members members = members_of(classes);
  GraphBuilder builder(graph.devices());
  add_nodes(graph, members, builder);
  for (const Cable& cable : merged_cables(graph, classes, members, all)) builder.add_cable(cable);
  return builder.finish();
}

}  // namespace

// Each device is a class of its own and comes first, so that class numbers are the new node
// numbers. Planes fall together because their leaves and spines do so at the same time.
Graph merge_twins(const Graph& graph) {
  return merged(graph, detail::colours_by_kind(graph, true), true);
}

Graph merge_twins(const Graph& graph, std::uint32_t tiers) {
  std::vector<std::int32_t> colours = detail::colours_by_kind(graph, true);
  auto next = static_cast<std::int32_t>(colours.size());
  for (NodeId node = graph.devices(); node < graph.nodes(); ++node) {
    const bool may_merge =
        graph.kind(node) == NodeKind::kSwitch && (tiers >> graph.tier(node) & 1U) != 0;
    if (!may_merge) colours[node] = next++;
  }
  return merged(graph, std::move(colours), false);
}

}  // namespace weft::graph
