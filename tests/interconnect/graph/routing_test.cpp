#include "weft/graph/routing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "graphs.h"
#include "routes.h"

namespace weft::graph {
namespace {

using test::all_pairs;
using test::cable;
using test::equal;
using test::expect_flow;
using test::kAllPolicies;
using test::length_of;

// Links from `from` to every node, with devices passing traffic on or not; -1 for none.
std::vector<int> plain_search(const Graph& graph, NodeId from, Alive alive, bool devices) {
  std::vector<int> hops(static_cast<std::size_t>(graph.nodes()), -1);
  std::vector<NodeId> reached{from};
  hops[from] = 0;
  for (std::size_t i = 0; i < reached.size(); ++i) {
    const NodeId node = reached[i];
    if (node != from && node < graph.devices() && !devices) continue;
    for (const LinkId link : graph.out(node)) {
      if ((!alive.empty() && alive[link] == 0) || hops[graph.to(link)] >= 0) continue;
      hops[graph.to(link)] = hops[node] + 1;
      reached.push_back(graph.to(link));
    }
  }
  return hops;
}

std::vector<std::uint8_t> random_alive(const Graph& graph, base::RandomStream& random) {
  std::vector<std::uint8_t> alive(static_cast<std::size_t>(graph.links()), 1);
  if (random.below(2) == 0) return alive;
  const std::uint64_t mode = random.below(2);
  for (LinkId link = 0; link < graph.links(); link += 2) {
    if (random.below(6) == 0) alive[link] = 0;
    alive[link + 1] = mode == 0 ? alive[link] : static_cast<std::uint8_t>(random.below(6) != 0);
  }
  return alive;
}

TEST(Route, IsAValidShortestWayOnRandomGraphs) {
  base::RandomStream random(1, 1);
  for (int round = 0; round < 1000; ++round) {
    const Graph graph = test::random_graph(random);
    const auto alive = random_alive(graph, random);
    const auto pairs = all_pairs(graph.devices());
    for (const Policy policy : kAllPolicies) {
      for (const bool through : {false, true}) {
        RoutingOptions options{policy, static_cast<std::uint64_t>(round), through, alive, 1};
        const Routed routed = route(graph, pairs, options);
        ASSERT_EQ(routed.routes.size(), std::ssize(pairs));
        std::size_t unreachable = 0;
        for (std::size_t i = 0; i < pairs.size(); ++i) {
          const auto links = routed.routes.links(static_cast<flow::RouteId>(i));
          const auto shares = routed.routes.shares(static_cast<flow::RouteId>(i));
          const int any = plain_search(graph, pairs[i].from, alive, true)[pairs[i].to];
          const int switched = plain_search(graph, pairs[i].from, alive, false)[pairs[i].to];
          if (any < 0) {
            EXPECT_TRUE(links.empty());
            ASSERT_LT(unreachable, routed.unreachable.size());
            EXPECT_EQ(routed.unreachable[unreachable++], static_cast<std::int32_t>(i));
            continue;
          }
          expect_flow(graph, pairs[i], links, shares);
          for (const LinkId link : links) EXPECT_TRUE(alive[link] != 0);
          const double shortest = through || switched < 0 ? any : switched;
          const double length = length_of(links, shares);
          if (policy == Policy::kDetour) {
            EXPECT_GE(length, any - 1e-9);
            EXPECT_LE(length, shortest + 1 + 1e-9);
          } else {
            EXPECT_NEAR(length, shortest, 1e-9);
          }
          if (switched < 0 || through || policy == Policy::kDetour) continue;
          for (const LinkId link : links)
            EXPECT_TRUE(graph.to(link) == pairs[i].to || graph.to(link) >= graph.devices());
        }
        EXPECT_EQ(unreachable, routed.unreachable.size());
        if (testing::Test::HasFailure()) FAIL() << "round " << round << ' ' << name_of(policy);
      }
    }
  }
}

TEST(Route, StaysInTheInnermostTierThatJoinsItsEnds) {
  base::RandomStream random(2, 1);
  int ways = 0;
  for (int round = 0; round < 500; ++round) {
    const Graph graph = test::random_graph(random, 3);
    const auto pairs = all_pairs(graph.devices());
    for (const Policy policy : kAllPolicies) {
      const Routed routed = route(graph, pairs, {policy, 0, round % 2 == 0, {}, 1});
      for (std::size_t i = 0; i < pairs.size(); ++i) {
        if (std::ranges::count(routed.unreachable, static_cast<std::int32_t>(i)) > 0) continue;
        expect_flow(graph, pairs[i], routed.routes.links(static_cast<flow::RouteId>(i)),
                    routed.routes.shares(static_cast<flow::RouteId>(i)));
        ++ways;
      }
    }
  }
  EXPECT_GT(ways, 10'000);
  // A torus whose devices also hang on a network outside: two links instead of eight, but not ours.
  GraphBuilder builder(16);
  for (int i = 0; i < 16; ++i) builder.add_cable(cable(i, (i + 1) % 16, 1, 0));
  const NodeId outside = builder.add_switch(1);
  for (int i = 0; i < 16; ++i) builder.add_cable(cable(i, outside, 1, 1));
  const Graph graph = builder.finish();
  const std::vector<Pair> pairs{{0, 7, 0}};
  EXPECT_EQ(route(graph, pairs, {}).routes.links(0).size(), 7U);
  std::vector<std::uint8_t> alive(static_cast<std::size_t>(graph.links()), 1);
  alive[0] = alive[1] = alive[20] = alive[21] = 0;  // the ring falls apart
  EXPECT_EQ(route(graph, pairs, {Policy::kMinimal, 0, false, alive, 1}).routes.links(0).size(), 2U);
}

TEST(Route, IsTheSameForAnyNumberOfThreadsAndAnyCompany) {
  for (const Graph& graph :
       {test::fat_tree(8), test::torus({5, 4, 3}), test::rails(8, 4, 2), test::full_mesh(20)}) {
    const auto pairs = all_pairs(graph.devices());
    for (const Policy policy : kAllPolicies) {
      const Routed one = route(graph, pairs, {policy, 7, false, {}, 1});
      EXPECT_TRUE(equal(one, route(graph, pairs, {policy, 7, false, {}, 2})));
      EXPECT_TRUE(equal(one, route(graph, pairs, {policy, 7, false, {}, 3})));
      for (const std::size_t i : {std::size_t{0}, std::size_t{77}, pairs.size() - 1}) {
        const Routed alone = route(graph, std::span(&pairs[i], 1), {policy, 7, false, {}, 1});
        EXPECT_TRUE(std::ranges::equal(alone.routes.links(0),
                                       one.routes.links(static_cast<flow::RouteId>(i))));
      }
    }
  }
}

TEST(Route, PartitionIsListed) {
  const Graph graph = test::two_tier(4);
  std::vector<std::uint8_t> alive(static_cast<std::size_t>(graph.links()), 1);
  for (const LinkId link : graph.out(16))  // first leaf
    if (graph.to(link) >= graph.devices()) alive[link] = alive[link ^ 1] = 0;
  const auto pairs = all_pairs(16);
  for (const Policy policy : kAllPolicies) {
    const Routed routed = route(graph, pairs, {policy, 0, false, alive, 1});
    EXPECT_EQ(routed.unreachable.size(), 2U * 4 * 12);
    for (const std::int32_t i : routed.unreachable)
      EXPECT_NE(pairs[i].from / 4 == 0, pairs[i].to / 4 == 0);
  }
}

TEST(Route, OfADeviceToItselfIsEmpty) {
  const Graph graph = test::star(3);
  const std::vector<Pair> pairs{{1, 1, 0}, {0, 2, 0}};
  for (const Policy policy : kAllPolicies) {
    const Routed routed = route(graph, pairs, {policy, 0, false, {}, 1});
    EXPECT_TRUE(routed.routes.links(0).empty());
    EXPECT_EQ(routed.routes.links(1).size(), 2U);
    EXPECT_TRUE(routed.unreachable.empty());
  }
}

TEST(Route, SaysWhatIsOutOfRange) {
  const Graph graph = test::star(3);
  const std::vector<Pair> pairs{{0, 3, 0}};
  EXPECT_THROW(route(graph, pairs, {}), std::invalid_argument);
  const std::vector<std::uint8_t> few(2, 1);
  EXPECT_THROW(route(graph, {}, {Policy::kMinimal, 0, false, few, 1}), std::invalid_argument);
}

TEST(Route, LatencyIsTheSharedSum) {
  const Graph graph = test::rails(2, 2, 2);
  const std::vector<Pair> pairs{{0, 3, 0}};
  const Routed spray = route(graph, pairs, {Policy::kSpray, 0, false, {}, 1});
  EXPECT_NEAR(latency_of(graph, spray.routes.links(0), spray.routes.shares(0)), 3 + 1 + 1 + 3,
              1e-12);
  const Routed one = route(graph, pairs, {});
  EXPECT_NEAR(latency_of(graph, one.routes.links(0), one.routes.shares(0)), 8, 1e-12);
}

TEST(Route, LongRingIsNoLimit) {
  const Graph graph = test::ring(100001);
  const std::vector<Pair> pairs{{0, 50000, 0}, {1, 2, 0}};
  const Routed routed = route(graph, pairs, {});
  EXPECT_EQ(routed.routes.links(0).size(), 50000U);
  EXPECT_EQ(routed.routes.links(1).size(), 1U);
}

}  // namespace
}  // namespace weft::graph
