// Spares, crews and repairs against queueing theory.
#include <cmath>

#include <gtest/gtest.h>

#include "scenario_fixtures.h"
#include "weft/campaign/closed_forms.h"

namespace weft::campaign {
namespace {

using base::Time;
using testing::failing;
using testing::outlook_of;
using testing::quiet_job;
using testing::share;

constexpr double kDaySeconds = 86400;

// `hosts` hosts that fail every `days` each, with free checkpoints and restarts.
Scenario host_job(std::int64_t hosts, double days, const Duration& repair, int spares) {
  auto scenario = quiet_job(0, 0, 3600, hosts);
  const auto count = static_cast<double>(hosts);
  scenario.causes = {failing(days * kDaySeconds / count, count, Scope::kHost)};
  scenario.causes[0].idle_hazard = 0;
  scenario.hosts.unlimited = false;
  scenario.hosts.cold = spares;
  scenario.hosts.out_of_band = repair;
  scenario.horizon.window = base::kDay * 2000;
  return scenario;
}

double down(const Outlook& outlook) { return share(outlook, TimeClass::kInfrastructureRecovery); }

// Check 1: A = μ/(λ + μ), whatever the repair times.
TEST(OneHost, Availability) {
  for (const auto& repair :
       {exponential(base::kDay * 2), fixed(base::kDay * 2), lognormal(base::kDay, 1.17741)}) {
    const auto outlook = outlook_of(host_job(1, 8, repair, 0), 60);
    EXPECT_NEAR(repair.mean() / base::kDay, 2.0, 1e-4);
    EXPECT_NEAR(1 - down(outlook), availability(base::kDay * 8, base::kDay * 2), 0.006);
  }
}

// Check 1: the mean of A(t) over the first week.
TEST(OneHost, TransientAvailability) {
  auto scenario = host_job(1, 4, exponential(base::kDay * 2), 0);
  for (const double days : {1.0, 3.0, 7.0}) {
    scenario.horizon.window = base::kDay * days;
    const double steady = 4.0 / 6.0;
    const double rate = 1 / 4.0 + 1 / 2.0;  // per day
    const double mean = steady + (1 - steady) * -std::expm1(-rate * days) / (rate * days);
    const auto outlook = outlook_of(scenario, 6000);
    EXPECT_NEAR(1 - down(outlook), mean, 0.01) << days;
  }
  EXPECT_NEAR(availability_at(base::kDay * 4, base::kDay * 2, Time(0)), 1.0, 1e-12);
}

// Check 3: N hosts, S spares, c crews, against the birth–death chain.
TEST(MachineRepair, StationaryDistribution) {
  struct Case {
    int hosts, spares, crews;
    double repair_days;
  };
  for (const Case& one : {Case{10, 2, 0, 1.0}, Case{10, 3, 1, 0.4}, Case{20, 1, 2, 1.0}}) {
    auto scenario = host_job(one.hosts, 10, exponential(base::kDay * one.repair_days), one.spares);
    scenario.hosts.crews = one.crews;
    const auto outlook = outlook_of(scenario, 40);
    const auto expected = machine_repair(one.hosts, one.spares, one.crews, 0.1 / base::kDay,
                                         (1 / one.repair_days) / base::kDay);
    for (std::size_t out = 0; out < 6; ++out) {
      EXPECT_NEAR(outlook.hosts_out_share.at(out), expected.at(out), 0.008)
          << one.hosts << " hosts, " << out << " out";
    }
  }
}

// The same with spares that fail while they wait, half as often as the others or as often.
TEST(MachineRepair, SparesFailWhileTheyWait) {
  for (const double idle : {0.5, 1.0}) {
    for (const int crews : {0, 2}) {
      auto scenario = host_job(6, 8, exponential(base::kDay), 6);
      scenario.causes[0].idle_hazard = idle;
      scenario.hosts.crews = crews;
      const auto outlook = outlook_of(scenario, 40);
      const auto expected = machine_repair(6, 6, crews, 0.125 / base::kDay, 1 / base::kDay, idle);
      const auto cold = machine_repair(6, 6, crews, 0.125 / base::kDay, 1 / base::kDay);
      EXPECT_GT(std::abs(expected[0] - cold[0]), 0.05);
      for (std::size_t out = 0; out < 6; ++out) {
        EXPECT_NEAR(outlook.hosts_out_share.at(out), expected.at(out), 0.01)
            << idle << ", " << crews << " crews, " << out << " out";
      }
      EXPECT_GT(outlook.spares_failed.mean, 0);
    }
  }
}

// Those that are being warmed and those that differ from host to host too; device-hours are
// conserved, or simulate_replica() throws.
TEST(MachineRepair, SparesOfAnyKindFail) {
  auto scenario = host_job(6, 8, lognormal(base::kDay, 1), 2);
  scenario.hosts.warm = 2;
  scenario.hosts.provision = exponential(base::kDay);
  scenario.hosts.eject_after = 5;
  scenario.causes[0].idle_hazard = 1;
  scenario.causes[0].frailty.kind = Frailty::Kind::kGamma;
  scenario.causes[0].frailty.variance = 1;
  scenario.causes[0].transient = 0.5;
  scenario.hosts.reboot = fixed(base::kHour);
  scenario.horizon.window = base::kDay * 400;
  const auto outlook = outlook_of(scenario, 20);
  EXPECT_GT(outlook.spares_failed.mean, 5);
  scenario.causes[0].idle_hazard = 0;
  EXPECT_EQ(outlook_of(scenario, 20).spares_failed.mean, 0);
}

// Check 3: with a sound host always at hand the number out is Poisson, for any repair law.
TEST(MachineRepair, ManyServersArePoisson) {
  for (const auto& repair : {exponential(base::kDay), lognormal(base::kDay * 0.5, 1.17741)}) {
    auto scenario = host_job(40, 20, repair, 0);
    scenario.hosts.unlimited = true;
    const auto outlook = outlook_of(scenario, 30);
    const double mean = 40.0 / 20.0;
    double poisson = std::exp(-mean);
    for (int out = 0; out < 6; ++out) {
      EXPECT_NEAR(outlook.hosts_out_share.at(static_cast<std::size_t>(out)), poisson, 0.008);
      poisson *= mean / (out + 1);
    }
    EXPECT_EQ(outlook.spares_for(0.99), poisson_quantile(mean, 0.99));
  }
}

// Check 8: the time average out of the job is rate × repair (Little), waiting for crews included
// in neither.
TEST(MachineRepair, LittlesLaw) {
  auto scenario = host_job(64, 16, lognormal(base::kHour * 10.5, 2.74, base::kDay * 60), 0);
  scenario.hosts.unlimited = true;
  const auto outlook = outlook_of(scenario, 30);
  const double rate = outlook.hosts_replaced.mean / (2000 * kDaySeconds);
  EXPECT_NEAR(outlook.hosts_out.mean / (rate * scenario.hosts.out_of_band.mean().si()), 1.0, 0.02);
}

TEST(MachineRepair, MoreSparesWaitLess) {
  double last = 1;
  for (const int spares : {0, 1, 2, 4, 8}) {
    const double waits = down(outlook_of(host_job(20, 10, exponential(base::kDay), spares), 20));
    EXPECT_LT(waits, last);
    last = waits;
  }
  EXPECT_LT(last, 0.002);
}

TEST(Spares, WarmOnesAreQuicker) {
  auto scenario = host_job(20, 10, exponential(base::kHour * 2), 4);
  scenario.hosts.provision = fixed(base::kHour);
  scenario.hosts.swap = fixed(base::kHour * 0.05);
  const double cold = down(outlook_of(scenario, 20));
  scenario.hosts.warm = 4;
  scenario.hosts.cold = 0;
  const double warm = down(outlook_of(scenario, 20));
  EXPECT_LT(warm, 0.2 * cold);
}

// A lemon that comes back as it was breaks the job again until it is put out.
TEST(Lemons, EjectionPays) {
  auto scenario = host_job(100, 400, fixed(base::kHour * 6), 0);
  scenario.horizon.window = base::kDay * 120;
  auto& cause = scenario.causes[0];
  cause.frailty = {Frailty::Kind::kLemons, 0, 0.02, 200};
  scenario.hosts.returned_bad = 1.0;
  const auto kept = outlook_of(scenario, 60);
  scenario.hosts.returned_bad = 0.0;
  const auto cured = outlook_of(scenario, 60);
  scenario.hosts.returned_bad = 1.0;
  scenario.hosts.eject_after = 2;
  scenario.hosts.cold = 12;
  const auto ejected = outlook_of(scenario, 60);
  // Two lemons of 100 in the mean, each 200 times as bad: 2 d in the job, 6 h out of it. After each
  // interruption the job waits 6 h, and nothing interrupts a job that waits.
  const double a_day = 98 / 400.0 + 2 / 2.25;
  EXPECT_NEAR(kept.interruptions.mean, 120 * a_day / (1 + a_day * 0.25), 12);
  EXPECT_LT(ejected.interruptions.mean, 0.5 * kept.interruptions.mean);
  EXPECT_LT(cured.interruptions.mean, 0.5 * kept.interruptions.mean);
}

// A bad batch ages the part of the cluster that it is in, in the replicas that have it.
TEST(BadBatches, AddToTheRate) {
  auto scenario = host_job(1000, 1e6, fixed(base::kHour), 0);
  scenario.hosts.unlimited = true;
  scenario.horizon.window = base::kDay * 1000;
  scenario.causes[0].bad_batch = BadBatch{0.5, 0.3, {2.64, base::kDay * 2596}};
  const auto outlook = outlook_of(scenario, 200);
  // Replaced at failure, so that few fail twice in 1000 days.
  const double expected = 0.5 * 300 * std::pow(1000 / 2596.0, 2.64);
  EXPECT_NEAR(outlook.interruptions.mean, expected, 0.12 * expected);
  EXPECT_NEAR(failure_rate(scenario.causes[0], base::kDay * 1000) * (base::kDay * 1000),
              expected + 1, 0.03 * expected);
  EXPECT_LT(outlook.interruptions.low, 5);
  EXPECT_GT(outlook.interruptions.high, 20);
}

}  // namespace
}  // namespace weft::campaign
