// A job's step on devices that are not alike, by the model of the step.
#include "weft/populated/slow_down.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "shipped.h"

namespace weft::populated {
namespace {

using test::cluster_of;
using test::job_of;
using test::software_of;

plan::Plan plan_of(int tensor, int pipeline, int data) {
  plan::Plan plan;
  plan.tensor = tensor;
  plan.pipeline = pipeline;
  plan.data = data;
  plan.sequence_parallel = tensor > 1;
  return plan;
}

struct Setting {
  cluster::Cluster cluster = cluster_of("{use: dgx_h100, hosts: 16}");
  workload::Job job = job_of("llama3_70b", 8192, 128);
  workload::Software software = software_of("megatron_core");
  plan::Plan plan = plan_of(8, 8, 2);

  [[nodiscard]] UnlikeSteps steps() const { return {job, cluster, software, plan}; }
  [[nodiscard]] base::Time alike(double factor) const {
    auto other = cluster;
    other.chip.device = population::slowed(cluster.chip.device, factor);
    return step::Evaluator(other, job, software).time(plan);
  }
};

Setting with_schedule(plan::Schedule schedule) {
  Setting setting;
  setting.plan.schedule = schedule;
  setting.plan.virtual_stages = plan::traits_of(schedule).virtual_stages;
  if (plan::traits_of(schedule).virtual_stages == 0) setting.plan.virtual_stages = 1;
  return setting;
}

// Two copies of the model, and pairs of passes.
Setting both_ways() {
  Setting setting;
  setting.cluster = cluster_of("{use: h800_ib, hosts: 16}");
  setting.job = job_of("deepseek_v3", 4096, 1024);
  setting.plan = plan_of(1, 8, 16);
  setting.plan.schedule = plan::Schedule::kDualPipe;
  setting.plan.virtual_stages = plan::traits_of(plan::Schedule::kDualPipe).virtual_stages;
  setting.plan.expert = 16;
  return setting;
}

std::vector<double> all(const Setting& setting, double factor) {
  return std::vector<double>(static_cast<std::size_t>(setting.plan.pipeline), factor);
}

std::vector<Setting> settings() {
  auto interleaved = Setting();
  interleaved.plan.virtual_stages = 2;
  return {Setting(),
          interleaved,
          with_schedule(plan::Schedule::kZeroBubbleH1),
          with_schedule(plan::Schedule::kGPipe),
          with_schedule(plan::Schedule::kZeroBubbleV),
          both_ways()};
}

TEST(UnlikeSteps, OfAlikeDevicesIsThePlainStep) {
  for (const auto& setting : settings()) {
    auto steps = setting.steps();
    for (const double factor : {1.0, 1.25}) {
      EXPECT_EQ(steps.time(all(setting, factor)), setting.alike(factor))
          << plan::to_text(setting.plan) << ' ' << factor;
    }
  }
}

TEST(UnlikeSteps, GrowsWithEachStage) {
  for (const auto& setting : settings()) {
    auto steps = setting.steps();
    auto factors = all(setting, 1.0);
    auto last = steps.time(factors);
    for (auto& factor : factors) {
      factor = 1.2;
      const auto here = steps.time(factors);
      EXPECT_GE(here, last) << plan::to_text(setting.plan);
      last = here;
    }
    EXPECT_EQ(last, setting.alike(1.2));
  }
}

// Every micro-batch has to pass the slow stage, and the first one those before it, there and back.
TEST(UnlikeSteps, OneSlowStageSetsThePace) {
  Setting setting;
  auto steps = setting.steps();
  const auto micro_batches = static_cast<double>(setting.plan.micro_batches(setting.job));
  const auto times = steps.structure().stage_times;
  auto slow_setting = setting;
  slow_setting.cluster.chip.device = population::slowed(setting.cluster.chip.device, 1.5);
  const double slow = slow_setting.steps().structure().stage_times[3];
  EXPECT_GT(slow, 1.3 * times[3]);
  EXPECT_LT(slow, 1.5 * times[3]);  // exchanges take no longer
  auto factors = all(setting, 1.0);
  const auto plain = steps.time(factors).si();
  factors[3] = 1.5;
  const double more = steps.time(factors).si() - plain;
  EXPECT_LE(more, micro_batches * (slow - times[3]) * (1 + 1e-9));
  EXPECT_GE(plain + more, micro_batches * slow + times[0] + times[1] + times[2]);
}

// A stage with less to do can be on slower devices.
TEST(UnlikeSteps, ShortStagesHaveSlack) {
  Setting setting;
  setting.plan.layers = {11, 11, 11, 4, 11, 11, 11, 10};
  auto steps = setting.steps();
  const auto plain = steps.time(all(setting, 1.0));
  auto slow_short = all(setting, 1.0), slow_long = slow_short;
  slow_short[3] = 1.5;
  slow_long[2] = 1.5;
  EXPECT_LT(steps.time(slow_short) / plain, 1.1);
  EXPECT_GT(steps.time(slow_long) / plain, 1.25);
}

TEST(KernelFactor, LiesBetweenItsResources) {
  const Setting setting;
  const auto steps = setting.steps();
  population::DeviceClass kind;
  EXPECT_EQ(steps.kernel_factor(kind), 1.0);
  kind.compute = 0.8;
  const double compute = steps.kernel_factor(kind);
  EXPECT_GT(compute, 1.1);
  EXPECT_LT(compute, 1.25);
  kind.compute = 1;
  kind.bandwidth = 0.8;
  const double memory = steps.kernel_factor(kind);
  EXPECT_GT(memory, 1.0);
  EXPECT_LT(memory, compute);
  kind.compute = 0.8;
  EXPECT_GT(steps.kernel_factor(kind), compute);
  EXPECT_LE(steps.kernel_factor(kind), 1.25 + 1e-9);
}

TEST(CoupledReplicas, AreThoseThatMeetInEveryLayer) {
  auto plan = plan_of(8, 4, 16);
  EXPECT_EQ(coupled_replicas(plan), 1);
  plan.expert = 8;
  EXPECT_EQ(coupled_replicas(plan), 1);
  plan.expert = 32;
  EXPECT_EQ(coupled_replicas(plan), 4);
  plan = plan_of(1, 4, 16);
  plan.expert = 8;
  EXPECT_EQ(coupled_replicas(plan), 8);
  plan = plan_of(2, 1, 64);
  plan.zero = 3;
  EXPECT_EQ(coupled_replicas(plan), 64);
  plan.zero_ranks = 16;
  EXPECT_EQ(coupled_replicas(plan), 16);
  plan.zero = 1;
  EXPECT_EQ(coupled_replicas(plan), 1);
}

population::DeviceClass cut(double share, int cores) {
  population::DeviceClass kind;
  kind.bin = std::to_string(cores) + " cores";
  kind.share = share;
  kind.cores = cores;
  kind.compute = cores / 24.0;
  return kind;
}

// Dies of 910C with 24 and with 20 cores in one cluster.
struct Harvested {
  cluster::Cluster cluster = cluster_of("{use: cloudmatrix384}");
  workload::Job job = job_of("llama3_70b", 8192, 384);
  workload::Software software = software_of("mindspeed_llm");
  plan::Plan plan = plan_of(8, 4, 24);

