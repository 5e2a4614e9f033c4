// Ways through a graph.
//
// A message stays in the innermost tiers that join its ends (so that devices of a torus do not
// leave it for a shorter way over the network outside); dimensions of a torus or mesh, tiers that
// join devices directly one after another, count as one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/flow/routes.h"
#include "weft/graph/graph.h"
#include "weft/graph/metrics.h"

namespace weft::graph {

enum class Policy : std::uint8_t {
  kMinimal,  // one shortest way, the same for all messages of a pair: in a torus or mesh the lowest
             // tier or dimension first; else equal choices are taken by the destination's number
             // among those under its switches, so that destinations spread evenly (D-mod-k)
  kEcmp,     // one of the shortest ways, by a hash of (seed, pair, label) at every switch;
             // a cable of twice the capacity is taken twice as often
  kSpray,    // all shortest ways at once, split at every node by the capacity of the cables, which
             // is evenly where they are equal
  kDetour,   // the shortest ways, and those one link longer over one more device or switch; all
             // with equal shares (All-Path-Routing of UB-Mesh). Where cables are global: the
             // shortest, and over each other group one (Valiant's), all with equal shares
};
const char* name_of(Policy policy);

struct RoutingOptions {
  Policy policy = Policy::kMinimal;
  std::uint64_t seed = 0;
  // Whether devices may pass traffic on. Where ways are otherwise as short: never (false: only when
  // there is no way through switches), or first (true: rail-aligned, a message for another rail
  // goes through a neighbour in the host and stays under one leaf).
  bool through_devices = false;
  Alive alive;  // per link
  int threads = 1;
};

struct Pair {
  NodeId from = 0;  // devices
  NodeId to = 0;
  std::uint64_t label = 0;  // tells messages of a pair apart (kEcmp): a queue pair, a channel
};

// A route for each pair, in their order; pairs that cannot reach each other get an empty route and
// are listed. A pair of a device with itself has an empty route and is not listed.
struct Routed {
  flow::Routes routes;
  std::vector<std::int32_t> unreachable;  // indices into the pairs
};
Routed route(const Graph& graph, std::span<const Pair> pairs, const RoutingOptions& options);

// Latency of a route: the sum over its links, weighted by their share [s].
double latency_of(const Graph& graph, std::span<const flow::LinkId> links,
                  std::span<const double> shares);

}  // namespace weft::graph
