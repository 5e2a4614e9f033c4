// Memory of a stage: the byte counts of mixed precision, ZeRO, and chunks in flight.

#include <gtest/gtest.h>

#include "fixtures.h"
#include "weft/workload/workspace.h"

namespace weft::plan {
namespace {

using namespace testing;

constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;

double state(const Memory& m) { return (m.weights + m.gradients + m.optimizer).si(); }

Plan with_zero(Plan plan, int zero) {
  plan.zero = zero;
  return plan;
}

// 2 of weights, 4 of gradients, 12 of master weights and moments; what ZeRO splits is divided.
// Sharded FP32 parameters (ZeRO-3) are their own master weights.
TEST(State, IsEighteenBytesAParameterAndLessWithZero) {
  const auto job = job_of("llama3_8b");
  const double n = workload::count_parameters(job.model).total;
  for (const int data : {1, 4, 16}) {
    for (const int context : {1, 2}) {
      const Plan plan = plan_of(1, 1, data, context);
      const double ranks = data * context;
      EXPECT_DOUBLE_EQ(state(memory(job, with_zero(plan, 0))), 18 * n);
      EXPECT_NEAR(state(memory(job, with_zero(plan, 1))) / n, 6 + 12 / ranks, 1e-12);
      EXPECT_NEAR(state(memory(job, with_zero(plan, 2))) / n, 2 + 16 / ranks, 1e-12);
      EXPECT_NEAR(state(memory(job, with_zero(plan, 3))) / n, 16 / ranks, 1e-12);
    }
  }
}

// Fig. 1 of arXiv 2205.05198: 18 B of each layer's parameters, tensor 8: 530B on 35 stages 31.64
// GiB, 1T on 64 stages 32.96 GiB.
TEST(State, IsThatOfKorthikanti) {
  const auto middle = [](const char* model, int pipeline) {
    const Plan plan = with_zero(plan_of(8, pipeline, 1), 0);
    return state(memory(job_of(model, 2048, 512), plan, pipeline / 2)) / kGiB;
  };
  EXPECT_NEAR(middle("megatron_530b", 35), 31.64, 0.01);
  EXPECT_NEAR(middle("megatron_1t", 64), 32.96, 0.01);
}

// 16-bit gradients stand twice: as they are, and in FP32 beside the sharded optimizer.
TEST(State, WithHalfGradientsIsFourAndSixteen) {
  auto job = job_of("llama3_8b");
  const double n = workload::count_parameters(job.model).total;
  workload::Software software;
  const auto plan = plan_of(1, 1, 16);
  const auto of = [&] { return state(memory_of_stage(job, software, plan, 0)) / n; };
  job.precision = chips::Precision::kFp16;
  EXPECT_NEAR(of(), 4 + 16 / 16.0, 1e-12);
  job.precision = chips::Precision::kBf16;
  software.gradient_bytes = 2;
  EXPECT_NEAR(of(), 4 + 16 / 16.0, 1e-12);
  EXPECT_NEAR(state(memory_of_stage(job, software, with_zero(plan, 3), 0)) / n, 16 / 16.0, 1e-12);
  software.optimizer_bytes = 24;
  EXPECT_NEAR(of(), 4 + 24 / 16.0, 1e-12);
}

TEST(State, OfFrozenWeightsIsTheWeights) {
  auto job = job_of("llama3_8b");
  job.training = workload::Training::kLowRank;
  const auto m = memory(job, plan_of(1, 1, 2));
  EXPECT_DOUBLE_EQ(state(m), 2 * workload::count_parameters(job.model).total);
}

// Hybrid sharding: over 4 of 16 ranks.
TEST(State, IsSplitOverTheRanksOfZero) {
  const auto job = job_of("llama3_8b");
  const double n = workload::count_parameters(job.model).total;
  Plan plan = plan_of(1, 1, 16);
  plan.zero_ranks = 4;
  EXPECT_NEAR(state(memory(job, plan)) / n, 6 + 12 / 4.0, 1e-12);
}

// In a pipeline gradients and weights stay whole from one micro-batch to the next.
TEST(State, OfAPipelineIsNoLessThanThatOfZero1) {
  const auto job = job_of("llama3_8b");
  const auto plan = plan_of(1, 2, 16);
  for (const int zero : {2, 3}) {
    EXPECT_DOUBLE_EQ(state(memory(job, with_zero(plan, zero))), state(memory(job, plan)));
  }
}

TEST(State, TakesOtherBytesAParameter) {
  const auto job = job_of("llama3_8b");
  const auto plan = plan_of(1, 1, 4);
  const double n = workload::count_parameters(job.model).total;
  const auto with = [&](const StateBytes& bytes) {
    return state(memory_of_stage(job, kNoReserve, plan, 0, bytes)) / n;
  };
  EXPECT_NEAR(with({2, 4, 10}), 6 + 10 / 4.0, 1e-12);  // the 16-bit weight is half of the master's
  EXPECT_NEAR(with({2, 4, 0}), 6, 1e-12);              // the optimizer is on the host
}

// DeepSeek-V3's further layer: it, a 2 h x h projection, two norms, a copy of the table.
TEST(State, OfMultiTokenPredictionIsOnTheLastStage) {
  auto job = job_of("deepseek_v3");
  Plan plan = plan_of(1, 4, 8);
  plan.expert = 8;
  plan.layers = {15, 15, 15, 16};
  const auto with = parameters_of_stage(job, plan, 3);
  const auto first = parameters_of_stage(job, plan, 0);
  const auto moe = sharded_parameters(job.model, workload::LayerKind::kMoe, plan.shard());
  const auto table =
      sharded_parameters(job.model, workload::LayerKind::kEmbedding, plan.shard()).dense;
  job.model.prediction_layers = 0;
  const auto without = parameters_of_stage(job, plan, 3);
  EXPECT_DOUBLE_EQ(with.experts - without.experts, moe.experts);
  EXPECT_NEAR(with.dense - without.dense, moe.dense + table + 2.0 * 7168 * (7168 + 1), 1);
  EXPECT_EQ(first.dense, parameters_of_stage(job, plan, 0).dense);
}

TEST(State, OverAllStagesAndTensorRanksIsTheModel) {
  for (const char* name : {"llama3_8b", "llama3_70b", "mixtral_8x7b", "qwen3_235b_a22b"}) {
    const auto job = job_of(name);
    double sum = 0;
    for (int stage = 0; stage < 2; ++stage) {
      const auto held = parameters_of_stage(job, plan_of(4, 2, 1), stage);
      sum += held.dense * 4 + held.experts;
    }
    const double total = workload::count_parameters(job.model).total;
    EXPECT_GE(sum, total * (1 - 1e-12)) << name;  // norms and routers are on every tensor rank
    EXPECT_NEAR(sum / total, 1, 1e-3) << name;
  }
}

TEST(State, OfATiedTableIsHeldTwiceByAPipeline) {
  const auto job = job_of("gpt3_175b", 2048);
  const double table = 51200.0 * 12288;
  const double one = parameters_of_stage(job, plan_of(1, 1, 1), 0).dense;
  const double two = parameters_of_stage(job, plan_of(1, 2, 1), 0).dense +
                     parameters_of_stage(job, plan_of(1, 2, 1), 1).dense;
  EXPECT_NEAR(two - one, table, 12288);
}

// The table is shared, the norm before the head is not.
TEST(State, OfATiedModelOnOneStageHasItsLastNorm) {
  const auto job = job_of("gpt3_175b", 2048);
  EXPECT_DOUBLE_EQ(parameters_of_stage(job, plan_of(1, 1, 1), 0).dense,
                   workload::count_parameters(job.model).total);
}

// Experts live on expert ranks, and their optimizer is split over their replicas only.
TEST(State, OfExpertsIsSplitOverTheirReplicas) {
  const auto job = job_of("mixtral_8x7b");
  Plan plan = plan_of(2, 1, 16);
  plan.expert = 8;
  EXPECT_EQ(expert_replicas(plan), 4);
  const auto held = parameters_of_stage(job, plan, 0);
  EXPECT_DOUBLE_EQ(held.experts, 32 * 8 * 3.0 * 4096 * 14336 / 8);
  EXPECT_NEAR(state(memory(job, plan)),
              held.dense * (6 + 12.0 / 16) + held.experts * (6 + 12.0 / 4), 1);
}

TEST(Memory, IsTheSumOfItsParts) {
  const auto m = memory_of_stage(job_of("llama3_70b"), megatron(), plan_of(8, 4, 2), 1);
  for (const auto part : {m.weights, m.gradients, m.optimizer, m.activations, m.buffers}) {
    EXPECT_GT(part.si(), 0);
  }
  EXPECT_EQ(m.stage, 1);
  const auto tensors = m.weights + m.gradients + m.optimizer + m.activations + m.buffers;
  EXPECT_DOUBLE_EQ(m.total().si(), (tensors + m.reserve).si());
  EXPECT_NEAR(m.reserve.si(), 2e9 + 0.06 * tensors.si(), 1);
  EXPECT_DOUBLE_EQ(m.allocated().si(), tensors.si());
  EXPECT_NEAR(m.reserved().si(), 1.06 * tensors.si(), 1);
}

TEST(Memory, FallsWithEveryStageOfZero) {
  for (const char* name : {"llama3_8b", "llama3_70b", "mixtral_8x7b"}) {
    const auto job = job_of(name);
    for (int zero = 1; zero <= 3; ++zero) {
      const auto plan = plan_of(4, 1, 16);
      EXPECT_LT(memory(job, with_zero(plan, zero)).total(),
                memory(job, with_zero(plan, zero - 1)).total())
          << name << ' ' << zero;
    }
  }
}

TEST(Memory, FallsWithTensorContextPipelineAndRecomputation) {
  const auto job = job_of("llama3_70b", 8192);
  const auto total = [&](const Plan& plan) { return peak_memory(job, kNoReserve, plan).total(); };
  for (const int t : {1, 2, 4}) EXPECT_LT(total(plan_of(2 * t, 4, 1)), total(plan_of(t, 4, 1)));
  for (const int c : {1, 2, 4}) {
    EXPECT_LT(total(plan_of(2, 4, 1, 2 * c)), total(plan_of(2, 4, 1, c)));
  }
  for (const int p : {1, 2, 4}) EXPECT_LT(total(plan_of(2, 2 * p, 1)), total(plan_of(2, p, 1)));
  Plan plan = plan_of(2, 4, 1);
  Plan selective = plan;
  selective.recompute = Recompute::kSelective;
  Plan full = plan;
  full.recompute = Recompute::kFull;
  EXPECT_LT(total(selective), total(plan));
  EXPECT_LT(total(full), total(selective));
}

TEST(Memory, GrowsWithTheMicroBatchInActivationsAndBuffersOnly) {
  const auto job = job_of("llama3_8b");
  Plan plan = plan_of(2, 1, 4);
  const auto one = memory(job, plan);
  plan.micro_batch = 2;
  const auto two = memory(job, plan);
  EXPECT_EQ(state(one), state(two));
  EXPECT_DOUBLE_EQ(two.activations.si(), 2 * one.activations.si());
  EXPECT_DOUBLE_EQ(two.buffers.si(), 2 * one.buffers.si());
}

TEST(PeakMemory, IsThatOfTheNeediestStage) {
  const auto job = job_of("llama3_70b");
  const auto plan = plan_of(8, 8, 1);
  const auto peak = peak_memory(job, megatron(), plan);
  for (int stage = 0; stage < 8; ++stage) {
    EXPECT_LE(memory_of_stage(job, megatron(), plan, stage).total(), peak.total());
  }
  EXPECT_EQ(peak.total(), memory_of_stage(job, megatron(), plan, peak.stage).total());
}

// Layers' worth of activations that a stage holds, where every chunk has as many layers.
double layers_in_flight(const workload::Job& job, const Plan& plan, int stage) {
  auto bytes = memory(job, plan, stage).activations;
  if (stage == plan.pipeline - 1) {
    bytes -= saved_activations(job, kNoReserve, workload::LayerKind::kHead, plan.shard()).none;
  }
  return bytes / saved_activations(job, kNoReserve, workload::LayerKind::kDense, plan.shard()).none;
}

// 80 layers on 4 stages: a stage holds one micro-batch for itself and one for each stage behind.
TEST(InFlight, OneForwardOneBackwardHoldsTheStagesBehindOrAllThereAre) {
  for (const int batches : {1, 2, 3, 4, 16}) {
    const auto job = job_of("llama3_70b", 4096, batches);
    for (int stage = 0; stage < 4; ++stage) {
      EXPECT_NEAR(layers_in_flight(job, plan_of(8, 4, 1), stage), 20 * std::min(4 - stage, batches),
                  1e-9);
    }
  }
}

TEST(InFlight, GPipeHoldsAllMicroBatches) {
  Plan plan = plan_of(8, 4, 2);
  plan.schedule = Schedule::kGPipe;
  const auto job = job_of("llama3_70b", 4096, 32);
  for (int stage = 0; stage < 3; ++stage) {
    EXPECT_NEAR(layers_in_flight(job, plan, stage), 20 * 16, 1e-9);
  }
  // The last stage also keeps the logits of all of them.
  const auto head =
      saved_activations(job, kNoReserve, workload::LayerKind::kHead, plan.shard()).none;
  Plan one = plan;
  one.schedule = Schedule::kOneForwardOneBackward;
  const auto layer =
      saved_activations(job, kNoReserve, workload::LayerKind::kDense, plan.shard()).none;
  EXPECT_NEAR((memory_of_stage(job, {}, plan, 3).activations -
               memory_of_stage(job, {}, one, 3).activations) /
                  (15 * (20 * layer + head)),
              1.0, 1e-12);
}

// arXiv 2205.05198, §4.2.3: interleaving keeps L (1 + (p - 1) / (p v)) layers on the first stage.
TEST(InFlight, InterleavingHoldsOneAndThePipelineShareMore) {
  for (const int chunks : {2, 4, 5, 20}) {
    Plan plan = plan_of(8, 4, 1);
    plan.virtual_stages = chunks;
    EXPECT_NEAR(layers_in_flight(job_of("llama3_70b"), plan, 0), 80 * (1 + 3.0 / (4 * chunks)),
                1e-9);
    // The last stage never holds more than the first.
    EXPECT_LT(layers_in_flight(job_of("llama3_70b"), plan, 3),
              layers_in_flight(job_of("llama3_70b"), plan, 0));
  }
}

TEST(InFlight, InterleavingNeverHoldsMoreThanThereIs) {
  Plan plan = plan_of(8, 4, 1);
  plan.virtual_stages = 5;
  EXPECT_NEAR(layers_in_flight(job_of("llama3_70b", 4096, 4), plan, 0),
              80.0 * std::min(1 + 3.0 / 20, 1.0), 1e-9);
}

// Fig. 1, 175B and 530B with sequence parallelism, interleaved: 12.35 and 23.08 GiB, of which flash
// attention and no dropout leave 32 + 4 a / h of 34 (tests/core/workload/activations_test.cpp).
TEST(InFlight, GivesTheActivationsOfKorthikanti) {
  struct Row {
    const char* model;
    int pipeline;
    double gibibytes;
  };
  for (const Row& row : {Row{"gpt3_175b", 8, 12.35}, Row{"megatron_530b", 35, 23.08}}) {
    const auto job = job_of(row.model, 2048, 280 * 8);
    Plan plan = plan_of(8, row.pipeline, 1);
    plan.virtual_stages = 3;
    const double kept = 32 + 4 * job.model.heads / static_cast<double>(job.model.hidden);
    EXPECT_NEAR(memory(job, plan).activations.si() / kGiB, row.gibibytes * kept / 34, 0.01)
        << row.model;
  }
}

TEST(Activations, OfFullRecomputationAreTheInputsInFlight) {
  const auto job = job_of("llama3_70b");
  Plan plan = plan_of(8, 4, 1);
  plan.recompute = Recompute::kFull;
  EXPECT_DOUBLE_EQ(memory(job, plan).activations.si(), 4 * 20 * 2.0 * 4096 * 8192 / 8);
  const auto saved = saved_activations(job, kNoReserve, workload::LayerKind::kDense, plan.shard());
  Plan none = plan;
  none.recompute = Recompute::kNone;
  EXPECT_NEAR((memory(job, plan).buffers - memory(job, none).buffers).si(),
              (saved.none - saved.full).si(), 1);
}

// The loss and the backward pass of a layer are not held at once.
TEST(Buffers, OfTheLastStageAreWhatTheLossLeavesOver) {
  const auto job = job_of("llama3_8b");
  const auto plan = plan_of(1, 2, 1);
  const auto layer =
      workload::backward_workspace(job, kNoReserve, workload::LayerKind::kDense, plan.shard());
  EXPECT_DOUBLE_EQ(memory(job, plan, 0).buffers.si(), layer.si());
  EXPECT_EQ(memory(job, plan, 1).buffers.si(), 0);  // 6 B a logit are more
}

TEST(Buffers, HoldDummiesOfWeightGradients) {
  const auto job = job_of("llama3_8b");
  const auto plan = plan_of(1, 2, 1);
  workload::Software software;
  software.dummy_weight_gradients = true;
  const auto layer = sharded_parameters(job.model, workload::LayerKind::kDense, plan.shard());
  EXPECT_DOUBLE_EQ(
      (memory_of_stage(job, software, plan, 0).buffers - memory(job, plan, 0).buffers).si(),
      2 * layer.dense);
}

// Block recomputation: 3 of 16 layers of each of 2 micro-batches in flight.
TEST(Activations, OfSomeRecomputedLayers) {
  const auto job = job_of("llama3_8b");
  Plan plan = plan_of(1, 2, 1);
  plan.recompute = Recompute::kFull;
  plan.recompute_layers = {3};
  const auto layer = saved_activations(job, kNoReserve, workload::LayerKind::kDense, plan.shard());
  EXPECT_DOUBLE_EQ(memory(job, plan, 0).activations.si(),
                   2 * (13 * layer.none + 3 * layer.full).si());
}

// A layer and the larger of a second one and the output table, in 16 bits.
TEST(Buffers, OfZero3HoldWhatIsGathered) {
  const auto job = job_of("llama3_8b");
  const auto plan = plan_of(1, 1, 8);
  const double layer =
      sharded_parameters(job.model, workload::LayerKind::kDense, plan.shard()).dense;
  const double head = sharded_parameters(job.model, workload::LayerKind::kHead, plan.shard()).dense;
  EXPECT_DOUBLE_EQ(
      (memory(job, with_zero(plan, 3)).buffers - memory(job, with_zero(plan, 2)).buffers).si(),
      2 * (layer + std::max(layer, head)));
}

}  // namespace
}  // namespace weft::plan
