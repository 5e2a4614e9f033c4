#include "graph_use.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "weft/base/parallel.h"
#include "weft/graph/metrics.h"

namespace weft::interconnect {

namespace {

using graph::LinkId;
using graph::NodeId;

// Devices times links: beyond, the search over all pairs takes more than some ten seconds.
constexpr double kMostWork = 4e9;
// From here on threads are worth their start.
constexpr double kWorkWorthThreads = 1e8;
// Targets are searched in so many parts, whose sums are added up in order: the same result for any
// number of threads.
constexpr NodeId kParts = 16;
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

double work_of(const graph::Graph& graph) {
  return static_cast<double>(graph.devices()) * graph.links();
}

void check(const graph::Graph& graph) {
  if (graph.devices() < 2) throw std::invalid_argument("a network joins at least two devices");
  if (work_of(graph) > kMostWork) {
    throw std::invalid_argument(
        fmt::format("a graph of {} devices and {} links is too large: {:.2g} devices times links, "
                    "up to {:.2g} are searched",
                    graph.devices(), graph.links(), work_of(graph), kMostWork));
  }
}

// What some of the targets make of the links.
struct Loads {
  std::vector<double> all;   // everybody sends to each target
  std::vector<double> next;  // the device before it does
  GraphUse use;
};

Loads loads_towards(const graph::Graph& graph, bool through_devices, NodeId first, NodeId end) {
  Loads loads;
  loads.all.resize(graph.links());
  loads.next.resize(graph.links());
  ShortestWays ways(graph, through_devices);
  for (NodeId target = first; target < end; ++target) {
    if (!ways.search(target)) {
      throw std::invalid_argument(fmt::format("not every device reaches '{}'", graph.name(target)));
    }
    const NodeId before = (target + graph.devices() - 1) % graph.devices();
    ways.carry([&](NodeId node) { return node < graph.devices(); }, loads.all);
    ways.carry([&](NodeId node) { return node == before; }, loads.next);
    ways.longest(loads.use);
  }
  return loads;
}

void add(const Loads& part, Loads& sum) {
  for (std::size_t link = 0; link < sum.all.size(); ++link) {
    sum.all[link] += part.all[link];
    sum.next[link] += part.next[link];
  }
  sum.use.switch_hops = std::max(sum.use.switch_hops, part.use.switch_hops);
  sum.use.latency = std::max(sum.use.latency, part.use.latency);
}

}  // namespace

GraphUse use_of(const graph::Graph& graph) {
  check(graph);
  ShortestWays switched(graph, false);
  const bool through_devices = !switched.search(0);
  const NodeId parts = std::min(kParts, graph.devices());
  std::vector<Loads> loads(static_cast<std::size_t>(parts));
  const auto first_of = [&](std::size_t part) {
    return static_cast<NodeId>(static_cast<std::int64_t>(part) * graph.devices() / parts);
  };
  const base::ThreadTeam team(work_of(graph) < kWorkWorthThreads ? 1 : 0);
  team.for_each(loads.size(), [&](std::size_t part, int) {
    loads[part] = loads_towards(graph, through_devices, first_of(part), first_of(part + 1));
  });
  for (std::size_t part = 1; part < loads.size(); ++part) add(loads[part], loads.front());
  GraphUse use = loads.front().use;
  use.all_to_all_time = slowest(graph, loads.front().all, graph.devices() - 1);
  use.neighbour_time = slowest(graph, loads.front().next, 1);
  if (graph.devices() <= kMostForBisection) {
    use.bisection = base::Bandwidth(graph::bisection(graph));
  }
  return use;
}

}  // namespace weft::interconnect
