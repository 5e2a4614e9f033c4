#include "weft/site/cost.h"

#include <cmath>

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::site {
namespace {

TEST(CapitalRecovery, IsTheTextbookFormula) {
  for (const double rate : {0.02, 0.04, 0.1, 0.25}) {
    for (const double years : {1.0, 2.5, 5.0, 20.0}) {
      const double growth = std::pow(1 + rate, years);
      EXPECT_NEAR(capital_recovery_factor(rate, years), rate * growth / (growth - 1), 1e-12);
    }
  }
  EXPECT_NEAR(capital_recovery_factor(0.10, 5), 0.26380, 1e-5);
  EXPECT_NEAR(capital_recovery_factor(0.04, 5), 0.22463, 1e-5);
}

TEST(CapitalRecovery, WithoutInterest) {
  EXPECT_DOUBLE_EQ(capital_recovery_factor(0, 4), 0.25);
  EXPECT_NEAR(capital_recovery_factor(1e-12, 4), 0.25, 1e-9);
}

// The yearly payments and the residual, discounted to today, are the capital.
TEST(AnnualCapital, PresentValueIsTheCapital) {
  Finance finance;
  finance.rate = 0.08;
  finance.life_years = 6;
  finance.residual = 0.15;
  const double yearly = annual_capital({1000, "USD"}, finance).amount;
  double present = 0;
  for (int year = 1; year <= 6; ++year) present += yearly / std::pow(1.08, year);
  EXPECT_NEAR(present + 150 / std::pow(1.08, 6), 1000, 1e-9);
}

TEST(AnnualCapital, ResidualOfEverythingLeavesTheInterest) {
  Finance finance;
  finance.residual = 1.0;
  EXPECT_NEAR(annual_capital({1000, "USD"}, finance).amount, 100, 1e-9);
}

TEST(Capital, AddsNetworkOnlyWhenThePriceHasNone) {
  auto cluster = testing::h100_air(10);
  const auto site = testing::bare_site();
  EXPECT_FALSE(capital(cluster, site));
  cluster.prices.per_host = base::Money{100e3, "USD"};
  EXPECT_NEAR(capital(cluster, site)->total(), 1e6 / 0.85 * 1.03, 1e-6);
  cluster.prices.includes_network = true;
  EXPECT_NEAR(capital(cluster, site)->total(), 1e6 * 1.03, 1e-6);
  cluster.prices.per_host = base::Money{720e3, "CNY"};
  EXPECT_NEAR(capital(cluster, site)->total(), 1e6 * 1.03, 1e-6);
}

TEST(Capital, PartsSumAndTheHallGoesByRatedPower) {
  auto cluster = testing::h100_air(10);
  cluster.prices.per_host = base::Money{100e3, "USD"};
  auto site = testing::bare_site();
  site.finance.installation_share = 0.02;
  site.finance.build = {{11.7, "USD"}};  // a watt
  const auto parts = *capital(cluster, site);
  EXPECT_NEAR(parts.installation, 0.02 * (parts.hosts + parts.network + parts.storage), 1e-6);
  EXPECT_NEAR(parts.building, 11.7 * rated_power(cluster, site).it().si(), 1e-6);
  EXPECT_NEAR(parts.total(),
              parts.hosts + parts.network + parts.storage + parts.installation + parts.building,
              1e-9 * parts.total());
}

HourlyCost hour_of(const Site& site, double capital = 1e6) {
  Capital paid;
  paid.hosts = capital;
  paid.currency = site.report_currency;
  return hourly_cost(paid, base::Power(100e3), base::Power(90e3), site);
}

TEST(HourlyCost, PartsSumAndFixedIsAllButEnergy) {
  auto site = testing::bare_site();
  site.staff = {{5.0 / (730 * 3.6e6), "USD"}};
  const auto cost = hour_of(site);
  const double sum = cost.depreciation + cost.interest + cost.space + cost.maintenance +
                     cost.staff + cost.repairs + cost.energy;
  EXPECT_NEAR(cost.total(), sum, 1e-9 * sum);
  EXPECT_NEAR(cost.fixed(), sum - cost.energy, 1e-9 * sum);
  EXPECT_NEAR(cost.staff, 100 * 5.0 / 730, 1e-9);
  EXPECT_NEAR(cost.space, 100 * 130.0 / 730, 1e-9);
  EXPECT_NEAR(cost.energy, 90 * 0.0826, 1e-9);
}

// What is written off and the interest are together the annuity; without interest it is all written
// off.
TEST(HourlyCost, DepreciationAndInterestAreTheAnnuity) {
  auto site = testing::bare_site();
  const auto cost = hour_of(site);
  EXPECT_NEAR(cost.capital_share() * 8760, annual_capital({1e6, "USD"}, site.finance).amount, 1e-6);
  EXPECT_NEAR(cost.depreciation * 8760, 1e6 * 0.9 / 5, 1e-6);
  EXPECT_GT(cost.interest, 0);
  site.finance.rate = 0;
  EXPECT_NEAR(hour_of(site).interest, 0, 1e-9);
}

TEST(HourlyCost, RisesWithEveryPrice) {
  const auto site = testing::bare_site();
  const double plain = hour_of(site).total();
  EXPECT_GT(hour_of(site, 1.01e6).total(), plain);
  const auto with = [&](auto change) {
    auto other = site;
    change(other);
    return hour_of(other).total();
  };
  EXPECT_GT(with([](Site& s) { s.electricity.per_si.amount *= 1.01; }), plain);
  EXPECT_GT(with([](Site& s) { s.colocation.per_si.amount *= 1.01; }), plain);
  EXPECT_GT(with([](Site& s) { s.staff = {{1e-9, "USD"}}; }), plain);
  EXPECT_GT(with([](Site& s) { s.finance.rate *= 1.01; }), plain);
  EXPECT_GT(with([](Site& s) { s.finance.maintenance *= 1.01; }), plain);
  EXPECT_LT(with([](Site& s) { s.finance.residual *= 1.01; }), plain);
  EXPECT_LT(with([](Site& s) { s.finance.life_years *= 1.01; }), plain);
}

TEST(HourlyCost, NothingBoughtNothingDrawnCostsNothing) {
  const auto site = testing::bare_site();
  EXPECT_EQ(hourly_cost({}, base::Power(), base::Power(), site).total(), 0);
}

}  // namespace
}  // namespace weft::site
