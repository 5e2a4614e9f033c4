#include "weft/campaign/closed_forms.h"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "scenario_fixtures.h"

namespace weft::campaign {
namespace {

using base::Time;
using testing::golden_job;

TEST(ClosedForms, RacksOfSixtyFour) {
  EXPECT_NEAR(k_of_n(64, 64, 0.999), 0.938, 5e-4);
  EXPECT_NEAR(k_of_n(64, 65, 0.999), 0.9980, 5e-5);
  EXPECT_NEAR(k_of_n(64, 64, 0.9999), 0.99362, 5e-6);
  EXPECT_NEAR(k_of_n(64, 65, 0.9999), 0.99998, 5e-6);
  EXPECT_DOUBLE_EQ(k_of_n(0, 5, 0.3), 1.0);
}

TEST(ClosedForms, BirthAndDeathBalance) {
  const auto down = machine_repair(10, 3, 2, base::Rate(0.1), base::Rate(0.5));
  ASSERT_EQ(down.size(), 14U);
  EXPECT_NEAR(std::accumulate(down.begin(), down.end(), 0.0), 1.0, 1e-12);
  for (std::size_t j = 0; j + 1 < down.size(); ++j) {
    const double births = std::min(10.0, 13.0 - static_cast<double>(j)) * 0.1;
    const double deaths = std::min(static_cast<double>(j + 1), 2.0) * 0.5;
    EXPECT_NEAR(down[j] * births, down[j + 1] * deaths, 1e-12);
  }
  const auto one = machine_repair(1, 0, 0, base::Rate(0.2), base::Rate(0.8));
  EXPECT_NEAR(one[0], availability(Time(5), Time(1.25)), 1e-12);
}

TEST(ClosedForms, Quantiles) {
  EXPECT_EQ(poisson_quantile(0, 0.99), 0);
  EXPECT_EQ(poisson_quantile(2, 0.99), 6);  // P(X <= 5) = 0.9834, P(X <= 6) = 0.9955
  EXPECT_EQ(binomial_quantile(10, 1.0, 0.5), 10);
  EXPECT_EQ(binomial_quantile(1000, 0.002, 0.99), 6);
}

TEST(ClosedForms, FrailCountsSumUp) {
  const auto counts = frail_counts(2.0, 0.7, 400);
  double mean = 0, squares = 0, all = 0;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    const auto value = static_cast<double>(k);
    all += counts[k];
    mean += value * counts[k];
    squares += value * value * counts[k];
  }
  EXPECT_NEAR(all, 1, 1e-9);
  EXPECT_NEAR(mean, 2, 1e-9);
  EXPECT_NEAR(squares - mean * mean, 2 + 0.7 * 4, 1e-6);
}

TEST(ClosedForms, FirstFailures) {
  // SemiAnalysis' example: 100,000 links of a mean time of 5 years, 26.28 min to the first failure.
  EXPECT_NEAR(first_failure_scale({1.0, base::kYear * 5}, 1e5) / Time(60), 26.28, 1e-6);
  EXPECT_NEAR(first_failure_scale({0.5, Time(7.2e6)}, 100) / Time(720), 1.0, 1e-12);
}

TEST(Intervals, Rules) {
  const Time mean(11135), pause(20);
  EXPECT_NEAR(young_interval(mean, pause).si(), 667.4, 0.05);
  EXPECT_NEAR(daly_interval(mean, pause).si(), 654.1, 0.05);
  EXPECT_NEAR(daly_interval(Time(1080), pause).si(), 194.7, 0.06);
  EXPECT_EQ(daly_interval(Time(10), pause).si(), 10);
  EXPECT_NEAR(availability_interval(mean, pause, Time(300)).si(), std::sqrt(2 * 11435 * 20.0 + 400),
              1e-9);
  EXPECT_EQ(interval_by({IntervalRule::kFixed, Time(7)}, mean, pause, Time(0)).si(), 7);
  EXPECT_TRUE(
      std::isinf(interval_by({IntervalRule::kDaly, {}}, Time(INFINITY), pause, Time(0)).si()));
  EXPECT_EQ(interval_rules().size(), 6U);
  EXPECT_NEAR(observed_mean(Time(100), Time(1900), 9).si(), 200, 1e-12);
}

TEST(ClosedForms, StandOnlyWhereTheyHold) {
  EXPECT_TRUE(closed_form_obstacles(golden_job()).empty());
  EXPECT_NEAR(closed_form_ettr(golden_job()), 0.91623, 5e-6);
  const auto bars = [](auto change) {
    auto scenario = golden_job();
    change(scenario);
    EXPECT_FALSE(closed_form_obstacles(scenario).empty());
    EXPECT_THROW(closed_form_ettr(scenario), std::invalid_argument);
    EXPECT_FALSE(testing::outlook_of(scenario, 2).closed_form.has_value());
  };
  bars([](Scenario& s) { s.causes[0].law = weibull_law({0.7, Time(1e6)}); });
  bars([](Scenario& s) { s.causes[0].frailty = {Frailty::Kind::kGamma, 1, 0, 1}; });
  bars([](Scenario& s) { s.causes[0].hang = 0.1; });
  bars([](Scenario& s) { s.causes[0].silent = 0.1; });
  bars([](Scenario& s) { s.hosts.unlimited = false; });
  bars([](Scenario& s) { s.tiers.push_back(s.tiers[0]); });
  bars([](Scenario& s) { s.tiers[0].host = 0.5; });
  bars([](Scenario& s) { s.elastic.mode = Elastic::kShrink; });
  bars([](Scenario& s) { s.maintenance = Maintenance{base::kDay, testing::seconds(60)}; });
  bars([](Scenario& s) { s.interval.rule = IntervalRule::kAdaptive; });
  bars([](Scenario& s) { s.stages[0].detect = exponential(Time(60)); });
}

TEST(EstimateTest, StudentsInterval) {
  const auto two = estimate({1.0, 2.0});
  EXPECT_DOUBLE_EQ(two.mean, 1.5);
  const auto ten = estimate({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  EXPECT_NEAR(ten.half_width, 2.262 * std::sqrt(9.1666667 / 10), 0.003);
  EXPECT_EQ(ten.low, 1);
  EXPECT_EQ(ten.high, 10);
  EXPECT_TRUE(std::isnan(estimate({3.0}).half_width));
}

}  // namespace
}  // namespace weft::campaign
