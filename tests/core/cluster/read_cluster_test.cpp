// Clusters as a study asks for them: sizes, fabrics, caps, and the errors.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "weft/cluster/cluster.h"

namespace weft::cluster {
namespace {

Cluster parsed(const std::string& text) {
  const auto document = base::Document::parse(text, "study.yaml");
  base::Reading reading;
  base::Fields use(document.root(), reading, "cluster");
  auto cluster = read_cluster(use, base::Catalog({WEFT_CONFIGS}));
  use.finish();
  reading.throw_if_any();
  return cluster;
}

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

struct Shipped {
  const char* name;
  const char* unit;
  std::int64_t hosts, packages, devices;  // of one unit
};

const std::vector<Shipped>& shipped() {
  static const std::vector<Shipped> all = {
      {"atlas_800t_a2", "hosts", 1, 8, 8},      {"atlas_900_a2", "hosts", 1, 8, 8},
      {"cloudmatrix384", "pods", 48, 384, 768}, {"dgx_a100_80g", "hosts", 1, 8, 8},
      {"dgx_b200", "hosts", 1, 8, 8},           {"dgx_h100", "hosts", 1, 8, 8},
      {"gb200_nvl72", "racks", 18, 72, 72}};
  return all;
}

TEST(ShippedClusters, AreAllListedHere) {
  std::vector<std::string> names;
  for (const auto& one : shipped()) names.emplace_back(one.name);
  EXPECT_EQ(base::Catalog({WEFT_CONFIGS}).names("cluster"), names);
}

TEST(ShippedClusters, HaveTheirSizeInAllItsForms) {
  for (const auto& one : shipped()) {
    for (const std::int64_t units : {1, 2, 5}) {
      const std::string use = std::string("use: ") + one.name;
      const auto cluster =
          parsed(units == 1 ? use : use + "\n" + one.unit + ": " + std::to_string(units));
      EXPECT_EQ(cluster.hosts, units * one.hosts) << one.name;
      EXPECT_EQ(cluster.packages(), units * one.packages) << one.name;
      EXPECT_EQ(cluster.devices(), units * one.devices) << one.name;
      EXPECT_EQ(cluster.fabric.size(), cluster.devices()) << one.name;
      EXPECT_EQ(cluster.packages() * cluster.chip.devices(), cluster.devices()) << one.name;
      EXPECT_EQ(cluster.fabric.tiers().back().children * one.devices, cluster.devices());
    }
  }
}

TEST(ShippedClusters, AreSound) {
  for (const auto& one : shipped()) {
    const auto cluster = parsed(std::string("use: ") + one.name + "\nhosts: 36");
    EXPECT_FALSE(cluster.name.empty());
    EXPECT_NE(cluster.label.find(cluster.name), std::string::npos);
    EXPECT_NE(cluster.label.find("36"), std::string::npos);
    EXPECT_GT(cluster.host.base_training, cluster.host.base_idle) << one.name;
    EXPECT_GT(cluster.storage.read, cluster.storage.write) << one.name;
    EXPECT_TRUE(cluster.prices.per_host.has_value()) << one.name;
    const base::Catalog catalog({WEFT_CONFIGS});
    EXPECT_NO_THROW((void)catalog.load("site", cluster.facility, std::nullopt)) << one.name;
    EXPECT_NO_THROW((void)catalog.load("software", cluster.software, std::nullopt)) << one.name;
  }
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
