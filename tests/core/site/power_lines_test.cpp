// Power part by part, and the facility by the weather.
#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::site {
namespace {

using base::Power;
using testing::bare_site;
using testing::h100_air;

cluster::Cluster with_parts() {
  auto cluster = h100_air(4);
  auto& parts = cluster.host.parts;
  parts[0] = {Power(240), Power(400), Power(700)};
  parts[2] = {Power(220), Power(250), Power(300)};
  cluster.host.base_limit = Power(1650);
  return cluster;
}

Power part_of(const HostPower& power, cluster::HostPart part) {
  return power.parts[static_cast<std::size_t>(part)];
}

// P = (devices + base) / η + f0 + f1 u³, however it is told.
TEST(HostParts, SumToTheFormula) {
  const auto cluster = with_parts();
  const auto& host = cluster.host;
  for (const double watts : {75.0, 155.0, 400.0, 700.0}) {
    const double a = (watts - 75) / (700 - 75);
    const double load = 8 * watts + 1000 + 300 * a;
    const double u = load / 6900;
    const auto parts = host_parts(host, cluster.device(), Power(8 * watts));
    EXPECT_NEAR(parts.total().si(), load / 0.945 + 500 + 600 * u * u * u, 1e-9);
    EXPECT_NEAR(part_of(parts, cluster::HostPart::kCpus).si(), 240 + 160 * a, 1e-9);
    EXPECT_NEAR(part_of(parts, cluster::HostPart::kBoards).si(), 540 + 110 * a, 1e-9);
    EXPECT_NEAR(parts.supply_loss.si(), load / 0.945 - load, 1e-9);
  }
}

TEST(HostParts, NameplateIsAboveAnyLoad) {
  const auto cluster = with_parts();
  const auto most = host_nameplate(cluster.host, cluster.device());
  EXPECT_NEAR(most.total().si(), (5600 + 1650) / 0.945 + 1100, 1e-9);
  EXPECT_EQ(part_of(most, cluster::HostPart::kCpus), Power(700));
  EXPECT_GT(most.total(), host_power(cluster.host, cluster.device(), Power(5600)));
}

TEST(PowerLines, SumToTheMeter) {
  const auto cluster = with_parts();
  auto site = bare_site();
  site.pue = 1.25;
  site.other_it = 0.04;
  for (const int used : {0, 5, 8, 19, 32}) {
    const auto lines = power_lines(cluster, used, Power(600), site);
    const auto meter = meter_power(cluster, used, Power(600), site).total();
    EXPECT_NEAR(sum_of(lines) / meter, 1, 1e-12) << used;
  }
}

WetBulbCooling cooling_at(std::vector<double> temperatures) {
  WetBulbCooling cooling;
  cooling.fixed = 0.06;
  cooling.per_kelvin = 0.005;
  cooling.from = 10;
  cooling.wet_bulb = std::move(temperatures);
  return cooling;
}

Site read_text(const std::string& facility) {
  base::Reading reading;
  auto site =
      read_site(base::Document::parse("kind: site\nname: Mine\nelectricity: 0.5 CNY/kWh\n"
                                      "colocation: 730 CNY/kW/month\ncarbon_kg_per_kwh: 0.36\n" +
                                          facility,
                                      "mine.yaml"),
                reading);
  reading.throw_if_any();
  return site;
}

std::string complaint_about(const std::string& facility) {
  try {
    read_text(facility);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

constexpr const char* kCooling = "cooling: {fixed: 6 %, per_kelvin: 0.5 %, from_celsius: 10, ";

// A wet bulb that stays where it is is a PUE.
TEST(Cooling, OfConstantWeatherIsAPue) {
  const auto weather =
      read_text(std::string(kCooling) + "wet_bulb_celsius: 18}\ndistribution_loss: 4 %\n");
  EXPECT_NEAR(weather.pue, 1 + 0.04 + 0.06 + 0.005 * 8, 1e-12);
  EXPECT_NEAR(highest_pue(weather), weather.pue, 1e-12);
  const auto plain = read_text("pue: 1.14\n");
  const auto cluster = with_parts();
  const auto drawn = [&](const Site& site) {
    return meter_power(cluster, 32, Power(650), site).total();
  };
  EXPECT_NEAR(drawn(weather) / drawn(plain), 1, 1e-12);
  EXPECT_NEAR(sum_of(power_lines(cluster, 32, Power(650), weather)) / drawn(plain), 1, 1e-12);
}

TEST(Cooling, CostsNothingMoreBelowItsThreshold) {
  EXPECT_DOUBLE_EQ(cooling_at({-5}).mean_share(), 0.06);
  EXPECT_DOUBLE_EQ(cooling_at({10}).mean_share(), 0.06);
  EXPECT_NEAR(cooling_at({8, 20}).mean_share(), 0.06 + 0.5 * 0.05, 1e-12);
  EXPECT_NEAR(cooling_at({8, 20}).highest_share(), 0.11, 1e-12);
  // Weather around the threshold takes more than its mean.
  EXPECT_GT(cooling_at({5, 15}).mean_share(), cooling_at({10}).mean_share());
}

TEST(Cooling, IsInsteadOfAPue) {
  EXPECT_NE(
      complaint_about(std::string(kCooling) + "wet_bulb_celsius: 18}\npue: 1.2\n").find("pue: ~"),
      std::string::npos);
  EXPECT_NE(complaint_about("pue: 1.2\ndistribution_loss: 4 %\n").find("mine.yaml:7"),
            std::string::npos);
  EXPECT_NE(
      complaint_about(std::string(kCooling) + "wet_bulb_celsius: [18, 20]}\n").find("12 of months"),
      std::string::npos);
  EXPECT_NE(complaint_about("").find("pue"), std::string::npos);
}

}  // namespace
}  // namespace weft::site
