// Dragonflies against their published closed forms, and their loads against the graph.

#include <stdexcept>

#include <gtest/gtest.h>

#include "configs.h"
#include "fabrics.h"
#include "weft/graph/metrics.h"
#include "weft/interconnect/wiring.h"

namespace weft::interconnect {
namespace {

using namespace testing;

Tier dragonfly(const Dragonfly& shape, double microseconds = 0) {
  Tier tier = make_tier(TierKind::kDragonfly, shape.groups * shape.routers * shape.devices,
                        make_link(25, microseconds));
  tier.dragonfly = shape;
  return tier;
}

double all_to_all_seconds(const Fabric& fabric, double bytes) {
  return fabric.cost(Collective::kAllToAll, everyone(fabric), base::Bytes(bytes)).time.si();
}

// Kim et al. 2008: a·p·(a·h + 1) devices; with a = 2p = 2h uniform traffic runs at full rate over
// at most three cables between routers. Their example of 1056 devices.
TEST(Dragonfly, BalancedHasItsClosedForms) {
  const auto tiers = parsed_tiers(
      "{kind: dragonfly, groups: 33, routers: 8, devices_per_router: 4, global_links: 4,"
      " link: ib_ndr}");
  const Fabric fabric(tiers);
  EXPECT_EQ(fabric.size(), 1056);
  EXPECT_EQ(tiers[0].switch_hops(1), 4);
  const graph::Graph graph = wire(fabric);
  const graph::Farthest far = graph::farthest_pair(graph);
  EXPECT_EQ(far.switches, 4);
  EXPECT_NEAR(far.latency, fabric.message_latency(0).si(), 1e-12);
  // Each group has 28 local links, each pair of groups one link.
  EXPECT_EQ(fabric.inventory()[0].links, 1056 + 33 * 28 + 33 * 32 / 2);
  EXPECT_EQ(fabric.inventory()[0].switches, 33 * 8);
}

// Full rate: no cable is busier than the port of a device.
TEST(Dragonfly, BalancedCarriesUniformTraffic) {
  const Fabric fabric({dragonfly({33, 8, 4, 0, 4})});
  EXPECT_NEAR(all_to_all_seconds(fabric, 1e9), 1e9 * 1055 / 1056 / 25e9, 1e-9);
}

// With half the global links they are the bottleneck: (a·p)² flows share one.
TEST(Dragonfly, WithFewGlobalLinksIsHeldUpByThem) {
  const Fabric fabric({dragonfly({17, 8, 4, 0, 2})});
  const double devices = 17 * 32;
  EXPECT_NEAR(all_to_all_seconds(fabric, 1e9), 1e9 / devices * 32 * 32 / 25e9, 1e-9);
}

// Shpiner et al. 2017: switches of 36 ports join 18²·(18² + 1) = 105,300 devices at full rate.
TEST(DragonflyPlus, OfRadix36JoinsItsPublishedNumber) {
  const auto tiers = parsed_tiers(
      "{kind: dragonfly_plus, groups: 325, leaves: 18, spines: 18, devices_per_leaf: 18,"
      " global_links: 18, link: ib_ndr}");
  const Fabric fabric(tiers);
  EXPECT_EQ(fabric.size(), 105300);
  EXPECT_EQ(fabric.size(), 18 * 18 * (18 * 18 + 1));
  EXPECT_EQ(tiers[0].switch_hops(1), 4);
  EXPECT_EQ(fabric.inventory()[0].switches, 325 * 36);
  const Fabric ideal({dragonfly({325, 18, 18, 18, 18})});
  EXPECT_NEAR(all_to_all_seconds(ideal, 1e9), 1e9 * 105299 / 105300 / 25e9, 1e-7);
}

TEST(Dragonfly, MustReachAllGroups) {
  EXPECT_NO_THROW(Fabric({dragonfly({9, 4, 2, 0, 2})}));
  EXPECT_THROW(Fabric({dragonfly({10, 4, 2, 0, 2})}), std::invalid_argument);
  EXPECT_THROW(Fabric({dragonfly({10, 8, 2, 4, 2})}), std::invalid_argument);  // four spines
}

// With as many devices as routers the local cables are: 1 + 2·a·h pairs of routers share one.
TEST(Dragonfly, WithManyDevicesIsHeldUpByLocalCables) {
  const Fabric fabric({dragonfly({17, 4, 4, 0, 4})});
  const double devices = 17 * 16;
  EXPECT_NEAR(all_to_all_seconds(fabric, 1e9), 1e9 / devices * 4 * 4 * (1 + 2 * 16) / 25e9, 1e-9);
}

// What the closed form says the busiest cable carries is what shortest ways over the graph put on
// it. (In a dragonfly without spines shortest ways may cross two global cables and no local one,
// which minimal routing does not.)
TEST(DragonflyPlus, LoadsAreThoseOfTheGraph) {
  for (const Dragonfly& shape : std::vector<Dragonfly>{{5, 2, 2, 2, 2},
                                                       {7, 4, 3, 3, 2},
                                                       {1, 5, 2, 0, 1},
                                                       {1, 4, 6, 2, 1},
                                                       {4, 3, 2, 3, 2},
                                                       {3, 6, 5, 2, 2},
                                                       {8, 2, 9, 4, 2}}) {
    const Fabric fabric({dragonfly(shape)});
    const Tier as_graph = graph_tier(wire(fabric), make_link(25));
    EXPECT_EQ(as_graph.graph_use.switch_hops, fabric.tiers()[0].switch_hops(1));
    EXPECT_NEAR(all_to_all_seconds(Fabric({as_graph}), 1e9) / all_to_all_seconds(fabric, 1e9), 1,
                1e-9)
        << shape.groups << " " << shape.routers << " " << shape.spines;
  }
}

// Half of the groups against the others, where each pair of groups has one link.
TEST(Dragonfly, HasItsBisection) {
  const Fabric fabric({dragonfly({8, 4, 4, 0, 2})});
  EXPECT_DOUBLE_EQ(fabric.inventory()[0].bisection.si(), graph::bisection(wire(fabric)));
}

// Hosts of four behind one router send to their neighbours through one cable.
TEST(Dragonfly, NeighboursShareALocalCable) {
  Tier network = dragonfly({9, 4, 4, 0, 2});
  network.children = 36;
  const Fabric fabric({make_tier(TierKind::kSwitch, 4, make_link(400)), network});
  const GroupShape pairs = fabric.group(144, 4, 36);
  EXPECT_NEAR(
      fabric.cost(Collective::kAllGather, pairs, base::Bytes(36e9), Algorithm::kRing).time.si(),
      35 * 4 * 1e9 / 25e9, 1e-6);
}

}  // namespace
}  // namespace weft::interconnect
