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
  EXPECT_NEAR(capital(cluster, site)->amount, 1e6 / 0.85 * 1.03, 1e-6);
  cluster.prices.includes_network = true;
  EXPECT_NEAR(capital(cluster, site)->amount, 1e6 * 1.03, 1e-6);
  cluster.prices.per_host = base::Money{720e3, "CNY"};
  EXPECT_NEAR(capital(cluster, site)->amount, 1e6 * 1.03, 1e-6);
}

}  // namespace
}  // namespace weft::site
