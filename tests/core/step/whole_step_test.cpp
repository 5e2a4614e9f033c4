// What is added once a step, what recomputation and hybrid sharding do to it.
#include <gtest/gtest.h>

#include <algorithm>

#include "fixtures.h"
#include "shipped.h"
#include "weft/plan/check.h"
#include "weft/step/evaluator.h"

namespace weft::step {
namespace {

using interconnect::Collective;
using test::cluster_of;
using test::job_of;
using test::software_of;

class WholeStep : public testing::Test {
 protected:
  Ledger step(const plan::Plan& plan) const {
    return Evaluator(cluster_, job_, software_).simulate(plan);
  }
  cluster::Cluster cluster_ = cluster_of("{use: dgx_h100, hosts: 8}");
  workload::Job job_ = job_of("llama3_8b", 8192, 128);
  workload::Software software_ = software_of("megatron_core");
};

TEST_F(WholeStep, WaitsForTheHostOnce) {
  for (const auto schedule : {plan::Schedule::kOneForwardOneBackward, plan::Schedule::kGPipe}) {
    for (const int pipeline : {1, 4}) {
      auto plan = plan_of(2, pipeline, 1, 8);
      plan.schedule = schedule;
      software_.per_step = base::Time(0);
      const auto without = step(plan);
      software_.per_step = base::Time(0.25);
      const auto with = step(plan);
      EXPECT_NEAR((with.step - without.step).si(), 0.25, 1e-9);
      EXPECT_NEAR((with.part(Part::kHost) - without.part(Part::kHost)).si(), 0.25, 1e-9);
      EXPECT_NEAR(with.sum_of_parts() / with.step, 1, 1e-9);
      Evaluator evaluator(cluster_, job_, software_);
      EXPECT_LE(evaluator.lower_bound(plan), with.step * (1 + 1e-12));
    }
  }
}

TEST_F(WholeStep, RecomputesAsManyLayersAsAsked) {
  software_.launch = base::Time(0);
  for (const auto kind : {plan::Recompute::kSelective, plan::Recompute::kFull}) {
    auto plan = plan_of(2, 1, 1, 8);
    const auto none = step(plan);
    plan.recompute = kind;
    const auto all = step(plan);
    const auto part = [&](int layers) {
      plan.recompute_layers = {layers};
      return step(plan);
    };
    EXPECT_EQ(part(0).step, none.step);
    EXPECT_EQ(part(0).part(Part::kRecompute).si(), 0);
    EXPECT_EQ(part(32).step, all.step);
    for (const int layers : {1, 8, 31}) {
      EXPECT_NEAR(part(layers).part(Part::kRecompute) / all.part(Part::kRecompute), layers / 32.0,
                  1e-9);
    }
  }
}

TEST_F(WholeStep, RecomputesLessTheLessItFrees) {
  software_.attention = workload::AttentionKernel::kUnfused;
  auto plan = plan_of(2, 1, 1, 8);
  const auto time = [&](plan::Recompute recompute) {
    plan.recompute = recompute;
    return step(plan).step;
  };
  EXPECT_LT(time(plan::Recompute::kNone), time(plan::Recompute::kAttention));
  EXPECT_LT(time(plan::Recompute::kAttention), time(plan::Recompute::kFull));
}

TEST_F(WholeStep, OfZeroOverAllRanksIsThePlainOne) {
  for (const int zero : {0, 1, 2, 3}) {
    auto plan = plan_of(1, 1, 1, 64);
    plan.zero = zero;
    const auto plain = step(plan);
    for (const int ranks : {64, 1000}) {
      plan.zero_ranks = ranks;
      const auto hybrid = step(plan);
      EXPECT_EQ(hybrid.step, plain.step) << zero;
      EXPECT_EQ(hybrid.sent, plain.sent) << zero;
    }
  }
}

// Shards inside a host, sums between hosts: a scatter and a gather of all over eight ranks, and a
// sum of an eighth over the eight hosts.
TEST_F(WholeStep, OfHybridShardingSendsTheSumOfItsParts) {
  auto plan = plan_of(1, 1, 1, 64);
  plan.zero_ranks = 8;
  const double n = plan::parameters_of_stage(job_, plan, 0).dense;
  const auto& fabric = cluster_.fabric;
  const auto shard = fabric.group(64, 1, 8);
  const auto replicas = fabric.group(64, 8, 8);
  const double g = software_.gradient_bytes;
  const auto scatter =
      collective_cost(fabric, software_, Collective::kReduceScatter, shard, base::Bytes(g * n));
  const auto gather =
      collective_cost(fabric, software_, Collective::kAllGather, shard, base::Bytes(2 * n));
  const auto sum =
      collective_cost(fabric, software_, Collective::kAllReduce, replicas, base::Bytes(g * n / 8));
  const auto ledger = step(plan);
  for (std::size_t t = 0; t < ledger.sent.size(); ++t) {
    const double expected = (scatter.sent[t] + gather.sent[t] + sum.sent[t]).si();
    EXPECT_NEAR(ledger.sent[t].si(), expected, 1e-9 * n) << t;
  }
  EXPECT_GT(sum.sent[1].si(), 0);
  EXPECT_EQ(scatter.sent[1].si(), 0);
}

// A gather of the weights inside the host is what ZeRO-3 asks of every layer.
TEST_F(WholeStep, OfHybridZero3KeepsGathersInsideTheHost) {
  job_.global_batch = 1024;  // gathers are of every micro-batch, the sum between hosts is not
  auto plan = plan_of(1, 1, 1, 64);
  plan.zero = 3;
  const auto across = step(plan);
  plan.zero_ranks = 8;
  const auto inside = step(plan);
  EXPECT_LT(inside.sent[1], across.sent[1] * 0.2);
  EXPECT_LT(inside.step, across.step);
  EXPECT_NEAR(inside.sum_of_parts() / inside.step, 1, 1e-9);
}

TEST_F(WholeStep, OfZero3InAPipelineTalksAsZero1) {
  auto plan = plan_of(1, 2, 1, 8);
  const auto one = step(plan);
  for (const int zero : {2, 3}) {
    plan.zero = zero;
    EXPECT_EQ(step(plan).step, one.step);
    EXPECT_EQ(step(plan).sent, one.sent);
  }
}

// Weight gradients are a part of the backward pass: put off, they change when work is done, not how
// much.
TEST_F(WholeStep, DoesTheSameWorkUnderEverySchedule) {
  auto plan = plan_of(2, 4, 1, 8);
  const auto plain = step(plan);
  for (int s = 1; s < plan::kScheduleCount - 1; ++s) {
    plan.schedule = static_cast<plan::Schedule>(s);
    plan.virtual_stages = std::max(plan::traits_of(plan.schedule).virtual_stages, 1);
    const auto ledger = step(plan);
    const auto* name = plan::name_of(plan.schedule);
    for (const auto part : {Part::kForward, Part::kBackward}) {
      EXPECT_NEAR(ledger.part(part) / plain.part(part), 1, 1e-9) << name;
    }
    EXPECT_NEAR(ledger.sum_of_parts() / ledger.step, 1, 1e-9) << name;
    Evaluator evaluator(cluster_, job_, software_);
    EXPECT_LE(evaluator.lower_bound(plan), ledger.step * (1 + 1e-12)) << name;
    const auto unfolded = evaluator.time(plan, Folding::kUnfolded);
    EXPECT_NEAR(ledger.step / unfolded, 1, 1e-12) << name;
  }
}

TEST_F(WholeStep, WaitsLessWithoutBubbles) {
  auto plan = plan_of(2, 4, 1, 8);
  const auto bubble = [&](plan::Schedule schedule) {
    plan.schedule = schedule;
    plan.virtual_stages = std::max(plan::traits_of(schedule).virtual_stages, 1);
    return step(plan).part(Part::kBubble);
  };
  const auto plain = bubble(plan::Schedule::kOneForwardOneBackward);
  EXPECT_LT(bubble(plan::Schedule::kZeroBubbleH1), plain);
  EXPECT_LT(bubble(plan::Schedule::kZeroBubbleH2), bubble(plan::Schedule::kZeroBubbleH1));
}

// A thousandth of the weights is trained.
TEST_F(WholeStep, OfAdaptersHasNoGradientsToSpeakOf) {
  const auto plan = plan_of(1, 1, 1, 64);
  const auto full = step(plan);
  job_.training = workload::Training::kLowRank;
  const auto adapters = step(plan);
  EXPECT_LT(adapters.sent[1], full.sent[1] * 0.01);
  EXPECT_LT(adapters.part(Part::kOptimizer), full.part(Part::kOptimizer) * 0.1);
  EXPECT_LT(adapters.part(Part::kBackward), full.part(Part::kBackward) * 0.75);
  EXPECT_NEAR(adapters.part(Part::kForward) / full.part(Part::kForward), 1, 1e-12);
}

// The backward pass gathers a layer once, for what is done again and for what is done back.
TEST_F(WholeStep, OfZero3GathersOnceForRecomputationAndBackward) {
  auto plan = plan_of(1, 1, 1, 64);
  plan.zero = 3;
  const auto none = step(plan).sent;
  plan.recompute = plan::Recompute::kFull;
  EXPECT_EQ(step(plan).sent, none);
}

class ExpertStep : public WholeStep {
 protected:
  void SetUp() override { job_ = job_of("mixtral_8x7b", 4096, 64); }
};

// Forward and backward of 32 layers and 8 micro-batches; full recomputation routes once more.
TEST_F(ExpertStep, SynchronisesOnceAPass) {
  auto plan = plan_of(1, 1, 1, 8);
  plan.expert = 8;
  for (const auto recompute : {plan::Recompute::kNone, plan::Recompute::kFull}) {
    plan.recompute = recompute;
    software_.expert_synchronisation = base::Time(0);
    const auto without = step(plan);
    software_.expert_synchronisation = base::Time(1e-3);
    const auto with = step(plan);
    const double passes = recompute == plan::Recompute::kFull ? 3 : 2;
    EXPECT_NEAR((with.step - without.step).si(), 1e-3 * 32 * 8 * passes, 1e-9);
    EXPECT_NEAR((with.part(Part::kHost) - without.part(Part::kHost)).si(), 1e-3 * 32 * 8 * passes,
                1e-9);
  }
}

TEST_F(ExpertStep, WithSharedExpertsAddsUp) {
  auto plan = plan_of(4, 2, 1, 8);
  plan.expert = 8;
  plan.expert_tensor = 4;
  ASSERT_EQ(plan::first_problem(cluster_, job_, plan), std::nullopt);
  const auto ledger = step(plan);
  EXPECT_NEAR(ledger.sum_of_parts() / ledger.step, 1, 1e-9);
  EXPECT_GT(ledger.part(Part::kExpert).si(), 0);
}

// Experts are sharded over eight of their 64 replicas, as in memory.
TEST_F(ExpertStep, OfHybridShardingKeepsExpertShardsInsideTheHost) {
  auto plan = plan_of(1, 1, 1, 64);
  plan.zero_ranks = 8;
  const auto held = plan::parameters_of_stage(job_, plan, 0);
  const auto& fabric = cluster_.fabric;
  const double g = software_.gradient_bytes;
  const auto replicas = fabric.group(64, 8, 8);
  const auto sum = fabric.cost(Collective::kAllReduce, replicas,
                               base::Bytes(g * (held.dense + held.experts) / 8));
  EXPECT_NEAR(step(plan).sent[1] / sum.sent[1], 1, 1e-6);
}

// Layers of multi-token prediction take the time of one layer and a head.
TEST_F(ExpertStep, PredictsFurtherTokens) {
  auto plan = plan_of(1, 1, 1, 8);
  plan.expert = 8;
  software_.launch = base::Time(0);
  const auto without = step(plan);
  job_.model.prediction_layers = 1;
  const auto with = step(plan);
  EXPECT_NEAR(with.part(Part::kForward) / without.part(Part::kForward), 33.0 / 32, 1e-9);
  EXPECT_GT(with.part(Part::kHead), without.part(Part::kHead) * 1.5);
}

}  // namespace
}  // namespace weft::step
