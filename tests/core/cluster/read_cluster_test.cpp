// Clusters as a study asks for them: sizes, fabrics, caps, and the errors.

#include <string>

#include <gtest/gtest.h>

#include "parsed.h"

namespace weft::cluster {
namespace {

using testing::parsed;

std::string complaint(const std::string& text) {
  try {
    parsed(text);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

::testing::AssertionResult complains(const std::string& text, const std::string& place,
                                     const std::string& message) {
  const auto what = complaint(text);
  if (what.find("study.yaml:" + place) == std::string::npos ||
      what.find(message) == std::string::npos) {
    return ::testing::AssertionFailure() << "not at " << place << " or not so: " << what;
  }
  return ::testing::AssertionSuccess();
}

// Numbers of arXiv 2506.12708: 384 packages of two dies; dies, hosts and the pod nest.
TEST(CloudMatrix384, NestsDiesInHostsInThePod) {
  const auto cluster = parsed("use: cloudmatrix384\npods: 2");
  const auto& fabric = cluster.fabric;
  ASSERT_EQ(fabric.tiers().size(), 4u);
  EXPECT_EQ(fabric.tiers()[0].kind, interconnect::TierKind::kPair);
  EXPECT_EQ(fabric.unit_size(0), 2);
  EXPECT_EQ(fabric.unit_size(1), 16);
  EXPECT_EQ(fabric.unit_size(2), 768);
  EXPECT_EQ(fabric.unit_size(3), 1536);
}

TEST(CloudMatrix384, MayBePartlyFilled) {
  const auto cluster = parsed("use: cloudmatrix384\nhosts: 12");
  EXPECT_EQ(cluster.devices(), 192);
  EXPECT_EQ(cluster.fabric.size(), 192);
  EXPECT_EQ(cluster.fabric.tiers().back().children, 1);
}

TEST(Nvl72, JoinsEighteenTraysAndMayBePartlyFilled) {
  EXPECT_EQ(parsed("use: gb200_nvl72\nracks: 3").fabric.unit_size(0), 72);
  EXPECT_EQ(parsed("use: gb200_nvl72\nhosts: 10").fabric.size(), 40);
  EXPECT_EQ(parsed("use: gb200_nvl72\nhosts: 36").fabric.tiers().back().children, 2);
}

// 64 of 72 GPUs of each rack, as large runs place them.
TEST(HostsPerDomain, BuildsSmallerDomains) {
  const auto cluster = parsed("use: gb200_nvl72\nhosts: 32\nhosts_per_domain: 16");
  EXPECT_EQ(cluster.devices(), 128);
  EXPECT_EQ(cluster.fabric.unit_size(0), 64);
  EXPECT_EQ(cluster.fabric.tiers().back().children, 2);
  EXPECT_TRUE(cluster.fabric.group(128, 1, 64).is_even());
}

TEST(HostsPerDomain, CountsInUnits) {
  const auto racks = parsed("use: gb200_nvl72\nracks: 8\nhosts_per_domain: 16");
  EXPECT_EQ(racks.hosts, 128);
  EXPECT_EQ(racks.fabric.size(), 512);
  EXPECT_EQ(parsed("use: gb200_nvl72\nhosts_per_domain: 16").devices(), 64);
  EXPECT_EQ(parsed("use: cloudmatrix384\npods: 2\nhosts_per_domain: 32").devices(), 1024);
}

TEST(HostsPerDomain, MayBeAllOrInOneDomain) {
  EXPECT_EQ(parsed("use: gb200_nvl72\nhosts_per_domain: 18").fabric.size(), 72);
  EXPECT_EQ(parsed("use: gb200_nvl72\nhosts: 8\nhosts_per_domain: 16").fabric.size(), 32);
  EXPECT_EQ(parsed("use: dgx_h100\nhosts: 3\nhosts_per_domain: 1").fabric.size(), 24);
}

TEST(HostsPerDomain, MustFit) {
  EXPECT_TRUE(complains("use: gb200_nvl72\nhosts: 32\nhosts_per_domain: 19", "3:19",
                        "a scale-up domain of this cluster has 18 hosts"));
  EXPECT_TRUE(complains("use: dgx_h100\nhosts_per_domain: 2", "2:19", "has 1 host"));
  EXPECT_TRUE(complains("use: gb200_nvl72\nhosts: 36\nhosts_per_domain: 16", "1:",
                        "36 hosts are 144 devices, not a whole number of scale-up domains of 64"));
  EXPECT_TRUE(complains("use: gb200_nvl72\nhosts_per_domain: 0", "2:19", "at least 1"));
  // Racks of eight boards: nine boards fill no second rack.
  EXPECT_TRUE(complains("use: ub_mesh_pod\nhosts_per_domain: 9", "2:19", "9 of the 128 hosts"));
}

TEST(UbMesh, MayBeFilledFromTheInside) {
  const auto rack = parsed("use: ub_mesh_pod\nhosts: 8").fabric;
  EXPECT_EQ(rack.size(), 64);
  EXPECT_EQ(rack.unit_size(1), 64);
  EXPECT_EQ(parsed("use: ub_mesh_superpod_8k\nhosts: 64").fabric.size(), 512);
  EXPECT_EQ(parsed("use: ub_mesh_superpod_8k\nhosts: 3").fabric.unit_size(1), 24);
  EXPECT_TRUE(complains("use: ub_mesh_pod\nhosts: 12", "1:", "domains of 1024"));
}

TEST(BadCluster, HostsThatAreNoWholeDomains) {
  EXPECT_TRUE(complains("use: gb200_nvl72\nhosts: 20", "1:",
                        "20 hosts are 80 devices, not a whole number of scale-up domains of 72"));
  EXPECT_TRUE(complains("use: cloudmatrix384\nhosts: 49", "1:", "domains of 768"));
}

TEST(BadCluster, CountedInTheWrongUnit) {
  EXPECT_TRUE(complains("use: cloudmatrix384\nracks: 2", "2:8", "counted in pods"));
  EXPECT_TRUE(complains("use: gb200_nvl72\npods: 2", "2:7", "counted in racks"));
  EXPECT_TRUE(complains("use: dgx_h100\nracks: 2", "2:8", "counted in hosts"));
}

TEST(BadCluster, NoHosts) {
  EXPECT_TRUE(complains("use: dgx_h100\nhosts: 0", "2:8", "at least 1"));
}

TEST(BadCluster, TwoSizes) {
  EXPECT_TRUE(complains("use: gb200_nvl72\nhosts: 18\nracks: 1", "3:1", "racks"));
}

TEST(BadCluster, AnUnknownNameOrNone) {
  EXPECT_TRUE(complains("use: dgx_h10", "1:6", "dgx_h100"));
  EXPECT_TRUE(complains("hosts: 3", "1:", "'use'"));
}

TEST(BadCluster, AKeyOfNobody) {
  EXPECT_TRUE(complains("use: dgx_h100\nhots: 3", "2:1", "did you mean 'hosts'"));
}

// More than the fabric's int can count must be refused, not wrapped.
TEST(BadCluster, MoreHostsThanAnIntHolds) {
  EXPECT_NE(complaint("use: dgx_h100\nhosts: 4294967298"), "");
  EXPECT_NE(complaint("use: cloudmatrix384\npods: 1000000000000000000"), "");
}

TEST(Label, OfOneHostIsSingular) {
  EXPECT_NE(parsed("use: dgx_h100\nhosts: 1").label.find("1 host"), std::string::npos);
  EXPECT_EQ(parsed("use: dgx_h100\nhosts: 1").label.find("hosts"), std::string::npos);
}

TEST(PowerCap, IsOfAPackageAndSharedByItsDevices) {
  EXPECT_DOUBLE_EQ(parsed("use: dgx_h100\npower_cap: 500 W").state.point.power_cap.si(), 500);
  EXPECT_DOUBLE_EQ(parsed("use: cloudmatrix384\npower_cap: 600 W").state.point.power_cap.si(), 300);
  EXPECT_EQ(parsed("use: dgx_h100").state.point.power_cap.si(), 0);
}

TEST(PowerCap, MustLeavePowerToCompute) {
  EXPECT_TRUE(complains("use: dgx_h100\npower_cap: 275 W", "2:12", "draws 275 W"));
  EXPECT_TRUE(complains("use: cloudmatrix384\npower_cap: 330 W", "2:12", "draws 330 W"));
  EXPECT_EQ(complaint("use: cloudmatrix384\npower_cap: 331 W"), "");
}

TEST(PowerCap, NeedsAUnit) {
  EXPECT_TRUE(complains("use: dgx_h100\npower_cap: 400", "2:12", "'400' has no unit"));
}

TEST(Study, MayNameAnotherStackAndFacility) {
  const auto cluster = parsed("use: dgx_h100\nsoftware: mindspeed_llm\nfacility: guizhou_liquid");
  EXPECT_EQ(cluster.software, "mindspeed_llm");
  EXPECT_EQ(cluster.facility, "guizhou_liquid");
  EXPECT_EQ(parsed("use: dgx_h100").software, "megatron_core");
}

}  // namespace
}  // namespace weft::cluster
