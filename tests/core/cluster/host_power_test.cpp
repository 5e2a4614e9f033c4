// The power of a host as written: totals, parts, fans by cooling.
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "weft/cluster/cluster.h"

namespace weft::cluster {
namespace {

using base::Power;

// An H100 host whose `power` is this, in flow style.
Cluster with_power(const std::string& power) {
  // Tests run beside each other.
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  const auto folder = std::filesystem::path(::testing::TempDir()) / "host_power" / test->name();
  std::filesystem::create_directories(folder / "clusters");
  std::ofstream(folder / "clusters" / "mine.yaml")
      << "kind: cluster\nname: Mine\nextends: dgx_h100\nhost:\n  power: {training: ~, idle: ~, "
         "parts: ~, cooling: ~, fans_fixed: ~, fans_cubic: ~}\n";
  std::ofstream(folder / "clusters" / "mine_too.yaml")
      << "kind: cluster\nname: Mine too\nextends: mine\nhost:\n  power: {" << power << "}\n";
  base::Reading reading;
  const auto document = base::Document::parse("{use: mine_too, hosts: 2}\n", "study.yaml");
  base::Fields use(document.root(), reading, "cluster");
  auto cluster = read_cluster(use, base::Catalog({folder, WEFT_CONFIGS}));
  reading.throw_if_any();
  return cluster;
}

std::string power_complaint(const std::string& power) {
  try {
    with_power(power);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

TEST(HostPowerText, TotalsAlone) {
  const auto host = with_power("training: 1300 W, idle: 1000 W").host;
  EXPECT_EQ(host.base_training, Power(1300));
  EXPECT_EQ(host.base_limit, Power(1300));
  EXPECT_EQ(host.fan_fixed, Power(0));
  EXPECT_FALSE(host.cooling);
}

TEST(HostPowerText, PartsAloneSumUp) {
  const auto host = with_power(
                        "parts: {cpus: {idle: 200 W, training: 400 W, limit: 700 W}, nics: "
                        "{idle: 100 W, training: 150 W}}")
                        .host;
  EXPECT_EQ(host.base_idle, Power(300));
  EXPECT_EQ(host.base_training, Power(550));
  EXPECT_EQ(host.base_limit, Power(850));
}

TEST(HostPowerText, PartsLieWithinTotals) {
  const std::string parts = "parts: {cpus: {idle: 200 W, training: 400 W, limit: 700 W}}";
  const auto host = with_power("training: 1300 W, idle: 1000 W, " + parts).host;
  EXPECT_EQ(host.base_training, Power(1300));
  EXPECT_EQ(host.base_limit, Power(1600));
  EXPECT_NE(
      power_complaint("training: 350 W, idle: 300 W, " + parts).find("parts alone draw 400 W"),
      std::string::npos);
  EXPECT_NE(power_complaint("training: 300 W, idle: 400 W").find("none may be below"),
            std::string::npos);
  EXPECT_NE(power_complaint("parts: {cpu: {idle: 1 W, training: 1 W}}").find("cpus"),
            std::string::npos);
}

// 8 · 700 + 1300 W is 6.9 kW: the fans of the measured host.
TEST(HostPowerText, FansFollowTheCooling) {
  const std::string base = "training: 1300 W, idle: 1000 W, cooling: ";
  const auto air = with_power(base + "air").host;
  EXPECT_NEAR(air.fan_fixed.si(), 500, 1e-9);
  EXPECT_NEAR(air.fan_cubic.si(), 600, 1e-9);
  const auto plates = with_power(base + "cold_plate").host;
  EXPECT_GT(plates.fan_fixed, Power(0));
  EXPECT_LT(plates.fan_fixed, air.fan_fixed);
  EXPECT_NEAR(plates.fan_fixed / Power(200), 6900.0 / 9300, 1e-9);
  EXPECT_EQ(plates.fan_cubic, Power(0));
  EXPECT_EQ(with_power(base + "immersion").host.fan_fixed, Power(0));
  // One of them said, the other is none.
  const auto said = with_power(base + "air, fans_cubic: 100 W").host;
  EXPECT_EQ(said.fan_fixed, Power(0));
  EXPECT_EQ(said.fan_cubic, Power(100));
  EXPECT_NE(power_complaint(base + "immersion, fans_fixed: 100 W").find("no fans"),
            std::string::npos);
  EXPECT_NE(power_complaint(base + "oil").find("immersion"), std::string::npos);
}

}  // namespace
}  // namespace weft::cluster
