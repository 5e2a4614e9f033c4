// How messages find their way, and what is broken: what all questions that flows answer share.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weft/graph/routing.h"
#include "weft/traffic/run.h"

namespace weft::network {

// All cables between two nodes, by the names that the busiest links and the graphs of `weft fabric`
// list them with, have this share of their bandwidth from `time` on; 0: they are dead.
struct LinkFault {
  std::string from, to;
  double share = 0;
  double time = 0;  // s
};

struct Routes {
  graph::Policy policy = graph::Policy::kMinimal;
  std::uint64_t seed = 0;     // of hashes
  bool rail_aligned = false;  // messages for another rail are passed on in the host
  std::vector<LinkFault> faults;
};

// The graph without dead cables, others with the share of their capacity that is left; faults have
// no time here. Throws base::InputError as run_options does.
graph::Graph with_faults(const graph::Graph& graph, const std::vector<LinkFault>& faults);

// Throws base::InputError for a node that the network does not have and for two that no cable
// joins.
traffic::RunOptions run_options(const traffic::Network& network, const Routes& routes, int threads);

}  // namespace weft::network
