// Colour refinement of a network: which nodes and links cannot be told apart. Internal to the room.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "weft/graph/graph.h"

namespace weft::traffic {

struct Colours {
  std::vector<std::int32_t> of_node;
  std::int32_t count = 0;
};

// The coarsest colouring in which nodes of one colour have equally many links of each capacity and
// tier to and from each colour. `apart`: a node with a colour of its own from the start.
Colours refine(const graph::Graph& graph, std::span<const double> capacity,
               std::optional<graph::NodeId> apart = std::nullopt);

struct LinkColours {
  std::vector<std::int32_t> of_link;
  std::vector<double> capacity;  // byte/s, of all links of a colour together
};
// Links by the colours of their ends, their tier and capacity.
LinkColours colours_of_links(const graph::Graph& graph, std::span<const double> capacity,
                             const Colours& nodes);

}  // namespace weft::traffic
