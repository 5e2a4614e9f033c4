// The pair with most links between them, on ways as a message takes them: in the innermost level
// that joins the pair, through devices only where nothing else leads on.
#include <algorithm>
#include <tuple>

#include "levels.h"
#include "refine.h"
#include "weft/graph/metrics.h"

namespace weft::graph {
namespace {

struct Way {
  int hops = 0;
  int devices = 0;  // passed
  double latency = 0;
  int switches = 0;
  friend auto operator<=>(const Way&, const Way&) = default;
};

class Search {
 public:
  explicit Search(const Graph& graph);
  // The farthest from one device.
  Farthest from(NodeId root);

 private:
  void spread(NodeId root, int limit, bool through_devices);
  // Ways of devices that were reached for the first time. Returns how many.
  std::int64_t keep(std::size_t level, NodeId root);

  const Graph& graph_;
  std::vector<detail::Level> levels_;
  std::vector<std::vector<NodeId>> joined_;  // by level, by device: what it is joined with
  std::vector<std::vector<std::int64_t>> members_;
  std::vector<Way> ways_;  // of the last spread, by node; hops < 0: not reached
  std::vector<NodeId> reached_;
  std::vector<Way> kept_;  // by device
};

Search::Search(const Graph& graph)
    : graph_(graph),
      levels_(detail::levels_of(graph)),
      ways_(static_cast<std::size_t>(graph.nodes()), Way{-1}),
      kept_(static_cast<std::size_t>(graph.devices())) {
  detail::Joined joined(graph.nodes());
  for (const detail::Level& level : levels_) {
    for (const Cable& cable : graph.cables())
      if (cable.tier > level.inner && cable.tier <= level.limit) joined.join(cable.a, cable.b);
    std::vector<NodeId>& of = joined_.emplace_back();
    std::vector<std::int64_t>& members = members_.emplace_back(graph.nodes());
    for (NodeId device = 0; device < graph.devices(); ++device)
      ++members[of.emplace_back(joined.root(device))];
  }
}

// Breadth first; a node's way is final when its turn comes, and no device is farther than the last
// one met.
void Search::spread(NodeId root, int limit, bool through_devices) {
  for (const NodeId node : reached_) ways_[node].hops = -1;
  reached_.assign(1, root);
  ways_[root] = Way{};
  NodeId devices = graph_.devices() - 1;
  int last = graph_.nodes();
  for (std::size_t next = 0; next < reached_.size(); ++next) {
    const NodeId node = reached_[next];
    Way way = ways_[node];
    const bool is_device = node < graph_.devices();
    if (way.hops >= last) return;
    if (is_device && node != root && !through_devices) continue;
    ++way.hops;
    if (is_device && node != root) ++way.devices;
    if (graph_.kind(node) == NodeKind::kSwitch) ++way.switches;
    for (const LinkId link : graph_.out(node)) {
      const Cable& cable = graph_.cable_of(link);
      if (cable.tier > limit) continue;
      const NodeId to = graph_.to(link);
      Way there = way;
      there.latency += cable.latency;
      if (ways_[to].hops < 0) {
        reached_.push_back(to);
        ways_[to] = there;
        if (to < graph_.devices() && --devices == 0) last = there.hops;
      } else {
        ways_[to] = std::min(ways_[to], there);
      }
    }
  }
}

std::int64_t Search::keep(std::size_t level, NodeId root) {
  std::int64_t count = 0;
  for (const NodeId node : reached_) {
    if (node >= graph_.devices() || node == root || kept_[node].hops >= 0) continue;
    if (joined_[level][node] != joined_[level][root]) continue;
    kept_[node] = ways_[node];
    ++count;
  }
  return count;
}

Farthest Search::from(NodeId root) {
  std::fill(kept_.begin(), kept_.end(), Way{-1});
  std::int64_t found = 1;
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    const std::int64_t members = members_[level][joined_[level][root]];
    for (const bool through_devices : {false, true}) {
      if (found == members) continue;
      spread(root, levels_[level].limit, through_devices);
      found += keep(level, root);
    }
  }
  NodeId best = root;
  for (NodeId device = 0; device < graph_.devices(); ++device) {
    const Way& way = kept_[device];
    const Way& most = kept_[best];
    if (way.hops >= 0 && std::tie(way.hops, way.latency) > std::tie(most.hops, most.latency))
      best = device;
  }
  if (best == root) return {root, root, 0, 0, 0};
  const Way& way = kept_[best];
  return {root, best, way.hops, way.switches, way.latency};
}

// One device of each class, or all; no more than `most`.
std::vector<NodeId> roots_of(const Graph& graph, NodeId most) {
  std::vector<NodeId> roots;
  if (graph.devices() <= most) {
    for (NodeId device = 0; device < graph.devices(); ++device) roots.push_back(device);
    return roots;
  }
  const detail::Colours classes =
      detail::refine(graph, detail::colours_by_kind(graph, false), detail::Tells::kTierAndLatency);
  std::vector<bool> seen(static_cast<std::size_t>(classes.count));
  for (NodeId device = 0; device < graph.devices() && std::ssize(roots) < most; ++device) {
    if (seen[classes.of_node[device]]) continue;
    seen[classes.of_node[device]] = true;
    roots.push_back(device);
  }
  return roots;
}

}  // namespace

Farthest farthest_pair(const Graph& graph, NodeId exact_up_to) {
  Farthest best;
  Search search(graph);
  for (const NodeId root : roots_of(graph, std::max(exact_up_to, 1))) {
    const Farthest one = search.from(root);
    if (std::tie(one.hops, one.latency) > std::tie(best.hops, best.latency)) best = one;
  }
  return best;
}

}  // namespace weft::graph
