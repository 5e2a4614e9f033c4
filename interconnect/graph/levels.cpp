#include "levels.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>

namespace weft::graph::detail {

Joined::Joined(NodeId nodes) : parent_(static_cast<std::size_t>(nodes)) {
  std::iota(parent_.begin(), parent_.end(), 0);
}

NodeId Joined::root(NodeId node) {
  while (parent_[node] != node) node = parent_[node] = parent_[parent_[node]];
  return node;
}

// The smaller number stays the root; halved paths keep the depth low.
void Joined::join(NodeId a, NodeId b) {
  a = root(a);
  b = root(b);
  parent_[std::max(a, b)] = std::min(a, b);
}

std::vector<Level> levels_of(const Graph& graph) {
  struct Of {
    bool any = false;
    bool direct = false;    // a cable joins two devices
    bool switched = false;  // or ends at a switch
  };
  std::array<Of, 128> tiers{};
  for (const Cable& cable : graph.cables()) {
    Of& of = tiers[cable.tier];
    of.any = true;
    if (cable.a < graph.devices() && cable.b < graph.devices()) of.direct = true;
    for (const NodeId end : {cable.a, cable.b})
      if (graph.kind(end) == NodeKind::kSwitch) of.switched = true;
  }
  std::vector<Level> levels;
  for (int tier = 0; tier < std::ssize(tiers); ++tier) {
    const Of& of = tiers[tier];
    if (!of.any) continue;
    if (!of.switched && !levels.empty() && levels.back().joins_devices) {
      levels.back().limit = tier;
      continue;
    }
    const int inner = levels.empty() ? -1 : levels.back().limit;
    levels.push_back({inner, tier, of.direct || !of.switched});
  }
  return levels;
}

std::vector<std::vector<std::int32_t>> by_level(const Graph& graph, Alive alive,
                                                std::span<const Level> levels,
                                                std::span<const Pair> pairs) {
  std::vector<std::int32_t> waiting;
  for (std::size_t i = 0; i < pairs.size(); ++i)
    if (pairs[i].from != pairs[i].to) waiting.push_back(static_cast<std::int32_t>(i));
  std::vector<std::vector<std::int32_t>> result(levels.size());
  Joined joined(graph.nodes());
  const std::span<const Cable> cables = graph.cables();
  for (std::size_t level = 0; level < levels.size(); ++level) {
    for (std::size_t i = 0; i < cables.size(); ++i) {
      const bool is_own =
          cables[i].tier > levels[level].inner && cables[i].tier <= levels[level].limit;
      const bool lives = alive.empty() || alive[2 * i] != 0 || alive[2 * i + 1] != 0;
      if (is_own && lives) joined.join(cables[i].a, cables[i].b);
    }
    const auto meets = [&](std::int32_t i) {
      return joined.root(pairs[i].from) != joined.root(pairs[i].to);
    };
    const auto rest = std::stable_partition(waiting.begin(), waiting.end(), meets);
    result[level].assign(rest, waiting.end());
    waiting.erase(rest, waiting.end());
  }
  return result;
}

}  // namespace weft::graph::detail
