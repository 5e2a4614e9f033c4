// Ways to stop, to run on slower, and to come back.
#include <cmath>

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
using testing::time;

TEST(Stops, HangsTakeTheirTimeToBeSeen) {
  auto scenario = golden_job();
  scenario.causes[0].hang = 0.25;
  scenario.stages[static_cast<std::size_t>(Stop::kHang)].detect = seconds(1800);
  const auto outlook = outlook_of(scenario, 200);
  // Detection lasts until the next failure at most.
  EXPECT_NEAR(share(outlook, TimeClass::kInfrastructureRecovery),
              0.25 * -std::expm1(-1800 / 11135.0), 0.001);
}

TEST(Stops, StagesGoToTheirClasses) {
  auto scenario = golden_job();
  scenario.stages.fill({seconds(60), seconds(30), seconds(50), seconds(17)});
  scenario.tiers[0].load = seconds(150);
  scenario.horizon.window = base::kDay * 30;
  const auto outlook = outlook_of(scenario, 200);
  const double ratio = share(outlook, TimeClass::kCheckpointRestore) /
                       share(outlook, TimeClass::kInfrastructureRecovery);
  EXPECT_NEAR(ratio, 150 / 90.0, 0.03);
  EXPECT_NEAR(
      share(outlook, TimeClass::kTpuInitialization) / share(outlook, TimeClass::kProgramStartup),
      17 / 50.0, 0.01);
}

TEST(Stops, ToleratedFailuresDoNothing) {
  auto scenario = golden_job();
  scenario.causes[0] = failing(11135 * 0.01);
  scenario.causes[0].tolerated = 0.99;
  EXPECT_NEAR(outlook_of(scenario, 200).ettr.mean, 0.91623, 0.001);
  // The same where units age and every failure is looked at.
  scenario.causes[0].law = weibull_law({1.0 + 1e-12, Time(11135 * 0.01)});
  scenario.causes[0].transient = 1;
  scenario.horizon.window = base::kDay * 30;
  EXPECT_NEAR(outlook_of(scenario, 60).ettr.mean, 0.91623, 0.004);
}

TEST(Stops, CorrelatedFailuresTakeABlock) {
  auto scenario = quiet_job(0, 300, 600, 128);
  scenario.fleet.hosts_per_switch = 32;
  scenario.causes = {failing(86400, 4, Scope::kSwitch)};
  const auto all = outlook_of(scenario, 30);
  EXPECT_NEAR(all.hosts_replaced.mean / all.interruptions.mean, 32, 1e-9);
  scenario.causes[0].affects = 0.25;
  const auto some = outlook_of(scenario, 30);
  EXPECT_NEAR(some.hosts_replaced.mean / some.interruptions.mean, 1 + 31 * 0.25, 0.2);
  EXPECT_EQ(all.interruptions.mean, some.interruptions.mean);
}

TEST(Slow, DegradedRunningCostsItsSlowdown) {
  auto scenario = quiet_job(0, 0, 1e5);
  scenario.causes = {failing(40000, 64, Scope::kHost)};
  scenario.causes[0].degraded = 1.0;
  scenario.causes[0].degradation = {1.25, false, seconds(4000), false};
  const auto outlook = outlook_of(scenario, 100);
  // M/D/∞ with load 0.1: slow with probability 1 − e^{−0.1}; a second one does not add to it.
  EXPECT_NEAR(1 - outlook.ettr.mean, -std::expm1(-0.1) * 0.2, 5e-4);
  EXPECT_NEAR(share(outlook, TimeClass::kCustomSlowed), 1 - outlook.ettr.mean, 1e-9);
  EXPECT_EQ(outlook.interruptions.mean, 0);
  EXPECT_EQ(outlook.states_asked, 1U);
  EXPECT_NEAR(outlook.by_cause[0].loss.mean, 1 - outlook.ettr.mean, 1e-9);
}

TEST(Slow, EvictionStopsTheJobAfterACheckpoint) {
  auto scenario = quiet_job(20, 300, 1e9);
  scenario.causes = {failing(40000, 64, Scope::kHost)};
  scenario.causes[0].degraded = 1.0;
  scenario.causes[0].degradation = {1.25, false, seconds(4000), true};
  scenario.stages[static_cast<std::size_t>(Stop::kCrash)].restart = seconds(1e9);
  const auto outlook = outlook_of(scenario, 60);
  EXPECT_EQ(share(outlook, TimeClass::kWastedProgress), 0);
  EXPECT_GT(outlook.interruptions.mean, 100);
  EXPECT_NEAR(outlook.hosts_replaced.mean, outlook.interruptions.mean, 3);
  EXPECT_NEAR(
      share(outlook, TimeClass::kProgramStartup) / share(outlook, TimeClass::kCheckpointSave),
      300 / 20.0, 0.8);
}

