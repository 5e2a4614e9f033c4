// What a graph is like: parts, distances, cuts, and what it is built of.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/graph/graph.h"

namespace weft::graph {

// Links that work, 1 or 0 each; empty: all do.
using Alive = std::span<const std::uint8_t>;

// Connected parts, by the part of each device (numbered from 0 in order of their first device). A
// fabric is whole when there is one.
struct Parts {
  std::vector<std::int32_t> of_device;
  std::int32_t count = 0;
};
Parts parts_of(const Graph& graph, Alive alive = {});

// The pair of devices with most links between them on the shortest way, and with the longest
// latency among pairs as far; devices that do not reach each other are left out. Exact: a search
// from every device when there are at most `exact_up_to`, else from one device of each class of
// like devices (colour refinement), which is exact on symmetric graphs.
struct Farthest {
  NodeId from = 0;
  NodeId to = 0;
  int hops = 0;  // links
  int switches = 0;
  double latency = 0;  // s
};
Farthest farthest_pair(const Graph& graph, NodeId exact_up_to = 2048);

// byte/s, one way, that devices 0 .. n/2 - 1 can send to the others at most when each may send
// without limit to all (maximum flow; Boost Graph's push-relabel).
double bisection(const Graph& graph);
// The same between any two sets of devices.
double cut(const Graph& graph, std::span<const NodeId> from, std::span<const NodeId> to);

// What one tier is built of.
struct PartsList {
  std::int64_t switches = 0;
  std::vector<std::int64_t> switches_by_layer;  // leaf, spine, core
  double cables = 0;                            // lanes
  double modules = 0;                           // both ends
  std::int64_t device_ports = 0;                // cable ends at devices and shared ports
  std::int64_t switch_ports = 0;                // cable ends at switches
};
// Indexed by tier.
std::vector<PartsList> inventory_of(const Graph& graph);

}  // namespace weft::graph
