// Cuts by maximum flow over classes of like nodes.
#include <fmt/format.h>

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/push_relabel_max_flow.hpp>
#include <cmath>
#include <map>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "refine.h"
#include "weft/graph/metrics.h"

namespace weft::graph {
namespace {

// Whole numbers, because excesses of doubles need not come out at zero.
using Amount = std::int64_t;
using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
using Residual = boost::property<boost::edge_residual_capacity_t, Amount>;
using Reverse = boost::property<boost::edge_reverse_t, Traits::edge_descriptor, Residual>;
using Network =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property,
                          boost::property<boost::edge_capacity_t, Amount, Reverse>>;

// Sum of capacity between two classes, either way.
using Bundles = std::map<std::pair<std::int32_t, std::int32_t>, double>;

void join(Network& network, std::size_t a, std::size_t b, Amount there, Amount back) {
  const auto forward = boost::add_edge(a, b, network).first;
  const auto backward = boost::add_edge(b, a, network).first;
  boost::put(boost::edge_capacity, network, forward, there);
  boost::put(boost::edge_capacity, network, backward, back);
  boost::put(boost::edge_reverse, network, forward, backward);
  boost::put(boost::edge_reverse, network, backward, forward);
}

// Classes 0 and 1 of `side` send and receive without limit.
double maximum_flow(const Bundles& bundles, const std::vector<int>& side) {
  double total = 0;
  for (const auto& [ends, capacity] : bundles) total += capacity;
  if (total == 0) return 0;
  // A power of two, so that capacities in whole byte/s stay exact; sums stay below 2^60.
  const double scale = std::exp2(std::floor(58 - std::log2(total)));
  Network network(side.size() + 2);
  const std::size_t source = side.size();
  const std::size_t sink = side.size() + 1;
  const auto amount = [&](double capacity) {
    return static_cast<Amount>(std::llround(capacity * scale));
  };
  for (const auto& [ends, capacity] : bundles) {
    join(network, static_cast<std::size_t>(ends.first), static_cast<std::size_t>(ends.second),
         amount(capacity), amount(capacity));
  }
  std::vector<double> around(side.size());
  for (const auto& [ends, capacity] : bundles) {
    around[ends.first] += capacity;
    around[ends.second] += capacity;
  }
  for (std::size_t i = 0; i < side.size(); ++i) {
    if (side[i] == 0) join(network, source, i, amount(around[i]), 0);
    if (side[i] == 1) join(network, i, sink, amount(around[i]), 0);
  }
  return static_cast<double>(boost::push_relabel_max_flow(network, source, sink)) / scale;
}

}  // namespace

double cut(const Graph& graph, std::span<const NodeId> from, std::span<const NodeId> to) {
  constexpr int kNeither = 2;
  std::vector<std::int32_t> sides(static_cast<std::size_t>(graph.nodes()), kNeither);
  for (const int side : {0, 1}) {
    for (const NodeId device : side == 0 ? from : to) {
      if (device < 0 || device >= graph.devices()) {
        throw std::invalid_argument(
            fmt::format("a cut around node {} of {} devices", device, graph.devices()));
      }
      if (sides[device] != kNeither && sides[device] != side)
        throw std::invalid_argument(fmt::format("a cut with device {} on both sides", device));
      sides[device] = side;
    }
  }
  const detail::Colours classes = detail::refine(graph, sides, detail::Tells::kCapacity);
  std::vector<int> side_of(static_cast<std::size_t>(classes.count));
  for (NodeId node = 0; node < graph.nodes(); ++node) side_of[classes.of_node[node]] = sides[node];
  Bundles bundles;
  for (const Cable& cable : graph.cables()) {
    const auto [a, b] = std::minmax(classes.of_node[cable.a], classes.of_node[cable.b]);
    if (a != b) bundles[{a, b}] += cable.capacity;
  }
  return maximum_flow(bundles, side_of);
}

double bisection(const Graph& graph) {
  std::vector<NodeId> devices(static_cast<std::size_t>(graph.devices()));
  std::iota(devices.begin(), devices.end(), 0);
  const std::size_t half = devices.size() / 2;
  return cut(graph, std::span(devices).first(half), std::span(devices).subspan(half));
}

}  // namespace weft::graph
