// Tiers that a message may use: up to the innermost one that joins its ends.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/graph/graph.h"
#include "weft/graph/metrics.h"
#include "weft/graph/routing.h"

namespace weft::graph::detail {

// Cables up to tier `limit`; those beyond `inner` are its own. Tiers that join devices directly
// (dimensions of a torus or mesh) make one level, so that a way round a failed link may use them
// all, but not the network outside.
struct Level {
  int inner = -1;
  int limit = 0;
  bool joins_devices = false;  // directly, by cables of its own (behind shared ports too)
};
std::vector<Level> levels_of(const Graph& graph);

// Indices of the pairs by the first level whose live cables join their ends; pairs of a device with
// itself and pairs that nothing joins are left out.
std::vector<std::vector<std::int32_t>> by_level(const Graph& graph, Alive alive,
                                                std::span<const Level> levels,
                                                std::span<const Pair> pairs);

// Sets of nodes that grow together.
class Joined {
 public:
  explicit Joined(NodeId nodes);
  NodeId root(NodeId node);
  void join(NodeId a, NodeId b);

 private:
  std::vector<NodeId> parent_;
};

}  // namespace weft::graph::detail
