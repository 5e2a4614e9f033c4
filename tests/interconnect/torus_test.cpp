// Tori and meshes, and the torus of cubes of TPU v4.

#include <gtest/gtest.h>

#include "configs.h"
#include "fabrics.h"
#include "weft/graph/metrics.h"
#include "weft/interconnect/wiring.h"

namespace weft::interconnect {
namespace {

using namespace testing;

Fabric torus(const std::string& keys) {
  return Fabric(parsed_tiers("{kind: torus, link: ib_ndr, " + keys + "}"));
}

// arXiv:2304.01433: 4096 chips in 64 cubes of 4 × 4 × 4, 48 optical circuit switches, 96 optical
// links of each cube, 6144 in all, each with one module.
TEST(Torus, OfCubesIsTpuV4) {
  auto tiers = parsed_tiers("{kind: torus, dimensions: [16, 16, 16], cube: 4, link: ib_ndr}");
  for (Tier& tier : tiers) tier.link.optics.modules_per_link = 2;
  const Fabric fabric(tiers);
  ASSERT_EQ(fabric.size(), 4096);
  const graph::Graph graph = wire(fabric);
  double optical = 0;
  double cables = 0;
  for (const graph::Cable& cable : graph.cables()) {
    if (cable.modules > 0) optical += cable.lanes;
    cables += cable.lanes;
  }
  EXPECT_DOUBLE_EQ(optical, 6144);
  EXPECT_DOUBLE_EQ(cables - optical, 64 * 144);  // copper: 3 · 4 · 4 · 3 in each cube
  double modules = 0;
  std::int64_t switches = 0;
  for (const graph::PartsList& list : graph::inventory_of(graph)) {
    modules += list.modules;
    switches += list.switches;
  }
  EXPECT_DOUBLE_EQ(modules, 6144);
  EXPECT_EQ(switches, 48);
  modules = 0;
  for (const TierInventory& tier : fabric.inventory()) modules += tier.optical_modules;
  EXPECT_DOUBLE_EQ(modules, 6144);
  EXPECT_EQ(fabric.inventory()[2].switches, 48);
}

// k-ary n-cube: n·kⁿ cables, half way round in each dimension, 2·kⁿ⁻¹ cables across the middle.
TEST(Torus, HasItsClosedForms) {
  for (const auto& [keys, dimensions, size] :
       {std::tuple{"dimensions: [6]", 1, 6}, std::tuple{"dimensions: [4, 4]", 2, 4},
        std::tuple{"dimensions: [4, 4, 4]", 3, 4}, std::tuple{"dimensions: [8, 8, 8]", 3, 8}}) {
    const Fabric fabric = torus(keys);
    const graph::Graph graph = wire(fabric);
    EXPECT_EQ(static_cast<std::int64_t>(graph.cables().size()), dimensions * fabric.size());
    EXPECT_EQ(graph::farthest_pair(graph).hops, dimensions * (size / 2));
    const double across = 2 * static_cast<double>(fabric.size()) / size * 50e9;
    EXPECT_NEAR(graph::bisection(graph), across, 1);
    EXPECT_NEAR(fabric.inventory().back().bisection.si(), across, 1);
  }
}

TEST(Torus, WithoutWrapIsAMesh) {
  const Fabric fabric = torus("dimensions: [4, 4], wrap: false");
  const graph::Graph graph = wire(fabric);
  EXPECT_EQ(graph.cables().size(), 24U);
  EXPECT_EQ(graph::farthest_pair(graph).hops, 6);
  EXPECT_NEAR(graph::bisection(graph), 4 * 50e9, 1);
}

TEST(Torus, OfTwoHasOneCable) {
  EXPECT_EQ(wire(torus("dimensions: [2, 2, 2]")).cables().size(), 12U);
}

TEST(Torus, MayHaveSeveralLinksToANeighbour) {
  const Fabric fabric = torus("dimensions: [4, 4], links_per_device: [2, 1]");
  EXPECT_DOUBLE_EQ(fabric.tiers()[0].device_bandwidth(4).si(), 2 * 2 * 50e9);
  EXPECT_DOUBLE_EQ(fabric.tiers()[1].device_bandwidth(4).si(), 2 * 50e9);
  EXPECT_DOUBLE_EQ(fabric.tiers()[1].device_bandwidth(2).si(), 50e9);
  EXPECT_EQ(fabric.inventory()[0].links, 32);
}

TEST(Torus, TakesAnotherNumberOfOpticalSwitches) {
  EXPECT_EQ(torus("dimensions: [8, 8], cube: 4").inventory()[1].switches, 8);
  EXPECT_EQ(torus("dimensions: [8, 8], cube: 4, optical_switches: 3").inventory()[1].switches, 3);
}

}  // namespace
}  // namespace weft::interconnect
