// Plans that do not fit: where they go over, and what makes them fit.

#include "weft/plan/remedy.h"

#include <gtest/gtest.h>

#include <set>

#include "fixtures.h"

namespace weft::plan {
namespace {

using namespace testing;

TEST(Misfit, NamesTheStageAndThePart) {
  const auto cluster = h100(8);
  const auto job = job_of("llama3_70b", 8192, 64);
  const auto state = misfit_of(cluster, job, megatron(), plan_of(1, 4, 16));
  EXPECT_STREQ(state.part, "gradients");  // 35 GB of weights and 70 GB of gradients
  EXPECT_EQ(state.memory.stage, peak_memory(job, megatron(), plan_of(1, 4, 16)).stage);
  EXPECT_NEAR(state.over.si(), (state.memory.total() - cluster.device().memory_usable).si(), 1);
  const auto long_job = job_of("llama3_70b", 32768, 64);
  const auto activations = misfit_of(cluster, long_job, megatron(), plan_of(8, 4, 2));
  EXPECT_STREQ(activations.part, "activations");
  EXPECT_FALSE(activations.on_host);
}

// Each of them is legal, fits, differs from the plan, and saves what it says.
TEST(Remedies, FitAndSaveWhatTheySay) {
  const auto cluster = h100(8);
  const auto software = megatron();
  for (const char* name : {"llama3_70b", "mixtral_8x7b", "qwen2_7b"}) {
    const auto job = job_of(name, 8192, 64);
    for (const auto& plan : {plan_of(8, 4, 2), plan_of(2, 8, 4), plan_of(4, 1, 16)}) {
      if (first_problem(cluster, job, plan)) continue;
      if (!first_problem(cluster, job, software, plan)) continue;
      const auto needed = peak_memory(job, software, plan).total();
      std::set<std::string> changes;
      for (const auto& remedy : remedies(cluster, job, software, plan)) {
        EXPECT_FALSE(first_problem(cluster, job, software, remedy.plan)) << remedy.change;
        EXPECT_FALSE(remedy.plan == plan) << remedy.change;
        EXPECT_NEAR(remedy.saved.si(),
                    (needed - peak_memory(job, software, remedy.plan).total()).si(), 1)
            << remedy.change;
        EXPECT_TRUE(changes.insert(remedy.change).second) << remedy.change;
      }
      EXPECT_FALSE(changes.empty()) << name << ' ' << to_text(plan);
    }
  }
}

// No fewer recomputed layers would do.
TEST(Remedies, MakeNoMoreLayersAgainThanNeeded) {
  const auto cluster = h100(8);
  const auto software = megatron();
  const auto job = job_of("llama3_70b", 32768, 64);
  const auto plan = plan_of(8, 4, 2);
  bool seen = false;
  for (auto remedy : remedies(cluster, job, software, plan)) {
    if (remedy.plan.recompute != Recompute::kFull) continue;
    seen = true;
    remedy.plan.recompute_layers.front() -= 1;
    EXPECT_EQ(first_problem(cluster, job, software, remedy.plan), Problem::kMemory);
  }
  EXPECT_TRUE(seen);
}

TEST(Remedies, OfWhatNeverFitsAreNone) {
  const auto job = job_of("llama3_405b", 8192, 1);
  EXPECT_TRUE(remedies(h100(1), job, megatron(), plan_of(1, 1, 1)).empty());
  EXPECT_NE(misfit_text(h100(1), job, megatron(), plan_of(1, 1, 1)).find("no small change"),
            std::string::npos);
}

// Half of the optimizer leaves the device and needs as much of the host.
TEST(Offload, MovesTheOptimizerToTheHost) {
  const auto job = job_of("llama3_8b");
  Plan plan = plan_of(1, 1, 4);
  const auto all = memory(job, plan);
  plan.optimizer_offload = 0.5;
  const auto half = memory(job, plan);
  EXPECT_DOUBLE_EQ(half.optimizer.si(), all.optimizer.si() / 2);
  EXPECT_DOUBLE_EQ(half.host.si(), all.optimizer.si() / 2);
  EXPECT_EQ(half.weights, all.weights);
}

// What is fetched back needs room for two layers.
TEST(Offload, MovesActivationsToTheHost) {
  const auto job = job_of("llama3_8b");
  Plan plan = plan_of(1, 2, 1);
  const auto all = memory(job, plan);
  plan.activation_offload = 1;
  const auto none = memory(job, plan);
  const auto layer = saved_activations(job, kNoReserve, workload::LayerKind::kDense, plan.shard());
  EXPECT_EQ(none.activations.si(), 0);
  EXPECT_DOUBLE_EQ(none.host.si(), all.activations.si());
  EXPECT_DOUBLE_EQ((none.buffers - all.buffers).si(), 2 * layer.none.si());
}

TEST(Offload, IsRefusedWhereTheHostHasTooLittle) {
  auto cluster = h100(1);
  const auto job = job_of("llama3_8b", 4096, 8);
  Plan plan = plan_of(1, 1, 8);
  plan.optimizer_offload = 1;
  EXPECT_FALSE(first_problem(cluster, job, megatron(), plan));
  const auto needed = peak_memory(job, megatron(), plan).host * 8;
  cluster.host.memory = needed * 1.01;
  EXPECT_FALSE(first_problem(cluster, job, megatron(), plan));
  cluster.host.memory = needed * 0.99;
  EXPECT_EQ(first_problem(cluster, job, megatron(), plan), Problem::kMemory);
  EXPECT_TRUE(misfit_of(cluster, job, megatron(), plan).on_host);
}

TEST(State, OfGivenGradients) {
  const auto job = job_of("llama3_8b");
  const double n = workload::count_parameters(job.model).total;
  Plan plan = plan_of(1, 1, 16);
  plan.gradient_bytes = 2;
  const auto half = memory(job, plan);
  EXPECT_NEAR(half.gradients.si() / n, 2, 1e-12);
  EXPECT_NEAR(half.optimizer.si() / n, 16 / 16.0, 1e-12);
  workload::Software software;
  software.gradient_bytes = 2;
  plan.gradient_bytes = 4;
  EXPECT_NEAR(memory_of_stage(job, software, plan, 0).gradients.si() / n, 4, 1e-12);
  software.keeps_half_gradients = true;
  EXPECT_NEAR(memory_of_stage(job, software, plan, 0).gradients.si() / n, 6, 1e-12);
}

// Row- and column-wise copies in FP8, of all weights but the tables.
TEST(State, OfWeightsThatAreCastOnceAStep) {
  auto job = job_of("llama3_8b");
  job.precision = chips::Precision::kFp8;
  workload::Software software;
  software.casts_weights_once = true;
  const auto plan = plan_of(1, 1, 1);
  const auto plain = memory_of_stage(job, software, plan, 0).weights;
  software.cast_copies = 2;
  const auto with = memory_of_stage(job, software, plan, 0).weights;
  const auto layer = sharded_parameters(job.model, workload::LayerKind::kDense, plan.shard());
  EXPECT_NEAR((with - plain).si() / (2 * 32 * layer.dense), 1, 1e-12);
}

// Megatron's uniform method: one input for each two layers, and two layers at work.
TEST(Activations, OfLayersThatAreMadeAgainTogether) {
  const auto job = job_of("llama3_8b");
  Plan plan = plan_of(1, 2, 1);
  plan.recompute = Recompute::kFull;
  const auto one = memory(job, plan);
  plan.recompute_group = 2;
  const auto two = memory(job, plan);
  const auto layer = saved_activations(job, kNoReserve, workload::LayerKind::kDense, plan.shard());
  EXPECT_DOUBLE_EQ(two.activations.si(), one.activations.si() / 2);
  EXPECT_NEAR((two.buffers - one.buffers).si(), layer.none.si(), 1);
}

}  // namespace
}  // namespace weft::plan
