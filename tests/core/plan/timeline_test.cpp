// Memory over the operations of a stage.

#include "weft/plan/timeline.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "fixtures.h"

namespace weft::plan {
namespace {

using namespace testing;

double peak_of(const std::vector<MemoryMoment>& moments) {
  double most = 0;
  for (const auto& moment : moments) most = std::max(most, moment.total.si());
  return most;
}

// The plan of a random legal kind: any schedule, uneven chunks, any recomputation, offload.
Plan random_plan(std::mt19937_64& engine, const workload::Model& model) {
  Plan plan = plan_of(1 << within(engine, 0, 2), 1 << within(engine, 1, 3), 2);
  plan.schedule = static_cast<Schedule>(within(engine, 0, kScheduleCount - 2));
  plan.virtual_stages = traits_of(plan.schedule).virtual_stages;
  if (plan.virtual_stages == 0) plan.virtual_stages = within(engine, 1, 3);
  plan.recompute = static_cast<Recompute>(within(engine, 0, kRecomputeCount));
  plan.modules = workload::Module::kMlp | workload::Module::kLayerNorm;
  plan.recompute_layers = {within(engine, 0, 6)};
  plan.recompute_group = within(engine, 1, 3);
  plan.activation_offload = 0.25 * within(engine, 0, 2);
  if (within(engine, 0, 1) == 1 && plan.schedule == Schedule::kOneForwardOneBackward) {
    int left = model.layers;
    for (int c = 0; c < plan.chunks(); ++c) {
      const int rest = plan.chunks() - c - 1;
      const int layers = rest == 0 ? left : within(engine, 1, std::min(left - rest, 12));
      plan.layers.push_back(layers);
      left -= layers;
    }
  }
  return plan;
}

TEST(Timeline, PeaksAtTheMemoryOfTheStage) {
  std::mt19937_64 engine(11);
  const auto cluster = h100(64);
  int ran = 0;
  for (int trial = 0; trial < 400; ++trial) {
    const auto* name = trial % 3 == 0 ? "mixtral_8x7b" : "llama3_70b";
    auto job = job_of(name, 4096, 2 * 8 * within(engine, 2, 7));
    const auto plan = random_plan(engine, job.model);
    if (first_problem(cluster, job, plan)) continue;
    ++ran;
    const auto software = megatron();
    for (int stage = 0; stage < plan.pipeline; ++stage) {
      const double peak = peak_of(memory_timeline(job, software, plan, stage));
      const double closed = memory_of_stage(job, software, plan, stage).total().si();
      ASSERT_NEAR(peak / closed, 1, 1e-12)
          << to_text(plan) << ", " << plan.micro_batches(job) << " micro-batches, stage " << stage;
    }
  }
  EXPECT_GT(ran, 150);
}

// Every pass of every micro-batch once, and at the end nothing is held.
TEST(Timeline, DoesEveryPassAndEndsEmpty) {
  const auto job = job_of("llama3_70b", 4096, 2 * 24);
  for (int s = 0; s < kScheduleCount - 1; ++s) {
    Plan plan = plan_of(8, 4, 2);
    plan.schedule = static_cast<Schedule>(s);
    plan.virtual_stages = std::max(1, traits_of(plan.schedule).virtual_stages);
    const auto shape = plan.shape(plan.micro_batches(job));
    int forward = 0;
    int backward = 0;
    for (const auto& op : operations_of(shape, 1)) {
      forward += op.task == Task::kForward || op.task == Task::kPair ? 1 : 0;
      backward +=
          op.task == Task::kBackward || op.task == Task::kInputGradient || op.task == Task::kPair
              ? 1
              : 0;
      EXPECT_LT(op.micro_batch, shape.micro_batches_per_way());
    }
    EXPECT_EQ(forward, shape.chunks() * shape.micro_batches_per_way()) << name_of(plan.schedule);
    EXPECT_EQ(backward, forward) << name_of(plan.schedule);
    const auto moments = memory_timeline(job, kNoReserve, plan, 1);
    const auto one = memory(job, plan, 1);
    // The last operation works on one chunk: less than the peak.
    EXPECT_LT(moments.back().kept + moments.back().put_off, one.activations) << s;
  }
}

// ZB-H1: a weight gradient that is put off holds 32 of the 32 + 4 a / h bytes of a token and
// channel, not the layer.
TEST(Timeline, OfPutOffWeightGradientsHoldsWhatTheyNeed) {
  const auto job = job_of("gpt3_175b", 2048, 64);
  Plan plan = plan_of(8, 4, 2);
  plan.schedule = Schedule::kZeroBubbleH1;
  const auto layer = saved_activations(job, kNoReserve, workload::LayerKind::kDense, plan.shard());
  double most = 0;
  for (const auto& moment : memory_timeline(job, kNoReserve, plan, 2)) {
    most = std::max(most, moment.put_off.si());
  }
  EXPECT_GT(most, 0);
  const double each = 24 * layer.put_off.si();
  EXPECT_NEAR(std::round(most / each), most / each, 1e-9);
  EXPECT_LT(layer.put_off, layer.none);
}

TEST(Timeline, HasAMomentForEachOperation) {
  const auto job = job_of("llama3_8b", 4096, 16);
  const auto moments = memory_timeline(job, kNoReserve, plan_of(1, 4, 2), 0);
  EXPECT_EQ(moments.size(), 2u * 8);
  EXPECT_EQ(moments.front().operation.task, Task::kForward);
  EXPECT_LT(moments.front().total, moments[3].total);
}

}  // namespace
}  // namespace weft::plan
