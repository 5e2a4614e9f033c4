#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::campaign {
namespace {

using testing::h100_cluster;

// Two dies per package as devices of their own, 8 packages and 16 devices per host.
cluster::Cluster split_cluster() {
  auto cluster = h100_cluster(4);
  cluster.chip.device.devices_per_package = 2;
  cluster.host.devices = 16;
  return cluster;
}

base::Rate total(const std::vector<Interruptions>& all) {
  base::Rate sum;
  for (const auto& one : all) sum += one.rate;
  return sum;
}

TEST(CountUnits, WholeCluster) {
  const auto cluster = h100_cluster(2048);
  EXPECT_EQ(count_units(cluster, 16384, Unit::kDevice), 16384);
  EXPECT_EQ(count_units(cluster, 16384, Unit::kPackage), 16384);
  EXPECT_DOUBLE_EQ(count_units(cluster, 16384, Unit::kMemoryByte), 16384 * 80e9);
  EXPECT_EQ(count_units(cluster, 16384, Unit::kHost), 2048);
  EXPECT_EQ(count_units(cluster, 16384, Unit::kNic), 16384);
  EXPECT_EQ(count_units(cluster, 16384, Unit::kSwitch), 512 + 512 + 256);
  EXPECT_EQ(count_units(cluster, 16384, Unit::kOpticalModule), 3 * 2 * 16384);
  EXPECT_EQ(count_units(cluster, 16384, Unit::kJob), 1);
}

// Four NVSwitch chips in each host are parts of the host.
TEST(CountUnits, SwitchesAreThoseBetweenHosts) {
  auto cluster = h100_cluster(2048);
  auto tiers = cluster.fabric.tiers();
  tiers.front().switches = 4;
  cluster.fabric = interconnect::Fabric(tiers);
  ASSERT_EQ(cluster.fabric.inventory().front().switches, 4 * 2048);
  EXPECT_EQ(count_units(cluster, 16384, Unit::kSwitch), 512 + 512 + 256);
}

TEST(CountUnits, HalfTheClusterUsesHalfTheFabric) {
  const auto cluster = h100_cluster(2048);
  EXPECT_DOUBLE_EQ(count_units(cluster, 8192, Unit::kOpticalModule), 3 * 16384);
  EXPECT_DOUBLE_EQ(count_units(cluster, 8192, Unit::kSwitch), 640);
}

TEST(CountUnits, OpenedPackagesAndHostsCountWhole) {
  const auto cluster = split_cluster();
  EXPECT_EQ(count_units(cluster, 17, Unit::kPackage), 9);
  EXPECT_EQ(count_units(cluster, 17, Unit::kHost), 2);
  EXPECT_EQ(count_units(cluster, 17, Unit::kNic), 16);
  EXPECT_EQ(count_units(cluster, 16, Unit::kHost), 1);
}

TEST(CountUnits, PartsAroundTheDevices) {
  const auto cluster = h100_cluster(100);
  EXPECT_EQ(count_units(cluster, 800, Unit::kPowerSupply), 100);
  EXPECT_EQ(count_units(cluster, 800, Unit::kRack, {32, 16, 40}), 7);
  EXPECT_EQ(count_units(cluster, 800, Unit::kCoolingLoop, {32, 16, 40}), 3);
  EXPECT_EQ(count_units(cluster, 800, Unit::kSite), 1);
  EXPECT_EQ(count_units(cluster, 800, Unit::kStorage), 1);
  double links = 0;
  for (const auto& tier : cluster.fabric.inventory()) links += static_cast<double>(tier.links);
  EXPECT_GT(links, 0);
  EXPECT_DOUBLE_EQ(count_units(cluster, 400, Unit::kCable), links / 2);
}

// V1 (Kokolis et al., arXiv 2410.21680): 6.5 per 1000 node-days are 1.8 h between failures on
// 16,384 GPUs and 0.23 h on 131,072.
TEST(InterruptionRate, Rsc) {
  const auto policy = testing::host_policy(6.5e-3 / base::kDay);
  const auto rate = total(interruptions(h100_cluster(2048), 16384, policy.components));
  EXPECT_NEAR(1.0 / rate / base::kHour, 1.803, 5e-4);
  EXPECT_NEAR(1.0 / rate / base::kHour / 8, 0.2254, 5e-5);
}

TEST(InterruptionRate, SeriesSystemAdds) {
  const auto cluster = h100_cluster(16);
  std::vector<Component> components = {{"a", Unit::kPackage, base::kFit * 1000, 0.0},
                                       {"b", Unit::kHost, base::kFit * 4000, 0.0}};
  EXPECT_NEAR(total(interruptions(cluster, 128, components)) / base::kFit, 128e3 + 16 * 4e3, 1e-6);
  EXPECT_NEAR(total(interruptions(cluster, 64, components)) / base::kFit, 96e3, 1e-6);
  components[0].tolerated = 0.99;
  EXPECT_NEAR(total(interruptions(cluster, 128, components)) / base::kFit, 1.28e3 + 64e3, 1e-6);
  components[0].tolerated = 1.0;
  EXPECT_EQ(interruptions(cluster, 128, components)[0].rate.si(), 0.0);
}

// The CloudMatrix384 has 6,912 modules; at 0.68 % per year one of them fails every 185 h.
TEST(InterruptionRate, CloudMatrixOptics) {
  const base::Rate hazard = 0.0068 / base::kYear;
  EXPECT_NEAR(1.0 / (hazard * 6912.0) / base::kHour, 186, 1);
}

}  // namespace
}  // namespace weft::campaign
