// What small tiers are built of.

#include <gtest/gtest.h>

#include "fabrics.h"

namespace weft::interconnect {
namespace {

using namespace testing;

TEST(FullMesh, HasALinkPerPair) {
  const Fabric fabric({make_tier(TierKind::kFullMesh, 8, make_link(28)),
                       make_tier(TierKind::kFatTree, 4, make_link(25))});
  const TierInventory mesh = fabric.inventory()[0];
  EXPECT_EQ(mesh.links, 4 * 28);
  EXPECT_EQ(mesh.switches, 0);
  EXPECT_DOUBLE_EQ(mesh.optical_modules, 0);
  EXPECT_DOUBLE_EQ(mesh.bisection.si(), 16 * 28e9);
}

// The bisection published for the four NVSwitch chips of DGX H100 is 3.6 TB/s both ways.
TEST(Switch, OfADgxH100) {
  Link nvlink = make_link(450);
  nvlink.lanes = 18;
  Tier host = make_tier(TierKind::kSwitch, 8, nvlink);
  host.switches = 4;
  const TierInventory inventory = Fabric({host}).inventory()[0];
  EXPECT_EQ(inventory.switches, 4);
  EXPECT_EQ(inventory.links, 144);
  EXPECT_DOUBLE_EQ(2 * inventory.bisection.si(), 3.6e12);
}

TEST(DiePair, IsOneLink) {
  const Tier pair = die_pair(base::Bandwidth(270e9), base::Time(0.2e-6), 0.9);
  const Fabric fabric({pair, make_tier(TierKind::kSwitch, 8, make_link(196))});
  EXPECT_EQ(fabric.size(), 16);
  EXPECT_EQ(fabric.inventory()[0].links, 8);
  const CollectiveCost cost =
      fabric.cost(Collective::kAllGather, fabric.group(16, 1, 2), base::Bytes(2e9));
  EXPECT_NEAR(cost.time.si(), 0.2e-6 + 1e9 / (0.9 * 270e9), 1e-9);
}

}  // namespace
}  // namespace weft::interconnect
