// Shortest ways and those one link longer. A way one link longer makes exactly one step to a node
// that is as far away as the last; all else are steps on shortest ways.
#include <algorithm>

#include "walk.h"

namespace weft::graph::detail {

// Nodes on the ways of the pair by distance to the end.
void Walker::collect(const Pair& pair, std::int64_t distance) {
  const auto levels = static_cast<std::size_t>(distance) + 1;
  levels_.resize(std::max(levels_.size(), levels));
  // A node may be met before its detour, after it, or both; `flow` and `spent` mark which.
  visit(pair.from, levels_[levels - 1]).flow = 1;
  for (std::size_t i = levels - 1; i > 0; --i) {
    std::vector<NodeId>& level = levels_[i];
    const std::size_t unspent = level.size();
    for (std::size_t k = 0; k < unspent; ++k) {
      if (visits_[level[k]].flow == 0) continue;
      next_.sideways(level[k], sideways_);
      for (const LinkId link : sideways_) visit(graph_->to(link), level).spent = 1;
    }
    for (const NodeId node : level) {
      const bool is_unspent = visits_[node].flow != 0;
      for (const LinkId link : next_.shortest(node)) {
        Visit& behind = visit(graph_->to(link), levels_[i - 1]);
        (is_unspent ? behind.flow : behind.spent) = 1;
      }
    }
  }
}

// From the end back.
void Walker::count_ways(const Pair& pair) {
  visits_[pair.to].shortest = 1;
  for (std::vector<NodeId>& level : levels_) {
    for (const NodeId node : level) {
      if (node == pair.to) continue;
      Visit& here = visits_[node];
      for (const LinkId link : next_.shortest(node)) {
        here.shortest += visits_[graph_->to(link)].shortest;
        here.longer += visits_[graph_->to(link)].longer;
      }
    }
    for (const NodeId node : level) {
      if (visits_[node].flow == 0 || node == pair.to) continue;
      next_.sideways(node, sideways_);
      for (const LinkId link : sideways_)
        visits_[node].longer += visits_[graph_->to(link)].shortest;
    }
  }
}

bool Walker::detour(const Pair& pair, std::vector<LinkId>& links, std::vector<double>& shares) {
  const std::int64_t distance = next_.distance(pair.from);
  if (distance < 0) return false;
  collect(pair, distance);
  count_ways(pair);
  for (std::size_t i = 0; i <= static_cast<std::size_t>(distance); ++i)
    for (const NodeId node : levels_[i]) visits_[node].flow = visits_[node].spent = 0;
  visits_[pair.from].flow = 1;
  const auto emit = [&](LinkId link, double share) {
    links.push_back(link);
    shares.push_back(share);
  };
  for (auto i = static_cast<std::size_t>(distance); i > 0; --i) {
    for (const NodeId node : levels_[i]) {
      const Visit& here = visits_[node];
      if (here.flow == 0) continue;
      next_.sideways(node, sideways_);
      for (const LinkId link : sideways_) {
        Visit& beside = visits_[graph_->to(link)];
        const double share = here.flow * (beside.shortest / (here.shortest + here.longer));
        beside.spent += share;
        emit(link, share);
      }
    }
    for (const NodeId node : levels_[i]) {
      const Visit& here = visits_[node];
      for (const LinkId link : next_.shortest(node)) {
        Visit& behind = visits_[graph_->to(link)];
        const double ways = here.shortest + here.longer;
        const double flow = here.flow * ((behind.shortest + behind.longer) / ways);
        const double spent = here.spent * (behind.shortest / here.shortest);
        behind.flow += flow;
        behind.spent += spent;
        emit(link, flow + spent);
      }
    }
    levels_[i].clear();
  }
  levels_[0].clear();
  ++stamp_;
  return true;
}

}  // namespace weft::graph::detail
