// Properties of whole steps over random legal plans of random jobs on shipped clusters.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "shipped.h"
#include "weft/base/random.h"
#include "weft/plan/check.h"
#include "weft/plan/space.h"
#include "weft/step/evaluator.h"

namespace weft {
namespace {

using test::cluster_of;
using test::job_of;
using test::software_of;

// What the search leaves alone, and what a stack may do besides.
enum class Extras { kNone, kAll, kUnfusedLowRank };

struct Setting {
  const char* cluster;
  const char* model;
  std::int64_t sequence;
  std::int64_t batch;
  const char* software;
  Extras extras = Extras::kNone;
};

// Small enough that the space is quick to list, different in fabric, chip, model and stack.
const std::vector<Setting> kSettings = {
    {"{use: dgx_h100, hosts: 6}", "llama3_8b", 4096, 96, "megatron_core"},
    {"{use: gb200_nvl72, hosts: 18}", "llama3_70b", 8192, 144, "megatron_core"},
    {"{use: cloudmatrix384, hosts: 6}", "llama3_70b", 4096, 96, "mindspeed_llm"},
    {"{use: atlas_800t_a2, hosts: 4}", "llama3_8b", 8192, 64, "mindspeed_llm"},
    {"{use: dgx_a100_80g, hosts: 4}", "mixtral_8x7b", 4096, 64, "megatron_core"},
    {"{use: dgx_b200, hosts: 4}", "qwen3_235b_a22b", 4096, 64, "megatron_core"},
    {"{use: dgx_h100, hosts: 8}", "mixtral_8x7b", 4096, 64, "megatron_core", Extras::kAll},
    {"{use: cloudmatrix384, hosts: 6}", "llama3_8b", 4096, 96, "mindspeed_llm", Extras::kAll},
    {"{use: dgx_a100_80g, hosts: 4}", "llama3_8b", 4096, 64, "megatron_core",
     Extras::kUnfusedLowRank},
};

void add_extras(Extras extras, workload::Job& job, workload::Software& software) {
  if (extras == Extras::kNone) return;
  software.tensor_hidden = 0.6;
  software.expert_hidden = 0.4;
  software.sends_once_per_host = true;
  software.gathers_by_ring = true;
  software.gather_pieces = 3;
  software.expert_synchronisation = base::Time(1e-3);
  software.per_step = base::Time(30e-3);
  software.communication_tax = 0.1;
  job.model.prediction_layers = 1;
  if (extras == Extras::kAll) return;
  software.attention = workload::AttentionKernel::kUnfused;
  job.training = workload::Training::kLowRank;
}

int divisor_of(int number, base::RandomStream& random) {
  const auto n = static_cast<int>(1 + random.below(static_cast<std::uint64_t>(number)));
  return number % n == 0 ? n : number;
}

// Any built-in schedule that goes with the plan.
void take_schedule(plan::Plan& plan, const workload::Job& job, base::RandomStream& random) {
  auto other = plan;
  other.schedule = static_cast<plan::Schedule>(random.below(plan::kScheduleCount - 1));
  other.virtual_stages = std::max(plan::traits_of(other.schedule).virtual_stages, 1);
  const auto shape = other.shape(other.micro_batches(job));
  const bool enough = other.chunks() <= job.model.layers;
  if (enough && plan::problem_of_schedule(shape).empty()) plan = other;
}

// How ranks stand and exchange, and what lives on the host.
void take_options(plan::Plan& plan, base::RandomStream& random) {
  plan.context_exchange =
      static_cast<plan::ContextExchange>(random.below(plan::kContextExchangeCount));
  if (random.below(3) == 0) plan.rank_order = plan::kPipelineInside;
  if (random.below(3) == 0) plan.optimizer_offload = 1;
  if (random.below(3) == 0) plan.activation_offload = 0.5;
  if (random.below(3) == 0) plan.gradient_bytes = 2;
}

// What the search does not vary; memory is not looked at.
plan::Plan with_extras(plan::Plan plan, const workload::Job& job, base::RandomStream& random) {
  plan.zero = static_cast<int>(random.below(4));
  plan.zero_ranks = divisor_of(plan.context * plan.data, random);
  plan.recompute = static_cast<plan::Recompute>(random.below(plan::kRecomputeCount));
  take_schedule(plan, job, random);
  take_options(plan, random);
  for (int i = 0; i < 2; ++i) plan.recompute_layers.push_back(static_cast<int>(random.below(20)));
  if (!job.model.moe || random.below(2) == 0) return plan;
  plan.expert_tensor = plan.tensor;
  plan.expert = divisor_of(std::gcd(job.model.moe->experts, plan.context * plan.data), random);
  return plan;
}

class RandomPlans : public testing::TestWithParam<Setting> {
 protected:
  RandomPlans()
      : cluster_(cluster_of(GetParam().cluster)),
        job_(job_of(GetParam().model, GetParam().sequence, GetParam().batch)),
        software_(software_of(GetParam().software)) {
    plan::SpaceCount count;
    const auto all = plan::legal_plans(cluster_, job_, software_, plan::Request{}, count);
    base::RandomStream random(7, base::stream_of(GetParam().cluster));
    const auto extras = GetParam().extras;
    add_extras(extras, job_, software_);
    for (int i = 0; i < 400 && !all.empty(); ++i) {
      const auto& picked = all[random.below(all.size())];
      const auto plan = extras == Extras::kNone ? picked : with_extras(picked, job_, random);
      if (!plan::first_problem(cluster_, job_, plan)) plans_.push_back(plan);
    }
  }
  // Steps of all plans on a changed cluster.
  std::vector<double> steps(const cluster::Cluster& cluster) {
    step::Evaluator evaluator(cluster, job_, software_);
    std::vector<double> times;
    for (const auto& plan : plans_) times.push_back(evaluator.time(plan).si());
    return times;
  }
  void expect_not_longer(const cluster::Cluster& better) {
    const auto before = steps(cluster_);
    const auto after = steps(better);
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      EXPECT_LE(after[i], before[i] * (1 + 1e-12)) << to_text(plans_[i]);
    }
  }
  cluster::Cluster cluster_;
  workload::Job job_;
  workload::Software software_;
  std::vector<plan::Plan> plans_;
};

TEST_P(RandomPlans, ThereAreLegalPlans) { EXPECT_GE(plans_.size(), 100U); }

TEST_P(RandomPlans, PartsSumToTheWhole) {
  step::Evaluator evaluator(cluster_, job_, software_);
  for (const auto& plan : plans_) {
    const auto ledger = evaluator.simulate(plan);
    EXPECT_NEAR(ledger.sum_of_parts() / ledger.step, 1.0, 1e-9) << to_text(plan);
    for (const auto& part : ledger.parts) EXPECT_GE(part.si(), 0) << to_text(plan);
    // Without a pipeline nothing waits for another stage: what is not booked would show as bubble.
    if (plan.pipeline == 1) {
      EXPECT_LE(ledger.part(step::Part::kBubble) / ledger.step, 1e-9) << to_text(plan);
    }
    EXPECT_LE(ledger.mean_device_power(), cluster_.device().power.limit) << to_text(plan);
  }
}

// Evaluated one after the other, and each alone.
TEST_P(RandomPlans, DoNotDependOnEachOther) {
  step::Evaluator shared(cluster_, job_, software_);
  for (const auto& plan : plans_) {
    step::Evaluator alone(cluster_, job_, software_);
    EXPECT_EQ(shared.time(plan), alone.time(plan)) << to_text(plan);
  }
}

TEST_P(RandomPlans, ClosedFormIsALowerBound) {
  step::Evaluator evaluator(cluster_, job_, software_);
  for (const auto& plan : plans_) {
    EXPECT_LE(evaluator.lower_bound(plan).si(), evaluator.time(plan).si() * (1 + 1e-12))
        << to_text(plan);
  }
}

TEST_P(RandomPlans, QuickBoundsAreLowerBounds) {
  step::Evaluator evaluator(cluster_, job_, software_);
  for (const auto& plan : plans_) {
    const auto bounds = evaluator.bounds(plan);
    const auto tight = evaluator.lower_bound(plan);
    const auto ledger = evaluator.simulate(plan);
    EXPECT_EQ(evaluator.quick_bound(plan), bounds.step) << to_text(plan);
    EXPECT_LE(bounds.step.si(), tight.si() * (1 + 1e-12)) << to_text(plan);
    EXPECT_LE(bounds.energy.si(), ledger.device_energy().si() * (1 + 1e-12)) << to_text(plan);
    // Most of the energy is known without the schedule: a bound far below says that a part of it
    // is missing.
    EXPECT_GE(bounds.energy.si(), 0.4 * ledger.device_energy().si()) << to_text(plan);
    if (plan.pipeline == 1) {
      EXPECT_NEAR(bounds.step / ledger.step, 1.0, 1e-9) << to_text(plan);
      EXPECT_NEAR(bounds.energy / ledger.device_energy(), 1.0, 1e-9) << to_text(plan);
    }
  }
}

TEST_P(RandomPlans, FoldedEqualsUnfolded) {
  step::Evaluator evaluator(cluster_, job_, software_);
  for (const auto& plan : plans_) {
    const double unfolded = evaluator.time(plan, step::Folding::kUnfolded).si();
    EXPECT_NEAR(evaluator.time(plan).si() / unfolded, 1.0, 1e-9) << to_text(plan);
  }
}

TEST_P(RandomPlans, MoreLinkBandwidthIsNeverSlower) {
  for (std::size_t changed = 0; changed < cluster_.fabric.tiers().size(); ++changed) {
    auto tiers = cluster_.fabric.tiers();
    tiers[changed].link.bandwidth *= 1.7;
    auto better = cluster_;
    better.fabric = interconnect::Fabric(tiers);
    expect_not_longer(better);
  }
}

TEST_P(RandomPlans, LessLatencyIsNeverSlower) {
  auto tiers = cluster_.fabric.tiers();
  for (auto& tier : tiers) tier.link.latency *= 0.5;
  auto better = cluster_;
  better.fabric = interconnect::Fabric(tiers);
  expect_not_longer(better);
}

TEST_P(RandomPlans, MoreComputeIsNeverSlower) {
  auto better = cluster_;
  for (auto& peak : better.chip.device.peaks.matrix) peak *= 1.4;
  expect_not_longer(better);
  better.chip.device.peaks.vector_fp32 *= 1.4;
  expect_not_longer(better);
}

TEST_P(RandomPlans, MoreMemoryBandwidthIsNeverSlower) {
  auto better = cluster_;
  better.chip.device.memory_bandwidth *= 1.4;
  expect_not_longer(better);
}

// A fixed cap below the limit is where "faster parts, faster work" ends: quicker memory draws more
// power, the cap takes it from the clock, and a product that waits for compute gets longer.
TEST(PowerCap, MoreMemoryBandwidthCanBeSlowerUnderACap) {
  const auto capped = cluster_of("{use: dgx_h100, hosts: 1, power_cap: 400 W}");
  auto quicker = capped.device();
  quicker.memory_bandwidth *= 4;
  const chips::Gemm product{8192, 1024, 1024, 1, chips::Precision::kBf16, 2};
  const auto& point = capped.state.point;
  EXPECT_LE(chips::gemm(quicker, {}, product).time, chips::gemm(capped.device(), {}, product).time);
  EXPECT_GT(chips::gemm(quicker, point, product).time,
            chips::gemm(capped.device(), point, product).time);
}

INSTANTIATE_TEST_SUITE_P(Shipped, RandomPlans, testing::ValuesIn(kSettings));

}  // namespace
}  // namespace weft
