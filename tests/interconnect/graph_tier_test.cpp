// Graphs as tiers, and sites far apart.

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <gtest/gtest.h>

#include "configs.h"
#include "fabrics.h"
#include "weft/graph/files.h"
#include "weft/graph/metrics.h"
#include "weft/interconnect/wiring.h"

namespace weft::interconnect {
namespace {

using namespace testing;

// Any tier seen as a mere graph.
Fabric as_graph(const Tier& tier) { return Fabric({graph_tier(wire(Fabric({tier})), tier.link)}); }

double seconds(const Fabric& fabric, Collective collective) {
  return fabric.cost(collective, everyone(fabric), base::Bytes(1e9)).time.si();
}

TEST(GraphTier, OfASwitchCostsWhatTheSwitchDoes) {
  Tier host = make_tier(TierKind::kSwitch, 8, make_link(450, 2, 0.8));
  host.switches = 4;
  const Fabric graph = as_graph(host);
  const Fabric direct({host});
  EXPECT_NEAR(graph.message_latency(0).si(), 2e-6, 1e-15);
  EXPECT_NEAR(seconds(graph, Collective::kAllToAll), seconds(direct, Collective::kAllToAll), 1e-4);
  EXPECT_NEAR(
      graph.cost(Collective::kAllReduce, everyone(graph), base::Bytes(1e9), Algorithm::kRing)
          .time.si(),
      direct.cost(Collective::kAllReduce, everyone(direct), base::Bytes(1e9), Algorithm::kRing)
          .time.si(),
      1e-12);
  EXPECT_DOUBLE_EQ(graph.inventory()[0].bisection.si(), direct.inventory()[0].bisection.si());
  EXPECT_EQ(graph.inventory()[0].switches, 4);
}

// All-to-all on a ring of n: n²/8 flows cross each link one way, n even.
TEST(GraphTier, OfARingSharesItsLinks) {
  const Fabric graph = as_graph(make_tier(TierKind::kRing, 8, make_link(10)));
  EXPECT_NEAR(seconds(graph, Collective::kAllToAll), 1e9 / 8 * 8 / 10e9, 1e-9);
}

TEST(GraphTier, IsReadAndWiredAgain) {
  const auto tiers = parsed_tiers(R"({kind: graph, link: ib_ndr, devices: [a, b, c], switches: [s],
    cables: [{from: a, to: s, bandwidth: 10 GB/s, latency: 1 us},
             {from: b, to: s, bandwidth: 20 GB/s, latency: 1 us},
             {from: c, to: s, bandwidth: 10 GB/s, latency: 3 us}]})");
  ASSERT_EQ(tiers.size(), 1U);
  EXPECT_EQ(tiers[0].children, 3);
  Tier hosts = tiers[0];
  const Fabric fabric({hosts, make_tier(TierKind::kSwitch, 2, make_link(10))});
  EXPECT_EQ(fabric.size(), 6);
  EXPECT_NEAR(fabric.message_latency(0).si(), 4e-6, 1e-15);
  const graph::Graph graph = wire(fabric);
  EXPECT_EQ(graph.devices(), 6);
  EXPECT_EQ(graph::inventory_of(graph)[0].switches, 2);
  EXPECT_EQ(graph::parts_of(graph).count, 1);
}

// A file that was written from a graph builds the same network.
TEST(GraphTier, IsReadFromGraphMl) {
  Tier ring = make_tier(TierKind::kRing, 6, make_link(50, 1));
  const auto file = std::filesystem::temp_directory_path() / "weft_graph_tier_test.graphml";
  std::ofstream(file) << graph::to_graphml(wire(Fabric({ring})));
  const auto tiers = parsed_tiers("{kind: graph, link: ib_ndr, file: " + file.string() + "}");
  std::filesystem::remove(file);
  EXPECT_EQ(tiers[0].children, 6);
  EXPECT_DOUBLE_EQ(tiers[0].link.bandwidth.si(), 100e9);
  EXPECT_NEAR(tiers[0].graph_use.latency.si(), 3e-6, 1e-15);
  EXPECT_NEAR(tiers[0].graph_use.bisection.si(), 100e9, 1);
}

// Hosts of four share the ports of one child.
TEST(GraphTier, MayJoinHosts) {
  const graph::Graph ring = wire(Fabric({make_tier(TierKind::kRing, 6, make_link(10))}));
  const Tier network = graph_tier(ring, make_link(10), 4);
  const Fabric fabric({make_tier(TierKind::kSwitch, 4, make_link(100)), network});
  EXPECT_EQ(fabric.size(), 24);
  const graph::Graph graph = wire(fabric);
  EXPECT_EQ(graph.nodes(), nodes_of(fabric));
  EXPECT_EQ(graph::parts_of(graph).count, 1);
  // 20 GB/s of a child for 4 devices, of which 3 quarters of 6 · 6 / 8 flows cross a link.
  EXPECT_NEAR(network.device_bandwidth(2).si(), 5e9, 1);
}

TEST(GraphTier, MustBeWhole) {
  graph::GraphBuilder builder(3);
  builder.add_cable({0, 1, 1e9, 0, 0, 1, 0});
  EXPECT_THROW(graph_tier(builder.finish(), make_link(10)), std::invalid_argument);
  EXPECT_THROW(graph_tier(graph::GraphBuilder(1).finish(), make_link(10)), std::invalid_argument);
}

// China Telecom, 500 km: four waves of 800 Gb/s, 3.2 of 102.4 Tb/s, 32:1, 2.45 ms one way.
TEST(LongHaul, IsTheTrialOver500Kilometres) {
  Tier network = make_tier(TierKind::kFatTree, 64, make_link(25, 3));
  network.link.switch_latency = base::Time(1e-6);
  Tier sites = make_tier(TierKind::kLongHaul, 2, make_link(100, 2450));
  sites.links = 4;
  const Fabric fabric({make_tier(TierKind::kSwitch, 8, make_link(300)), network, sites});
  EXPECT_EQ(fabric.size(), 1024);
  const double in_site = 512 * network.device_bandwidth(2).si();
  EXPECT_DOUBLE_EQ(in_site * 8, 102.4e12);
  const double out = 512 * fabric.tiers()[2].device_bandwidth(2).si();
  EXPECT_DOUBLE_EQ(out * 8, 3.2e12);
  EXPECT_DOUBLE_EQ(in_site / out, 32);
  EXPECT_DOUBLE_EQ(fabric.inventory()[2].bisection.si() * 8, 3.2e12);
  EXPECT_EQ(fabric.inventory()[2].links, 4);
  // Through the network of both sites and the fibre.
  const double latency = 2450e-6 + fabric.message_latency(1).si();
  EXPECT_NEAR(fabric.message_latency(2).si(), latency, 1e-12);
  const graph::Graph graph = wire(fabric);
  EXPECT_NEAR(graph::farthest_pair(graph).latency, latency, 1e-12);
  EXPECT_NEAR(graph::bisection(graph) * 8, 3.2e12, 1);
}

TEST(LongHaul, JoinsEachPairOfSites) {
  const auto tiers = parsed_tiers("{kind: long_haul, sites: 3, links: 2, link: wan_otn_800g}", 512);
  EXPECT_EQ(tiers[0].children, 3);
  EXPECT_DOUBLE_EQ(tiers[0].links_per_device, 2 / 512.0);
  const Fabric fabric({make_tier(TierKind::kSwitch, 512, make_link(50)), tiers[0]});
  EXPECT_EQ(fabric.inventory()[1].links, 6);
  EXPECT_EQ(graph::inventory_of(wire(fabric))[1].cables, 6);
}

}  // namespace
}  // namespace weft::interconnect
