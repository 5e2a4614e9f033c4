#include "weft/graph/metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <numeric>
#include <stdexcept>

#include "graphs.h"

namespace weft::graph {
namespace {

using test::cable;

int diameter(const Graph& graph) { return farthest_pair(graph).hops; }

TEST(Diameter, IsTheClosedForm) {
  EXPECT_EQ(diameter(test::ring(9)), 4);
  EXPECT_EQ(diameter(test::ring(10)), 5);
  EXPECT_EQ(diameter(test::torus({4, 6, 5})), 2 + 3 + 2);
  EXPECT_EQ(diameter(test::hypercube(7)), 7);
  EXPECT_EQ(diameter(test::full_mesh(12)), 1);
  EXPECT_EQ(diameter(test::star(5)), 2);
  EXPECT_EQ(diameter(test::two_tier(4)), 4);
  EXPECT_EQ(diameter(test::fat_tree(6)), 6);
}

TEST(Farthest, KnowsSwitchesAndLatency) {
  const Farthest tree = farthest_pair(test::fat_tree(4));
  EXPECT_EQ(tree.switches, 5);
  EXPECT_EQ(tree.latency, 6);
  EXPECT_NE(tree.from / 4, tree.to / 4);
  EXPECT_EQ(farthest_pair(test::ring(8)).switches, 0);
  const Farthest rails = farthest_pair(test::rails(4, 4, 2));
  EXPECT_EQ(rails.hops, 4);
  EXPECT_EQ(rails.latency, 3 + 1 + 1 + 3);
  const Farthest rail_only = farthest_pair(test::rails(4, 4, 0));  // one device passes on
  EXPECT_EQ(rail_only.hops, 4);
  EXPECT_EQ(rail_only.switches, 2);
}

TEST(Farthest, OfPairsAsFarIsTheSlowest) {
  GraphBuilder builder(3);
  const NodeId hub = builder.add_switch(0);
  builder.add_cable(cable(0, hub, 1, 0, 1));
  builder.add_cable(cable(1, hub, 1, 0, 5));
  builder.add_cable(cable(2, hub, 1, 0, 4));
  const Farthest farthest = farthest_pair(builder.finish());
  EXPECT_EQ(farthest.from, 1);
  EXPECT_EQ(farthest.to, 2);
  EXPECT_EQ(farthest.latency, 9);
}

TEST(Farthest, OfClassesEqualsAllOnSymmetricGraphs) {
  for (const Graph& graph : {test::torus({4, 6, 5}), test::fat_tree(8), test::rails(8, 4, 2),
                             test::hypercube(6), test::ring(31)}) {
    const Farthest all = farthest_pair(graph);
    const Farthest classes = farthest_pair(graph, 1);
    EXPECT_EQ(all.hops, classes.hops);
    EXPECT_EQ(all.latency, classes.latency);
    EXPECT_EQ(all.switches, classes.switches);
  }
  GraphBuilder apart(2);
  EXPECT_EQ(farthest_pair(apart.finish()).hops, 0);
}

TEST(Bisection, IsTheClosedForm) {
  EXPECT_EQ(bisection(test::ring(12)), 2);
  EXPECT_EQ(bisection(test::torus({8, 8})), 2 * 8);
  EXPECT_EQ(bisection(test::torus({6, 6, 6})), 2 * 36);
  EXPECT_EQ(bisection(test::full_mesh(10)), 25);
  EXPECT_EQ(bisection(test::hypercube(6)), 32);
  EXPECT_EQ(bisection(test::star(8)), 4);
  EXPECT_EQ(bisection(test::two_tier(6)), 18);
  EXPECT_EQ(bisection(test::fat_tree(8)), 64);
}

TEST(Bisection, KeepsByteRatesExact) {
  GraphBuilder builder(2);
  builder.add_cable(cable(0, 1, 53.125e9));
  builder.add_cable(cable(0, 1, 1));
  EXPECT_EQ(bisection(builder.finish()), 53125000001.0);
}

// Edmonds and Karp's, on the graph itself.
double plain_flow(const Graph& graph, const std::vector<NodeId>& from,
                  const std::vector<NodeId>& to) {
  const NodeId n = graph.nodes();
  std::vector<std::vector<double>> left(n + 2, std::vector<double>(n + 2));
  for (const Cable& c : graph.cables()) {
    left[c.a][c.b] += c.capacity;
    left[c.b][c.a] += c.capacity;
  }
  for (const NodeId node : from) left[n][node] = 1e9;
  for (const NodeId node : to) left[node][n + 1] = 1e9;
  double total = 0;
  while (true) {
    std::vector<NodeId> before(n + 2, -1);
    std::vector<NodeId> reached{n};
    for (std::size_t i = 0; i < reached.size(); ++i)
      for (NodeId next = 0; next < n + 2; ++next)
        if (before[next] < 0 && next != n && left[reached[i]][next] > 1e-9) {
          before[next] = reached[i];
          reached.push_back(next);
        }
    if (before[n + 1] < 0) return total;
    double most = 1e9;
    for (NodeId at = n + 1; at != n; at = before[at]) most = std::min(most, left[before[at]][at]);
    for (NodeId at = n + 1; at != n; at = before[at]) {
      left[before[at]][at] -= most;
      left[at][before[at]] += most;
    }
    total += most;
  }
}

TEST(Cut, EqualsAPlainMaximumFlowAndIsKeptByMergingTwins) {
  base::RandomStream random(3, 1);
  for (int round = 0; round < 1000; ++round) {
    const Graph graph = test::random_graph(random);
    std::vector<NodeId> from;
    std::vector<NodeId> to;
    for (NodeId device = 0; device < graph.devices(); ++device) {
      const std::uint64_t side = random.below(3);
      if (side == 0) from.push_back(device);
      if (side == 1) to.push_back(device);
    }
    const double flow = plain_flow(graph, from, to);
    ASSERT_NEAR(cut(graph, from, to), flow, 1e-9) << round;
    ASSERT_NEAR(cut(merge_twins(graph), from, to), flow, 1e-9) << round;
  }
}

TEST(Cut, SaysWhatIsWrong) {
  const std::vector<NodeId> one{1};
  const std::vector<NodeId> none{7};
  EXPECT_THROW(cut(test::star(3), one, one), std::invalid_argument);
  EXPECT_THROW(cut(test::star(3), one, none), std::invalid_argument);
}

// Two planes of leaves and spines.
Graph planes() {
  GraphBuilder builder(8);
  for (int plane = 0; plane < 2; ++plane) {
    const NodeId first = builder.nodes();
    for (int leaf = 0; leaf < 2; ++leaf) builder.add_switch(0, 0);
    for (int i = 0; i < 8; ++i) builder.add_cable(cable(i, first + i / 4, 1));
    for (int i = 0; i < 4; ++i) {
      const NodeId spine = builder.add_switch(0, 1);
      builder.add_cable({first, spine, 1, 1, 0, 1, 2});
      builder.add_cable({first + 1, spine, 1, 1, 0, 1, 2});
    }
  }
  return builder.finish();
}

TEST(MergeTwins, TakesPlanesTogether) {
  const Graph merged = merge_twins(planes());
  EXPECT_EQ(merged.devices(), 8);
  EXPECT_EQ(merged.nodes(), 8 + 2 + 1);
  ASSERT_EQ(merged.cables().size(), 8U + 2);
  EXPECT_EQ(merged.cables()[0].capacity, 2);
  EXPECT_EQ(merged.cables()[0].lanes, 2);
  EXPECT_EQ(merged.cables()[8].capacity, 8);
  EXPECT_EQ(merged.cables()[8].modules, 16);
  EXPECT_EQ(merge_twins(test::fat_tree(8)).nodes(), 128 + 32 + 8 + 1);
}

TEST(MergeTwins, LeavesWhatDiffers) {
  GraphBuilder builder(2);
  for (const double capacity : {1.0, 1.0, 2.0}) {
    const NodeId hub = builder.add_switch(0);
    builder.add_cable(cable(0, hub, capacity));
    builder.add_cable(cable(1, hub, capacity));
  }
  builder.add_cable(cable(0, builder.add_switch(0)));
  builder.add_cable(cable(0, 1));
  builder.add_cable(cable(0, 1));
  const Graph merged = merge_twins(builder.finish());
  EXPECT_EQ(merged.nodes(), 2 + 3);
  EXPECT_EQ(merged.cables().size(), 4U + 1 + 2);
}

TEST(MergeTwins, OfSomeTiersLeaveTheOthers) {
  GraphBuilder builder(2);
  for (const int tier : {0, 0, 1, 1}) {
    const NodeId hub = builder.add_switch(tier);
    for (const NodeId device : {0, 1, 1}) {
      Cable up = cable(device, hub);
      up.tier = tier;
      builder.add_cable(up);
    }
  }
  const Graph graph = builder.finish();
  const Graph merged = merge_twins(graph, 1U << 0);
  EXPECT_EQ(merged.nodes(), 2 + 1 + 2);
  EXPECT_EQ(merged.cables().size(), 2U + 6);
  EXPECT_EQ(merge_twins(graph, 0).cables().size(), graph.cables().size());
}

// What each class of links carries does not change.
TEST(MergeTwins, KeepsWhatSprayedTrafficPutsOnCables) {
  base::RandomStream random(4, 1);
  for (int round = 0; round < 300; ++round) {
    const Graph graph = round == 0 ? planes() : test::random_graph(random);
    const Graph merged = merge_twins(graph);
    const auto pairs = test::all_pairs(graph.devices());
    const RoutingOptions spray{Policy::kSpray, 0, false, {}, 1};
    const Routed before = route(graph, pairs, spray);
    const Routed after = route(merged, pairs, spray);
    ASSERT_EQ(before.unreachable, after.unreachable);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const auto use = [&](const Graph& g, const Routed& routed, NodeId device) {
        double sum = 0;
        const auto id = static_cast<flow::RouteId>(i);
        const auto shares = routed.routes.shares(id);  // none: all are whole
        for (std::size_t k = 0; k < routed.routes.links(id).size(); ++k) {
          const LinkId link = routed.routes.links(id)[k];
          if (g.to(link) != device && g.from(link) != device) continue;
          sum += shares.empty() ? 1 : shares[k];
        }
        return sum;
      };
      for (NodeId device = 0; device < graph.devices(); ++device)
        ASSERT_NEAR(use(graph, before, device), use(merged, after, device), 1e-12) << round;
    }
  }
}

TEST(Parts, AreNumberedByTheirFirstDevice) {
  const Graph graph = test::ring(6);
  std::vector<std::uint8_t> alive(12, 1);
  EXPECT_EQ(parts_of(graph, alive).count, 1);
  alive[2 * 0] = 0;  // one direction is enough to part 0 and 1
  EXPECT_EQ(parts_of(graph, alive).count, 1);
  alive[2 * 3 + 1] = 0;  // 3 and 4
  const Parts parts = parts_of(graph, alive);
  EXPECT_EQ(parts.count, 2);
  EXPECT_EQ(parts.of_device, (std::vector<std::int32_t>{0, 1, 1, 1, 0, 0}));
  EXPECT_EQ(parts_of(Graph()).count, 0);
}

TEST(Inventory, CountsByTierAndLayer) {
  const auto tree = inventory_of(test::fat_tree(8));
  ASSERT_EQ(tree.size(), 1U);
  EXPECT_EQ(tree[0].switches, 80);
  EXPECT_EQ(tree[0].switches_by_layer, (std::vector<std::int64_t>{32, 32, 16}));
  EXPECT_EQ(tree[0].cables, 3 * 128);
  EXPECT_EQ(tree[0].switch_ports, 80 * 8);
  EXPECT_EQ(tree[0].device_ports, 128);
  const auto rails = inventory_of(test::rails(6, 4, 3));
  ASSERT_EQ(rails.size(), 2U);
  EXPECT_EQ(rails[0].switches, 6);
  EXPECT_EQ(rails[1].switches, 7);
  EXPECT_EQ(rails[1].cables, 24 + 12);
  const auto both = inventory_of(planes());
  EXPECT_EQ(both[0].modules, 2 * 2 * 4 * 2);
  GraphBuilder shared(2);
  const NodeId port = shared.add_port(1);
  const NodeId leaf = shared.add_switch(1);
  shared.add_cable(cable(0, port, 1, 0));
  shared.add_cable(cable(1, port, 1, 0));
  shared.add_cable({port, leaf, 1, 1, 1, 2, 4});
  const auto list = inventory_of(shared.finish());
  EXPECT_EQ(list[1].switches, 1);
  EXPECT_EQ(list[1].device_ports, 2);
  EXPECT_EQ(list[1].switch_ports, 2);
  EXPECT_EQ(list[0].device_ports, 4);
}

}  // namespace
}  // namespace weft::graph
