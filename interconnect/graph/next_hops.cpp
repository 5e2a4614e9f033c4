#include "next_hops.h"

#include <algorithm>

namespace weft::graph::detail {
namespace {

// Bytes of distances that a thread remembers.
constexpr std::size_t kCacheBytes = std::size_t{1} << 27;
constexpr std::size_t kMostRows = 4096;

}  // namespace

RowCache::RowCache(const Scope& scope) : scope_(&scope) {
  const std::size_t row = sizeof(Cost) * static_cast<std::size_t>(std::max(scope.rows(), 1));
  most_ = std::clamp<std::size_t>(kCacheBytes / row, 4, kMostRows);
}

void RowCache::keep(std::size_t rows) { most_ = std::max(most_, rows); }

const Row& RowCache::row_of(NodeId root) {
  ++clock_;
  if (const auto known = slot_of_.find(root); known != slot_of_.end()) {
    slots_[known->second].used = clock_;
    return slots_[known->second].row;
  }
  std::size_t slot = slots_.size();
  if (slot < most_) {
    if (slots_.capacity() < most_) slots_.reserve(most_);
    slots_.emplace_back();
  } else {
    const auto oldest = std::min_element(
        slots_.begin(), slots_.end(), [](const Slot& a, const Slot& b) { return a.used < b.used; });
    slot = static_cast<std::size_t>(oldest - slots_.begin());
    slot_of_.erase(slots_[slot].root);
  }
  slot_of_[root] = slot;
  slots_[slot].root = root;
  slots_[slot].used = clock_;
  slots_[slot].row.search(*scope_, {&root, 1});
  return slots_[slot].row;
}

NextHops::NextHops(const Scope& scope)
    : scope_(&scope), cache_(scope), choices_(static_cast<std::size_t>(scope.graph().nodes())) {}

void NextHops::new_class() {
  ++stamp_;
  pool_.clear();
  rows_.clear();
  lonely_.clear();
  roots_.clear();
}

void NextHops::aim_at(std::span<const NodeId> roots) {
  new_class();
  is_exact_ = false;
  roots_.assign(roots.begin(), roots.end());
  cache_.keep(roots.size());
  for (const NodeId root : roots) {
    if (scope_->hops(root).empty()) {
      lonely_.push_back(root);
    } else {
      rows_.push_back(&cache_.row_of(root));
    }
  }
}

void NextHops::aim_at(NodeId destination, std::span<const std::uint8_t> wanted,
                      std::int64_t count) {
  new_class();
  is_exact_ = true;
  own_.search(*scope_, {&destination, 1}, wanted, count);
  rows_.push_back(&own_);
  destination_ = destination;
}

void NextHops::set_destination(NodeId destination) { destination_ = destination; }

bool NextHops::is_root(NodeId node) const {
  return !is_exact_ && std::find(roots_.begin(), roots_.end(), node) != roots_.end();
}

// To the destination, or to the nearest node that it hangs on.
Cost NextHops::cost_of(NodeId node) const {
  Cost least = kFar;
  for (const Row* row : rows_) least = std::min(least, row->at(node - scope_->base()));
  for (const NodeId root : lonely_)
    if (root == node) least = 0;
  return least;
}

void NextHops::find(NodeId node, Choice& choice) {
  choice = {stamp_, 0, static_cast<std::int64_t>(pool_.size())};
  Cost least = kFar;
  for (const Hop& hop : scope_->hops(node)) {
    if (!scope_->is_alive(hop.link)) continue;
    const Cost rest = cost_of(hop.to);
    if (rest == kFar) continue;
    const bool is_there = is_exact_ && hop.to == destination_;
    const Cost cost = rest + (is_there ? kHop : scope_->price_of(hop.to)) + scope_->extra(hop.link);
    if (cost > least) continue;
    if (cost < least) pool_.resize(static_cast<std::size_t>(choice.first));
    least = cost;
    pool_.push_back(hop.link);
  }
  choice.count = static_cast<std::int32_t>(static_cast<std::int64_t>(pool_.size()) - choice.first);
}

std::span<const LinkId> NextHops::shortest(NodeId node) {
  const Graph& graph = scope_->graph();
  last_.clear();
  if (is_root(node)) {
    for (const LinkId back : graph.out(destination_))
      if (graph.to(back) == node && scope_->holds(back ^ 1)) last_.push_back(back ^ 1);
    return last_;
  }
  if (!scope_->forwards(node)) {
    scope_->direct(node, destination_, last_);
    if (!last_.empty()) return last_;
  }
  Choice& choice = choices_[node];
  if (choice.stamp != stamp_) find(node, choice);
  return {pool_.data() + choice.first, static_cast<std::size_t>(choice.count)};
}

std::int64_t NextHops::distance(NodeId node) const {
  if (scope_->forwards(node)) {
    const Cost cost = cost_of(node);
    return cost == kFar ? -1 : hops_of(cost) + (is_exact_ ? 0 : 1);
  }
  Cost least = kFar;
  for (const Hop& hop : scope_->hops(node))
    if (scope_->is_alive(hop.link)) least = std::min(least, cost_of(hop.to));
  return least == kFar ? -1 : hops_of(least) + 2;
}

void NextHops::sideways(NodeId node, std::vector<LinkId>& links) const {
  links.clear();
  const std::int64_t here = distance(node);
  for (const Hop& hop : scope_->hops(node)) {
    if (!scope_->is_alive(hop.link) || hop.to == destination_) continue;
    if (distance(hop.to) == here) links.push_back(hop.link);
  }
}

}  // namespace weft::graph::detail
