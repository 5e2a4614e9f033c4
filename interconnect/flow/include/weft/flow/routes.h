// Paths of flows as lists of links in one flat array.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "weft/flow/max_min.h"

namespace weft::flow {

using RouteId = std::int32_t;

// A growing table of routes. A route may split over several paths; each link then carries its
// share of the flow (all shares 1 when it does not split).
class Routes {
 public:
  // A route over `links`, each at most once; `shares` is empty (all 1) or as long. Returns its id;
  // ids count up from 0.
  RouteId add(std::span<const LinkId> links, std::span<const double> shares = {}) {
    if (!splits() && are_whole(shares)) shares = {};
    links_.insert(links_.end(), links.begin(), links.end());
    if (!shares.empty() && shares_.empty()) shares_.resize(links_.size() - links.size(), 1.0);
    if (!shares.empty()) shares_.insert(shares_.end(), shares.begin(), shares.end());
    if (shares.empty() && !shares_.empty()) shares_.resize(links_.size(), 1.0);
    first_.push_back(static_cast<std::int64_t>(links_.size()));
    return size() - 1;
  }
  // All routes of another table, in its order; the id of the first. Takes its memory when there are
  // none here yet.
  RouteId append(Routes&& other) {
    const RouteId before = size();
    if (are_whole(other.shares_)) other.shares_.clear();
    if (before == 0) {
      *this = std::move(other);
      return 0;
    }
    const auto offset = static_cast<std::int64_t>(links_.size());
    if (other.splits() && !splits()) shares_.resize(links_.size(), 1.0);
    links_.insert(links_.end(), other.links_.begin(), other.links_.end());
    shares_.insert(shares_.end(), other.shares_.begin(), other.shares_.end());
    if (splits()) shares_.resize(links_.size(), 1.0);
    first_.reserve(first_.size() + static_cast<std::size_t>(other.size()));
    for (RouteId route = 0; route < other.size(); ++route) {
      first_.push_back(offset + other.first_[static_cast<std::size_t>(route) + 1]);
    }
    return before;
  }
  void reserve(std::int64_t routes, std::int64_t links) {
    first_.reserve(static_cast<std::size_t>(routes) + 1);
    links_.reserve(static_cast<std::size_t>(links));
  }
  [[nodiscard]] RouteId size() const { return static_cast<RouteId>(first_.size()) - 1; }
  [[nodiscard]] std::span<const LinkId> links(RouteId route) const {
    return {links_.data() + first_[route], links_.data() + first_[route + 1]};
  }
  // Empty when no route of the table splits.
  [[nodiscard]] std::span<const double> shares(RouteId route) const {
    if (shares_.empty()) return {};
    return {shares_.data() + first_[route], shares_.data() + first_[route + 1]};
  }
  [[nodiscard]] bool splits() const { return !shares_.empty(); }
  // The whole table, as Problem wants it.
  [[nodiscard]] std::span<const std::int64_t> first() const { return first_; }
  [[nodiscard]] std::span<const LinkId> all_links() const { return links_; }
  [[nodiscard]] std::span<const double> all_shares() const { return shares_; }

 private:
  static bool are_whole(std::span<const double> shares) {
    return std::all_of(shares.begin(), shares.end(), [](double share) { return share == 1; });
  }

  std::vector<std::int64_t> first_{0};
  std::vector<LinkId> links_;
  std::vector<double> shares_;  // empty while no route splits
};

}  // namespace weft::flow
