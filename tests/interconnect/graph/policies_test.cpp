// What each policy is for: minimal, hashed, sprayed, over detours and through devices.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "graphs.h"
#include "routes.h"
#include "weft/graph/routing.h"

namespace weft::graph {
namespace {

using test::all_pairs;
using test::cable;
using test::equal;
using test::expect_flow;
using test::kAllPolicies;
using test::length_of;
using test::shift;
using test::worst_load;

TEST(Minimal, ShiftsOnFatTreesAreFreeOfContention) {
  for (const Graph& graph : {test::fat_tree(4), test::fat_tree(8), test::two_tier(6)})
    for (NodeId by = 1; by < graph.devices(); ++by)
      ASSERT_EQ(worst_load(graph, route(graph, shift(graph.devices(), by), {})), 1) << by;
}

// Numbers of devices under one leaf are a rail apart, and share a factor with the number of spines.
TEST(Minimal, SpreadsUnderRailsToo) {
  GraphBuilder builder(64);  // 16 hosts of 4: rail r of hosts 0-7 on leaf r, of 8-15 on leaf 4 + r
  for (int i = 0; i < 8; ++i) builder.add_switch(1, 0);
  for (int i = 0; i < 64; ++i) builder.add_cable(cable(i, 64 + i / 32 * 4 + i % 4, 1, 1));
  for (int i = 0; i < 8; ++i) {
    const NodeId spine = builder.add_switch(1, 1);
    for (int leaf = 64; leaf < 72; ++leaf) builder.add_cable(cable(leaf, spine, 1, 1));
  }
  const Graph graph = builder.finish();
  EXPECT_EQ(worst_load(graph, route(graph, shift(64, 32), {})), 1);
}

TEST(Minimal, TakesDimensionsInOrder) {
  for (const bool tiers : {false, true}) {
    const Graph graph = test::torus({5, 7, 3}, tiers);
    const auto pairs = all_pairs(graph.devices());
    const Routed routed = route(graph, pairs, {});
    for (flow::RouteId i = 0; i < routed.routes.size(); ++i) {
      int before = 0;
      for (const LinkId link : routed.routes.links(i)) {
        const int step = std::abs(graph.from(link) - graph.to(link));
        const int dimension = step == 1 || step == 4 ? 0 : step == 5 || step == 30 ? 1 : 2;
        EXPECT_GE(dimension, before);
        before = dimension;
      }
    }
  }
}

TEST(Ecmp, SpreadsAndCollides) {
  const int k = 16;
  const Graph graph = test::two_tier(k);
  std::vector<Pair> pairs;
  for (std::uint64_t label = 0; label < 16000; ++label) pairs.push_back({0, k * k - 1, label});
  const Routed routed = route(graph, pairs, {Policy::kEcmp, 3, false, {}, 1});
  std::map<NodeId, double> used;
  for (flow::RouteId i = 0; i < routed.routes.size(); ++i)
    ++used[graph.to(routed.routes.links(i)[1])];
  ASSERT_EQ(used.size(), 16U);
  double chi = 0;
  for (const auto& [spine, count] : used) chi += (count - 1000) * (count - 1000) / 1000;
  EXPECT_LT(chi, 37.7);  // 15 degrees of freedom, 0.1 %
  EXPECT_GT(chi, 3.48);  // more even than chance is not random either
  // A permutation: the most of 16 flows on one of 16 uplinks is about 3, on many leaves more.
  const Routed shifted = route(graph, shift(k * k, k), {Policy::kEcmp, 3, false, {}, 1});
  EXPECT_GE(worst_load(graph, shifted), 3);
  EXPECT_LE(worst_load(graph, shifted), 8);
  const Routed other = route(graph, pairs, {Policy::kEcmp, 4, false, {}, 1});
  EXPECT_FALSE(equal(routed, other));
}

TEST(Spray, IsEvenOnFatTrees) {
  const Graph graph = test::fat_tree(8);
  for (const NodeId by : {1, 4, 16, 61}) {
    const Routed routed =
        route(graph, shift(graph.devices(), by), {Policy::kSpray, 0, false, {}, 1});
    EXPECT_NEAR(worst_load(graph, routed), 1, 1e-12);
  }
  const std::vector<Pair> far{{0, 127, 0}};
  const Routed routed = route(graph, far, {Policy::kSpray, 0, false, {}, 1});
  EXPECT_EQ(routed.routes.links(0).size(), 1U + 4 + 16 + 16 + 4 + 1);
  for (const double share : routed.routes.shares(0))
    EXPECT_TRUE(share == 1 || share == 0.25 || share == 0.0625);
}

TEST(Detour, UsesEveryThirdDeviceOfAMesh) {
  const int n = 9;
  const Graph graph = test::full_mesh(n);
  const std::vector<Pair> pairs{{2, 5, 0}};
  const Routed routed = route(graph, pairs, {Policy::kDetour, 0, false, {}, 1});
  EXPECT_EQ(routed.routes.links(0).size(), 1U + 2 * (n - 2));
  for (const double share : routed.routes.shares(0)) EXPECT_NEAR(share, 1.0 / (n - 1), 1e-15);
  // Two dimensions, 4 x 4: 2 ways of two links and, by dimension, 3 links: 4 * 2 more.
  GraphBuilder builder(16);
  for (int a = 0; a < 16; ++a)
    for (int b = a + 1; b < 16; ++b)
      if (a / 4 == b / 4 || a % 4 == b % 4)
        builder.add_cable(cable(a, b, 1, a / 4 == b / 4 ? 0 : 1));
  const Graph plane = builder.finish();
  const std::vector<Pair> corner{{0, 5, 0}};
  const Routed both = route(plane, corner, {Policy::kDetour, 0, false, {}, 1});
  EXPECT_NEAR(length_of(both.routes.links(0), both.routes.shares(0)), (2 * 2 + 3 * 12) / 14.0,
              1e-12);
}

int globals_of(const Graph& graph, std::span<const LinkId> links) {
  return static_cast<int>(
      std::ranges::count_if(links, [&](LinkId link) { return graph.cable_of(link).global; }));
}

TEST(Dragonfly, MinimalWaysCrossOneGlobalCable) {
  const Graph graph = test::dragonfly(2, 4, 2);
  const auto pairs = all_pairs(graph.devices());
  for (const Policy policy : {Policy::kMinimal, Policy::kEcmp, Policy::kSpray}) {
    const Routed routed = route(graph, pairs, {policy, 1, false, {}, 2});
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const auto links = routed.routes.links(static_cast<flow::RouteId>(i));
      expect_flow(graph, pairs[i], links, routed.routes.shares(static_cast<flow::RouteId>(i)));
      EXPECT_EQ(globals_of(graph, links), pairs[i].from / 8 == pairs[i].to / 8 ? 0 : 1);
      EXPECT_LE(links.size(), 5U);
    }
  }
}

// Each group sends to the next: all over one cable, 1 / (a h) of the rate; Valiant's ways carry
// twice what is fair for each cable, 1/2 (Kim, Dally, Scott and Abts 2008, 4.2).
TEST(Dragonfly, WorstCaseIsTheClosedForm) {
  const Graph graph = test::dragonfly(2, 4, 2);
  const auto pairs = shift(graph.devices(), 8);
  const auto worst_global = [&](Policy policy) {
    const Routed routed = route(graph, pairs, {policy, 0, false, {}, 1});
    std::map<LinkId, double> load;
    for (flow::RouteId i = 0; i < routed.routes.size(); ++i) {
      const auto links = routed.routes.links(i);
      const auto shares = routed.routes.shares(i);
      expect_flow(graph, pairs[i], links, shares);
      for (std::size_t k = 0; k < links.size(); ++k)
        if (graph.cable_of(links[k]).global) load[links[k]] += shares.empty() ? 1 : shares[k];
    }
    double most = 0;
    for (const auto& [link, sum] : load) most = std::max(most, sum);
    return most;
  };
  EXPECT_EQ(worst_global(Policy::kMinimal), 4 * 2);
  EXPECT_NEAR(worst_global(Policy::kDetour), 2, 1e-12);
}

TEST(Dragonfly, GoesRoundADeadGlobalCable) {
  const Graph graph = test::dragonfly(2, 4, 2);
  const std::vector<Pair> pairs{{0, 8, 0}, {1, 2, 0}};
  std::vector<std::uint8_t> alive(static_cast<std::size_t>(graph.links()), 1);
  const Routed before = route(graph, pairs, {});
  for (const LinkId link : before.routes.links(0))
    if (graph.cable_of(link).global) alive[link] = alive[link ^ 1] = 0;
  for (const Policy policy : kAllPolicies) {
    const Routed after = route(graph, pairs, {policy, 0, false, alive, 1});
    EXPECT_TRUE(after.unreachable.empty());
    EXPECT_GE(globals_of(graph, after.routes.links(0)), 2);
    EXPECT_EQ(globals_of(graph, after.routes.links(1)), 0);
    for (std::size_t i = 0; i < pairs.size(); ++i)
      expect_flow(graph, pairs[i], after.routes.links(static_cast<flow::RouteId>(i)),
                  after.routes.shares(static_cast<flow::RouteId>(i)));
  }
}

TEST(ThroughDevices, StaysUnderOneLeaf) {
  const Graph graph = test::rails(6, 4, 3);
  const NodeId first_leaf = 6 * 4 + 6;
  const auto pairs = all_pairs(graph.devices());
  for (const Policy policy : {Policy::kMinimal, Policy::kEcmp, Policy::kSpray}) {
    const Routed routed = route(graph, pairs, {policy, 0, true, {}, 1});
    for (flow::RouteId i = 0; i < routed.routes.size(); ++i)
      for (const LinkId link : routed.routes.links(i)) EXPECT_LT(graph.to(link), first_leaf + 4);
    const Routed over_spines = route(graph, pairs, {policy, 0, false, {}, 1});
    for (flow::RouteId i = 0; i < over_spines.routes.size(); ++i)
      for (const LinkId link : over_spines.routes.links(i))
        EXPECT_TRUE(graph.to(link) >= graph.devices() || graph.to(link) == pairs[i].to);
  }
  // First to the right rail, then over it.
  const std::vector<Pair> one{{0, 7, 0}};
  const Routed routed = route(graph, one, {Policy::kMinimal, 0, true, {}, 1});
  ASSERT_EQ(routed.routes.links(0).size(), 4U);
  EXPECT_EQ(graph.to(routed.routes.links(0)[1]), 3);
}

// Rail-only: nothing joins the leaves, devices must help.
TEST(ThroughDevices, IsWhatRemainsWithoutSpines) {
  const Graph graph = test::rails(3, 4, 0);
  const Routed routed = route(graph, all_pairs(graph.devices()), {});
  EXPECT_TRUE(routed.unreachable.empty());
  for (flow::RouteId i = 0; i < routed.routes.size(); ++i)
    EXPECT_LE(routed.routes.links(i).size(), 4U);
}

}  // namespace
}  // namespace weft::graph