  [[nodiscard]] Outcome with(const std::string& placement, double share,
                             population::Draw draw = population::Draw::kSampled) const {
    auto population = population::population_of(cluster);
    population.classes = {cut(1 - share, 24), cut(share, 20)};
    population.placement = placement;
    population.samples = 40;
    population.draw = draw;
    return populate(job, cluster, software, plan, population, 1);
  }
};

TEST(Populate, OfSoundDevicesCostsNothing) {
  const auto outcome = Harvested().with("random", 0);
  EXPECT_EQ(outcome.slow_down.step.mean, 1.0);
  EXPECT_EQ(outcome.expected_step, 1.0);
  EXPECT_EQ(outcome.expected_pace, 1.0);
  EXPECT_EQ(outcome.structure.devices(), 768);
}

TEST(Populate, ClosedFormIsWhatDrawsShow) {
  const Harvested harvested;
  for (const double share : {0.0005, 0.002}) {
    const auto outcome = harvested.with("random", share);
    ASSERT_TRUE(outcome.expected_step);
    const auto& step = outcome.slow_down.step;
    EXPECT_NEAR(*outcome.expected_step, step.mean, 4 / 1.96 * step.half_width + 1e-12);
    EXPECT_GT(*outcome.expected_step, 1.0);
    EXPECT_LT(*outcome.expected_step, outcome.expected_pace);
  }
}

// Half of the packages: sorted, two of four stages are fast, which nothing gains; at random, none.
TEST(Populate, PlacementIsOfUse) {
  const Harvested harvested;
  const auto draw = population::Draw::kExpected;
  const auto random = harvested.with("random", 0.1, draw).slow_down;
  const auto sorted = harvested.with("sorted_by_bin", 0.1, draw).slow_down;
  const auto slack = harvested.with("slack", 0.1, draw).slow_down;
  EXPECT_LT(sorted.step.mean, random.step.mean);
  EXPECT_LE(slack.pace.mean, sorted.pace.mean);
  EXPECT_LT(sorted.group.mean, random.group.mean);
  const double factor = harvested.with("random", 0.1, draw).population.classes[1].time;
  EXPECT_GT(factor, 1.05);
  EXPECT_LT(factor, 1.2);
  EXPECT_LE(random.step.mean, factor);
}

// Layers moved away from the last stage leave slack there, and slow parts are put on it.
TEST(Populate, SlackHidesSlowParts) {
  Harvested harvested;
  harvested.plan.layers = {21, 21, 21, 17};
  const auto draw = population::Draw::kExpected;
  const auto random = harvested.with("random", 0.2, draw).slow_down;
  const auto slack = harvested.with("slack", 0.2, draw).slow_down;
  EXPECT_LT(slack.step.mean, 1.02);
  EXPECT_GT(random.step.mean, 1.08);
}

TEST(OnUnlikeDevices, PartsSumToTheLongerStep) {
  const Harvested harvested;
  auto outcome = harvested.with("random", 0.01);
  for (auto& kind : outcome.population.classes) kind.power = 1.05;
  step::Evaluator evaluator(harvested.cluster, harvested.job, harvested.software);
  const auto alike = evaluator.simulate(harvested.plan);
  const auto ledger = on_unlike_devices(outcome, harvested.cluster, alike);
  EXPECT_GT(outcome.slow_down.step.mean, 1.01);
  EXPECT_NEAR(ledger.step / alike.step, outcome.slow_down.step.mean, 1e-12);
  EXPECT_NEAR(ledger.sum_of_parts() / ledger.step, 1, 1e-9);
  // Those that wait draw less than those that work.
  EXPECT_GT(ledger.device_energy(), 1.05 * alike.device_energy());
  EXPECT_LT(ledger.mean_device_power(), 1.05 * alike.mean_device_power());
}

TEST(Populate, RefusesMixedClusters) {
  Setting setting;
  setting.cluster.further.push_back(setting.cluster);
  EXPECT_THROW(static_cast<void>(setting.steps()), std::invalid_argument);
}

}  // namespace
}  // namespace weft::populated