TEST(Slow, LinksAndDevicesAreStatesOfTheirOwn) {
  auto scenario = quiet_job(0, 0, 1e5);
  scenario.causes = {failing(30000, 64, Scope::kLink), failing(30000, 64, Scope::kHost)};
  scenario.causes[1].name = "slow";
  for (auto& cause : scenario.causes) {
    cause.degraded = 1.0;
    cause.degradation = {1.5, cause.scope == Scope::kLink, seconds(20000), false};
  }
  int asked = 0;
  StepTimes step_times([&asked](const Signature& state) {
    ++asked;
    EXPECT_TRUE(state.slow_links > 0 || state.device_slowdown > 1);
    return 1.0 / std::max(1.0 + 0.01 * state.slow_links, state.device_slowdown);
  });
  Sampling sampling;
  sampling.replicas = 10;
  const auto outlook = look_ahead(scenario, step_times, sampling);
  EXPECT_EQ(outlook.states_asked, static_cast<std::size_t>(asked));
  EXPECT_GT(asked, 3);
  EXPECT_GT(outlook.by_cause[1].loss.mean, 3 * outlook.by_cause[0].loss.mean);
}

TEST(StepTimesTest, RefusesImpossibleSpeeds) {
  StepTimes faster([](const Signature&) { return 1.2; });
  EXPECT_EQ(faster.relative({}), 1.0);
  EXPECT_THROW(faster.relative({1, 0, 0, 1.0, 1.0}), std::invalid_argument);
}

// D − k replicas do (D − k)/D of the work; failures cost a stall and no rework.
TEST(Elastic, RunsOnWithFewerReplicas) {
  auto scenario = quiet_job(2, 600, 300, 1024);
  scenario.fleet.replicas = 64;
  scenario.causes = {failing(1080, 1024, Scope::kHost)};
  scenario.elastic.mode = Elastic::kShrink;
  scenario.elastic.slice_down = seconds(60);
  scenario.elastic.scale_up = seconds(60);
  scenario.elastic.rebuild = seconds(900);
  scenario.horizon.window = base::kDay * 20;
  const auto outlook = outlook_of(scenario, 60);
  EXPECT_EQ(share(outlook, TimeClass::kWastedProgress), 0);
  ElasticLoss loss;
  loss.between = Time(1080);
  loss.stall = Time(120);
  loss.rebuild = Time(900);
  loss.replicas = 64;
  const double saving = 2 / 302.0;
  EXPECT_NEAR(outlook.ettr.mean, elastic_ettr(loss) - saving, 0.02);
  // A link that fails takes its replica out on the same hosts, at the same cost.
  scenario.causes[0].scope = Scope::kLink;
  const auto links = outlook_of(scenario, 60);
  EXPECT_EQ(share(links, TimeClass::kWastedProgress), 0);
  EXPECT_NEAR(links.ettr.mean, outlook.ettr.mean, 0.01);
  EXPECT_EQ(links.hosts_replaced.mean, 0);
  scenario.elastic.mode = Elastic::kNone;
  EXPECT_LT(outlook_of(scenario, 20).ettr.mean, outlook.ettr.mean - 0.2);
}

TEST(Elastic, FatalFailuresStillRollBack) {
  auto scenario = quiet_job(2, 600, 300, 1024);
  scenario.fleet.replicas = 64;
  scenario.causes = {failing(1080, 1024, Scope::kHost)};
  scenario.elastic.mode = Elastic::kShrink;
  scenario.horizon.window = base::kDay * 10;
  double last = 2;
  for (const double fatal : {0.0, 0.3, 1.0}) {
    scenario.elastic.fatal = fatal;
    const double ettr = outlook_of(scenario, 20).ettr.mean;
    EXPECT_LT(ettr, last);
    last = ettr;
  }
  scenario.elastic.mode = Elastic::kNone;
  EXPECT_NEAR(outlook_of(scenario, 20).ettr.mean, last, 1e-12);
}

