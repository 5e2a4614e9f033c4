// All-to-all on a symmetric fabric in classes instead of flows.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "weft/graph/graph.h"
#include "weft/traffic/run.h"

namespace weft::traffic {

struct FoldedAllToAll {
  double time = 0;                // s, of the last class
  std::int64_t flow_classes = 0;  // of p·(p-1) flows
  std::int64_t link_classes = 0;
  std::vector<double> tier_bytes;  // over the cables of each tier, each crossing counted
  std::vector<double> sent;        // of it over links that leave devices
};

// All p·(p-1) flows of `bytes` each at once, sprayed, at the capacities given for each link:
// one device's flows stand for all, destinations that cannot be told apart from it (colour
// refinement with that device set apart) for each other. Exact when devices are all alike, which is
// checked: throws std::invalid_argument otherwise. Time excludes latency.
FoldedAllToAll folded_all_to_all(const graph::Graph& graph, std::span<const double> capacity,
                                 double bytes);

// The same as run() has it: with the latency of messages, what they cost besides their bytes, and
// the overhead of the call. None when devices are not all alike.
std::optional<FoldedAllToAll> folded_all_to_all(const Network& network, double bytes);

}  // namespace weft::traffic
