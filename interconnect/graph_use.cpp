#include "graph_use.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "weft/graph/metrics.h"

namespace weft::interconnect {

namespace {

using graph::LinkId;
using graph::NodeId;

// Steps of the search over all pairs that are a matter of minutes.
constexpr double kMostWork = 2e10;
// Beyond, the bisection is not worked out.
constexpr NodeId kMostForBisection = 4096;

// All shortest ways to one device after another, and what they carry.
class ShortestWays {
 public:
  ShortestWays(const graph::Graph& graph, bool through_devices)
      : graph_(graph),
        through_devices_(through_devices),
        distance_(graph.nodes()),
        amount_(graph.nodes()),
        longest_(graph.nodes()) {}

  // Finds the ways to `target`; false when some device has none.
  bool search(NodeId target) {
    target_ = target;
    std::fill(distance_.begin(), distance_.end(), -1);
    order_.assign(1, target);
    distance_[target] = 0;
    longest_[target] = {};
    for (std::size_t next = 0; next < order_.size(); ++next) visit(order_[next]);
    return std::all_of(distance_.begin(), distance_.begin() + graph_.devices(),
                       [](int distance) { return distance >= 0; });
  }

  // Adds to `loads` what one byte/s from each of `sources` to the target makes of each link.
  template <class Sends>
  void carry(const Sends& sends, std::vector<double>& loads) {
    for (const NodeId node : order_) amount_[node] = node != target_ && sends(node) ? 1 : 0;
    for (std::size_t i = order_.size(); i-- > 1;) pass_on(order_[i], loads);
  }

  // Of the way from the farthest device.
  void longest(GraphUse& use) const {
    for (NodeId device = 0; device < graph_.devices(); ++device) {
      use.switch_hops = std::max(use.switch_hops, longest_[device].switches);
      use.latency = std::max(use.latency, base::Time(longest_[device].latency));
    }
  }

 private:
  struct Way {
    double latency = 0;
    int switches = 0;
  };

  [[nodiscard]] bool passes_on(NodeId node) const {
    return node == target_ || through_devices_ || graph_.kind(node) != graph::NodeKind::kDevice;
  }

  // Whether a link brings traffic nearer to the target.
  [[nodiscard]] bool leads_on(LinkId link, int distance) const {
    const NodeId to = graph_.to(link);
    return distance_[to] == distance - 1 && passes_on(to);
  }

  void visit(NodeId node) {
    if (node != target_) longest_[node] = longest_from(node);
    if (!passes_on(node)) return;
    for (const LinkId link : graph_.out(node)) {
      const NodeId to = graph_.to(link);
      if (distance_[to] >= 0) continue;
      distance_[to] = distance_[node] + 1;
      order_.push_back(to);
    }
  }

  // Nodes are visited by distance: those nearer to the target are known.
  [[nodiscard]] Way longest_from(NodeId node) const {
    Way longest;
    for (const LinkId link : graph_.out(node)) {
      if (!leads_on(link, distance_[node])) continue;
      const Way& rest = longest_[graph_.to(link)];
      longest.latency = std::max(longest.latency, rest.latency + graph_.cable_of(link).latency);
      longest.switches = std::max(longest.switches, rest.switches);
    }
    if (graph_.kind(node) == graph::NodeKind::kSwitch) ++longest.switches;
    return longest;
  }

  void pass_on(NodeId node, std::vector<double>& loads) {
    if (amount_[node] == 0) return;
    int ways = 0;
    for (const LinkId link : graph_.out(node)) ways += leads_on(link, distance_[node]) ? 1 : 0;
    const double share = amount_[node] / ways;
    for (const LinkId link : graph_.out(node)) {
      if (!leads_on(link, distance_[node])) continue;
      loads[link] += share;
      amount_[graph_.to(link)] += share;
    }
  }

  const graph::Graph& graph_;
  bool through_devices_;
  NodeId target_ = 0;
  std::vector<int> distance_;  // links to the target, -1: none
  std::vector<double> amount_;
  std::vector<Way> longest_;
  std::vector<NodeId> order_;  // nodes by distance
};

// s/byte on the slowest link when each device sends 1 byte/s in all.
double slowest(const graph::Graph& graph, const std::vector<double>& loads, double sends) {
  double time = 0;
  for (LinkId link = 0; link < graph.links(); ++link) {
    time = std::max(time, loads[link] / sends / graph.cable_of(link).capacity);
  }
  return time;
}

void check(const graph::Graph& graph) {
  if (graph.devices() < 2) throw std::invalid_argument("a network joins at least two devices");
  if (static_cast<double>(graph.devices()) * graph.links() > kMostWork) {
    throw std::invalid_argument(fmt::format("a graph of {} devices and {} links is too large",
                                            graph.devices(), graph.links()));
  }
}

}  // namespace

GraphUse use_of(const graph::Graph& graph) {
  check(graph);
  ShortestWays switched(graph, false);
  const bool through_devices = !switched.search(0);
  ShortestWays ways(graph, through_devices);
  std::vector<double> all(graph.links());
  std::vector<double> next(graph.links());
  GraphUse use;
  for (NodeId target = 0; target < graph.devices(); ++target) {
    if (!ways.search(target)) {
      throw std::invalid_argument(fmt::format("not every device reaches '{}'", graph.name(target)));
    }
    const NodeId before = (target + graph.devices() - 1) % graph.devices();
    ways.carry([&](NodeId node) { return node < graph.devices(); }, all);
    ways.carry([&](NodeId node) { return node == before; }, next);
    ways.longest(use);
  }
  use.all_to_all_time = slowest(graph, all, graph.devices() - 1);
  use.neighbour_time = slowest(graph, next, 1);
  if (graph.devices() <= kMostForBisection) {
    use.bisection = base::Bandwidth(graph::bisection(graph));
  }
  return use;
}

}  // namespace weft::interconnect
