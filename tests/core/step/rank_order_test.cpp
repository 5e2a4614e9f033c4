// Groups of ranks that stand in any order.
#include <gtest/gtest.h>

#include <algorithm>

#include "fixtures.h"
#include "shipped.h"
#include "weft/step/evaluator.h"
#include "weft/step/rank_groups.h"

namespace weft::step {
namespace {

using plan::Axis;
using test::cluster_of;
using test::job_of;
using test::software_of;

constexpr plan::RankOrder kPipelineInside = {Axis::kTensor, Axis::kPipeline, Axis::kData,
                                             Axis::kContext};

std::vector<plan::RankOrder> all_orders() {
  std::vector<plan::RankOrder> orders;
  auto order = plan::kTensorFirst;
  do {
    orders.push_back(order);
  } while (std::next_permutation(order.begin(), order.end()));
  return orders;
}

plan::Plan cut(int tensor, int context, int data, int pipeline, int expert = 1) {
  auto plan = plan_of(tensor, pipeline, 1, data);
  plan.context = context;
  plan.expert = expert;
  return plan;
}

// The evaluator finds the groups of the default order by strides, these by lines of ranks.
TEST(RankOrder, TheDefaultGivesTheSameGroupsEitherWay) {
  const auto cluster = cluster_of("{use: dgx_h100, hosts: 12}");
  for (auto plan : {cut(2, 2, 6, 4, 8), cut(4, 1, 3, 8, 12), cut(1, 4, 8, 3, 16),
                    cut(8, 1, 12, 1, 3), cut(1, 1, 96, 1, 32)}) {
    const auto groups = rank_groups(cluster.fabric, plan);
    const auto used = plan.devices();
    const auto of = [&](std::int64_t stride, int size) {
      return cluster.fabric.group(used, stride, size);
    };
    EXPECT_EQ(groups.tensor, of(1, plan.tensor));
    EXPECT_EQ(groups.context, of(plan.tensor, plan.context));
    EXPECT_EQ(groups.data, of(plan.tensor, plan.context * plan.data));
    EXPECT_EQ(groups.expert, of(1, plan.expert));
    EXPECT_EQ(groups.expert_data, of(plan.expert, plan::expert_replicas(plan)));
    if (plan.pipeline == 1) continue;
    EXPECT_EQ(groups.next_stage, cluster.fabric.neighbours(used, used / plan.pipeline));
  }
}

// Axes of one rank may stand anywhere.
TEST(RankOrder, AxesOfOneRankMakeNoDifference) {
  const auto cluster = cluster_of("{use: dgx_h100, hosts: 8}");
  const auto job = job_of("gpt3_175b", 2048, 64);
  const auto software = software_of("megatron_core");
  Evaluator evaluator(cluster, job, software);
  auto plan = cut(8, 1, 1, 8);
  const auto usual = evaluator.time(plan);
  for (const auto& order : all_orders()) {
    plan.rank_order = order;
    const auto tensor = std::find(order.begin(), order.end(), Axis::kTensor);
    const auto pipeline = std::find(order.begin(), order.end(), Axis::kPipeline);
    if (pipeline < tensor) continue;
    EXPECT_EQ(evaluator.time(plan), usual) << to_text(plan);
  }
}

// On one switch every device is as near as any other.
TEST(RankOrder, MakesNoDifferenceWithinOneSwitch) {
  const auto cluster = cluster_of("{use: dgx_h100, hosts: 1}");
  const auto job = job_of("mixtral_8x7b", 4096, 16);
  const auto software = software_of("megatron_core");
  Evaluator evaluator(cluster, job, software);
  for (auto plan : {cut(2, 2, 1, 2, 2), cut(2, 1, 2, 2, 4), cut(1, 2, 2, 2, 4)}) {
    plan.rank_order = plan::kTensorFirst;
    const auto usual = evaluator.simulate(plan);
    for (const auto& order : all_orders()) {
      plan.rank_order = order;
      const auto ledger = evaluator.simulate(plan);
      EXPECT_NEAR(ledger.step / usual.step, 1, 1e-12) << to_text(plan);
      EXPECT_NEAR(ledger.sent[0] / usual.sent[0], 1, 1e-12) << to_text(plan);
    }
  }
}

// Two stages in each host: they talk over its switch, replicas over the network.
TEST(RankOrder, StagesInsideAHostTalkOverItsSwitch) {
  const auto cluster = cluster_of("{use: dgx_h100, hosts: 4}");
  auto plan = cut(4, 1, 4, 2);
  plan.rank_order = kPipelineInside;
  const auto inside = rank_groups(cluster.fabric, plan);
  EXPECT_EQ(inside.next_stage.top_tier(), 0);
  EXPECT_EQ(inside.data.top_tier(), 1);
  EXPECT_EQ(inside.data.tiers[1].children, 4);
  plan.rank_order = plan::kTensorFirst;
  EXPECT_EQ(rank_groups(cluster.fabric, plan).next_stage.top_tier(), 1);
}

// Expert ranks 0 … 3 of 2 tensor and 4 data ranks, with 4 stages in between: pairs of neighbours,
// 8 devices apart.
TEST(RankOrder, ExpertsSkipThePipelineBetweenTheirAxes) {
  const auto cluster = cluster_of("{use: dgx_h100, hosts: 4}");
  auto plan = cut(2, 1, 4, 4, 4);
  plan.rank_order = kPipelineInside;
  const auto groups = rank_groups(cluster.fabric, plan);
  const std::vector<std::int64_t> devices = {0, 1, 8, 9};
  EXPECT_EQ(groups.expert, cluster.fabric.shape_of(devices));
  const std::vector<std::int64_t> replicas = {0, 16};
  EXPECT_EQ(groups.expert_data, cluster.fabric.shape_of(replicas));
  EXPECT_EQ(groups.far_ends.top_tier(), 0);
}

// Every device is in one group of each kind, whatever the order: what all send to others adds up to
// the same, and no order is faster than if every tier were like the inmost.
TEST(RankOrder, OrdersDifferOnlyInWhichTierTheyUse) {
  const auto cluster = cluster_of("{use: dgx_h100, hosts: 8}");
  const auto job = job_of("llama3_70b", 8192, 64);
  const auto software = software_of("megatron_core");
  Evaluator evaluator(cluster, job, software);
  double fastest = 1e9, slowest = 0;
  for (const auto& order : all_orders()) {
    auto plan = cut(4, 2, 2, 4);
    plan.rank_order = order;
    const auto ledger = evaluator.simulate(plan);
    EXPECT_NEAR(ledger.sum_of_parts() / ledger.step, 1, 1e-9) << to_text(plan);
    EXPECT_LE(evaluator.lower_bound(plan).si(), ledger.step.si() * (1 + 1e-12)) << to_text(plan);
    fastest = std::min(fastest, ledger.step.si());
    slowest = std::max(slowest, ledger.step.si());
  }
  // Tensor ranks across hosts are the worst that can be done.
  EXPECT_GT(slowest / fastest, 1.5);
  EXPECT_NEAR(evaluator.time(cut(4, 2, 2, 4)).si() / fastest, 1, 0.02);
}

}  // namespace
}  // namespace weft::step
