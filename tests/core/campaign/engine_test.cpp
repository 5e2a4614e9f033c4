// The engine against what must hold exactly or by a formula; numbers of checks as in the notes of
// each test.
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "scenario_fixtures.h"
#include "weft/campaign/closed_forms.h"
#include "weft/campaign/renewal.h"

namespace weft::campaign {
namespace {

using base::Time;
using testing::failing;
using testing::golden_job;
using testing::outlook_of;
using testing::quiet_job;
using testing::replica_of;
using testing::seconds;
using testing::share;

double sum_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

// Both golden ratios, and one far from the best interval: within the interval of the mean, which is
// narrow.
TEST(Engine, RenewalAtAnyInterval) {
  struct Case {
    double mean, pause, recovery, interval, ettr;
  };
  for (const Case& one : {Case{11135, 20, 300, 654.1, 0.91623}, Case{1080, 20, 600, 194.7, 0.4703},
                          Case{5000, 100, 900, 4000, 0.52595}}) {
    auto scenario = quiet_job(one.pause, one.recovery, one.interval);
    scenario.causes = {failing(one.mean)};
    const auto outlook = outlook_of(scenario, 400);
    ASSERT_TRUE(outlook.closed_form.has_value());
    EXPECT_NEAR(*outlook.closed_form, one.ettr, 1e-4);
    EXPECT_LT(outlook.ettr.half_width, 0.002);
    EXPECT_NEAR(outlook.ettr.mean, one.ettr, 1.5 * outlook.ettr.half_width);
  }
}

TEST(Engine, RenewalByWhereTheTimeWent) {
  const auto outlook = outlook_of(golden_job(), 400);
  const auto times = expected_times(Time(11135), {Time(654.1), Time(20), Time(300), Time(0)});
  const double wall = times.wall().si();
  EXPECT_NEAR(share(outlook, TimeClass::kProgramStartup), times.recovering.si() / wall, 4e-4);
  // The formula counts pauses that were undone as lost, the ledger as saving.
  EXPECT_NEAR(
      share(outlook, TimeClass::kWastedProgress) + share(outlook, TimeClass::kCheckpointSave),
      (times.lost + times.checkpointing).si() / wall, 4e-4);
  EXPECT_NEAR(outlook.interruptions.mean, 90 * 86400 / 11135.0,
              2 * outlook.interruptions.half_width);
}

TEST(Engine, AsynchronousCheckpointsLoseTheirLag) {
  auto scenario = quiet_job(2, 300, 400);
  scenario.tiers[0].write = Time(390);
  scenario.causes = {failing(5000)};
  const auto outlook = outlook_of(scenario, 300);
  EXPECT_NEAR(outlook.ettr.mean, *outlook.closed_form, 2 * outlook.ettr.half_width);
  EXPECT_NEAR(outlook.ettr.mean, renewal_ettr(Time(5000), Time(400), Time(2), Time(690)), 0.004);
}

// One checkpoint is written at a time: a slow storage stretches the interval.
TEST(Engine, WritesOneCheckpointAtATime) {
  auto scenario = quiet_job(0, 0, 100);
  scenario.tiers[0].write = Time(500);
  const auto result = replica_of(scenario);
  EXPECT_NEAR(result.checkpoints, 90 * 86400 / 500.0, 2);
}

TEST(Engine, NothingFails) {
  auto scenario = quiet_job(20, 300, 600);
  scenario.horizon.window = Time(1e3 * 620);
  EXPECT_NEAR(replica_of(scenario).productive / replica_of(scenario).wall, 600 / 620.0, 1e-12);
  scenario = quiet_job(0, 300, 600);
  EXPECT_DOUBLE_EQ(replica_of(scenario).productive, 90 * 86400.0);
}

TEST(Engine, WorkEndsWithADurableCheckpoint) {
  auto scenario = quiet_job(20, 300, 600);
  scenario.tiers[0].write = Time(50);
  scenario.horizon = {};
  scenario.horizon.work = Time(6050);
  const auto result = replica_of(scenario);
  EXPECT_TRUE(result.finished);
  EXPECT_NEAR(result.productive, 6050, 1e-6);
  EXPECT_NEAR(result.wall, 6050 + 10 * 20 + 20 + 50, 1e-6);
}

TEST(Engine, MonotoneInEveryCost) {
  const double usual = outlook_of(golden_job(), 50).ettr.mean;
  auto scenario = golden_job();
  scenario.causes = {failing(5000)};
  EXPECT_LT(outlook_of(scenario, 50).ettr.mean, usual);
  scenario = golden_job();
  scenario.tiers[0].pause = Time(40);
  EXPECT_LT(outlook_of(scenario, 50).ettr.mean, usual);
  scenario = golden_job();
  for (auto& stages : scenario.stages) stages.detect = seconds(300);
  EXPECT_LT(outlook_of(scenario, 50).ettr.mean, usual);
}

// Check 2: N parts in series fail exponentially, at the sum of their rates.
TEST(Engine, SeriesSystem) {
  auto scenario = quiet_job(0, 0, 600);
  scenario.causes = {failing(30000), failing(20000, 500), failing(12000, 77)};
  scenario.causes[1].name = "b";
  scenario.causes[2].name = "c";
  const double rate = 1 / 30000.0 + 1 / 20000.0 + 1 / 12000.0;
  const auto outlook = outlook_of(scenario, 200);
  EXPECT_NEAR(outlook.mean_time_between.si() * rate, 1.0, 0.01);
  EXPECT_NEAR(outlook.expected_between.si() * rate, 1.0, 1e-12);
  const auto told = replica_of(scenario, 0, 100000);
  double last = 0, sum = 0, squares = 0, count = 0;
  for (const auto& entry : told.timeline) {
    if (entry.happening != Happening::kStopped) continue;
    sum += entry.time - last;
    squares += (entry.time - last) * (entry.time - last);
    last = entry.time;
    ++count;
  }
  const double mean = sum / count;
  EXPECT_NEAR((squares / count - mean * mean) / (mean * mean), 1.0, 0.15);  // C² of an exponential
}

// Check 2: many ageing parts that are replaced look like a Poisson process in the long run.
TEST(Engine, SuperpositionOfAgeingRenewals) {
  auto scenario = quiet_job(0, 0, 1e6);
  Cause cause;
  cause.name = "fan";
  cause.units = 300;
  cause.law = weibull_law({3.0, Time(20 * 86400.0)});
  cause.scope = Scope::kJob;
  scenario.causes = {cause};
  scenario.horizon.window = base::kDay * 600;
  double sum = 0, squares = 0, months = 0;
  for (std::uint64_t i = 0; i < 40; ++i) {
    const auto result = replica_of(scenario, i);
    for (std::size_t month = 10; month < 20; ++month) {
      const double count = result.by_month[month][0];
      sum += count;
      squares += count * count;
      ++months;
    }
  }
  const double mean = sum / months;
  const double life = 20 * std::tgamma(1 + 1 / 3.0);
  EXPECT_NEAR(mean / (300 * 30 / life), 1.0, 0.01);
  // Each part alone is far more regular than a Poisson process (C² = 0.13); over a month of 1.7
  // lives the sum is still regular, so only the rate is sharp.
  EXPECT_LT(squares / months - mean * mean, 1.2 * mean);
}

// Over a window much shorter than a life the superposition is Poisson: variance = mean.
TEST(Engine, SuperpositionIsPoissonInAShortWindow) {
  auto scenario = quiet_job(0, 0, 1e6);
  Cause cause;
  cause.name = "fan";
  cause.units = 40;
  cause.law = weibull_law({2.0, base::kYear * 2});
  cause.age = base::kYear;
  scenario.causes = {cause};
  scenario.horizon.window = base::kDay * 14;
  double sum = 0, squares = 0;
  constexpr int kReplicas = 4000;
  for (std::uint64_t i = 0; i < kReplicas; ++i) {
    const double count = replica_of(scenario, i).interruptions[0];
    sum += count;
    squares += count * count;
  }
  const double mean = sum / kReplicas;
  EXPECT_NEAR(mean, failure_rate(cause, base::kDay * 14) * (base::kDay * 14), 0.04);
  EXPECT_NEAR((squares / kReplicas - mean * mean) / mean, 1.0, 0.1);
}

// Check 9: failures of one part with Gamma frailty are negative binomial, and those to come follow
// the posterior rate.
TEST(Engine, GammaFrailty) {
  auto scenario = quiet_job(0, 0, 1e7);
  const double half = 45 * 86400.0;
  Cause cause = failing(half);
  cause.frailty = {Frailty::Kind::kGamma, 1.0, 0, 1};
  cause.transient = 1.0;  // the same part goes on
  scenario.causes = {cause};
  constexpr int kReplicas = 6000;
  std::vector<double> seen(40, 0.0), later(40, 0.0);
  for (std::uint64_t i = 0; i < kReplicas; ++i) {
    scenario.horizon.window = Time(half);
    const double first = replica_of(scenario, i).interruptions[0];
    scenario.horizon.window = Time(2 * half);
    const double both = replica_of(scenario, i).interruptions[0];
    const auto count = static_cast<std::size_t>(std::min(first, 39.0));
    seen[count] += 1;
    later[count] += both - first;
  }
  const auto expected = frail_counts(1.0, 1.0, 6);
  for (std::size_t k = 0; k < 5; ++k) {
    EXPECT_NEAR(seen[k] / kReplicas, expected[k], 0.02) << k;
    const double posterior = cause.frailty.posterior_mean(static_cast<double>(k), 1.0);
    EXPECT_NEAR(later[k] / seen[k], posterior, 0.12 * posterior + 0.03) << k;
  }
}

// Check 12.
TEST(Engine, SameBytesForAnyThreads) {
  auto scenario = golden_job();
  scenario.causes[0].scope = Scope::kDevice;
  scenario.causes[0].units = 512;
  scenario.causes[0].law = weak_units_law(base::Rate(1.0 / 512 / 11135), 0.1, {0.5, Time(1e6)});
  scenario.hosts.unlimited = false;
  scenario.hosts.cold = 4;
  scenario.hosts.out_of_band = lognormal(base::kHour * 10, 2);
  const auto one = outlook_of(scenario, 16, 1, 1);
  for (const int threads : {2, 8}) {
    const auto many = outlook_of(scenario, 16, 1, threads);
    EXPECT_EQ(one.ettr.mean, many.ettr.mean);
    EXPECT_EQ(one.goodput.half_width, many.goodput.half_width);
    EXPECT_EQ(one.time_share, many.time_share);
    EXPECT_EQ(one.device_share, many.device_share);
    EXPECT_EQ(one.hosts_out_share, many.hosts_out_share);
    EXPECT_EQ(one.by_month, many.by_month);
  }
}

TEST(Engine, SeedsDifferButAgree) {
  const auto first = outlook_of(golden_job(), 100, 1);
  const auto again = outlook_of(golden_job(), 100, 1);
  const auto second = outlook_of(golden_job(), 100, 2);
  EXPECT_EQ(first.ettr.mean, again.ettr.mean);
  EXPECT_NE(first.ettr.mean, second.ettr.mean);
  EXPECT_NEAR(first.ettr.mean, second.ettr.mean,
              2 * (first.ettr.half_width + second.ettr.half_width));
}

TEST(Engine, WhatIfsSeeTheSameFailures) {
  auto other = golden_job();
  other.interval.fixed = Time(400);
  StepTimes step_times(proportional_throughput(1));
  Sampling sampling;
  sampling.replicas = 60;
  const auto result = compare(golden_job(), other, step_times, sampling);
  EXPECT_LT(result.difference.half_width, 0.5 * result.before.half_width);
  // The means of a renewal formula differ by this much.
  const double expected = renewal_ettr(Time(11135), Time(400), Time(20), Time(300)) -
                          renewal_ettr(Time(11135), Time(654.1), Time(20), Time(300));
  EXPECT_NEAR(result.difference.mean, expected, 2 * result.difference.half_width);
  EXPECT_EQ(replica_of(golden_job()).interruptions, replica_of(other).interruptions);
}

// Check 4: the best interval by search is that of Lambert's W within what the optimum is flat to.
TEST(Engine, SearchFindsTheBestInterval) {
  auto scenario = golden_job();
  scenario.interval.rule = IntervalRule::kOptimal;
  scenario.horizon.window = base::kDay * 365;
  StepTimes step_times(proportional_throughput(1));
  Sampling sampling;
  sampling.replicas = 12;
  const auto best = search_interval(scenario, step_times, sampling);
  EXPECT_NEAR(best.planned.si(), 654.1, 0.1);
  EXPECT_GE(best.found_ettr, best.planned_ettr);
  EXPECT_LT(best.found_ettr - best.planned_ettr, 0.001);
  EXPECT_NEAR(best.found.si() / 654.1, 1.0, 0.25);
}

TEST(Engine, AdaptiveIntervalLearnsTheRate) {
  auto scenario = golden_job();
  scenario.interval.rule = IntervalRule::kAdaptive;
  const double adaptive = outlook_of(scenario, 100).ettr.mean;
  EXPECT_NEAR(adaptive, 0.91623, 0.003);
}

// Check 7, in the run as well: simulate_replica() throws when something is lost.
TEST(Engine, TimeAndDevicesAreConserved) {
  auto scenario = golden_job();
  scenario.causes[0].scope = Scope::kHost;
  scenario.hosts.unlimited = false;
  scenario.hosts.warm = 2;
  scenario.hosts.cold = 1;
  scenario.hosts.swap = seconds(30);
  scenario.hosts.provision = seconds(900);
  scenario.hosts.out_of_band = exponential(base::kHour * 8);
  const auto result = replica_of(scenario);
  EXPECT_NEAR(sum(result.times) / result.wall, 1.0, 1e-9);
  EXPECT_NEAR(sum(result.devices) / (67 * 8 * result.wall), 1.0, 1e-9);
  double loss = 0;
  for (const auto& one : result.loss) loss += sum(one);
  EXPECT_NEAR(loss + result.productive, result.wall, 1e-6 * result.wall);
  EXPECT_NEAR(sum_of(result.hosts_out), result.wall, 1e-6 * result.wall);
}

TEST(Engine, RefusesNonsense) {
  const auto wrong = [](auto change) {
    auto scenario = golden_job();
    change(scenario);
    EXPECT_THROW(check(scenario), std::invalid_argument);
  };
  wrong([](Scenario& s) { s.tiers.clear(); });
  wrong([](Scenario& s) { s.horizon = {}; });
  wrong([](Scenario& s) { s.causes[0].tolerated = 1.5; });
  wrong([](Scenario& s) { s.causes[0].law = nullptr; });
  wrong([](Scenario& s) { s.causes[0].hang = s.causes[0].silent = 0.6; });
  wrong([](Scenario& s) { s.fleet.hosts = 0; });
  wrong([](Scenario& s) { s.tiers[0].host = -1; });
}

// One that stops all the time is given up, in no time.
TEST(Engine, GivesUpWhatMakesNoProgress) {
  auto scenario = golden_job();
  scenario.causes = {failing(5)};
  scenario.horizon = {};
  scenario.horizon.work = base::kDay * 54;
  const auto result = replica_of(scenario);
  EXPECT_FALSE(result.finished);
  EXPECT_LT(result.productive / result.wall, kHopeless);
  EXPECT_EQ(outlook_of(scenario, 4).finished, 0);
}

// What is cut off is counted, and is no finished run.
TEST(Engine, CountsWhatItCuts) {
  auto scenario = golden_job();
  EXPECT_EQ(outlook_of(scenario, 4).cut, 0);
  scenario.horizon.most_events = 10;
  const auto outlook = outlook_of(scenario, 4);
  EXPECT_EQ(outlook.cut, 4);
  EXPECT_EQ(outlook.finished, 0);
  EXPECT_LT(outlook.wall.mean, 0.1 * scenario.horizon.window.si());
}

// A job that nobody can repair stops for good instead of for ever.
TEST(Engine, EndsWhenNoHostComesBack) {
  auto scenario = golden_job();
  scenario.causes[0].scope = Scope::kHost;
  scenario.hosts.unlimited = false;
  scenario.hosts.eject_after = 1;
  scenario.horizon = {};
  scenario.horizon.work = base::kDay * 10;
  const auto result = replica_of(scenario);
  EXPECT_FALSE(result.finished);
}

}  // namespace
}  // namespace weft::campaign
