// Full meshes in one and several dimensions, against published counts of UB-Mesh.

#include <cmath>

#include <gtest/gtest.h>

#include "configs.h"
#include "fabrics.h"
#include "weft/graph/metrics.h"
#include "weft/graph/routing.h"
#include "weft/interconnect/wiring.h"

namespace weft::interconnect {
namespace {

using namespace testing;

// A pair of eight 910B has one of seven links.
TEST(FullMesh, GivesAPairASeventh) {
  const Fabric fabric(parsed_tiers("{kind: full_mesh, size: 8, link: hccs_910b}"));
  const Tier& tier = fabric.tiers()[0];
  EXPECT_DOUBLE_EQ(7 * tier.device_bandwidth(2).si(), tier.device_bandwidth(8).si());
  const graph::Graph graph = wire(fabric);
  const graph::Routed pair =
      graph::route(graph, std::vector<graph::Pair>{{0, 5, 0}}, graph::RoutingOptions{});
  ASSERT_EQ(pair.routes.links(0).size(), 1U);
  double all = 0;
  for (const graph::LinkId link : graph.out(0)) all += graph.cable_of(link).capacity;
  EXPECT_DOUBLE_EQ(7 * graph.cable_of(pair.routes.links(0)[0]).capacity, all);
}

Link ub() {
  Link link = make_link(26.5, 1);
  link.lanes = 4;
  return link;
}

// Four dimensions as parsed, with links of four lanes.
std::vector<Tier> ub_mesh(const std::string& keys) {
  auto tiers = parsed_tiers("{kind: nd_full_mesh, link: hccs_910b, " + keys + "}");
  for (Tier& tier : tiers) tier.link = ub();
  return tiers;
}

// arXiv:2503.20377: 72 lanes an NPU, of which 16 leave the rack; the rack offers 4 × 256 lanes.
TEST(UbMesh, RackHasThePublishedLinks) {
  const Fabric rack(ub_mesh("dimensions: [8, 8], names: [board, rack], spares: 1"));
  EXPECT_EQ(rack.size(), 64);
  EXPECT_EQ(rack.tiers()[1].name, "rack");
  EXPECT_EQ(rack.size() + rack.tiers()[0].spares * 8 + rack.tiers()[1].spares, 65);
  const graph::Graph graph = wire(rack);
  EXPECT_EQ(graph.cables().size(), 64U * 14 / 2);
  double lanes = 0;
  for (const graph::LinkId link : graph.out(17)) lanes += graph.cable_of(link).lanes;
  EXPECT_DOUBLE_EQ(lanes, 72 - 16);
  EXPECT_EQ(graph::farthest_pair(graph).hops, 2);
}

// The pod: each pair of racks in a row or column of four by four has 128 lanes, 3 of the 4 × 256
// that a rack offers; the fourth leaves the pod. Eight pods then fill 64 switches of 512 lanes.
TEST(UbMesh, PodAndSuperPodHaveThePublishedLinks) {
  const Fabric pod(ub_mesh("dimensions: [8, 8, 4, 4], links_per_device: [1, 1, 0.5, 0.5]"));
  EXPECT_EQ(pod.size(), 1024);
  const graph::Graph graph = wire(pod);
  double between = 0;  // racks 0 and 1
  double leaving = 0;  // rack 0
  for (const graph::Cable& cable : graph.cables()) {
    if (cable.a / 64 == 0 && cable.b / 64 == 1) between += cable.lanes;
    if (cable.a / 64 != cable.b / 64 && cable.a / 64 == 0) leaving += cable.lanes;
  }
  EXPECT_DOUBLE_EQ(between, 128);
  EXPECT_DOUBLE_EQ(leaving, 3 * 256);
  EXPECT_EQ(pod.inventory()[2].links + pod.inventory()[3].links, 48 * 128);

  std::vector<Tier> tiers = pod.tiers();
  tiers.push_back(make_tier(TierKind::kSwitch, 8, ub()));
  tiers.back().switches = 64;
  const TierInventory super_pod = Fabric(tiers).inventory()[4];
  EXPECT_EQ(super_pod.links, 8 * 16 * 256);
  EXPECT_EQ(super_pod.links / super_pod.switches, 512);
}

// A lone pair that detours over all others gets the bandwidth of all links of a device.
TEST(FullMesh, DetoursGiveAPairAllLinks) {
  const Fabric fabric(parsed_tiers("{kind: full_mesh, size: 8, link: hccs_910b, detours: true}"));
  EXPECT_TRUE(fabric.tiers()[0].detours);
  const graph::Graph graph = wire(fabric);
  graph::RoutingOptions options;
  options.policy = graph::Policy::kDetour;
  options.through_devices = true;
  const auto routed = graph::route(graph, std::vector<graph::Pair>{{0, 5, 0}}, options);
  double busiest = 0;  // s/byte
  for (std::size_t i = 0; i < routed.routes.links(0).size(); ++i) {
    const double share = routed.routes.shares(0).empty() ? 1 : routed.routes.shares(0)[i];
    busiest = std::max(busiest, share / graph.cable_of(routed.routes.links(0)[i]).capacity);
  }
  EXPECT_NEAR(1 / busiest, 7 * 28e9, 1);
}

// With 1 µs and 100 GB/s a link: n = 8 children, g members.
TEST(Detours, AreWorthTheIdleLinks) {
  Tier tier = make_tier(TierKind::kFullMesh, 8, make_link(100, 1));
  tier.detours = true;
  const Fabric fabric({tier});
  const auto links = [&](int members, bool alone) {
    GroupShape group = fabric.group(8, 1, members);
    group.alone = alone;
    const auto cost = fabric.cost(Collective::kAllToAll, group, kGigabyte, Algorithm::kDirect);
    const bool detours = cost.detoured > 0;
    EXPECT_NEAR(cost.sent[0].si(), (1 + cost.detoured) * 1e9 * (members - 1) / members, 1);
    return 1e9 * (members - 1) / members / 100e9 / (cost.time.si() - (detours ? 2e-6 : 1e-6));
  };
  EXPECT_NEAR(links(2, true), 7, 1e-9);
  EXPECT_NEAR(links(4, true), 7, 1e-9);
  EXPECT_NEAR(links(2, false), 4, 1e-9);
  EXPECT_NEAR(links(4, false), 5, 1e-9);
  EXPECT_NEAR(links(8, true), 7, 1e-9);
  EXPECT_NEAR(links(8, false), 7, 1e-9);
}

// A detour takes two links one after another: short messages go directly.
TEST(Detours, AreForLongMessages) {
  Tier tier = make_tier(TierKind::kFullMesh, 8, make_link(100, 1));
  const Fabric direct({tier});
  tier.detours = true;
  const Fabric fabric({tier});
  GroupShape pair = fabric.group(8, 1, 2);
  pair.alone = true;
  const auto seconds = [&](const Fabric& one, double bytes) {
    return one.cost(Collective::kPointToPoint, pair, base::Bytes(bytes)).time.si();
  };
  EXPECT_DOUBLE_EQ(seconds(fabric, 1e3), seconds(direct, 1e3));
  EXPECT_NEAR(seconds(direct, 1e9), 1e-6 + 1e-2, 1e-12);
  EXPECT_NEAR(seconds(fabric, 1e9), 2e-6 + 1e-2 / 7, 1e-12);
}

TEST(Detours, NeverTakeLongerAndNeverBeatTheBound) {
  Dice dice(21);
  int taken = 0;
  for (int i = 0; i < 3000; ++i) {
    std::vector<Tier> tiers = random_tiers(dice);
    const Fabric direct(tiers);
    if (direct.size() < 2) continue;
    for (Tier& tier : tiers) tier.detours = tier.kind == TierKind::kFullMesh;
    const Fabric fabric(tiers);
    const Collective collective = kCollectives.at(dice.whole(0, 4));
    const bool is_pair = collective == Collective::kPointToPoint;
    GroupShape group = is_pair ? random_pair(dice, fabric) : random_group(dice, fabric);
    group.alone = dice.coin();
    const base::Bytes bytes(std::exp(dice.uniform(0, 25)));
    for (const Algorithm algorithm : kAlgorithms) {
      const CollectiveCost cost = fabric.cost(collective, group, bytes, algorithm);
      const double plain = direct.cost(collective, group, bytes, algorithm).time.si();
      taken += cost.detoured > 0 ? 1 : 0;
      ASSERT_LE(cost.time.si(), plain) << i << name_of(algorithm);
      ASSERT_GE(cost.time.si(), fabric.lower_bound(collective, group, bytes).si() * (1 - 1e-9))
          << i << name_of(algorithm);
    }
  }
  EXPECT_GT(taken, 200);
}

// Between halves of n children there are ⌊n/2⌋·⌈n/2⌉ links.
TEST(FullMesh, DirectAllToAllIsAtTheBound) {
  for (int n = 2; n <= 9; ++n) {
    const Fabric fabric({make_tier(TierKind::kFullMesh, n, make_link(100))});
    const double bound =
        fabric.lower_bound(Collective::kAllToAll, everyone(fabric), kGigabyte).si();
    EXPECT_NEAR(fabric.cost(Collective::kAllToAll, everyone(fabric), kGigabyte, Algorithm::kDirect)
                    .time.si(),
                bound, 1e-12);
    EXPECT_NEAR(bound, 1e9 / n / 100e9, 1e-12);
  }
}

// In a mesh of meshes the links between the halves of a dimension bind, not the ports: a device has
// 56 messages that cross each dimension of seven links.
TEST(NdFullMesh, AllToAllIsBoundByTheCutOfADimension) {
  std::vector<Tier> tiers(2, make_tier(TierKind::kFullMesh, 8, make_link(100)));
  tiers[1].passes_on = true;
  const Fabric fabric(tiers);
  const double bound = fabric.lower_bound(Collective::kAllToAll, everyone(fabric), kGigabyte).si();
  EXPECT_NEAR(bound, 8.0 / 64 * 1e9 / 100e9, 1e-12);
  EXPECT_GT(bound, 63.0 / 64 / 14 * 1e9 / 100e9);
  EXPECT_NEAR(
      fabric.cost(Collective::kAllToAll, everyone(fabric), kGigabyte, Algorithm::kDirect).time.si(),
      bound, 1e-12);
}

TEST(FullMesh, AroundDevicesTheyPassOn) {
  EXPECT_FALSE(parsed_tiers("{kind: full_mesh, size: 4, link: hccs_910a}")[0].passes_on);
  EXPECT_TRUE(parsed_tiers("{kind: full_mesh, size: 2, link: hccs_910a}", 4)[0].passes_on);
}

// arXiv:2503.20377: 64 + 1 NPUs a rack; the backup has the 56 lanes that others have in the rack.
TEST(UbMesh, SparesAreInTheInventory) {
  const Fabric racks({[] {
    auto tiers = ub_mesh("dimensions: [8, 8], spares: 1");
    tiers.push_back(make_tier(TierKind::kSwitch, 3, ub()));
    return tiers;
  }()});
  const auto inventory = racks.inventory();
  EXPECT_EQ(inventory[0].spares, 0);
  EXPECT_EQ(inventory[1].spares, 3);
  EXPECT_EQ(inventory[1].spare_links, 3 * 56);
  EXPECT_EQ(inventory[1].links, 3 * 8 * 28 * 4);
  EXPECT_EQ(racks.size(), 3 * 64);
}

TEST(NdFullMesh, TakesALinkForEachDimension) {
  const auto tiers = parsed_tiers(
      "{kind: nd_full_mesh, name: x, dimensions: [2, 3], links: [hccs_910b, ub_1_0],"
      " spares: [1, 2]}");
  ASSERT_EQ(tiers.size(), 2U);
  EXPECT_EQ(tiers[0].name, "x dimension 1");
  EXPECT_NE(tiers[0].link.name, tiers[1].link.name);
  EXPECT_EQ(tiers[0].spares, 1);
  EXPECT_EQ(tiers[1].spares, 2);
}

}  // namespace
}  // namespace weft::interconnect
