#include "weft/site/facility.h"

#include <gtest/gtest.h>

namespace weft::site {
namespace {

Site shipped(const std::string& name) {
  const base::Catalog catalog({WEFT_CONFIGS});
  base::Reading reading;
  auto site = read_site(catalog.load("site", name, std::nullopt), reading);
  reading.throw_if_any();
  return site;
}

std::string complaint(const std::string& text) {
  base::Reading reading;
  read_site(base::Document::parse(text, "bad.yaml"), reading);
  try {
    reading.throw_if_any();
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

constexpr const char* kHead =
    "kind: site\nname: Mine\npue: 1.1\nelectricity: 0.5 CNY/kWh\n"
    "colocation: 730 CNY/kW/month\ncarbon_kg_per_kwh: 0.36\n";

TEST(ShippedSites, UsColocation) {
  const auto site = shipped("us_colocation");
  EXPECT_DOUBLE_EQ(site.pue, 1.25);
  EXPECT_NEAR((site.electricity * base::kKilowattHour).amount, 0.0826, 1e-12);
  EXPECT_NEAR((site.colocation * (base::kKilowattHour * 730)).amount, 130, 1e-9);
  EXPECT_NEAR(site.carbon_per_joule * 3.6e6, 0.369, 1e-12);
  EXPECT_EQ(site.report_currency, "USD");
  EXPECT_DOUBLE_EQ(site.rates.per_usd().at("CNY"), 7.2);
}

TEST(ShippedSites, GuizhouLiquid) {
  const auto site = shipped("guizhou_liquid");
  EXPECT_DOUBLE_EQ(site.pue, 1.15);
  EXPECT_NEAR((site.electricity * base::kKilowattHour).amount, 0.40, 1e-12);
  EXPECT_EQ(site.electricity.per_si.currency, "CNY");
  EXPECT_DOUBLE_EQ(site.finance.rate, 0.04);
  EXPECT_DOUBLE_EQ(site.finance.life_years, 5);
}

TEST(ReadSite, DefaultsAndMoney) {
  base::Reading reading;
  const auto site = read_site(
      base::Document::parse(std::string(kHead) + "finance: {life: 36 months, utilisation: 80 %}\n"
                                                 "money: {report: CNY, per_usd: {CNY: 7}}\n",
                            "mine.yaml"),
      reading);
  reading.throw_if_any();
  EXPECT_NEAR((site.colocation * base::kKilowattHour).amount, 1, 1e-12);
  EXPECT_NEAR(site.finance.life_years, 3, 1e-12);
  EXPECT_DOUBLE_EQ(site.finance.utilisation, 0.8);
  EXPECT_DOUBLE_EQ(site.finance.rate, Finance().rate);
  EXPECT_EQ(site.report_currency, "CNY");
}

// A hall of one's own instead of a rented one; about 130 USD a kW and month at 10 %.
TEST(ShippedSites, UsHyperscaleBuilds) {
  const auto site = shipped("us_hyperscale");
  EXPECT_EQ(site.colocation.per_si.amount, 0);
  EXPECT_NEAR((site.finance.build * base::Power(1e6)).amount, 11.7e6, 1);
}

TEST(ReadSite, CarbonOverADayKeepsItsMean) {
  base::Reading reading;
  const auto site = read_site(
      base::Document::parse(std::string(kHead) + "carbon_by_hour: {peak: [18, 23], over_rest: 2}\n"
                                                 "water_litres_per_kwh: 1.8\n",
                            "mine.yaml"),
      reading);
  reading.throw_if_any();
  EXPECT_NEAR(mean_over(site.carbon_by_hour, 0, 24), 1, 1e-12);
  EXPECT_NEAR(site.carbon_by_hour.by_hour[20] / site.carbon_by_hour.by_hour[3], 2, 1e-12);
  EXPECT_NEAR(site.water_per_joule * 3.6e6, 1.8, 1e-12);
}

TEST(ReadSite, RentsAHallOrBuildsOne) {
  const std::string head = kHead;
  EXPECT_NE(complaint(head + "finance: {build: 11 MUSD/MW}\n").find("colocation: ~"),
            std::string::npos);
  EXPECT_NE(complaint(head + "carbon_by_hour: [1, 2, 3]\n").find("24 values"), std::string::npos);
  EXPECT_NE(complaint(head + "carbon_by_hour: {peak: [18], over_rest: 2}\n").find("two hours"),
            std::string::npos);
  EXPECT_NE(complaint(head + "carbon_by_hour: {peak: [18, 25], over_rest: 2}\n").find("0 to 24"),
            std::string::npos);
  EXPECT_NE(complaint(head + "water_litres_per_kwh: -1\n").find(":7:"), std::string::npos);
}

TEST(ReadSite, PointsAtMistakes) {
  const std::string head = kHead;
  EXPECT_EQ(complaint(head), "");
  EXPECT_NE(complaint(head + "other_it: 120 %\n").find(":7:"), std::string::npos);
  EXPECT_NE(complaint(head + "finance: {utilisation: 0 %}\n").find(":7:"), std::string::npos);
  EXPECT_NE(complaint(head + "finance: {life: 0 years}\n").find(":7:"), std::string::npos);
  EXPECT_NE(complaint(head + "money: {report: CNY}\n").find(":7:"), std::string::npos);
  EXPECT_NE(complaint(head + "money: {per_usd: {CNY: 0}}\n").find(":7:"), std::string::npos);
  EXPECT_NE(complaint("kind: site\nname: Mine\npue: 0.9\n").find(":3:"), std::string::npos);
}

}  // namespace
}  // namespace weft::site
