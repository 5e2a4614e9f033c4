// Hybrid sharding, shared experts and block recomputation: what a device of a plan holds.

#include <algorithm>
#include <cstdlib>

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::plan {
namespace {

using namespace testing;

TEST(ZeroRanks, OfAllOrNoneAreAll) {
  const auto job = job_of("mixtral_8x7b");
  for (const int zero : {1, 2, 3}) {
    Plan plan = plan_of(2, 1, 8, 2);
    plan.expert = 4;
    plan.zero = zero;
    const auto plain = memory(job, plan);
    for (const int ranks : {0, 16, 64}) {  // no more than there are
      plan.zero_ranks = ranks;
      EXPECT_EQ(plan.shard_ranks(), 16);
      EXPECT_EQ(memory(job, plan).total(), plain.total()) << zero << ' ' << ranks;
    }
  }
}

TEST(ZeroRanks, HoldMoreTheFewerTheyAre) {
  const auto job = job_of("llama3_8b");
  Plan plan = plan_of(1, 1, 16);
  plan.zero = 3;
  auto last = memory(job, plan).state();
  for (const int ranks : {8, 4, 2, 1}) {
    plan.zero_ranks = ranks;
    EXPECT_NEAR(memory(job, plan).state() / last, 2, 1e-9);
    last = memory(job, plan).state();
  }
}

// Ranks that do not divide the replicas would leave some of them without a group.
TEST(ZeroRanks, DivideTheRanks) {
  Plan plan = plan_of(1, 1, 16);
  for (int ranks = 0; ranks <= 20; ++ranks) {
    plan.zero_ranks = ranks;
    const bool divides = ranks == 0 || ranks > 16 || 16 % ranks == 0;
    EXPECT_EQ(first_problem(h100(2), job_of("llama3_8b"), plan),
              divides ? std::nullopt : std::optional(Problem::kShardSplit))
        << ranks;
  }
}

TEST(ZeroTraffic, IsAtMostThatOfZero1InAPipeline) {
  for (int zero = 0; zero <= 3; ++zero) {
    Plan plan = plan_of(1, 1, 4);
    plan.zero = zero;
    EXPECT_EQ(plan.zero_traffic(), zero);
    plan.pipeline = 2;
    EXPECT_EQ(plan.zero_traffic(), std::min(zero, 1));
  }
}

Plan with_experts(int tensor, int data, int expert, int expert_tensor) {
  Plan plan = plan_of(tensor, 1, data);
  plan.expert = expert;
  plan.expert_tensor = expert_tensor;
  return plan;
}

TEST(ExpertTensor, LeavesReplicasToTheRest) {
  EXPECT_EQ(expert_replicas(with_experts(4, 8, 8, 1)), 4);
  EXPECT_EQ(expert_replicas(with_experts(4, 8, 8, 4)), 1);
  EXPECT_EQ(expert_replicas(with_experts(4, 8, 2, 4)), 4);
}

// A device holds as many parameters of experts either way; how they are cut differs.
TEST(ExpertTensor, HoldsAsMuchAsTheRanksItTakes) {
  const auto job = job_of("mixtral_8x7b");
  EXPECT_DOUBLE_EQ(parameters_of_stage(job, with_experts(4, 8, 2, 4), 0).experts,
                   parameters_of_stage(job, with_experts(4, 8, 8, 1), 0).experts);
  EXPECT_DOUBLE_EQ(memory(job, with_experts(4, 8, 2, 4)).state().si(),
                   memory(job, with_experts(4, 8, 8, 1)).state().si());
}

TEST(ExpertTensor, IsOneOrTensor) {
  const auto job = job_of("mixtral_8x7b");
  const auto problem = [&](const Plan& plan) { return first_problem(h100(4), job, plan); };
  EXPECT_EQ(problem(with_experts(4, 8, 8, 1)), std::nullopt);
  EXPECT_EQ(problem(with_experts(4, 8, 8, 4)), std::nullopt);
  EXPECT_EQ(problem(with_experts(4, 8, 8, 2)), Problem::kExpertSplit);
  // 32 ranks, 4 to an expert: 8 places and no more.
  auto sixteen = job;
  sixteen.model.moe->experts = 16;
  EXPECT_EQ(problem(with_experts(4, 8, 8, 4)), std::nullopt);
  EXPECT_EQ(first_problem(h100(4), sixteen, with_experts(4, 8, 16, 4)), Problem::kExpertSplit);
  EXPECT_EQ(first_problem(h100(4), sixteen, with_experts(4, 8, 16, 1)), std::nullopt);
}

// Then tensor ranks need not route tokens of their own.
TEST(ExpertTensor, NeedsNoSequenceParallelism) {
  const auto job = job_of("mixtral_8x7b");
  Plan plan = with_experts(4, 8, 8, 1);
  plan.sequence_parallel = false;
  EXPECT_EQ(first_problem(h100(4), job, plan), Problem::kSequenceParallel);
  plan.expert_tensor = 4;
  EXPECT_EQ(first_problem(h100(4), job, plan), std::nullopt);
}

Plan recomputing(std::vector<int> layers, Recompute kind = Recompute::kFull, int chunks = 1) {
  Plan plan = plan_of(1, 2, 1);
  plan.recompute = kind;
  plan.recompute_layers = std::move(layers);
  plan.virtual_stages = chunks;
  return plan;
}

TEST(RecomputeLayers, OfNoneAndAllAreTheLimits) {
  const auto job = job_of("llama3_8b");
  for (const auto kind : {Recompute::kSelective, Recompute::kFull}) {
    Plan none = recomputing({});
    none.recompute = Recompute::kNone;
    EXPECT_EQ(memory(job, recomputing({0}, kind)).total(), memory(job, none).total());
    EXPECT_EQ(memory(job, recomputing({16}, kind)).total(),
              memory(job, recomputing({}, kind)).total());
    EXPECT_EQ(memory(job, recomputing({99}, kind)).total(),
              memory(job, recomputing({}, kind)).total());
  }
}

TEST(RecomputeLayers, FreeTheSameEach) {
  const auto job = job_of("llama3_8b");
  const auto kept = [&](int layers) { return memory(job, recomputing({layers})).activations; };
  const auto each = kept(0) - kept(1);
  EXPECT_GT(each.si(), 0);
  for (const int layers : {2, 7, 16}) {
    EXPECT_NEAR((kept(0) - kept(layers)) / each, layers, 1e-9);
  }
}

TEST(RecomputeLayers, AreGivenByStageTheLastForAllThatFollow) {
  const auto model = model_of("llama3_8b");
  Plan plan = plan_of(1, 4, 1);
  plan.recompute = Recompute::kFull;
  plan.recompute_layers = {6, 2};
  const std::vector<int> expected = {6, 2, 2, 2};
  for (int stage = 0; stage < 4; ++stage) {
    EXPECT_EQ(chunk_of(plan, model, stage).recomputed_dense,
              expected[static_cast<std::size_t>(stage)]);
  }
}

TEST(RecomputeLayers, AreSharedAmongTheChunksOfAStage) {
  const auto model = model_of("llama3_8b");
  for (int layers = 0; layers <= 16; ++layers) {
    const auto plan = recomputing({layers}, Recompute::kFull, 4);
    int sum = 0;
    for (int c = 0; c < 4; ++c) {
      const auto chunk = chunk_of(plan, model, 2 * c);
      sum += chunk.recomputed_dense;
      EXPECT_LE(std::abs(chunk.recomputed_dense - layers / 4.0), 1);
    }
    EXPECT_EQ(sum, layers);
  }
}

// Experts first: they hold more.
TEST(RecomputeLayers, BeginWithExperts) {
  auto model = model_of("deepseek_v3");
  model.prediction_layers = 0;
  Plan plan = plan_of(1, 1, 1);
  plan.recompute = Recompute::kFull;
  for (const int layers : {0, 10, 58, 60, 61}) {
    plan.recompute_layers = {layers};
    const auto chunk = chunk_of(plan, model, 0);
    EXPECT_EQ(chunk.recomputed_moe, std::min(layers, 58));
    EXPECT_EQ(chunk.recomputed_dense, std::max(0, layers - 58));
  }
}

TEST(RecomputeLayers, AreNoneWithoutRecomputation) {
  const auto chunk = chunk_of(recomputing({5}, Recompute::kNone), model_of("llama3_8b"), 0);
  EXPECT_EQ(chunk.recomputed_dense + chunk.recomputed_moe, 0);
}

// Unfused attention: all scores are freed, and nothing else; flash attention has its log-sums only.
TEST(RecomputeAttention, FreesTheScores) {
  const auto job = job_of("llama3_8b");
  workload::Software unfused;
  unfused.attention = workload::AttentionKernel::kUnfused;
  Plan plan = plan_of(1, 1, 1);
  const auto none = memory_of_stage(job, unfused, plan, 0).activations;
  plan.recompute = Recompute::kAttention;
  const auto freed = none - memory_of_stage(job, unfused, plan, 0).activations;
  EXPECT_NEAR(freed.si() / (32.0 * 5 * 32 * 4096 * 4096), 1, 1e-9);
  const auto flash = memory(job, plan_of(1, 1, 1)).activations - memory(job, plan).activations;
  EXPECT_NEAR(flash.si() / (32.0 * 4 * 32 * 4096), 1, 1e-9);
}

}  // namespace
}  // namespace weft::plan
