// Passes interwoven in pairs: what hides, what is booked, and what was published of it.
#include <gtest/gtest.h>

#include "fixtures.h"
#include "shipped.h"
#include "weft/step/evaluator.h"
#include "weft/step/pair_cost.h"

namespace weft::step {
namespace {

using test::cluster_of;
using test::job_of;
using test::software_of;

base::Time part(const std::array<base::Time, plan::kTaskCount>& times, plan::Task task) {
  return times[static_cast<std::size_t>(task)];
}

TEST(PairSaving, EachExchangeHidesBehindTheOthersKernels) {
  const auto both = pair_saving({10, 3}, {20, 6}, 0.1);
  EXPECT_DOUBLE_EQ(both.forward, 3 * 0.9);
  EXPECT_DOUBLE_EQ(both.backward, 6 * 0.9);
  const auto short_of_kernels = pair_saving({4, 3}, {2, 6}, 0);
  EXPECT_DOUBLE_EQ(short_of_kernels.forward, 2);
  EXPECT_DOUBLE_EQ(short_of_kernels.backward, 4);
}

class Interwoven : public testing::TestWithParam<plan::Schedule> {
 protected:
  plan::Plan plan() const {
    auto plan = plan_of(1, 8, plan::traits_of(GetParam()).virtual_stages, 16);
    plan.schedule = GetParam();
    plan.expert = 16;
    return plan;
  }
  cluster::Cluster cluster_ = cluster_of("{use: h800_ib, hosts: 16}");
  workload::Job job_ = job_of("deepseek_v3", 4096, 1024);
  workload::Software software_ = software_of("megatron_core");
};

TEST_P(Interwoven, PartsSumToTheStep) {
  for (const double tax : {0.0, 0.3, 1.0}) {
    software_.communication_tax = tax;
    Evaluator evaluator(cluster_, job_, software_);
    const auto ledger = evaluator.simulate(plan());
    EXPECT_NEAR(ledger.sum_of_parts() / ledger.step, 1, 1e-9);
    for (const auto& one : ledger.parts) EXPECT_GE(one.si(), 0);
    EXPECT_LE(evaluator.lower_bound(plan()).si(), ledger.step.si() * (1 + 1e-12));
    EXPECT_LE(evaluator.quick_bound(plan()).si(), ledger.step.si() * (1 + 1e-12));
    EXPECT_LE(evaluator.bounds(plan()).energy.si(), ledger.device_energy().si() * (1 + 1e-12));
    EXPECT_EQ(evaluator.time(plan(), Folding::kFolded), ledger.step);
    EXPECT_NEAR(evaluator.time(plan(), Folding::kUnfolded) / ledger.step, 1, 1e-9);
  }
}

// What a stage does and how long it waits make the step.
TEST_P(Interwoven, TasksAreTheBusyTime) {
  Evaluator evaluator(cluster_, job_, software_);
  const auto tasks = evaluator.task_times(plan());
  const auto ledger = evaluator.simulate(plan());
  base::Time sum;
  for (const auto& one : tasks) sum += one;
  const auto rest = ledger.part(Part::kBubble) + ledger.part(Part::kPipelineTransfer) +
                    ledger.part(Part::kData) + ledger.part(Part::kOptimizer) + software_.per_step;
  EXPECT_NEAR((sum + rest) / ledger.step, 1, 1e-9);
}

// With nothing hidden elsewhere, pairs are all the difference to a full tax.
TEST_P(Interwoven, PairsHideExpertExchange) {
  software_.communication_tax = 1;
  Evaluator without(cluster_, job_, software_);
  const auto exposed = without.simulate(plan());
  auto free = software_;
  free.communication_tax = 0;
  Evaluator with(cluster_, job_, free);
  const auto hidden = with.simulate(plan());
  const auto expert = static_cast<std::size_t>(Part::kExpert);
  EXPECT_LT(hidden.parts[expert] / exposed.parts[expert], 0.6);
  EXPECT_NEAR((hidden.parts[expert] + hidden.hidden[expert]) / exposed.parts[expert], 1, 1e-9);
  EXPECT_LT(hidden.step, exposed.step);
}

// A dense model has nothing to hide.
TEST_P(Interwoven, ADensePairIsTheSumOfItsPasses) {
  job_ = job_of("llama3_70b", 4096, 1024);
  auto dense = plan();
  dense.expert = 1;
  Evaluator evaluator(cluster_, job_, software_);
  const auto ledger = evaluator.simulate(dense);
  EXPECT_EQ(ledger.part(Part::kExpert).si(), 0);
  EXPECT_EQ(ledger.hidden[static_cast<std::size_t>(Part::kExpert)].si(), 0);
}

INSTANTIATE_TEST_SUITE_P(Schedules, Interwoven,
                         testing::Values(plan::Schedule::kDualPipe, plan::Schedule::kDualPipeV));

// DeepSeek-V3 on 2,048 H800 in FP8: arXiv 2505.09343, Table 4, first column, and 180 K GPU-hours
// per trillion tokens (arXiv 2412.19437, Table 1). Of lone backward passes 1W is what falls to
// weights.
TEST(DeepSeekV3, TakesTheTimesOfItsTable) {
  const auto cluster = cluster_of("{use: h800_ib, hosts: 256}");
  const auto job = job_of("deepseek_v3", 4096, 15360, chips::Precision::kFp8Block);
  const auto software = software_of("deepseek");
  auto plan = plan_of(1, 16, 1, 128);
  plan.schedule = plan::Schedule::kDualPipe;
  plan.expert = 64;
  plan.recompute = plan::Recompute::kModules;
  plan.modules = workload::Module::kLayerNorm | workload::Module::kLatentUpProjection;
  Evaluator evaluator(cluster, job, software);
  const auto ledger = evaluator.simulate(plan);
  const auto times = evaluator.task_times(plan);
  const auto forward = part(times, plan::Task::kForward);
  const auto backward = part(times, plan::Task::kBackward) +
                        part(times, plan::Task::kInputGradient) +
                        part(times, plan::Task::kWeightGradient);
  const auto pairs = part(times, plan::Task::kPair);
  const auto optimizer =
      ledger.part(Part::kOptimizer) + ledger.part(Part::kData) + software.per_step;
  EXPECT_NEAR(forward.si() / 1.13, 1, 0.15);
  EXPECT_NEAR(backward.si() / (1.99 + 0.48), 1, 0.15);
  EXPECT_NEAR(pairs.si() / 13.95, 1, 0.15);
  EXPECT_NEAR(ledger.part(Part::kBubble).si() / 2.06, 1, 0.15);
  EXPECT_NEAR(optimizer.si() / 0.29, 1, 0.15);
  EXPECT_NEAR(ledger.step.si() / 19.926, 1, 0.05);
  const double hours = ledger.step.si() * 2048 / 3600 / (4096.0 * 15360) * 1e12;
  EXPECT_NEAR(hours / 180e3, 1, 0.10);
  RecordProperty("forward", std::to_string(forward.si()));
  RecordProperty("backward", std::to_string(backward.si()));
  RecordProperty("pairs", std::to_string(pairs.si()));
  RecordProperty("step", std::to_string(ledger.step.si()));
}

}  // namespace
}  // namespace weft::step
