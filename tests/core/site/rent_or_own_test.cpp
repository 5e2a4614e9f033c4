#include "weft/site/rent_or_own.h"

#include <cmath>

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::site {
namespace {

// What one package is made of in the worked examples: capital, rated and mean kW with all that is
// around it, PUE, tariffs.
struct Example {
  double capital = 0;
  double rated = 0;        // kW
  double mean = 0;         // kW at the meter
  double space = 0;        // a kW and month
  double electricity = 0;  // a kWh
  double rate = 0.1;
  double residual = 0.1;
};

OwnedPackage owned_of(const Example& example) {
  auto site = testing::bare_site();
  site.electricity = {{example.electricity / 3.6e6, "USD"}};
  site.colocation = {{example.space / (730 * 3.6e6), "USD"}};
  site.finance.rate = example.rate;
  site.finance.residual = example.residual;
  Capital capital;
  capital.hosts = example.capital;
  capital.currency = "USD";
  const auto cost =
      hourly_cost(capital, base::Power(1e3 * example.rated), base::Power(1e3 * example.mean), site);
  return {capital.total(), cost.fixed(), cost.upkeep(), cost.energy};
}

const Example kH100{40.6e3, 1.20, 1.33, 140, 0.0826};

TEST(RentOrOwn, OwnedHourOfTheWorkedExamples) {
  const auto h100 = owned_of(kH100);
  EXPECT_NEAR(h100.fixed, 1.49, 0.01);
  EXPECT_NEAR(h100.variable, 0.11, 0.005);
  EXPECT_NEAR(owned_hour(h100, 1), 1.60, 0.01);
  EXPECT_NEAR(owned_hour(owned_of({57.4e3, 1.55, 1.7, 130, 0.0826}), 1), 2.21, 0.02);
  EXPECT_NEAR(owned_hour(owned_of({50.4e3, 2.0, 1.8, 140, 0.0826}), 1), 2.09, 0.02);
  // 910C in CloudMatrix384, in yuan.
  const auto ascend = owned_of({167e3, 1.62, 1.37, 600, 0.40, 0.04, 0.05});
  EXPECT_NEAR(ascend.fixed, 5.92, 0.03);
  EXPECT_NEAR(owned_hour(ascend, 1), 6.5, 0.05);
}

TEST(RentOrOwn, BreakEvenOfAnH100) {
  const auto h100 = owned_of(kH100);
  EXPECT_NEAR(break_even_utilisation(h100, 1.70), 0.94, 0.007);
  EXPECT_NEAR(break_even_utilisation(h100, 2.35), 0.66, 0.007);
  EXPECT_NEAR(break_even_utilisation(h100, 2.65), 0.59, 0.007);
  EXPECT_NEAR(break_even_utilisation(h100, 3.93), 0.39, 0.007);
}

TEST(RentOrOwn, PaybackOfAnH100) {
  const auto h100 = owned_of(kH100);
  EXPECT_NEAR(*payback_months(h100, 1.70, 0.9), 51, 1);
  EXPECT_NEAR(*payback_months(h100, 2.35, 0.9), 33, 1);
  EXPECT_NEAR(*payback_months(h100, 2.65, 0.9), 29, 1);
  EXPECT_NEAR(*payback_months(h100, 3.93, 0.9), 18, 1);
}

TEST(RentOrOwn, NeverBelowWhatOwningCosts) {
  const auto h100 = owned_of(kH100);
  EXPECT_GT(break_even_utilisation(h100, 1.58), 1);
  EXPECT_LT(break_even_utilisation(h100, 1.62), 1);
  EXPECT_TRUE(std::isinf(break_even_utilisation(h100, 0.10)));
  EXPECT_FALSE(payback_months(h100, 0.4, 0.9));
  EXPECT_FALSE(payback_months(h100, 2.65, 0.0));  // nobody uses it
}

// 910C against an H100 at 12 yuan, by peak BF16.
TEST(RentOrOwn, AscendAgainstARentedH100) {
  const auto ascend = owned_of({167e3, 1.62, 1.37, 600, 0.40, 0.04, 0.05});
  EXPECT_NEAR(break_even_utilisation(ascend, 12.0 * 752 / 989), 0.69, 0.01);
}

TEST(RentOrOwn, AtTheBreakEvenBothCostTheSame) {
  const auto h100 = owned_of(kH100);
  for (const double rent : {1.7, 2.35, 3.0, 9.0}) {
    EXPECT_NEAR(owned_hour(h100, break_even_utilisation(h100, rent)), rent, 1e-9);
  }
}

// hours · (fixed + variable · U) = anyway + used · U.
TEST(RentOrOwn, BreakEvenOfWhatIsPaidAnyway) {
  const OwnedPackage owned{40e3, 1.5, 0.3, 0.1};
  const double half = break_even_utilisation(owned, {0.5 * 1000, 2.1 * 1000, 1000});
  EXPECT_NEAR(half, 0.5, 1e-12);
  EXPECT_EQ(break_even_utilisation(owned, {1600, 2100, 1000}), 0);  // idle, it is dearer already
  EXPECT_EQ(break_even_utilisation(owned, {1700, 0, 1000}), 0);     // all of it committed
  EXPECT_TRUE(std::isinf(break_even_utilisation(owned, {1400, 0, 1000})));
}

TEST(RentOrOwn, MonthOfConstantPricesIsThePayback) {
  const auto h100 = owned_of(kH100);
  const auto month = break_even_month(
      h100, [](int) { return 730 * 2.65 * 0.9; }, [](int) { return 0.9; }, 60);
  ASSERT_TRUE(month);
  EXPECT_EQ(*month, static_cast<int>(std::ceil(*payback_months(h100, 2.65, 0.9))));
}

TEST(RentOrOwn, ARampAndFallingRentPutItOff) {
  const auto h100 = owned_of(kH100);
  const auto at = [&](double fall, int ramp) {
    const auto use = [ramp](int m) { return 0.9 * std::min(1.0, (m + 1.0) / ramp); };
    const auto rent = [&](int m) { return 730 * 2.65 * std::exp(-fall * m / 12) * use(m); };
    return break_even_month(h100, rent, use, 600);
  };
  EXPECT_GT(*at(0, 12), *at(0, 1));
  EXPECT_GT(*at(0.2, 1), *at(0, 1));
  EXPECT_FALSE(at(0.5, 1));  // the rent is soon below the upkeep
}

}  // namespace
}  // namespace weft::site
