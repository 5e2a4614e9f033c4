#include "weft/traffic/fold.h"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "refine.h"
#include "ways.h"
#include "weft/flow/max_min.h"
#include "weft/graph/routing.h"

namespace weft::traffic {

namespace {

constexpr graph::NodeId kSource = 0;

// Destinations that look the same from the source: one of them, and how many.
struct Destinations {
  std::vector<graph::NodeId> one;
  std::vector<double> count;
};

Destinations destinations_from_source(const graph::Graph& graph, std::span<const double> capacity) {
  const Colours colours = refine(graph, capacity, kSource);
  std::vector<std::int32_t> place(static_cast<std::size_t>(colours.count), -1);
  Destinations destinations;
  for (graph::NodeId device = 0; device < graph.devices(); ++device) {
    if (device == kSource) continue;
    std::int32_t& at = place[colours.of_node[device]];
    if (at < 0) {
      at = static_cast<std::int32_t>(destinations.one.size());
      destinations.one.push_back(device);
      destinations.count.push_back(0);
    }
    ++destinations.count[at];
  }
  return destinations;
}

int tiers_of(const graph::Graph& graph) {
  int most = 0;
  for (const graph::Cable& cable : graph.cables()) most = std::max(most, cable.tier);
  return most + 1;
}

// Sprayed routes to each, within as few tiers, from the inside out, as join them.
std::vector<flow::Routes> routes_to(const graph::Graph& graph,
                                    const std::vector<graph::NodeId>& devices) {
  std::vector<flow::Routes> routes(devices.size());
  std::vector<std::int32_t> left;
  for (std::size_t i = 0; i < devices.size(); ++i) left.push_back(static_cast<std::int32_t>(i));
  const int tiers = tiers_of(graph);
  std::vector<std::uint8_t> alive(static_cast<std::size_t>(graph.links()));
  for (int tier = 0; tier < tiers && !left.empty(); ++tier) {
    for (graph::LinkId link = 0; link < graph.links(); ++link) {
      alive[link] = graph.cable_of(link).tier <= tier ? 1 : 0;
    }
    std::vector<graph::Pair> pairs;
    for (const std::int32_t i : left) pairs.push_back({kSource, devices[i], 0});
    graph::RoutingOptions options;
    options.policy = graph::Policy::kSpray;
    options.alive = alive;
    const graph::Routed routed = graph::route(graph, pairs, options);
    std::vector<std::int32_t> unreachable;
    for (const std::int32_t i : routed.unreachable) unreachable.push_back(left[i]);
    for (std::size_t i = 0; i < left.size(); ++i) {
      const auto id = static_cast<flow::RouteId>(i);
      routes[left[i]].add(routed.routes.links(id), routed.routes.shares(id));
    }
    left = std::move(unreachable);
  }
  if (!left.empty()) {
    throw std::invalid_argument(
        fmt::format("{} cannot reach {}", graph.name(kSource), graph.name(devices[left.front()])));
  }
  return routes;
}

// The flows of all devices as one for each class of destinations.
class FoldedFlows {
 public:
  FoldedFlows(const graph::Graph& graph, std::span<const double> capacity, const Colours& nodes)
      : graph_(graph),
        links_(colours_of_links(graph, capacity, nodes)),
        destinations_(destinations_from_source(graph, capacity)),
        ways_(routes_to(graph, destinations_.one)) {
    std::vector<double> share(links_.capacity.size(), 0.0);
    for (std::size_t i = 0; i < ways_.size(); ++i) {
      add(links(i), shares(i), share);
      multiplicity_.push_back(destinations_.count[i] * graph.devices());
    }
  }

  [[nodiscard]] std::int64_t flow_classes() const {
    return static_cast<std::int64_t>(multiplicity_.size());
  }
  [[nodiscard]] std::int64_t link_classes() const {
    return static_cast<std::int64_t>(links_.capacity.size());
  }
  // One destination of each class.
  [[nodiscard]] const std::vector<graph::NodeId>& destinations() const { return destinations_.one; }
  [[nodiscard]] double latency(std::size_t i) const {
    return graph::latency_of(graph_, links(i), shares(i));
  }

  // By tier; `sent`: over links that leave devices alone.
  [[nodiscard]] std::vector<double> tier_bytes(double bytes, bool sent) const {
    std::vector<double> sums(static_cast<std::size_t>(tiers_of(graph_)), 0.0);
    for (std::size_t i = 0; i < ways_.size(); ++i) {
      for (std::size_t k = 0; k < links(i).size(); ++k) {
        const double share = shares(i).empty() ? 1 : shares(i)[k];
        const bool leaves_device = graph_.from(links(i)[k]) < graph_.devices();
        if (sent && !leaves_device) continue;
        sums[graph_.cable_of(links(i)[k]).tier] += bytes * share * multiplicity_[i];
      }
    }
    return sums;
  }

