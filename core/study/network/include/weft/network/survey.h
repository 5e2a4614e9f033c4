// `weft fabric`: what a network is built of and how far it reaches.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/cluster/cluster.h"
#include "weft/graph/graph.h"
#include "weft/network/routes.h"

namespace weft::network {

// Beyond so many nodes a survey is of closed forms.
inline constexpr std::int64_t kMostNodes = 2'000'000;
// Beyond so many the bisection is that of closed forms: a maximum flow takes too long.
inline constexpr std::int64_t kMostNodesToCut = 50'000;

struct TierSurvey {
  std::string name, kind, link;
  std::int64_t units = 1;     // of the tier
  std::int64_t children = 1;  // of one unit
  std::int64_t switches = 0;
  std::vector<std::int64_t> switches_by_layer;  // leaf, spine, core; empty in closed form
  double cables = 0;
  double modules = 0;  // optical, both ends
  std::optional<std::int64_t> device_ports, switch_ports;
  base::Power switch_power, module_power;  // all of them
  base::Bandwidth bisection;               // of one unit, one way, in closed form
  std::int64_t spares = 0;                 // devices that wait as a backup
  std::int64_t spare_cables = 0;           // theirs, not among `cables`
  // All modules, all switches, all cables; none: there are none, or no price is known.
  std::optional<base::Money> optics_price, switch_price, cable_price;
};

struct WorstPair {
  std::int64_t from = 0, to = 0;
  std::optional<int> hops;  // cables
  int switches = 0;
  base::Time latency;
};

// Devices that reach each other and no other.
struct Part {
  std::int64_t devices = 0;
  std::int64_t first = 0;  // the first of them
};

struct Survey {
  std::string cluster;
  std::int64_t devices = 0, hosts = 0;
  bool from_graph = false;
  std::int64_t nodes = 0;
  std::vector<TierSurvey> tiers;  // from the inside out
  std::vector<Part> parts;        // connected, the largest first; one: whole
  std::size_t faults = 0;         // that parts, worst pair and bisection are with
  WorstPair worst;
  base::Bandwidth bisection;  // one way, between two halves of all devices, over all tiers
  bool bisection_from_graph = false;
};

// With its graph when it is small enough. What it is built of is counted without the faults. Throws
// base::InputError for faults that are none (routes.h), and for faults of a graph that is too
// large.
Survey survey(const cluster::Cluster& cluster, std::int64_t most_nodes = kMostNodes,
              const std::vector<LinkFault>& faults = {});

// The graph of a cluster's network. With faults it is that of messages, to which switches that
// share every message are one, without dead cables. Throws base::InputError beyond
// graph::GraphBuilder::kMaxNodes and for faults that are none.
graph::Graph graph_of(const cluster::Cluster& cluster, const std::vector<LinkFault>& faults = {});

}  // namespace weft::network
