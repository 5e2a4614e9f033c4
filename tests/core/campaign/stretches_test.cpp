// One replica told without gaps.
#include <gtest/gtest.h>

#include <algorithm>

#include "scenario_fixtures.h"

namespace weft::campaign {
namespace {

Scenario busy_job(Elastic mode) {
  auto scenario = testing::quiet_job(20, 300, 3600);
  scenario.horizon.window = base::kDay * 20;
  scenario.fleet.replicas = 8;
  auto host = testing::failing(40000, 64, Scope::kHost);
  host.repair = testing::seconds(7200);
  host.degraded = 0.3;
  host.degradation.slowdown = 1.25;
  host.degradation.lasts = testing::seconds(5000);
  scenario.causes = {host};
  scenario.hosts.unlimited = mode == Elastic::kNone;
  scenario.elastic.mode = mode;
  return scenario;
}

TEST(Stretches, AddUpToTheTimesOfTheReplica) {
  for (const auto mode : {Elastic::kNone, Elastic::kShrink}) {
    const auto scenario = busy_job(mode);
    StepTimes step_times(proportional_throughput(scenario.fleet.replicas));
    const auto told = simulate_replica(scenario, step_times, 1, 0, 0, true);
    ASSERT_FALSE(told.stretches.empty());
    EXPECT_EQ(told.stretches.back().until, told.wall);
    TimeByClass times{};
    double useful = 0;
    double before = 0;
    double most_missing = 0;
    for (const auto& one : told.stretches) {
      ASSERT_GT(one.until, before);
      const double time = one.until - before;
      times[static_cast<std::size_t>(one.time_class)] += time;
      if (one.time_class == TimeClass::kProductive) useful += one.rate * time;
      most_missing = std::max(most_missing, one.missing);
      before = one.until;
    }
    const double lost = testing::time(told, TimeClass::kWastedProgress);
    EXPECT_NEAR(useful, told.productive + lost, 1e-6 * told.wall);
    for (const auto time_class :
         {TimeClass::kCheckpointSave, TimeClass::kProgramStartup,
          TimeClass::kInfrastructureRecovery, TimeClass::kElasticSliceDown}) {
      EXPECT_NEAR(times[static_cast<std::size_t>(time_class)], testing::time(told, time_class),
                  1e-6 * told.wall);
    }
    EXPECT_EQ(most_missing > 0, mode == Elastic::kShrink);
    // Told or not, it is the same replica.
    const auto plain = simulate_replica(scenario, step_times, 1, 0);
    EXPECT_TRUE(plain.stretches.empty());
    EXPECT_EQ(plain.times, told.times);
  }
}

}  // namespace
}  // namespace weft::campaign
