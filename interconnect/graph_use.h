// What traffic finds in a graph whose shape nobody knows. Internal to the room.
#pragma once

#include "weft/graph/graph.h"
#include "weft/interconnect/tier.h"

namespace weft::interconnect {

// Along all shortest ways evenly; devices pass traffic on only when switches do not join them all.
// Throws std::invalid_argument when there are fewer than two devices, when some do not reach each
// other, or when the graph is too large to find out.
GraphUse use_of(const graph::Graph& graph);

}  // namespace weft::interconnect
