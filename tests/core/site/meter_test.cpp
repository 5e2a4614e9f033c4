#include <stdexcept>

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::site {
namespace {

using base::Power;
using testing::bare_site;
using testing::h100_air;
using testing::h100_immersion;

double host_kilowatts(const cluster::Cluster& cluster, double per_device) {
  return host_power(cluster.host, cluster.device(), Power(per_device * cluster.host.devices)).si() /
         1e3;
}

// V1 (MLPerf Training v4.0, smc-ac-power): 7.26 kW, compute bound, immersed.
TEST(HostPower, ImmersedH100) { EXPECT_NEAR(host_kilowatts(h100_immersion(1), 695), 7.26, 0.03); }

// V2 (arXiv 2412.08602): 8.4 kW at full load, air-cooled.
TEST(HostPower, AirCooledH100) { EXPECT_NEAR(host_kilowatts(h100_air(1), 700), 8.40, 0.01); }

// V3 (MLPerf Training v5.0, Lenovo): 10.05 kW for eight B200, water-cooled.
TEST(HostPower, WaterCooledB200) {
  auto cluster = testing::eight_way(1, Power(1000), Power(170), Power(200));
  cluster.host.fan_fixed = Power(200);
  EXPECT_NEAR(host_kilowatts(cluster, 1000), 10.05, 0.02);
}

// V4 (MLPerf Training v4.0): GPT-3 on 512 H100, 6.90 kW per host at 653 W per GPU.
TEST(HostPower, H100InTraining) { EXPECT_NEAR(host_kilowatts(h100_immersion(1), 653), 6.90, 0.05); }

// V8: model loaded, waiting: 2.36 to 2.64 kW.
TEST(HostPower, WaitingH100) {
  const auto cluster = h100_immersion(1);
  const double waiting = chips::waiting_power(cluster.device()).si();
  EXPECT_GT(host_kilowatts(cluster, waiting), 2.36);
  EXPECT_LT(host_kilowatts(cluster, waiting), 2.64);
}

TEST(HostPower, EndsOfTheRange) {
  const auto cluster = h100_immersion(1);
  EXPECT_NEAR(host_kilowatts(cluster, 75), (8 * 75 + 1000) / 945.0, 1e-9);
  EXPECT_NEAR(host_kilowatts(cluster, 700), (8 * 700 + 1300) / 945.0, 1e-9);
}

// V9 (120 to 145 kW): 18 trays of at most 6.67 kW, 9 switch trays of 0.6 kW, shelf losses of 3 %.
TEST(MeterPower, Gb200Nvl72) {
  interconnect::Tier tray;
  tray.children = 4;
  tray.link.bandwidth = base::Bandwidth(900e9);
  interconnect::Tier rack = tray;
  rack.children = 18;
  rack.switches = 9;
  rack.switch_power = Power(600);
  auto cluster = testing::cluster_of(interconnect::Fabric({tray, rack}));
  cluster.hosts = 18;
  cluster.host.packages = 4;
  cluster.host.devices = 4;
  cluster.host.base_training = Power(6667 - 4 * 1200);
  cluster.host.psu_efficiency = 0.97;
  cluster.chip.device.power.limit = Power(1200);
  EXPECT_NEAR(rated_power(cluster, bare_site()).total().si(), 129e3, 0.5e3);
}

TEST(MeterPower, PartsSumToTheTotal) {
  auto site = bare_site();
  site.pue = 1.25;
  site.other_it = 0.04;
  const auto power = meter_power(h100_air(64), 300, Power(600), site);
  EXPECT_DOUBLE_EQ(
      power.total().si(),
      (power.devices + power.hosts + power.fabric + power.other_it + power.facility).si());
  EXPECT_NEAR(power.total() / power.it(), 1.25, 1e-12);
  EXPECT_NEAR(power.other_it / (power.devices + power.hosts), 0.04, 1e-12);
  EXPECT_NEAR(power.devices.si(), 300 * 600 + (512 - 300) * 75, 1e-6);
}

// 37 full hosts, one with four busy devices, 26 idle ones.
TEST(MeterPower, IdleHostsAreOnTheBill) {
  const auto cluster = h100_air(64);
  const auto power = meter_power(cluster, 300, Power(600), bare_site());
  const auto host = [&cluster](double devices) {
    return host_power(cluster.host, cluster.device(), Power(devices)).si();
  };
  EXPECT_NEAR(power.total().si(), 37 * host(8 * 600) + host(4 * 600 + 4 * 75) + 26 * host(8 * 75),
              1e-6);
}

TEST(MeterPower, GrowsWithUseAndPue) {
  const auto cluster = h100_air(64);
  auto site = bare_site();
  Power last;
  for (const int used : {0, 1, 8, 9, 256, 511, 512}) {
    const auto now = meter_power(cluster, used, Power(600), site).total();
    EXPECT_GT(now, last);
    last = now;
  }
  site.pue = 1.3;
  EXPECT_NEAR(meter_power(cluster, 512, Power(600), site).total() / last, 1.3, 1e-12);
}

TEST(MeterPower, FabricDrawsWithoutTraffic) {
  interconnect::Tier host;
  host.children = 8;
  host.link.bandwidth = base::Bandwidth(450e9);
  interconnect::Tier network = host;
  network.kind = interconnect::TierKind::kFatTree;
  network.children = 64;
  network.rails = 8;
  network.switch_power = Power(750);
  network.link.optics = {2, Power(8.5)};
  // 512 H100: 16 leaves and 8 spines of 64 ports, 2,048 modules: 35 kW, 69 W per GPU.
  EXPECT_NEAR(fabric_power(interconnect::Fabric({host, network})).si(), 24 * 750 + 2048 * 8.5,
              1e-6);
}

TEST(MeterPower, RefusesDevicesThatAreNotThere) {
  EXPECT_THROW(meter_power(h100_air(1), 9, Power(1), bare_site()), std::invalid_argument);
}

}  // namespace
}  // namespace weft::site
