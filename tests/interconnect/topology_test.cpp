// Tiers from YAML, and CloudMatrix384 counted.

#include <stdexcept>

#include <gtest/gtest.h>

#include "configs.h"
#include "fabrics.h"

namespace weft::interconnect {
namespace {

using namespace testing;

TEST(ReadTiers, FullMesh) {
  const auto tiers = parsed_tiers("{kind: full_mesh, name: host, size: 8, link: hccs_910b}");
  ASSERT_EQ(tiers.size(), 1U);
  EXPECT_EQ(tiers[0].kind, TierKind::kFullMesh);
  EXPECT_EQ(tiers[0].children, 8);
  EXPECT_DOUBLE_EQ(tiers[0].device_bandwidth(8).si(), 196e9);
  EXPECT_DOUBLE_EQ(tiers[0].device_bandwidth(2).si(), 28e9);
}

TEST(ReadTiers, Switch) {
  const auto tiers = parsed_tiers(
      "{kind: switch, name: rack, size: 72, link: nvlink5_nvl72, switches: 18, switch_power: 300 "
      "W}");
  ASSERT_EQ(tiers.size(), 1U);
  EXPECT_EQ(tiers[0].name, "rack");
  EXPECT_EQ(tiers[0].switches, 18);
  EXPECT_DOUBLE_EQ(tiers[0].switch_power.si(), 300);
  EXPECT_EQ(tiers[0].link.in_switch_reduction->minimum_ranks, 6);
}

TEST(ReadTiers, FatTreeWithoutSizeHasOneChild) {
  const auto tiers = parsed_tiers(
      "{kind: fat_tree, tiers: 2, rails: 8, oversubscription: 2, radix: 64, link: ib_ndr,"
      " links_per_device: 1, switch_power: 747 W}",
      8);
  ASSERT_EQ(tiers.size(), 1U);
  EXPECT_EQ(tiers[0].name, "scale-out");
  EXPECT_EQ(tiers[0].children, 1);
  EXPECT_EQ(tiers[0].layers, 2);
  EXPECT_EQ(tiers[0].rails, 8);
  EXPECT_DOUBLE_EQ(tiers[0].oversubscription, 2);
}

TEST(ReadTiers, ShowsWhatIsWrong) {
  const auto message = [](const char* text) -> std::string {
    try {
      parsed_tiers(text);
    } catch (const base::InputError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(message("{kind: full_mess, size: 8, link: hccs_910b}").find("full_mesh"),
            std::string::npos);
  EXPECT_NE(message("{kind: switch, size: 8, link: nvlink44}").find("nvlink4"), std::string::npos);
  EXPECT_NE(message("{kind: switch, link: nvlink4}").find("size"), std::string::npos);
  EXPECT_NE(message("{kind: switch, size: 8, link: nvlink4, radix: 64}").find("radix"),
            std::string::npos);
  EXPECT_NE(message("{kind: fat_tree, link: ib_ndr, oversubscription: 0.5}").find("1 or more"),
            std::string::npos);
  EXPECT_NE(message("{kind: fat_tree, link: ib_ndr, tiers: 4}").find("1, 2 or 3"),
            std::string::npos);
}

// Two dies per package, eight packages per host, 48 hosts; two dies share one 400 Gb/s port.
Fabric cloudmatrix384() {
  std::vector<Tier> tiers{die_pair(base::Bandwidth(270e9), base::Time(0.2e-6), 0.9)};
  for (const Tier& tier : parsed_tiers("{kind: cloudmatrix, hosts: 48, link: ub_1_0}", 2, 16)) {
    tiers.push_back(tier);
  }
  tiers.push_back(
      parsed_tiers("{kind: fat_tree, tiers: 2, rails: 8, link: roce_400g,"
                   " links_per_device: 0.5}",
                   768, 16)[0]);
  return Fabric(std::move(tiers));
}

TEST(CloudMatrix384, HasThePublishedCounts) {
  const Fabric fabric = cloudmatrix384();
  EXPECT_EQ(fabric.size(), 768);
  const auto inventory = fabric.inventory();
  ASSERT_EQ(inventory.size(), 4U);
  EXPECT_EQ(inventory[0].links, 384);
  EXPECT_EQ(inventory[1].switches, 48 * 7);
  EXPECT_DOUBLE_EQ(inventory[1].optical_modules, 0);
  EXPECT_EQ(inventory[2].switches, 7 * 16);
  EXPECT_EQ(inventory[2].links, 5376);
  EXPECT_DOUBLE_EQ(inventory[2].optical_modules, 5376);
  EXPECT_DOUBLE_EQ(inventory[3].optical_modules, 1536);
  EXPECT_DOUBLE_EQ(inventory[2].optical_modules + inventory[3].optical_modules, 6912);
  EXPECT_DOUBLE_EQ(inventory[2].bisection.si(), 384 * 196e9);
}

TEST(CloudMatrix384, IsNonBlockingBetweenHosts) {
  const Fabric fabric = cloudmatrix384();
  EXPECT_DOUBLE_EQ(fabric.tiers()[1].device_bandwidth(8).si(), 196e9);
  EXPECT_DOUBLE_EQ(fabric.tiers()[2].device_bandwidth(48).si(), 196e9);
  // Less than 3 % slower between hosts than within one (arXiv:2506.12708), for large messages.
  const base::Bytes bytes(1e9);
  const auto time = [&](std::int64_t used, std::int64_t stride) {
    return fabric.cost(Collective::kPointToPoint, fabric.neighbours(used, stride), bytes).time;
  };
  EXPECT_LT(time(768, 16) / time(16, 2), 1.03);
  EXPECT_NEAR((fabric.message_latency(2) - fabric.message_latency(1)).si(), 0.7e-6, 1e-9);
}

}  // namespace
}  // namespace weft::interconnect
