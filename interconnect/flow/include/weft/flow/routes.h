// Paths of flows as lists of links in one flat array.
#pragma once

#include <cstdint>
#include <span>
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
    links_.insert(links_.end(), links.begin(), links.end());
    if (!shares.empty() && shares_.empty()) shares_.resize(links_.size() - links.size(), 1.0);
    if (!shares.empty()) shares_.insert(shares_.end(), shares.begin(), shares.end());
    if (shares.empty() && !shares_.empty()) shares_.resize(links_.size(), 1.0);
    first_.push_back(static_cast<std::int64_t>(links_.size()));
    return size() - 1;
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
  std::vector<std::int64_t> first_{0};
  std::vector<LinkId> links_;
  std::vector<double> shares_;  // empty while no route splits
};

}  // namespace weft::flow
