#include "groups.h"

#include <cstddef>

#include "levels.h"

namespace weft::graph::detail {

Groups::Groups(const Scope& scope)
    : scope_(&scope), of_(static_cast<std::size_t>(scope.graph().nodes()), -1) {
  const Graph& graph = scope.graph();
  Joined joined(graph.nodes());
  std::vector<std::uint8_t> has_global(of_.size(), 0);
  for (const Cable& cable : graph.cables()) {
    if (cable.tier > scope.limit() || !scope.forwards(cable.a) || !scope.forwards(cable.b))
      continue;
    if (!cable.global) joined.join(cable.a, cable.b);
  }
  for (const Cable& cable : graph.cables()) {
    if (cable.global && cable.tier <= scope.limit())
      has_global[joined.root(cable.a)] = has_global[joined.root(cable.b)] = 1;
  }
  for (NodeId node = scope.base(); node < graph.nodes(); ++node) {
    const NodeId root = joined.root(node);
    if (has_global[root] == 0) continue;
    if (root == node) members_.emplace_back();  // the root has the smallest number
    of_[node] = root == node ? count() - 1 : of_[root];
    members_[of_[node]].push_back(node);
  }
  ways_.resize(members_.size());
}

void Groups::find(const Ways& ways, NodeId node, std::vector<LinkId>& links) const {
  const auto before = static_cast<std::ptrdiff_t>(links.size());
  Cost least = kFar;
  for (const Hop& hop : scope_->hops(node)) {
    if (!scope_->is_alive(hop.link)) continue;
    const Cost rest = ways.row.at(static_cast<std::size_t>(hop.to - scope_->base()));
    if (rest == kFar) continue;
    const Cost cost = rest + scope_->price_of(hop.to) + scope_->extra(hop.link);
    if (cost > least) continue;
    if (cost < least) links.erase(links.begin() + before, links.end());
    least = cost;
    links.push_back(hop.link);
  }
}

std::span<const LinkId> Groups::towards(std::int32_t group, NodeId node) {
  Ways& ways = ways_[group];
  if (ways.choices.empty()) {
    ways.row.search(*scope_, members_[group]);
    ways.choices.resize(static_cast<std::size_t>(scope_->rows()));
  }
  if (!scope_->forwards(node)) {
    last_.clear();
    find(ways, node, last_);
    return last_;
  }
  Choice& choice = ways.choices[node - scope_->base()];
  if (choice.count < 0) {
    choice.first = std::ssize(ways.pool);
    find(ways, node, ways.pool);
    choice.count = static_cast<std::int32_t>(std::ssize(ways.pool) - choice.first);
  }
  return {ways.pool.data() + choice.first, static_cast<std::size_t>(choice.count)};
}

}  // namespace weft::graph::detail
