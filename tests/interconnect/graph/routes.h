// What the tests of routes ask of them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <vector>

#include "graphs.h"

namespace weft::graph::test {

inline constexpr Policy kAllPolicies[] = {Policy::kMinimal, Policy::kEcmp, Policy::kSpray,
                                          Policy::kDetour};

// There is a way; each node sends on what it gets, the ends all of it, no link carries twice.
inline void expect_flow(const Graph& graph, const Pair& pair, std::span<const LinkId> links,
                        std::span<const double> shares) {
  std::map<NodeId, double> left;
  std::set<LinkId> seen;
  for (std::size_t i = 0; i < links.size(); ++i) {
    const double share = shares.empty() ? 1.0 : shares[i];
    EXPECT_GT(share, 0);
    EXPECT_LE(share, 1 + 1e-12);
    EXPECT_TRUE(seen.insert(links[i]).second);
    left[graph.from(links[i])] += share;
    left[graph.to(links[i])] -= share;
  }
  EXPECT_EQ(left.contains(pair.from), pair.from != pair.to);
  for (const auto& [node, sum] : left)
    EXPECT_NEAR(sum, node == pair.from ? 1 : node == pair.to ? -1 : 0, 1e-12);
}

inline double length_of(std::span<const LinkId> links, std::span<const double> shares) {
  return shares.empty() ? static_cast<double>(links.size())
                        : std::accumulate(shares.begin(), shares.end(), 0.0);
}

inline bool equal(const Routed& a, const Routed& b) {
  return std::ranges::equal(a.routes.all_links(), b.routes.all_links()) &&
         std::ranges::equal(a.routes.all_shares(), b.routes.all_shares()) &&
         std::ranges::equal(a.routes.first(), b.routes.first()) && a.unreachable == b.unreachable;
}

// The most flows on any link.
inline double worst_load(const Graph& graph, const Routed& routed) {
  std::vector<double> load(static_cast<std::size_t>(graph.links()));
  for (flow::RouteId i = 0; i < routed.routes.size(); ++i) {
    const auto links = routed.routes.links(i);
    const auto shares = routed.routes.shares(i);
    for (std::size_t k = 0; k < links.size(); ++k) load[links[k]] += shares.empty() ? 1 : shares[k];
  }
  return *std::max_element(load.begin(), load.end());
}

inline std::vector<Pair> shift(NodeId devices, NodeId by) {
  std::vector<Pair> pairs;
  for (NodeId i = 0; i < devices; ++i) pairs.push_back({i, (i + by) % devices, 0});
  return pairs;
}

}  // namespace weft::graph::test
