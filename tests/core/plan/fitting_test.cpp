// Memory of many plans against memory of one.
#include "weft/plan/fitting.h"

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::plan {
namespace {

using testing::catalog;
using testing::h100;
using testing::job_of;
using testing::megatron;
using testing::within;

struct FittingSetting {
  const char* model;
  std::int64_t batch;
};

Plan random_fitting_plan(std::mt19937_64& engine, const workload::Job& job) {
  const auto power = [&](int most) { return 1 << within(engine, 0, most); };
  Plan plan;
  plan.tensor = power(3);
  plan.sequence_parallel = plan.tensor > 1;
  plan.context = power(1);
  plan.pipeline = power(4);
  plan.virtual_stages = plan.pipeline > 1 ? within(engine, 1, 5) : 1;
  plan.data = power(3);
  plan.micro_batch = power(2);
  if (job.model.moe) plan.expert = power(2);
  plan.zero = within(engine, 0, 3);
  plan.recompute = static_cast<Recompute>(within(engine, 0, kRecomputeCount - 1));
  plan.schedule = static_cast<Schedule>(within(engine, 0, kScheduleCount - 2));
  const int needed = traits_of(plan.schedule).virtual_stages;
  if (needed > 0) plan.virtual_stages = needed;
  if (within(engine, 0, 3) == 0) plan.recompute_layers = {within(engine, 0, 9), 2};
  plan.optimizer_offload = within(engine, 0, 2) / 2.0;
  plan.activation_offload = within(engine, 0, 2) / 2.0;
  return plan;
}

class FittingOf : public ::testing::TestWithParam<FittingSetting> {};

TEST_P(FittingOf, NeedsWhatTheFullestStageDoes) {
  const auto cluster = h100(512);
  const auto job = job_of(GetParam().model, 8192, GetParam().batch);
  const auto software = megatron();
  Fitting fitting(cluster, job, software);
  std::mt19937_64 engine(11);
  int tried = 0;
  for (int i = 0; i < 4000; ++i) {
    const auto plan = random_fitting_plan(engine, job);
    if (first_problem(cluster, job, plan)) continue;
    ++tried;
    const auto peak = peak_memory(job, software, plan);
    ASSERT_NEAR(fitting.needed(plan) / peak.total(), 1.0, 1e-9) << to_text(plan);
    const auto host = first_problem(cluster, job, software, plan);
    EXPECT_EQ(fitting.fits(plan), host != Problem::kMemory) << to_text(plan);
    if (fitting.fits(plan)) {
      EXPECT_TRUE(fitting.state_fits(plan)) << to_text(plan);
    }
  }
  EXPECT_GT(tried, 300);
}

INSTANTIATE_TEST_SUITE_P(Shipped, FittingOf,
                         ::testing::Values(FittingSetting{"llama3_70b", 512},
                                           FittingSetting{"deepseek_v3", 960},
                                           FittingSetting{"llama3_2_1b", 192},
                                           FittingSetting{"llama4_maverick", 384}));

}  // namespace
}  // namespace weft::plan
