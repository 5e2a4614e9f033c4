// CloudMatrix384 as a graph, against its published counts (arXiv:2506.12708).

#include <cmath>

#include <gtest/gtest.h>

#include "configs.h"
#include "fabrics.h"
#include "weft/graph/metrics.h"
#include "weft/interconnect/wiring.h"

namespace weft::interconnect {
namespace {

using namespace testing;

// Two dies per package, eight packages per host, 48 hosts, seven planes; with its RDMA plane, on
// which two dies share a port of 400 Gb/s.
std::vector<Tier> super_node() {
  std::vector<Tier> tiers{die_pair(base::Bandwidth(270e9), base::Time(0.2e-6), 0.9)};
  for (const Tier& tier : parsed_tiers("{kind: cloudmatrix, hosts: 48, link: ub_1_0}", 2, 16)) {
    tiers.push_back(tier);
  }
  return tiers;
}

TEST(CloudMatrixGraph, HasThePublishedSwitchesAndLinks) {
  const graph::Graph graph = wire(Fabric(super_node()));
  const auto lists = graph::inventory_of(graph);
  EXPECT_EQ(lists[1].switches, 48 * 7);
  EXPECT_EQ(lists[2].switches, 112);
  EXPECT_NEAR(lists[2].cables, 5376, 1e-9);
  EXPECT_NEAR(lists[2].modules, 5376, 1e-9);
  // Each L1 chip has a link to each of the 16 L2 chips of its plane, of 28 GB/s.
  int cables = 0;
  for (const graph::Cable& cable : graph.cables()) {
    if (cable.tier != 2) continue;
    ++cables;
    EXPECT_NEAR(cable.capacity, 28e9, 1e-3);
    EXPECT_EQ((cable.a - 768) % 7, (cable.b - 768 - 336) / 16);
  }
  EXPECT_EQ(cables, 336 * 16);
}

// 384 packages of 392 GB/s: no half is cut off.
TEST(CloudMatrixGraph, IsNonBlocking) {
  std::vector<Tier> tiers = super_node();
  tiers.erase(tiers.begin());
  tiers[0].children = 16;
  const graph::Graph graph = wire(Fabric(tiers));
  EXPECT_NEAR(graph::bisection(graph), 384 * 392e9 / 2, 1);
  double up = 0;
  for (const graph::Cable& cable : graph.cables()) up += cable.tier == 1 ? cable.capacity : 0;
  EXPECT_NEAR(up, 384 * 392e9, 1);
}

TEST(CloudMatrixGraph, HasThePublishedModulesInAll) {
  std::vector<Tier> tiers = super_node();
  tiers.push_back(
      parsed_tiers("{kind: fat_tree, tiers: 2, rails: 8, link: roce_400g,"
                   " links_per_device: 0.5}",
                   768, 16)[0]);
  double modules = 0;
  const auto lists = graph::inventory_of(wire(Fabric(tiers)));
  for (const graph::PartsList& list : lists) modules += list.modules;
  EXPECT_NEAR(modules, 6912, 1e-6);
  EXPECT_NEAR(lists[3].modules, 1536, 1e-6);
}

TEST(CloudMatrixGraph, TakesAsLongAsItsTiers) {
  const Fabric fabric(super_node());
  const graph::Farthest far = graph::farthest_pair(wire(fabric));
  EXPECT_EQ(far.switches, 3);
  EXPECT_NEAR(far.latency, fabric.message_latency(2).si(), 1e-12);
}

}  // namespace
}  // namespace weft::interconnect
