// Which plans lie inside the region of published runs.
#include "weft/validation/covered.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "shipped.h"

namespace weft::validation {
namespace {

std::vector<CoveredRun> two_runs() {
  return {{"h100", "megatron", 64, 4, 2, {}, {}, {}, 1, ""},
          {"h100", "megatron", 512, 8, 8, 2, 2, {}, 2, "interleaved 1F1B"}};
}

plan::Plan plan_in(int tensor, int pipeline, int data) {
  plan::Plan plan;
  plan.tensor = tensor;
  plan.pipeline = pipeline;
  plan.data = data;
  return plan;
}

TEST(Covered, InsideOfItNothingIsSaid) {
  const auto region = coverage(two_runs(), "h100", "megatron", plan_in(8, 4, 8));
  EXPECT_EQ(region.runs, 2);
  EXPECT_TRUE(region.of_stack);
  EXPECT_TRUE(region.outside.empty());
}

TEST(Covered, NamesWhatIsBeyond) {
  auto plan = plan_in(16, 4, 32);
  plan.expert = 2;
  const auto region = coverage(two_runs(), "h100", "megatron", plan);
  EXPECT_EQ(region.outside,
            (std::vector<std::string>{"devices 2048, published up to 512",
                                      "TP16, published up to 8", "EP2, published up to 1"}));
}

TEST(Covered, FewerDevicesThanPublishedAreOutside) {
  const auto region = coverage(two_runs(), "h100", "megatron", plan_in(4, 2, 1));
  EXPECT_EQ(region.outside, std::vector<std::string>{"devices 8, published from 64"});
}

TEST(Covered, NamesWhatNobodyHasPublished) {
  auto plan = plan_in(8, 4, 8);
  plan.virtual_stages = 2;
  plan.schedule = plan::Schedule::kZeroBubbleV;
  plan.rank_order = {plan::Axis::kTensor, plan::Axis::kPipeline, plan::Axis::kContext,
                     plan::Axis::kData};
  plan.optimizer_offload = 1;
  const auto region = coverage(two_runs(), "h100", "megatron", plan);
  EXPECT_EQ(region.outside,
            (std::vector<std::string>{"ZB-V", "this order of ranks", "an optimizer on the host"}));
}

TEST(Covered, AnotherStackIsOutsideAndAnotherChipAltogether) {
  EXPECT_EQ(coverage(two_runs(), "h100", "nemo", plan_in(8, 4, 8)).outside,
            std::vector<std::string>{"the stack on this chip"});
  EXPECT_EQ(coverage(two_runs(), "b200", "megatron", plan_in(8, 4, 8)).outside,
            std::vector<std::string>{"the chip"});
}

TEST(Covered, ShippedRunsCoverShippedChips) {
  const auto runs = covered_runs(weft::test::shipped());
  EXPECT_GT(runs.size(), 400U);
  EXPECT_TRUE(std::any_of(runs.begin(), runs.end(),
                          [](const auto& run) { return run.chip == "h100_sxm5"; }));
}

}  // namespace
}  // namespace weft::validation
