// What the tiers are built of, against published tables.

#include <stdexcept>

#include <gtest/gtest.h>

#include "fabrics.h"

namespace weft::interconnect {
namespace {

using namespace testing;

Link optical(double gigabytes_per_second, double modules_per_link) {
  Link link = make_link(gigabytes_per_second);
  link.optics = {modules_per_link, base::Power(8.5)};
  return link;
}

// Hosts of eight GPUs with a 400 Gb/s port each on a rail-optimised fat tree.
Fabric dgx(int hosts, int radix = 64, int planes = 1) {
  Tier network = make_tier(TierKind::kFatTree, hosts, optical(50, 2));
  network.rails = 8;
  network.radix = radix;
  network.planes = planes;
  network.switch_power = base::Power(747);
  return Fabric({make_tier(TierKind::kSwitch, 8, make_link(900)), network});
}

struct SuperPod {
  int hosts;
  int leaf;
  int spine;
  int core;
};

// docs.nvidia.com/dgx-superpod, reference architecture of DGX B200, compute fabric.
TEST(FatTree, IsTheDgxSuperPodOfB200) {
  const std::vector<SuperPod> table{{64, 16, 8, 0},        {128, 32, 16, 0},
                                    {256, 64, 32, 0},      {512, 128, 128, 64},
                                    {1024, 256, 256, 128}, {2048, 512, 512, 256}};
  for (const SuperPod& row : table) {
    const Fabric fabric = dgx(row.hosts);
    const TierInventory network = fabric.inventory()[1];
    const int layers = row.core == 0 ? 2 : 3;
    EXPECT_EQ(fat_tree_layers(fabric.tiers()[1], 8), layers) << row.hosts;
    EXPECT_EQ(network.switches, row.leaf + row.spine + row.core) << row.hosts;
    EXPECT_EQ(network.links, layers * fabric.size()) << row.hosts;  // one cable per GPU and layer
    EXPECT_DOUBLE_EQ(network.optical_modules, 2.0 * layers * static_cast<double>(fabric.size()));
    EXPECT_DOUBLE_EQ(network.bisection.si(), static_cast<double>(fabric.size()) / 2 * 50e9);
  }
}

// The same page for B300 over Ethernet: two layers up to 8192 GPUs, because 800 Gb/s ports are
// split over two planes of switches with 128 ports of 400 Gb/s.
TEST(FatTree, InPlanesReachesFurther) {
  const std::vector<SuperPod> table{
      {64, 16, 8, 0}, {128, 32, 16, 0}, {256, 64, 32, 0}, {512, 128, 64, 0}, {1024, 256, 128, 0}};
  for (const SuperPod& row : table) {
    const Fabric fabric = dgx(row.hosts, 128, 2);
    EXPECT_EQ(fabric.inventory()[1].switches, row.leaf + row.spine) << row.hosts;
  }
}

TEST(FatTree, RefusesMoreThanItsPortsReach) {
  Tier network = make_tier(TierKind::kFatTree, 512, make_link(50));
  network.layers = 2;
  EXPECT_THROW(Fabric({make_tier(TierKind::kSwitch, 8, make_link(900)), network}),
               std::invalid_argument);
  network.layers = 0;
  network.children = 100000;
  EXPECT_THROW(Fabric({network}), std::invalid_argument);
}

TEST(FatTree, OversubscriptionSavesSwitches) {
  Tier network = make_tier(TierKind::kFatTree, 48 * 16, make_link(50));
  network.layers = 2;
  network.oversubscription = 3;
  const TierInventory inventory = Fabric({network}).inventory()[0];
  EXPECT_EQ(inventory.switches, 16 + 4);  // leaves of 48 down and 16 up
  EXPECT_EQ(inventory.links, 768 + 256);
  EXPECT_DOUBLE_EQ(inventory.bisection.si(), 384 * 50e9 / 3);
}

// A two-layer network for 512 GPUs: 24 switches and 2048 modules, 35 kW.
TEST(FatTree, PowerOfSwitchesAndModules) {
  const TierInventory network = dgx(64).inventory()[1];
  EXPECT_NEAR(network.power().si(), 24 * 747 + 2048 * 8.5, 1e-6);
}

// Cabling follows the number of children that is set, not the one that was read.
TEST(FatTree, InventoryFollowsTheChildren) {
  std::vector<Tier> tiers = dgx(1).tiers();
  tiers[1].children = 256;
  EXPECT_EQ(Fabric(tiers).inventory()[1].switches, 96);
}

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
