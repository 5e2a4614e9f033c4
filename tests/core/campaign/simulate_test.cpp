#include <cmath>
#include <stdexcept>

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::campaign {
namespace {

using base::Time;
using testing::h100_cluster;
using testing::host_policy;
using testing::ledger_of;
using testing::llama3_405b;

constexpr double kSteps = 15.6e12 / (8192.0 * 2048.0);

Policy usual_policy() {
  auto policy = host_policy(3.8e-3 / base::kDay);
  policy.recovery = {Time(60), Time(50), Time(0.009)};
  policy.checkpoint.blocking_fixed = Time(2);
  return policy;
}

Goodput run(const Policy& policy, int hosts = 2048, double step = 5.0) {
  return simulate(h100_cluster(hosts), hosts * std::int64_t{8}, ledger_of(Time(step)),
                  llama3_405b(), policy);
}

void expect_conserved(const Goodput& goodput) {
  const Time sum = goodput.productive + goodput.checkpointing + goodput.lost + goodput.recovering;
  EXPECT_DOUBLE_EQ(sum.si(), goodput.wall.si());
  EXPECT_NEAR(goodput.productive / goodput.wall, goodput.ettr, 1e-9 * goodput.ettr);
  for (const Time part : {goodput.productive, goodput.checkpointing, goodput.lost,
                          goodput.recovering, goodput.checkpoint_interval, goodput.wall}) {
    EXPECT_TRUE(base::is_finite(part));
    EXPECT_GE(part.si(), 0);
  }
}

TEST(Simulate, PartsSumToTheWall) {
  for (const double scale : {1e-9, 0.1, 1.0, 5.0, 20.0}) {
    for (const bool asynchronous : {false, true}) {
      auto policy = usual_policy();
      policy.components[0].hazard *= scale;
      policy.checkpoint.asynchronous = asynchronous;
      const auto goodput = run(policy);
      EXPECT_TRUE(goodput.makes_progress);
      EXPECT_DOUBLE_EQ(goodput.productive.si(), kSteps * 5.0);
      expect_conserved(goodput);
    }
  }
}

// Every failure in the wall time is followed by a recovery, whole or interrupted.
TEST(Simulate, InterruptionsOverTheWall) {
  const auto goodput = run(usual_policy());
  const double mean = goodput.mean_time_between.si();
  const double failures = goodput.wall / goodput.mean_time_between;
  const double begun = failures * std::exp(-(goodput.recovery.si() / mean));
  EXPECT_NEAR(goodput.recovering.si(), begun * mean * std::expm1(goodput.recovery.si() / mean),
              1e-9 * goodput.recovering.si());
}

TEST(Simulate, ReproducesLlama3) {
  const auto goodput = run(usual_policy());
  EXPECT_NEAR(goodput.mean_time_between / base::kHour, 3.08, 0.01);
  EXPECT_GT(goodput.ettr, 0.90);
  EXPECT_LT(goodput.ettr, 0.96);
  EXPECT_NEAR(goodput.interruptions_per_week(), 54.5, 0.5);
}

// V13 (Meta FT-HSDP): 50 s + 9 ms per GPU; 200 s at 16 K, 900 s at 98 K GPUs.
TEST(Simulate, RecoveryGrowsWithDevices) {
  const Recovery recovery{Time(0), Time(50), Time(0.009)};
  EXPECT_NEAR(recovery_time(recovery, 16384, Time(0)).si(), 197, 0.6);
  EXPECT_NEAR(recovery_time(recovery, 98304, Time(0)).si(), 935, 0.6);
  EXPECT_NEAR(recovery_time({Time(60), Time(50), Time(0.009)}, 1000, Time(7)).si(), 126, 1e-9);
}

// V14: BLOOM's 2.3 TB in 40 s; V15: checkpoint sizes of MLPerf Storage.
TEST(Simulate, CheckpointSizes) {
  Checkpoint checkpoint;
  checkpoint.bytes_per_parameter = base::Bytes(13);
  EXPECT_NEAR(checkpoint_bytes(checkpoint, 176e9) / base::Bandwidth(57e9) / base::kSecond, 40, 0.5);
  checkpoint.bytes_per_parameter = base::Bytes(13.05);
  EXPECT_NEAR(checkpoint_bytes(checkpoint, 8.03e9).si(), 105e9, 1e9);
  EXPECT_NEAR(checkpoint_bytes(checkpoint, 70e9).si(), 912e9, 9e9);
  EXPECT_NEAR(checkpoint_bytes(checkpoint, 405e9).si(), 5.29e12, 0.05e12);
}

TEST(Simulate, PauseIsTheWriteUnlessAsynchronous) {
  auto policy = usual_policy();
  const double write = 14 * workload::count_parameters(llama3_405b().model).total / 2e12;
  EXPECT_NEAR(run(policy).checkpoint_pause.si(), 2 + write, 1e-9);
  policy.checkpoint.asynchronous = true;
  EXPECT_NEAR(run(policy).checkpoint_pause.si(), 2, 1e-12);
}

TEST(Simulate, AsynchronousNeverWritesTwoCheckpointsAtOnce) {
  auto policy = usual_policy();
  policy.checkpoint.asynchronous = true;
  policy.checkpoint.blocking_fixed = Time(0.01);
  auto cluster = h100_cluster(2048);
  cluster.storage.write = base::Bandwidth(20e9);
  const auto goodput = simulate(cluster, 16384, ledger_of(Time(5)), llama3_405b(), policy);
  const double write = 14 * workload::count_parameters(llama3_405b().model).total / 20e9;
  EXPECT_NEAR(goodput.checkpoint_interval.si(), write, 1e-9 * write);
  expect_conserved(goodput);
}

TEST(Simulate, AsynchronousLosesMoreWorkPerFailureButLessTime) {
  auto cluster = h100_cluster(2048);
  cluster.storage.write = base::Bandwidth(1e11);
  const auto ledger = ledger_of(Time(5));
  auto policy = usual_policy();
  policy.checkpoint.interval = Time(600);
  const auto synchronous = simulate(cluster, 16384, ledger, llama3_405b(), policy);
  policy.checkpoint.asynchronous = true;
  const auto asynchronous = simulate(cluster, 16384, ledger, llama3_405b(), policy);
  EXPECT_GT(asynchronous.lost / asynchronous.wall, synchronous.lost / synchronous.wall);
  EXPECT_LT(asynchronous.wall, synchronous.wall);
}

TEST(Simulate, NothingFails) {
  auto policy = usual_policy();
  policy.components.clear();
  policy.checkpoint.interval = Time(600);
  auto goodput = run(policy);
  const double pause = goodput.checkpoint_pause.si();
  EXPECT_TRUE(std::isinf(goodput.mean_time_between.si()));
  EXPECT_DOUBLE_EQ(goodput.ettr, 600 / (600 + pause));
  EXPECT_EQ(goodput.lost.si(), 0);
  EXPECT_EQ(goodput.recovering.si(), 0);
  expect_conserved(goodput);

  policy.checkpoint.interval.reset();  // one checkpoint, at the end
  goodput = run(policy);
  EXPECT_DOUBLE_EQ(goodput.checkpointing.si(), pause);
  expect_conserved(goodput);
}

TEST(Simulate, NothingCosts) {
  Policy policy;
  policy.checkpoint.bytes_per_parameter = base::Bytes(0);
  const auto goodput = run(policy);
  EXPECT_DOUBLE_EQ(goodput.ettr, 1.0);
  EXPECT_DOUBLE_EQ(goodput.wall.si(), goodput.productive.si());
}

TEST(Simulate, FreeCheckpointsComeEveryStep) {
  auto policy = usual_policy();
  policy.checkpoint.bytes_per_parameter = base::Bytes(0);
  policy.checkpoint.blocking_fixed = Time(0);
  EXPECT_DOUBLE_EQ(run(policy).checkpoint_interval.si(), 5.0);
}

TEST(Simulate, BestIntervalBeatsOthers) {
  auto policy = usual_policy();
  const auto best = run(policy);
  for (const double factor : {0.5, 0.9, 1.1, 2.0}) {
    policy.checkpoint.interval = best.checkpoint_interval * factor;
    EXPECT_GT(run(policy).wall, best.wall);
  }
}

TEST(Simulate, MonotoneInHazardRecoveryAndStorage) {
  const auto usual = run(usual_policy());
  auto policy = usual_policy();
  policy.components[0].hazard *= 2;
  EXPECT_GT(run(policy).wall, usual.wall);
  policy = usual_policy();
  policy.recovery.detect = Time(600);
  EXPECT_GT(run(policy).wall, usual.wall);
  auto cluster = h100_cluster(2048);
  cluster.storage.write = base::Bandwidth(1e11);
  EXPECT_GT(simulate(cluster, 16384, ledger_of(Time(5)), llama3_405b(), usual_policy()).wall,
            usual.wall);
  EXPECT_LT(run(usual_policy(), 256).interruption_rate, usual.interruption_rate);
}

TEST(Simulate, HopelessRunsSaySo) {
  for (const double per_second : {0.01, 10.0, 1e300}) {
    const auto goodput = run(host_policy(base::Rate(per_second)));
    EXPECT_FALSE(goodput.makes_progress);
    EXPECT_EQ(goodput.ettr, 0);
    EXPECT_EQ(goodput.wall.si(), 0);
    EXPECT_EQ(goodput.recovering.si(), 0);
    EXPECT_TRUE(base::is_finite(goodput.checkpoint_interval));
  }
}

TEST(Simulate, RefusesWhatIsNotThere) {
  const auto cluster = h100_cluster(2);
  EXPECT_THROW(simulate(cluster, 17, ledger_of(Time(1)), llama3_405b(), {}), std::invalid_argument);
  EXPECT_THROW(simulate(cluster, 0, ledger_of(Time(1)), llama3_405b(), {}), std::invalid_argument);
  auto bare = cluster;
  bare.storage = {};
  EXPECT_THROW(simulate(bare, 16, ledger_of(Time(1)), llama3_405b(), {}), std::invalid_argument);
}

}  // namespace
}  // namespace weft::campaign
