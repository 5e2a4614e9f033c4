// The power of a step over time against its ledger.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fixtures.h"
#include "shipped.h"
#include "weft/step/evaluator.h"

namespace weft::step {
namespace {

using test::cluster_of;
using test::job_of;
using test::software_of;

double length(const Intervals& intervals) {
  double sum = 0;
  for (const auto& one : intervals) sum += one.time;
  return sum;
}

double time_of(const StepProfile& profile, Part part) {
  double sum = 0;
  for (const auto& stage : profile.stages) {
    for (const auto& one : stage.step) sum += one.part == part ? one.time : 0.0;
  }
  return sum / static_cast<double>(profile.stages.size());
}

// Times of all parts and energy are those of the ledger; every stage is as long as the step.
void expect_as_booked(Evaluator& evaluator, const plan::Plan& plan) {
  SCOPED_TRACE(plan::to_text(plan));
  const auto ledger = evaluator.simulate(plan);
  const auto profile = evaluator.profile(plan);
  ASSERT_EQ(profile.stages.size(), static_cast<std::size_t>(plan.pipeline));
  EXPECT_EQ(profile.step, ledger.step);
  EXPECT_NEAR(profile.device_energy() / ledger.device_energy(), 1, 1e-9);
  for (const auto& stage : profile.stages) {
    EXPECT_NEAR(length(stage.step) / ledger.step.si(), 1, 1e-9);
    EXPECT_NEAR(length(stage.forward) / profile.forward.si(), 1, 1e-9);
    for (const auto& one : stage.step) {
      ASSERT_GT(one.time, 0);
      ASSERT_GT(one.power, 0);
    }
  }
  for (std::size_t p = 0; p < kPartCount; ++p) {
    const auto part = static_cast<Part>(p);
    EXPECT_NEAR(time_of(profile, part), ledger.part(part).si(), 1e-9 * ledger.step.si())
        << name_of(part);
  }
}

class Profile : public testing::Test {
 protected:
  cluster::Cluster cluster_ = cluster_of("{use: dgx_h100, hosts: 8}");
  workload::Job job_ = job_of("llama3_8b", 8192, 128);
  workload::Software software_ = software_of("megatron_core");
};

TEST_F(Profile, IsTheLedgerOverTimeForEverySchedule) {
  for (int s = 0; s < plan::kScheduleCount; ++s) {
    const auto schedule = static_cast<plan::Schedule>(s);
    if (schedule == plan::Schedule::kGiven) continue;
    for (const bool blocking : {true, false}) {
      software_.overlap_pipeline = !blocking;
      const int chunks = std::max(1, plan::traits_of(schedule).virtual_stages);
      auto plan = plan_of(2, 4, chunks, 8);
      plan.schedule = schedule;
      Evaluator evaluator(cluster_, job_, software_);
      expect_as_booked(evaluator, plan);
    }
  }
}

TEST_F(Profile, OfInterleavedRecomputedAndShardedPlans) {
  Evaluator evaluator(cluster_, job_, software_);
  auto interleaved = plan_of(2, 4, 4, 8);
  interleaved.recompute = plan::Recompute::kFull;
  interleaved.recompute_layers = {3};
  expect_as_booked(evaluator, interleaved);
  for (const int zero : {0, 1, 2, 3}) {
    auto plan = plan_of(1, 1, 1, 64);
    plan.zero = zero;
    expect_as_booked(evaluator, plan);
  }
  auto context = plan_of(2, 2, 1, 8);
  context.context = 2;
  expect_as_booked(evaluator, context);
}

TEST(ProfileOfExperts, CountsPairsAndUnevenLoad) {
  const auto cluster = cluster_of("{use: h800_ib, hosts: 16}");
  const auto job = job_of("deepseek_v3", 4096, 1024);
  const auto software = software_of("megatron_core");
  Evaluator evaluator(cluster, job, software);
  for (const auto schedule :
       {plan::Schedule::kDualPipe, plan::Schedule::kDualPipeV, plan::Schedule::kZeroBubbleH1}) {
    auto plan = plan_of(1, 8, std::max(1, plan::traits_of(schedule).virtual_stages), 16);
    plan.schedule = schedule;
    plan.expert = 16;
    expect_as_booked(evaluator, plan);
  }
}

TEST(ProfileOfParts, EachDrawsWhatItsOwnChipsDo) {
  const auto cluster = cluster_of(
      "{mixed: [{use: dgx_h100, hosts: 4}, {use: dgx_a100_80g, hosts: 4}], between: {link: "
      "ib_ndr}}");
  const auto job = job_of("llama3_8b", 8192, 128);
  const auto software = software_of("megatron_core");
  Evaluator evaluator(cluster, job, software);
  auto plan = plan_of(2, 4, 1, 8);
  plan.parts = {0, 0, 1, 1};
  const auto parts = evaluator.simulate_parts(plan);
  const auto profile = evaluator.profile(plan);
  for (int p = 0; p < 2; ++p) {
    double energy = 0;
    for (const auto& stage : profile.stages) {
      if (stage.part != p) continue;
      for (const auto& one : stage.step) energy += one.time * one.power / 2;
    }
    EXPECT_NEAR(energy / parts[static_cast<std::size_t>(p)].device_energy().si(), 1, 1e-9);
  }
}

// The first stage works while the last one still waits, and ends with its optimizer.
TEST_F(Profile, ShowsTheFillAndTheDrain) {
  Evaluator evaluator(cluster_, job_, software_);
  const auto profile = evaluator.profile(plan_of(2, 4, 1, 8));
  const auto first = [](const Intervals& step, Part part) {
    double begin = 0;
    for (const auto& one : step) {
      if (one.part == part) return begin;
      begin += one.time;
    }
    return begin;
  };
  double before = -1;
  for (const auto& stage : profile.stages) {
    const double begin = first(stage.step, Part::kForward);
    EXPECT_GT(begin, before);
    before = begin;
  }
  const auto& step = profile.stages.front().step;
  EXPECT_EQ(step.back().part, Part::kOptimizer);
}

TEST_F(Profile, IsRefusedForAPlanThatIsNotLegal) {
  Evaluator evaluator(cluster_, job_, software_);
  EXPECT_THROW(static_cast<void>(evaluator.profile(plan_of(7, 1, 1, 8))), std::invalid_argument);
}

}  // namespace
}  // namespace weft::step