  // When the flows of each class are done [s], `left` bytes each. Classes that finish leave room to
  // the others.
  [[nodiscard]] std::vector<double> finish(std::vector<double> left) const {
    std::vector<double> cap(multiplicity_.size(), flow::kUncapped);
    std::vector<double> done(multiplicity_.size(), 0.0);
    const std::vector<double> all = left;
    flow::Problem problem;
    problem.capacity = links_.capacity;
    problem.first = routes_.first();
    problem.links = routes_.all_links();
    problem.share = routes_.all_shares();
    problem.multiplicity = multiplicity_;
    problem.cap = cap;
    double time = 0;
    for (std::size_t active = left.size(); active > 0;) {
      const std::vector<double> rates = flow::max_min_rates(problem);
      double step = flow::kUncapped;
      for (std::size_t i = 0; i < left.size(); ++i) {
        if (left[i] > 0) step = std::min(step, left[i] / rates[i]);
      }
      time += step;
      for (std::size_t i = 0; i < left.size(); ++i) {
        if (left[i] <= 0) continue;
        left[i] -= rates[i] * step;
        if (left[i] > 1e-12 * all[i]) continue;
        left[i] = 0;
        cap[i] = 0;
        done[i] = time;
        --active;
      }
    }
    return done;
  }

 private:
  // Part of a flow over each class of links, summed over its links.
  void add(std::span<const flow::LinkId> links, std::span<const double> shares,
           std::vector<double>& share) {
    std::vector<flow::LinkId> touched;
    for (std::size_t i = 0; i < links.size(); ++i) {
      const std::int32_t colour = links_.of_link[links[i]];
      if (share[colour] == 0) touched.push_back(colour);
      share[colour] += shares.empty() ? 1 : shares[i];
    }
    std::vector<double> sums;
    for (const flow::LinkId colour : touched) {
      sums.push_back(share[colour]);
      share[colour] = 0;
    }
    routes_.add(touched, sums);
  }

  [[nodiscard]] std::span<const flow::LinkId> links(std::size_t i) const {
    return ways_[i].links(ways_[i].size() - 1);
  }
  [[nodiscard]] std::span<const double> shares(std::size_t i) const {
    return ways_[i].shares(ways_[i].size() - 1);
  }

  const graph::Graph& graph_;
  LinkColours links_;
  Destinations destinations_;
  std::vector<flow::Routes> ways_;  // the last of each
  flow::Routes routes_;             // over classes of links
  std::vector<double> multiplicity_;
};

// The first device that does not stand in the network as the source does.
std::optional<graph::NodeId> odd_one(const graph::Graph& graph, const Colours& colours) {
  for (graph::NodeId device = 1; device < graph.devices(); ++device) {
    if (colours.of_node[device] != colours.of_node[kSource]) return device;
  }
  return std::nullopt;
}

FoldedAllToAll sizes_of(const FoldedFlows& flows) {
  FoldedAllToAll result;
  result.flow_classes = flows.flow_classes();
  result.link_classes = flows.link_classes();
  return result;
}

}  // namespace

FoldedAllToAll folded_all_to_all(const graph::Graph& graph, std::span<const double> capacity,
                                 double bytes) {
  if (graph.devices() < 2 || !(bytes > 0)) return {};
  if (capacity.size() != static_cast<std::size_t>(graph.links())) {
    throw std::invalid_argument("every link has a capacity");
  }
  const Colours colours = refine(graph, capacity);
  if (const auto odd = odd_one(graph, colours)) {
    throw std::invalid_argument(
        fmt::format("{} and {} do not stand alike in the network: all-to-all is not folded",
                    graph.name(kSource), graph.name(*odd)));
  }
  const FoldedFlows flows(graph, capacity, colours);
  FoldedAllToAll result = sizes_of(flows);
  const auto done = flows.finish(std::vector<double>(flows.destinations().size(), bytes));
  result.time = *std::max_element(done.begin(), done.end());
  result.tier_bytes = flows.tier_bytes(bytes, false);
  result.sent = flows.tier_bytes(bytes, true);
  return result;
}

std::optional<FoldedAllToAll> folded_all_to_all(const Network& network, double bytes) {
  const graph::Graph& graph = network.graph();
  if (graph.devices() < 2 || !(bytes > 0)) return FoldedAllToAll{};
  const auto capacity = network.capacity(true);
  const Colours colours = refine(graph, capacity);
  if (odd_one(graph, colours)) return std::nullopt;
  const FoldedFlows flows(graph, capacity, colours);
  FoldedAllToAll result = sizes_of(flows);
  std::vector<double> left;
  for (const graph::NodeId to : flows.destinations()) {
    left.push_back(bytes + network.extra_bytes(tier_between(network.fabric(), kSource, to)));
  }
  const auto done = flows.finish(std::move(left));
  for (std::size_t i = 0; i < done.size(); ++i) {
    result.time = std::max(result.time, done[i] + flows.latency(i));
  }
  double overhead = 0;
  for (const interconnect::Tier& tier : network.fabric().tiers()) {
    if (tier.children > 1) overhead = std::max(overhead, tier.link.call_overhead.si());
  }
  result.time += overhead;
  result.tier_bytes = flows.tier_bytes(bytes, false);
  result.sent = flows.tier_bytes(bytes, true);
  result.tier_bytes.resize(network.fabric().tiers().size());
  result.sent.resize(network.fabric().tiers().size());
  return result;
}

}  // namespace weft::traffic