TEST(Elastic, WaitsWhenTooFewAreLeft) {
  auto scenario = quiet_job(0, 0, 300, 4);
  scenario.fleet.replicas = 4;
  scenario.causes = {failing(20000, 4, Scope::kHost)};
  scenario.hosts.unlimited = false;
  scenario.hosts.out_of_band = seconds(30000);
  scenario.elastic.mode = Elastic::kShrink;
  scenario.elastic.smallest = 0.75;
  const auto strict = outlook_of(scenario, 30);
  EXPECT_GT(share(strict, TimeClass::kInfrastructureRecovery), 0.1);
  scenario.elastic.smallest = 0.25;
  const auto lax = outlook_of(scenario, 30);
  EXPECT_LT(share(lax, TimeClass::kInfrastructureRecovery),
            0.3 * share(strict, TimeClass::kInfrastructureRecovery));
  EXPECT_GT(share(lax, TimeClass::kCustomReduced), share(strict, TimeClass::kCustomReduced));
}

// A job that has enough replicas, but no plan for so few, waits as one that is not elastic.
TEST(Elastic, WaitsWhereNoPlanFits) {
  auto scenario = quiet_job(5, 60, 300, 16);
  scenario.fleet.replicas = 16;
  scenario.causes = {failing(20000, 16, Scope::kHost)};
  scenario.hosts.unlimited = false;
  scenario.hosts.out_of_band = seconds(30000);
  scenario.elastic.smallest = 0.25;
  const auto with = [&](Elastic mode, int most_lost) {
    scenario.elastic.mode = mode;
    StepTimes step_times([most_lost](const Signature& state) {
      return state.lost_replicas > most_lost ? 0.0 : 1 - state.lost_replicas / 16.0;
    });
    Sampling sampling;
    sampling.replicas = 20;
    return look_ahead(scenario, step_times, sampling);
  };
  const auto stiff = with(Elastic::kNone, 16);
  const auto never = with(Elastic::kShrink, 0);
  EXPECT_NEAR(never.ettr.mean, stiff.ettr.mean, 1e-12);
  EXPECT_GT(never.waits_infeasible, 0);
  EXPECT_NEAR(never.waiting_infeasible, never.waiting, 1e-12);
  EXPECT_EQ(stiff.waits_infeasible, 0);
  EXPECT_EQ(share(never, TimeClass::kCustomReduced), 0);
  const auto some = with(Elastic::kShrink, 1);
  const auto always = with(Elastic::kShrink, 16);
  EXPECT_GT(some.ettr.mean, never.ettr.mean);
  EXPECT_GT(always.ettr.mean, some.ettr.mean);
  EXPECT_GT(some.states_infeasible, 0U);
  EXPECT_LT(some.states_infeasible, some.states_asked);
  EXPECT_EQ(always.states_infeasible, 0U);
  EXPECT_EQ(always.waiting_infeasible, 0);
}

TEST(Elastic, TheBetterOfShrinkingAndRerouting) {
  auto scenario = quiet_job(0, 60, 300, 64);
  scenario.fleet.replicas = 8;
  scenario.causes = {failing(4000, 64, Scope::kHost)};
  scenario.elastic.rebuild = seconds(2000);
  scenario.horizon.window = base::kDay * 10;
  const auto model = [](const Signature& state) {
    return std::min(1 - state.lost_replicas / 8.0, 1 - 0.05 * state.rerouted_hosts);
  };
  const auto run = [&](Elastic mode) {
    scenario.elastic.mode = mode;
    StepTimes step_times(model);
    Sampling sampling;
    sampling.replicas = 10;
    return look_ahead(scenario, step_times, sampling).ettr.mean;
  };
  EXPECT_GT(run(Elastic::kReroute), run(Elastic::kShrink));
  EXPECT_NEAR(run(Elastic::kBest), run(Elastic::kReroute), 0.002);
}

// Two tiers: memory of the hosts for crashes of processes, storage for the loss of one.
Scenario tiered_job(double host_losses) {
  auto scenario = quiet_job(0, 0, 100);
  Tier memory;
  memory.name = "memory";
  memory.pause = Time(1);
  memory.host = 0.0;
  memory.load = seconds(5);
  Tier storage = scenario.tiers[0];
  storage.every = 20;
  storage.pause = Time(10);
  storage.load = seconds(100);
  scenario.tiers = {memory, storage};
  scenario.causes = {failing(5000)};
  Cause host = failing(5000 / std::max(host_losses, 1e-9), 64, Scope::kHost);
  host.name = "host";
  scenario.causes.push_back(host);
  return scenario;
}

