#include "scope.h"

#include <algorithm>
#include <array>

namespace weft::graph::detail {

Scope::Scope(const Graph& graph, Alive alive, int limit, Forwarding forwarding)
    : graph_(&graph), alive_(alive), limit_(limit), forwarding_(forwarding) {
  base_ = devices_forward() ? 0 : graph.devices();
  if (forwarding == Forwarding::kAsNeeded) device_price_ = 1;
  if (forwarding == Forwarding::kPreferred) device_price_ = -1;
  first_.assign(static_cast<std::size_t>(graph.nodes()) + 1, 0);
  first_direct_.assign(static_cast<std::size_t>(graph.devices()) + 1, 0);
  for (const Cable& cable : graph.cables())
    has_global_ = has_global_ || (cable.global && cable.tier <= limit);
  hops_.reserve(static_cast<std::size_t>(graph.links()));
  for (NodeId node = 0; node < graph.nodes(); ++node) {
    for (const LinkId link : graph.out(node)) {
      if (graph.cable_of(link).tier > limit_) continue;
      const NodeId to = graph.to(link);
      if (forwards(to) && (is_alive(link) || is_alive(link ^ 1))) hops_.push_back({to, link});
      if (!forwards(to) && !forwards(node) && is_alive(link)) direct_.push_back({to, link});
    }
    first_[node + 1] = static_cast<std::int64_t>(hops_.size());
    if (node >= graph.devices()) continue;
    std::sort(direct_.begin() + first_direct_[node], direct_.end(), [](const Hop& a, const Hop& b) {
      return std::pair(a.to, a.link) < std::pair(b.to, b.link);
    });
    first_direct_[node + 1] = static_cast<std::int64_t>(direct_.size());
  }
}

void Scope::direct(NodeId from, NodeId to, std::vector<LinkId>& links) const {
  const auto end = direct_.begin() + first_direct_[from + 1];
  auto at = std::lower_bound(direct_.begin() + first_direct_[from], end, to,
                             [](const Hop& hop, NodeId node) { return hop.to < node; });
  for (; at != end && at->to == to; ++at) links.push_back(at->link);
}

void Row::clear(std::size_t size) {
  if (cost_.size() == size) {
    for (const NodeId index : reached_) cost_[index] = kFar;
  } else {
    cost_.assign(size, kFar);
  }
  reached_.clear();
}

void Row::search(const Scope& scope, std::span<const NodeId> roots,
                 std::span<const std::uint8_t> wanted, std::int64_t count) {
  clear(static_cast<std::size_t>(scope.rows()));
  if (scope.has_global()) {
    by_length(scope, roots);
  } else {
    by_links(scope, roots, wanted, count);
  }
}

// Breadth first against the direction of the links. Prices of devices differ by less than a link's
// all along a way, so nodes are met in order of links, and a node's cost is final when its turn
// comes.
void Row::by_links(const Scope& scope, std::span<const NodeId> roots,
                   std::span<const std::uint8_t> wanted, std::int64_t count) {
  const NodeId base = scope.base();
  Cost last = kFar;
  const auto reach = [&](NodeId node, Cost cost) {
    Cost& known = cost_[node - base];
    if (known == kFar) {
      reached_.push_back(node - base);
      if (!wanted.empty() && wanted[node] != 0 && --count == 0) last = hops_of(cost);
    }
    known = std::min(known, cost);
  };
  for (const NodeId root : roots) reach(root, 0);
  std::size_t next = 0;
  while (next < reached_.size()) {  // it grows
    const NodeId node = reached_[next++] + base;
    const Cost cost = cost_[node - base];
    if (hops_of(cost) >= last) return;
    const Cost further = cost + (cost == 0 ? kHop : scope.price_of(node));
    for (const Hop& hop : scope.hops(node))
      if (scope.is_alive(hop.link ^ 1)) reach(hop.to, further);
  }
}

// The same where links differ in length: nodes wait in a bucket for each length to come (Dial
// 1969).
void Row::by_length(const Scope& scope, std::span<const NodeId> roots) {
  const NodeId base = scope.base();
  std::array<std::vector<NodeId>, kGlobalLinks + 1> buckets;
  std::size_t waiting = 0;
  const auto reach = [&](NodeId node, Cost cost) {
    Cost& known = cost_[node - base];
    if (known == kFar) reached_.push_back(node - base);
    if (cost >= known) return;
    // Within one length the node waits already.
    if (known == kFar || hops_of(known) != hops_of(cost)) {
      buckets[static_cast<std::size_t>(hops_of(cost)) % buckets.size()].push_back(node);
      ++waiting;
    }
    known = cost;
  };
  for (const NodeId root : roots) reach(root, 0);
  for (Cost length = 0; waiting > 0; ++length) {
    const std::vector<NodeId> now =
        std::exchange(buckets[static_cast<std::size_t>(length) % buckets.size()], {});
    waiting -= now.size();
    for (const NodeId node : now) {
      const Cost cost = cost_[node - base];
      if (hops_of(cost) != length) continue;  // a shorter way was found since
      const Cost further = cost + (cost == 0 ? kHop : scope.price_of(node));
      for (const Hop& hop : scope.hops(node))
        if (scope.is_alive(hop.link ^ 1)) reach(hop.to, further + scope.extra(hop.link));
    }
  }
}

}  // namespace weft::graph::detail
