// Colour refinement: classes of nodes that no sum over neighbours tells apart.
#pragma once

#include <cstdint>
#include <vector>

#include "weft/graph/graph.h"

namespace weft::graph::detail {

struct Colours {
  std::vector<std::int32_t> of_node;  // numbered in order of their first node
  std::int32_t count = 0;
};

// What of a cable tells its ends' neighbours apart besides their colour and its capacity.
enum class Tells : std::uint8_t { kCapacity, kTierAndLatency };

// The coarsest classes, within the given ones, of which each node of one has the same sum of
// capacity to every other (the coarsest equitable partition). A flow between two classes can be
// split evenly over their cables, so that the graph of classes has the same maximum flows.
Colours refine(const Graph& graph, std::vector<std::int32_t> colours, Tells tells);

// By kind, tier and layer; every device with a colour of its own if `tells_devices`.
std::vector<std::int32_t> colours_by_kind(const Graph& graph, bool tells_devices);

}  // namespace weft::graph::detail