TEST(Tiers, RestartsReadTheNearestThatIsLeft) {
  const auto only_processes = outlook_of(tiered_job(0), 30);
  EXPECT_EQ(only_processes.restores[1] + only_processes.restores[2], 0);
  EXPECT_NEAR(share(only_processes, TimeClass::kWastedProgress), 50 / 5000.0, 0.002);
  const auto both = outlook_of(tiered_job(1), 30);
  EXPECT_NEAR(both.restores[1] / (both.restores[0] + both.restores[1] + both.restores[2]), 0.5,
              0.08);
  // Half of the failures lose half of 100 s, the others half of 20 intervals.
  EXPECT_NEAR(share(both, TimeClass::kWastedProgress), (50 + 1000) / 5000.0, 0.05);
}

TEST(Tiers, BeforeTheFirstCheckpointAllIsLost) {
  auto scenario = quiet_job(0, 0, 1e9);
  scenario.causes = {failing(1e6)};
  scenario.horizon.window = base::kDay * 60;
  const auto outlook = outlook_of(scenario, 20);
  EXPECT_GT(outlook.restores[1], 0);
  EXPECT_EQ(outlook.restores[0], 0);
}

// V10: remote checkpoints every few hours against copies in memory every few minutes.
TEST(Tiers, MemoryCopiesLoseLess) {
  auto remote = quiet_job(60, 600, 3600);
  remote.causes = {failing(6 * 3600.0)};
  auto memory = quiet_job(1, 200, 120);
  memory.causes = remote.causes;
  EXPECT_GT((1 - outlook_of(remote, 50).ettr.mean) / (1 - outlook_of(memory, 50).ettr.mean), 3);
}

TEST(Corruption, GoesBackBehindItsBeginning) {
  auto scenario = quiet_job(0, 300, 600);
  scenario.causes = {failing(9 * 86400)};
  scenario.causes[0].silent = 1.0;
  scenario.corruption_found = seconds(8 * 3600);
  const auto outlook = outlook_of(scenario, 100);
  const double stops = outlook.interruptions.mean;
  EXPECT_GT(stops, 7);
  // Each loses the delay and half an interval.
  const double lost = share(outlook, TimeClass::kWastedProgress) * 90 * 86400;
  EXPECT_NEAR(lost / stops, 8 * 3600 + 300, 150);
  scenario.tiers[0].keep = 5;  // all kept ones are corrupt by then: the start is left
  const auto forgetful = outlook_of(scenario, 20);
  EXPECT_LT(forgetful.ettr.mean, outlook.ettr.mean - 0.1);
  EXPECT_GT(forgetful.restores[1], 1);
}

TEST(Corruption, ACrashMayUndoIt) {
  auto scenario = quiet_job(0, 0, 3000);
  scenario.causes = {failing(50000), failing(1000)};
  scenario.causes[0].silent = 1.0;
  scenario.causes[1].name = "crash";
  scenario.corruption_found = seconds(40000);
  const auto outlook = outlook_of(scenario, 30);
  EXPECT_LT(outlook.by_cause[0].interruptions.mean, 0.75 * outlook.by_cause[0].corruptions.mean);
  EXPECT_GT(outlook.by_cause[0].interruptions.mean, 0);
}

TEST(MaintenanceTest, SavesFirstAndComesBack) {
  auto scenario = quiet_job(20, 300, 1e9);
  scenario.maintenance = Maintenance{base::kDay, seconds(1800)};
  const auto result = replica_of(scenario);
  EXPECT_EQ(result.maintenances, 89);
  EXPECT_NEAR(time(result, TimeClass::kCustomMaintenance), 89 * 1800, 1e-6);
  EXPECT_NEAR(time(result, TimeClass::kProgramStartup), 89 * 300, 1e-6);
  EXPECT_NEAR(time(result, TimeClass::kCheckpointSave), 89 * 20, 1e-6);
  EXPECT_EQ(time(result, TimeClass::kWastedProgress), 0);
}

TEST(Timeline, TellsOneReplica) {
  auto scenario = golden_job();
  scenario.causes[0].scope = Scope::kHost;
  scenario.hosts.unlimited = false;
  scenario.hosts.out_of_band = seconds(3600);
  const auto result = replica_of(scenario, 0, 500);
  ASSERT_GT(result.timeline.size(), 100U);
  EXPECT_LE(result.timeline.size(), 500U);
  EXPECT_EQ(result.timeline[0].happening, Happening::kStopped);
  EXPECT_EQ(result.timeline[0].cause, "part");
  EXPECT_EQ(result.timeline[1].happening, Happening::kWaits);
  double last = 0;
  for (const auto& entry : result.timeline) {
    EXPECT_GE(entry.time, last);
    EXPECT_FALSE(happening_name(entry.happening).empty());
    last = entry.time;
  }
  EXPECT_TRUE(replica_of(scenario, 0, 0).timeline.empty());
}

}  // namespace
}  // namespace weft::campaign
