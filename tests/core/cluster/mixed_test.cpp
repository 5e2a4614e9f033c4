// Clusters of several parts.
#include <gtest/gtest.h>

#include <string>

#include "parsed.h"

namespace weft::cluster {
namespace {

using testing::parsed;

const std::string kParts =
    "mixed: [{use: atlas_900_a2, hosts: 16}, {use: dgx_a100_80g, hosts: 8}]\n";

TEST(MixedCluster, KeepsItsPartsWhole) {
  const auto mixed = parsed(kParts + "between: {link: roce_200g, links: 32, latency: 4 us}");
  ASSERT_EQ(mixed.parts(), 2);
  EXPECT_EQ(mixed.part(0).devices(), 128);
  EXPECT_EQ(mixed.part(1).devices(), 64);
  EXPECT_EQ(mixed.all_devices(), 192);
  EXPECT_EQ(mixed.part(1).software, "megatron_core");
  EXPECT_EQ(mixed.part(0).fabric.size(), 128);
  EXPECT_EQ(mixed.part(1).fabric.size(), 64);
  EXPECT_EQ(mixed.facility, mixed.part(0).facility);
  EXPECT_EQ(mixed.label, "Atlas 900 A2 (910B2), 16 hosts + DGX A100 80 GB, 8 hosts");
  EXPECT_FALSE(mixed.part(1).is_mixed());
}

TEST(MixedCluster, ItsLinkIsShared) {
  auto mixed = parsed(kParts + "between: {link: roce_200g}");
  auto& link = mixed.joint.link;
  link.efficiency = 0.5;
  link.half_size = base::Bytes(0);
  link.latency = base::Time(1e-6);
  link.call_overhead = base::Time(0);
  mixed.joint.latency = base::Time(2e-6);
  const base::Bytes message(1e6);
  const auto time = [&](std::int64_t devices) {
    return joint_time(mixed, 0, 1, devices, message).si();
  };
  // A NIC for each device of 25 GB/s, half of which is reached.
  EXPECT_NEAR(time(8), 3e-6 + 1e6 / 12.5e9, 1e-15);
  EXPECT_DOUBLE_EQ(time(64), time(8));
  mixed.joint.links_per_host = 2;
  EXPECT_NEAR(time(8), 3e-6 + 4 * 1e6 / 12.5e9, 1e-15);
  mixed.joint.links = 4;
  EXPECT_NEAR(time(64), 3e-6 + 16 * 1e6 / 12.5e9, 1e-15);
}

::testing::AssertionResult is_wrong(const std::string& text, const std::string& message) {
  try {
    parsed(text);
  } catch (const base::InputError& error) {
    if (std::string(error.what()).find(message) != std::string::npos) {
      return ::testing::AssertionSuccess();
    }
    return ::testing::AssertionFailure() << error.what();
  }
  return ::testing::AssertionFailure() << "no error";
}

TEST(MixedCluster, MistakesAreShownWhereTheyAre) {
  EXPECT_TRUE(is_wrong("mixed: [{use: dgx_h100}]\nbetween: {link: ib_ndr}", "study.yaml:1:8"));
  EXPECT_TRUE(is_wrong(kParts, "'between' is missing"));
  EXPECT_TRUE(is_wrong(kParts + "between: {link: ib_ndr}\nhosts: 4", "study.yaml:3:8"));
  EXPECT_TRUE(is_wrong(kParts + "between: {link: ib_ndr}\nsoftware: megatron_core",
                       "'software' stands in each part"));
  EXPECT_TRUE(is_wrong(kParts + "between: {link: ib_ndr, per_host: 0}", "study.yaml:2:"));
  EXPECT_TRUE(
      is_wrong("mixed: [{use: dgx_h100}, {use: dgx_a100_80g, hosts: 3, racks: 2}]\n"
               "between: {link: ib_ndr}",
               "study.yaml:1:"));
  EXPECT_TRUE(is_wrong("use: dgx_h100\nbetween: {link: ib_ndr}", "unknown key 'between'"));
}

}  // namespace
}  // namespace weft::cluster
