// Fabrics as graphs: the graph is built of what the closed forms count, and its ways take as long.

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "fabrics.h"
#include "weft/graph/metrics.h"
#include "weft/interconnect/wiring.h"

namespace weft::interconnect {
namespace {

using namespace testing;

// Links of a tier per device that make whole numbers of cables.
double random_links(Dice& dice) {
  constexpr std::array kChoices{0.25, 0.5, 1.0, 2.0, 4.0};
  return kChoices[dice.whole(0, 4)];
}

Link random_cable(Dice& dice) {
  Link link = random_link(dice);
  link.lanes = static_cast<int>(dice.whole(1, 4));
  link.optics.modules_per_link = static_cast<double>(dice.whole(0, 2));
  return link;
}

void make_dragonfly(Dice& dice, std::int64_t inside, Tier& tier) {
  Dragonfly& shape = tier.dragonfly;
  shape.routers = static_cast<int>(dice.whole(1, 4));
  shape.spines = dice.coin() ? static_cast<int>(dice.whole(1, 3)) : 0;
  shape.global_links = static_cast<int>(dice.whole(1, 3));
  const int owners = shape.spines > 0 ? shape.spines : shape.routers;
  shape.groups = static_cast<int>(dice.whole(1, owners * shape.global_links + 1));
  shape.devices = static_cast<int>(inside * dice.whole(1, 2));
  tier.children = static_cast<int>(shape.groups * shape.routers * shape.devices / inside);
}

Tier random_wired_tier(Dice& dice, std::int64_t inside, int index) {
  constexpr std::array kKinds{TierKind::kFullMesh, TierKind::kSwitch,    TierKind::kFatTree,
                              TierKind::kRing,     TierKind::kDragonfly, TierKind::kLongHaul};
  Tier tier = make_tier(kKinds[dice.whole(0, index == 0 ? 4 : 5)],
                        static_cast<int>(dice.whole(1, 6)), random_cable(dice));
  tier.links_per_device = random_links(dice);
  if (dice.coin()) tier.switches = dice.whole(1, 6);
  if (tier.kind == TierKind::kFatTree) {
    tier.radix = 2 * static_cast<int>(dice.whole(2, 8));
    tier.rails = static_cast<int>(dice.whole(0, 4));
    tier.planes = static_cast<int>(dice.whole(1, 3));
    tier.layers = static_cast<int>(dice.whole(0, 3));
    if (dice.coin()) tier.oversubscription = dice.uniform(1, 3);
  }
  if (tier.kind == TierKind::kSwitch && dice.coin()) tier.oversubscription = dice.uniform(1, 3);
  if (tier.kind == TierKind::kRing) {
    tier.wraps = dice.coin();
    tier.cube = static_cast<int>(dice.whole(0, 3));
  }
  if (tier.kind == TierKind::kDragonfly) make_dragonfly(dice, inside, tier);
  return tier;
}

// Any fabric that can be built.
Fabric random_fabric(Dice& dice) {
  while (true) {
    std::vector<Tier> tiers;
    const std::int64_t count = dice.whole(1, 3);
    std::int64_t inside = 1;
    for (int i = 0; i < count; ++i) {
      tiers.push_back(random_wired_tier(dice, inside, i));
      inside *= tiers.back().children;
    }
    try {
      return Fabric(std::move(tiers));
    } catch (const std::invalid_argument&) {
      // Too many ports for its switches, say.
    }
  }
}

void expect_like_inventory(const Fabric& fabric, const std::string& name) {
  const auto lists = graph::inventory_of(wire(fabric));
  const auto counted = fabric.inventory();
  for (std::size_t i = 0; i < counted.size(); ++i) {
    const graph::PartsList list = i < lists.size() ? lists[i] : graph::PartsList{};
    ASSERT_EQ(list.switches, counted[i].switches) << name << " tier " << i;
    // The closed form rounds the cables of each unit.
    const auto units = static_cast<double>(fabric.size() / fabric.unit_size(static_cast<int>(i)));
    ASSERT_NEAR(list.cables, static_cast<double>(counted[i].links), 0.5 * units + 1e-6)
        << name << " tier " << i;
    ASSERT_NEAR(list.modules, counted[i].optical_modules, 1e-6 + counted[i].optical_modules * 1e-9)
        << name << " tier " << i;
  }
}

TEST(Wiring, IsBuiltOfWhatTheInventoryCounts) {
  Dice dice(51);
  std::map<TierKind, int> built;
  for (int i = 0; i < 2000; ++i) {
    const Fabric fabric = random_fabric(dice);
    if (fabric.size() > 2000) continue;
    for (const Tier& tier : fabric.tiers()) built[tier.kind] += tier.children > 1 ? 1 : 0;
    expect_like_inventory(fabric, "case " + std::to_string(i));
    const graph::Graph graph = wire(fabric);
    ASSERT_EQ(graph.devices(), fabric.size()) << i;
    ASSERT_EQ(graph.nodes(), nodes_of(fabric)) << i;
    ASSERT_GE(cables_of(fabric) * (1 + 1e-9), static_cast<double>(graph.cables().size())) << i;
    ASSERT_EQ(graph::parts_of(graph).count, 1) << i;
  }
  EXPECT_EQ(built.size(), 6U);
  for (const auto& [kind, count] : built) EXPECT_GT(count, 200) << static_cast<int>(kind);
}

// One tier alone, of equal links everywhere: the farthest pair is as far as the fabric says.
TEST(Wiring, WaysTakeTheLatencyOfTheTier) {
  Dice dice(52);
  std::map<TierKind, int> as_far;
  for (int i = 0; i < 1000; ++i) {
    Tier tier = random_wired_tier(dice, 1, 0);
    if (tier.kind == TierKind::kRing || tier.children < 2) continue;
    Fabric fabric;
    try {
      fabric = Fabric({tier});
    } catch (const std::invalid_argument&) {
      continue;
    }
    const graph::Farthest far = graph::farthest_pair(wire(fabric));
    const int hops = tier.switch_hops(1);
    ASSERT_LE(far.switches, hops) << i;
    if (far.switches != hops) continue;
    ASSERT_NEAR(far.latency, fabric.message_latency(0).si(), 1e-15) << i;
    ++as_far[tier.kind];
  }
  EXPECT_EQ(as_far.size(), 4U);  // neither rings nor sites
  for (const auto& [kind, count] : as_far) EXPECT_GT(count, 50) << static_cast<int>(kind);
}

TEST(Wiring, OfARingGoesHalfRound) {
  Tier ring = make_tier(TierKind::kRing, 8, make_link(50, 1));
  EXPECT_EQ(graph::farthest_pair(wire(Fabric({ring}))).hops, 4);
  ring.wraps = false;
  EXPECT_EQ(graph::farthest_pair(wire(Fabric({ring}))).hops, 7);
  ring.children = 2;
  ring.wraps = true;
  EXPECT_EQ(wire(Fabric({ring})).cables().size(), 1U);
}

TEST(Wiring, RefusesMoreNodesThanAGraphHolds) {
  Tier network = make_tier(TierKind::kFatTree, 1 << 22, make_link(50));
  network.radix = 512;
  const Fabric fabric({make_tier(TierKind::kSwitch, 8, make_link(450)), network});
  EXPECT_GT(nodes_of(fabric), graph::GraphBuilder::kMaxNodes);
  EXPECT_THROW((void)wire(fabric), std::invalid_argument);
}

TEST(Wiring, RefusesMoreCablesThanFitInMemory) {
  const Fabric fabric({make_tier(TierKind::kFullMesh, 30000, make_link(50))});
  EXPECT_NEAR(cables_of(fabric), 30000.0 * 29999 / 2, 1);
  EXPECT_THROW((void)wire(fabric), std::invalid_argument);
}

// A fat tree that is full is non-blocking; the closed form of the bisection holds on the graph.
TEST(Wiring, OfAFullFatTreeHasItsBisection) {
  for (const int layers : {1, 2, 3}) {
    const int radix = 8;
    const int devices = layers == 1 ? 8 : layers == 2 ? 32 : 128;
    Tier network = make_tier(TierKind::kFatTree, devices, make_link(50));
    network.radix = radix;
    const Fabric fabric({network});
    EXPECT_EQ(fat_tree_layers(network, 1), layers);
    EXPECT_NEAR(graph::bisection(wire(fabric)), fabric.inventory()[0].bisection.si(), 1);
  }
}

TEST(Wiring, OfAnOversubscribedFatTreeHasItsBisection) {
  Tier network = make_tier(TierKind::kFatTree, 96, make_link(50));
  network.radix = 8;
  network.layers = 3;
  network.oversubscription = 3;
  const Fabric fabric({network});
  EXPECT_NEAR(graph::bisection(wire(fabric)), 96 / 2 * 50e9 / 3, 1);
}

}  // namespace
}  // namespace weft::interconnect
