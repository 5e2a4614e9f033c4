// The space of legal plans: sound, complete where it says so, without duplicates, the same each
// time.

#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::plan {
namespace {

using namespace testing;

struct Setting {
  cluster::Cluster cluster;
  workload::Job job;
};

std::vector<Setting> settings() {
  return {{h100(1), job_of("llama3_8b", 4096, 16)},
          {h100(8), job_of("llama3_70b", 8192, 64)},
          {h100(4), job_of("mixtral_8x7b", 4096, 32)},
          {cluster_of("use: gb200_nvl72\nhosts: 3"), job_of("llama3_8b", 4096, 36)}};
}

std::vector<Plan> plans_of(const Setting& s, const Request& request, SpaceCount& count) {
  return legal_plans(s.cluster, s.job, megatron(), request, count);
}
std::vector<Plan> plans_of(const Setting& s, const Request& request = {}) {
  SpaceCount count;
  return plans_of(s, request, count);
}

bool holds(const std::vector<Plan>& plans, const Plan& plan) {
  return std::find(plans.begin(), plans.end(), plan) != plans.end();
}

TEST(LegalPlans, AreAcceptedByTheCheckAndCounted) {
  for (const auto& s : settings()) {
    SpaceCount count;
    const auto plans = plans_of(s, {}, count);
    EXPECT_FALSE(plans.empty());
    EXPECT_EQ(plans.size(), count.legal);
    EXPECT_EQ(count.considered, count.legal + std::accumulate(count.refused.begin(),
                                                              count.refused.end(), std::size_t{0}));
    const auto software = megatron();
    for (const auto& plan : plans) {
      EXPECT_EQ(first_problem(s.cluster, s.job, software, plan), std::nullopt) << to_text(plan);
    }
  }
}

TEST(LegalPlans, HaveNoDuplicatesAndOneOrder) {
  for (const auto& s : settings()) {
    const auto plans = plans_of(s);
    EXPECT_EQ(plans, plans_of(s));
    std::set<std::string> texts;
    for (const auto& plan : plans) texts.insert(to_text(plan));
    EXPECT_EQ(texts.size(), plans.size());
  }
}

TEST(LegalPlans, LeaveAtMostHalfOfTheDevicesIdle) {
  for (const auto& s : settings()) {
    for (const auto& plan : plans_of(s)) EXPECT_GE(2 * plan.devices(), s.cluster.devices());
  }
}

// Every plan of power-of-two degrees on all eight devices that the check accepts is among them, but
// for ZeRO-2 and ZeRO-3 in a pipeline, which run when asked for.
TEST(LegalPlans, AreCompleteOverPowersOfTwo) {
  const Setting s = settings().front();
  const auto plans = plans_of(s);
  const auto software = megatron();
  int found = 0;
  for (const int tensor : {1, 2, 4, 8}) {
    for (const int context : {1, 2, 4}) {
      for (const int pipeline : {1, 2, 4, 8}) {
        if (8 % (tensor * context * pipeline) != 0) continue;
        Plan plan = plan_of(tensor, pipeline, 8 / (tensor * context * pipeline), context);
        for (const int micro_batch : {1, 2, 4, 8}) {
          for (const int chunks : {1, 2, 4, 8, 16}) {
            for (const int zero : {1, 2, 3}) {
              for (const auto recompute :
                   {Recompute::kNone, Recompute::kSelective, Recompute::kFull}) {
                plan.micro_batch = micro_batch;
                plan.virtual_stages = chunks;
                plan.zero = zero;
                plan.recompute = recompute;
                if (pipeline > 1 && zero > 1) continue;
                if (first_problem(s.cluster, s.job, software, plan)) continue;
                EXPECT_TRUE(holds(plans, plan)) << to_text(plan);
                ++found;
              }
            }
          }
        }
      }
    }
  }
  EXPECT_GT(found, 100);
}

TEST(LegalPlans, HaveZero3InAPipelineWhenAsked) {
  const Setting s = settings().front();
  Request request;
  request.pipeline = 2;
  for (const auto& plan : plans_of(s, request)) EXPECT_EQ(plan.zero, 1) << to_text(plan);
  request.zero = 3;
  const auto asked = plans_of(s, request);
  EXPECT_FALSE(asked.empty());
  for (const auto& plan : asked) EXPECT_EQ(plan.zero, 3) << to_text(plan);
}

// Flash attention keeps no scores that recomputing them would free.
TEST(LegalPlans, RecomputeAttentionWhereItFreesScores) {
  const Setting s = settings().front();
  auto software = megatron();
  const auto recomputing = [&](const Request& request) {
    SpaceCount count;
    int found = 0;
    for (const auto& plan : legal_plans(s.cluster, s.job, software, request, count)) {
      found += plan.recompute == Recompute::kAttention ? 1 : 0;
    }
    return found;
  };
  Request asked;
  asked.recompute = Recompute::kAttention;
  EXPECT_EQ(recomputing({}), 0);
  EXPECT_GT(recomputing(asked), 0);
  software.attention = workload::AttentionKernel::kUnfused;
  EXPECT_GT(recomputing({}), 0);
}

TEST(LegalPlans, IncludeKnownGoodOnes) {
  // Llama-3 70B of Megatron-Bridge on 64 H100: tensor 4, pipeline 4 in 5 chunks, data 4.
  Plan plan = plan_of(4, 4, 4);
  plan.virtual_stages = 5;
  plan.recompute = Recompute::kFull;
  const Setting s = settings()[1];
  EXPECT_EQ(first_problem(s.cluster, s.job, megatron(), plan), std::nullopt);
  EXPECT_TRUE(holds(plans_of(s), plan));
}

TEST(LegalPlans, KeepWhatTheRequestFixes) {
  const Setting s = settings()[2];
  Request request;
  request.tensor = 2;
  request.pipeline = 4;
  request.expert = 4;
  request.micro_batch = 2;
  request.recompute = Recompute::kSelective;
  const auto plans = plans_of(s, request);
  EXPECT_FALSE(plans.empty());
  const auto all = plans_of(s);
  for (const auto& plan : plans) {
    EXPECT_EQ(plan.tensor, 2);
    EXPECT_EQ(plan.pipeline, 4);
    EXPECT_EQ(plan.expert, 4);
    EXPECT_EQ(plan.micro_batch, 2);
    EXPECT_EQ(plan.recompute, Recompute::kSelective);
    EXPECT_TRUE(holds(all, plan)) << to_text(plan);
  }
}

TEST(LegalPlans, OfACompleteRequestAreThatPlanAlone) {
  Request request;
  request.tensor = 8;
  request.context = request.virtual_stages = request.expert = 1;
  request.pipeline = 8;
  request.data = 1;
  EXPECT_FALSE(request.is_complete());
  request.micro_batch = request.zero = 1;
  request.recompute = Recompute::kFull;
  EXPECT_TRUE(request.is_complete());
  Plan plan = plan_of(8, 8, 1);
  plan.recompute = Recompute::kFull;
  EXPECT_EQ(plans_of(settings()[1], request), std::vector<Plan>{plan});
}

TEST(LegalPlans, MayLeaveTheWholeClusterToOneReplicaWhenAsked) {
  Request request;
  request.data = 1;
  request.tensor = 8;
  request.pipeline = 4;  // 32 of 64 devices
  EXPECT_FALSE(plans_of(settings()[1], request).empty());
}

TEST(LegalPlans, AreNoneForAFormatTheChipLacks) {
  Setting s = settings().front();
  s.job.precision = chips::Precision::kNvfp4;
  SpaceCount count;
  EXPECT_TRUE(plans_of(s, {}, count).empty());
  EXPECT_EQ(count.refused[static_cast<std::size_t>(Problem::kPrecision)], count.considered);
}

TEST(LegalPlans, AreNoneWhenTheModelCannotFit) {
  SpaceCount count;
  const Setting s{h100(1), job_of("llama3_405b", 8192, 64)};
  EXPECT_TRUE(plans_of(s, {}, count).empty());
  EXPECT_GT(count.refused[static_cast<std::size_t>(Problem::kMemory)], 0u);
}

TEST(NearestLegal, OfALegalPlanIsItself) {
  const Setting s = settings().front();
  const auto plans = plans_of(s);
  for (std::size_t i = 0; i < plans.size(); i += plans.size() / 5) {
    EXPECT_EQ(nearest_legal(s.cluster, s.job, megatron(), plans[i]), plans[i]);
  }
}

TEST(NearestLegal, ChangesLittle) {
  const Setting s = settings()[1];
  Plan plan = plan_of(7, 4, 2);  // 7 does not divide the 64 heads
  plan.recompute = Recompute::kFull;
  const auto nearest = nearest_legal(s.cluster, s.job, megatron(), plan);
  ASSERT_TRUE(nearest.has_value());
  plan.tensor = 8;
  EXPECT_EQ(*nearest, plan);
}

TEST(NearestLegal, RecomputesWhereMemoryIsShort) {
  const Setting s = settings()[1];
  const Plan plan = plan_of(4, 4, 4);
  ASSERT_EQ(first_problem(s.cluster, s.job, megatron(), plan), Problem::kMemory);
  const auto nearest = nearest_legal(s.cluster, s.job, megatron(), plan);
  ASSERT_TRUE(nearest.has_value());
  Plan expected = plan;
  expected.recompute = nearest->recompute;
  EXPECT_EQ(*nearest, expected);
  EXPECT_NE(nearest->recompute, Recompute::kNone);
}

TEST(NearestLegal, IsNothingWhereNothingFits) {
  EXPECT_EQ(nearest_legal(h100(1), job_of("llama3_405b", 8192, 64), megatron(), plan_of(8, 1, 1)),
            std::nullopt);
}

// With the pipeline left open, those of as many stages as there are entries.
TEST(LegalPlans, KeepToTheLayersGiven) {
  const Setting s{h100(1), job_of("llama3_8b", 4096, 16)};
  Request request;
  request.layers = {0, 16, 16, 0};
  const auto plans = plans_of(s, request);
  ASSERT_FALSE(plans.empty());
  for (const auto& plan : plans) {
    EXPECT_EQ(plan.chunks(), 4);
    EXPECT_EQ(plan.layers, request.layers);
  }
}

}  // namespace
}  // namespace weft::plan
