// Ways over one more group of a dragonfly (Valiant 1982; Kim, Dally, Scott and Abts 2008): the
// shortest way, and by each other group the shortest to it and from there; all with equal shares,
// each split evenly where it has choices.
#include <algorithm>
#include <cstddef>

#include "spread.h"
#include "walk.h"

namespace weft::graph::detail {

// Groups that the ends of a pair are in or hang on: no detours.
void Walker::mark_own_groups(const Pair& pair) {
  own_.assign(static_cast<std::size_t>(groups_->count()), 0);
  for (const NodeId end : {pair.from, pair.to}) {
    if (groups_->of(end) >= 0) own_[groups_->of(end)] = 1;
    for (const Hop& hop : scope_->hops(end))
      if (groups_->of(hop.to) >= 0) own_[groups_->of(hop.to)] |= end == pair.from ? 1 : 2;
  }
}

bool Walker::over_groups(const Pair& pair, std::vector<LinkId>& links,
                         std::vector<double>& shares) {
  mark_own_groups(pair);
  // A pair in one group stays there.
  if (std::ranges::find(own_, 3) != own_.end()) return spray(pair, links, shares);
  if (next_.shortest(pair.from).empty()) return false;
  std::vector<std::int32_t> detours;
  for (std::int32_t group = 0; group < groups_->count(); ++group)
    if (own_[group] == 0 && !groups_->towards(group, pair.from).empty()) detours.push_back(group);
  const double share = 1.0 / static_cast<double>(detours.size() + 1);
  loads_.resize(static_cast<std::size_t>(graph_->links()));
  const auto use = [&](LinkId link, double flow) {
    if (loads_[link] == 0) loaded_.push_back(link);
    loads_[link] += flow;
  };
  entries_.assign(1, {pair.from, share});
  for (const std::int32_t group : detours) {
    enter(pair.from, 0, share);
    spread(
        [&](NodeId node) {
          if (groups_->of(node) != group) return groups_->towards(group, node);
          entries_.push_back({node, visits_[node].flow});
          return std::span<const LinkId>();
        },
        use);
  }
  std::int64_t farthest = 0;
  for (const auto& [node, flow] : entries_) farthest = std::max(farthest, next_.distance(node));
  for (const auto& [node, flow] : entries_)
    enter(node, static_cast<std::size_t>(farthest - next_.distance(node)), flow);
  spread([&](NodeId node) { return onwards(node, pair.to); }, use);
  std::sort(loaded_.begin(), loaded_.end());
  for (const LinkId link : loaded_) {
    links.push_back(link);
    shares.push_back(loads_[link]);
    loads_[link] = 0;
  }
  loaded_.clear();
  return true;
}

}  // namespace weft::graph::detail
