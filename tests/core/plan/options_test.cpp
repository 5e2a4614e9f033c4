// Keys of a plan beside its degrees.
#include <gtest/gtest.h>

#include "fixtures.h"
#include "weft/plan/space.h"

namespace weft::plan {
namespace {

using namespace testing;

Request options_of(const std::string& keys) {
  const auto document = base::Document::parse("plan: {" + keys + "}\n", "study.yaml");
  base::Reading reading;
  auto request =
      read_request(*document.root().find("plan"), reading, job_of("llama3_70b", 8192, 96), h100(8));
  reading.throw_if_any();
  return request;
}

std::string options_complaint(const std::string& keys) {
  try {
    options_of(keys);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Options, AreReadAndReachThePlan) {
  const auto request = options_of(
      "rank_order: [tensor, pipeline, data, context], context_exchange: ulysses, context: 2,"
      " optimizer_offload: 50 %, activation_offload: 0.25, gradient_bytes: 2 B");
  Plan plan;
  plan.context = 2;
  apply_options(request, plan);
  const RankOrder order = {Axis::kTensor, Axis::kPipeline, Axis::kData, Axis::kContext};
  EXPECT_EQ(plan.rank_order, order);
  EXPECT_EQ(plan.context_exchange, ContextExchange::kUlysses);
  EXPECT_DOUBLE_EQ(plan.optimizer_offload, 0.5);
  EXPECT_DOUBLE_EQ(plan.activation_offload, 0.25);
  EXPECT_DOUBLE_EQ(plan.gradient_bytes, 2);
  EXPECT_EQ(layout_text(plan),
            "TP1 CP2 Ulysses PP1 DP1 order TP-PP-DP-CP optimizer 50 % on host activations 25 % on "
            "host");
}

TEST(Options, LeaveAPlanAloneWhereNothingIsSaid) {
  Plan plan;
  apply_options(options_of("tensor: 1"), plan);
  EXPECT_EQ(plan, Plan{});
  EXPECT_EQ(layout_text(plan), "TP1 PP1 DP1");
}

TEST(Options, MistakesAreShownWhereTheyAre) {
  const auto says = [](const std::string& keys, const std::string& place, const std::string& part) {
    const auto what = options_complaint(keys);
    EXPECT_NE(what.find("study.yaml:1:" + place), std::string::npos) << what;
    EXPECT_NE(what.find(part), std::string::npos) << what;
  };
  says("rank_order: [tensor, data]", "20", "tensor, context, data and pipeline");
  says("rank_order: [tensor, data, tensor, pipeline]", "35", "tensor stands here twice");
  says("rank_order: [tensor, context, dat, pipeline]", "38", "data");
  says("context_exchange: gather", "26", "all_gather");
  says("optimizer_offload: 1.5", "27", "a share from 0 to 1");
  says("gradient_bytes: 3 B", "24", "2 B or 4 B");
  says("gradient_bytes: 2", "24", "unit");
}

}  // namespace
}  // namespace weft::plan
