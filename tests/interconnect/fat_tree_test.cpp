// Fat trees against the published tables of NVIDIA's reference architectures, and their options.

#include <stdexcept>

#include <gtest/gtest.h>

#include "configs.h"
#include "fabrics.h"
#include "weft/graph/metrics.h"
#include "weft/interconnect/wiring.h"

namespace weft::interconnect {
namespace {

using namespace testing;

// Hosts of eight GPUs with a 400 Gb/s port each on a rail-optimised fat tree.
Fabric dgx(int hosts, int radix = 64, int planes = 1) {
  Link port = make_link(50);
  port.optics.modules_per_link = 2;
  port.optics.module_power = base::Power(8.5);
  Tier network = make_tier(TierKind::kFatTree, hosts, port);
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

// Counts of the closed form and of the graph, layer by layer.
void expect_built(const Fabric& fabric, const SuperPod& row, int planes = 1) {
  const TierInventory network = fabric.inventory()[1];
  const int layers = row.core == 0 ? 2 : 3;
  EXPECT_EQ(fat_tree_layers(fabric.tiers()[1], 8), layers) << row.hosts;
  EXPECT_EQ(network.switches, row.leaf + row.spine + row.core) << row.hosts;
  // One cable per GPU, plane and layer.
  EXPECT_EQ(network.links, planes * layers * fabric.size()) << row.hosts;
  EXPECT_DOUBLE_EQ(network.optical_modules, 2.0 * static_cast<double>(network.links));
  EXPECT_DOUBLE_EQ(network.bisection.si(), static_cast<double>(fabric.size()) / 2 * 50e9);

  const graph::PartsList list = graph::inventory_of(wire(fabric))[1];
  std::vector<std::int64_t> by_layer{row.leaf, row.spine};
  if (row.core > 0) by_layer.push_back(row.core);
  EXPECT_EQ(list.switches_by_layer, by_layer) << row.hosts;
  EXPECT_NEAR(list.cables, static_cast<double>(network.links), 1e-6) << row.hosts;
}

// Spines may have ports to spare: 8 leaves of 32 ports up, on as many spines as are written.
TEST(FatTree, HasTheSpinesThatAreWritten) {
  for (const int spines : {4, 5, 8}) {
    Tier tier = make_tier(TierKind::kFatTree, 256, make_link(50));
    tier.spines = spines;
    const Fabric fabric({tier});
    EXPECT_EQ(fabric.inventory()[0].switches, 8 + spines);
    const graph::Graph graph = wire(fabric);
    const std::vector<std::int64_t> by_layer{8, spines};
    EXPECT_EQ(graph::inventory_of(graph)[0].switches_by_layer, by_layer);
    EXPECT_NEAR(graph::bisection(graph), 128 * 50e9, 1);
  }
}

// docs.nvidia.com/dgx-superpod, reference architecture of DGX B200, compute fabric.
TEST(FatTree, IsTheDgxSuperPodOfB200) {
  for (const SuperPod& row : std::vector<SuperPod>{{64, 16, 8, 0},
                                                   {128, 32, 16, 0},
                                                   {256, 64, 32, 0},
                                                   {512, 128, 128, 64},
                                                   {1024, 256, 256, 128},
                                                   {2048, 512, 512, 256}}) {
    expect_built(dgx(row.hosts), row);
  }
}

// The same for B300 over Ethernet: two layers up to 8192 GPUs, because 800 Gb/s ports are split
// over two planes of switches with 128 ports of 400 Gb/s.
TEST(FatTree, InPlanesIsTheDgxSuperPodOfB300) {
  for (const SuperPod& row : std::vector<SuperPod>{{64, 16, 8, 0},
                                                   {128, 32, 16, 0},
                                                   {256, 64, 32, 0},
                                                   {512, 128, 64, 0},
                                                   {1024, 256, 128, 0}}) {
    expect_built(dgx(row.hosts, 128, 2), row, 2);
  }
}

// The same for B300 over XDR InfiniBand, units of 72 hosts on switches with 144 ports. The page
// prints 18 and 36 spines for 288 and 576 hosts, where 16 and 32 have all the ports that are
// needed (as in its other rows), and 9216 GPUs for 1296 hosts, which have the 10368 that its cables
// say.
TEST(FatTree, IsTheDgxSuperPodOfB300OverXdr) {
  for (const SuperPod& row : std::vector<SuperPod>{{72, 8, 4, 0},
                                                   {144, 16, 8, 0},
                                                   {288, 32, 16, 0},
                                                   {576, 64, 32, 0},
                                                   {1296, 144, 72, 0}}) {
    expect_built(dgx(row.hosts, 144), row);
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

// Three layers of switches with k ports join k³/4 devices; here a million.
TEST(FatTree, ReachesAMillionPorts) {
  Tier network = make_tier(TierKind::kFatTree, 64 * 64 * 64 / 4, make_link(50));
  EXPECT_EQ(fat_tree_layers(network, 1), 3);
  ++network.children;
  EXPECT_THROW(fat_tree_layers(network, 1), std::invalid_argument);
  network.children = 1 << 20;
  network.radix = 162;
  EXPECT_EQ(fat_tree_layers(network, 1), 3);
  const TierInventory inventory = Fabric({network}).inventory()[0];
  EXPECT_EQ(inventory.links, 3 << 20);
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

// Meta's RoCE cluster: nothing thinned inside a pod of 3072, 7 to 1 between pods (SIGCOMM 2024).
TEST(FatTree, MayBeThinnedAtTheSpines) {
  const auto tiers = parsed_tiers(
      "{kind: fat_tree, size: 3072, radix: 128, oversubscription: [1, 7], link: roce_400g}", 8);
  const Tier& network = tiers[0];
  EXPECT_EQ(network.layers, 3);
  EXPECT_DOUBLE_EQ(network.oversubscription, 7);
  const Fabric fabric({make_tier(TierKind::kSwitch, 8, make_link(450)), network});
  const graph::Graph graph = wire(fabric);
  const graph::PartsList list = graph::inventory_of(graph)[1];
  // 24576 ports: leaves of 64 down, spines of 112 down and 16 up.
  EXPECT_EQ(list.switches_by_layer, (std::vector<std::int64_t>{384, 220, 28}));
  EXPECT_EQ(fabric.inventory()[1].links, 24576 + 24576 + 3511);
  double to_cores = 0;
  double to_spines = 0;
  for (const graph::Cable& cable : graph.cables()) {
    if (graph.kind(cable.a) != graph::NodeKind::kSwitch || cable.tier != 1) continue;
    (graph.layer(cable.b) == 2 ? to_cores : to_spines) += cable.capacity;
  }
  EXPECT_NEAR(to_spines / 24576 / 50e9, 1, 1e-9);
  EXPECT_NEAR(to_cores * 7 / to_spines, 1, 1e-9);
}

// Without spines between rails a network of the same size has a layer less (arXiv:2307.12169).
TEST(FatTree, OfRailsAloneIsSmaller) {
  Tier network = make_tier(TierKind::kFatTree, 64, make_link(50));
  network.rails = 8;
  const Tier host = make_tier(TierKind::kSwitch, 8, make_link(450));
  EXPECT_EQ(Fabric({host, network}).inventory()[1].switches, 16 + 8);
  network.joins_rails = false;
  const Fabric fabric({host, network});
  EXPECT_EQ(fabric.inventory()[1].switches, 8);
  EXPECT_EQ(fabric.inventory()[1].links, 512);
  EXPECT_DOUBLE_EQ(fabric.inventory()[1].bisection.si(), 256 * 50e9);
  // Rails meet in hosts alone.
  EXPECT_EQ(graph::parts_of(wire(fabric)).count, 1);
  EXPECT_EQ(graph::parts_of(wire(Fabric({network}))).count, 8);
  EXPECT_EQ(graph::inventory_of(wire(fabric))[1].switches, 8);
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

}  // namespace
}  // namespace weft::interconnect
