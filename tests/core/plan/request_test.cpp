// The `plan:` of a study.

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::plan {
namespace {

using namespace testing;

Request parsed(const std::string& text, const workload::Job& job, const cluster::Cluster& cluster) {
  const auto document = base::Document::parse(text, "study.yaml");
  base::Reading reading;
  auto request = read_request(*document.root().find("plan"), reading, job, cluster);
  reading.throw_if_any();
  return request;
}

Request parsed(const std::string& text) {
  return parsed(text, job_of("llama3_70b", 8192, 96), h100(8));
}

std::string complaint(const std::string& text, const std::string& model = "llama3_70b") {
  try {
    parsed(text, job_of(model, 8192, 96), h100(8));
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

::testing::AssertionResult complains(const std::string& text, const std::string& place,
                                     const std::string& message) {
  const auto what = complaint(text);
  if (what.find("study.yaml:" + place + ": ") == std::string::npos ||
      what.find(message) == std::string::npos) {
    return ::testing::AssertionFailure() << "not at " << place << " or not so: " << what;
  }
  return ::testing::AssertionSuccess();
}

TEST(Request, AutoFixesNothing) {
  const auto request = parsed("plan: auto");
  EXPECT_FALSE(request.tensor || request.data || request.recompute || request.schedule);
  EXPECT_FALSE(request.is_complete());
}

TEST(Request, KeepsNumbersAndLeavesAutoOpen) {
  const auto request = parsed(
      "plan: {tensor: 8, pipeline: 4, data: auto, zero: 0, recompute: auto, schedule: gpipe,\n"
      "       sequence_parallel: false, layers: [20, 20, 19, 21]}");
  EXPECT_EQ(request.tensor, 8);
  EXPECT_EQ(request.pipeline, 4);
  EXPECT_EQ(request.zero, 0);
  EXPECT_EQ(request.data, std::nullopt);
  EXPECT_EQ(request.recompute, std::nullopt);
  EXPECT_EQ(request.schedule, Schedule::kGPipe);
  EXPECT_EQ(request.sequence_parallel, false);
  EXPECT_EQ(request.layers, (std::vector<int>{20, 20, 19, 21}));
  ASSERT_TRUE(request.position.has_value());
  EXPECT_EQ(request.position->line, 1);
}

TEST(BadRequest, TensorThatDoesNotDivideTheHeads) {
  EXPECT_TRUE(complains("plan: {tensor: 7}", "1:16", "tensor: 7 does not divide 64 heads"));
}

TEST(BadRequest, DegreesThatNoPlanCouldHave) {
  EXPECT_TRUE(complains("plan: {pipeline: 81}", "1:18", "the plan needs 81 devices"));
  EXPECT_TRUE(complains("plan: {data: 7}", "1:14", "does not divide the batch of 96"));
  EXPECT_TRUE(complains("plan: {data: 128}", "1:14", "needs 128 devices"));
  EXPECT_TRUE(complains("plan: {pipeline: 0}", "1:18", "at least 1"));
  EXPECT_TRUE(complains("plan: {zero: 4}", "1:14", "at most 3 is expected here"));
}

TEST(BadRequest, AllErrorsAtOnce) {
  EXPECT_TRUE(complains("plan:\n  tensor: 7\n  data: 7", "2:11", "7 does not divide 64 heads"));
  EXPECT_TRUE(complains("plan:\n  tensor: 7\n  data: 7", "3:9", "does not divide the batch"));
}

TEST(BadRequest, AWordThatIsNoPlan) {
  EXPECT_TRUE(complains("plan: best", "1:7", "'best' is not a plan; 'auto' or a map"));
}

TEST(BadRequest, AnUnknownKeyOrChoice) {
  EXPECT_TRUE(complains("plan: {tensr: 8}", "1:8", "did you mean 'tensor'"));
  EXPECT_TRUE(complains("plan: {recompute: some}", "1:19", "selective"));
  EXPECT_TRUE(complains("plan: {schedule: dualpip}", "1:18", "dualpipe"));
  EXPECT_TRUE(complains("plan: {schedule: given}", "1:18", "1f1b"));
}

TEST(Request, FixesTheChunksOfASchedule) {
  const auto zb_v = parsed("plan: {pipeline: 4, schedule: zb_v}");
  EXPECT_EQ(zb_v.schedule, Schedule::kZeroBubbleV);
  EXPECT_EQ(zb_v.virtual_stages, 2);
  EXPECT_EQ(parsed("plan: {schedule: dualpipe}").virtual_stages, 1);
  EXPECT_EQ(parsed("plan: {schedule: dualpipe_v}").virtual_stages, 2);
  EXPECT_EQ(parsed("plan: {schedule: 1f1b}").virtual_stages, std::nullopt);
  EXPECT_EQ(parsed("plan: {schedule: auto}").schedule, std::nullopt);
}

TEST(Request, TakesAnOrderOfTheUsersOwn) {
  const auto request = parsed(
      "plan:\n  schedule:\n    placement: fold\n    order:\n"
      "      - F0 F0.1 B0.1 B0\n      - F0 F0.1 B0.1 B0");
  EXPECT_EQ(request.schedule, Schedule::kGiven);
  EXPECT_EQ(request.pipeline, 2);
  EXPECT_EQ(request.virtual_stages, 2);
  ASSERT_EQ(request.order.stages.size(), 2U);
  EXPECT_TRUE(request.order.fold);
  EXPECT_EQ(request.order.stages[1], parse_operations("F0 F0.1 B0.1 B0"));
}

TEST(BadRequest, AScheduleThatDoesNotGoWithItsPipeline) {
  EXPECT_TRUE(complains("plan: {pipeline: 5, schedule: dualpipe}", "1:18",
                        "an even pipeline is needed, not 5 stages"));
  EXPECT_TRUE(complains("plan: {pipeline: 1, schedule: zb_h2}", "1:18", "at least 2 stages"));
  EXPECT_TRUE(complains("plan: {pipeline: 4, virtual_stages: 3, schedule: zb_v}", "1:37",
                        "2 virtual stages are needed"));
}

TEST(BadRequest, AnOrderThatIsNone) {
  EXPECT_TRUE(complains("plan: {schedule: {order: [F0 X0, F0 B0]}}", "1:27",
                        "'X0' is no operation; F, B, I or W"));
  EXPECT_TRUE(complains("plan: {schedule: {placement: loop}}", "1:18", "'order' is missing"));
  EXPECT_TRUE(complains("plan: {schedule: {order: [F0 B0], shape: v}}", "1:35", "shape"));
  EXPECT_TRUE(complains("plan: {pipeline: 3, schedule: {order: [F0 B0, F0 B0]}}", "1:31",
                        "2 stages are given, the pipeline has 3"));
}

TEST(BadRequest, LayersThatAreNoNumbers) {
  EXPECT_TRUE(complains("plan: {layers: [40, 4x]}", "1:21", "'4x' is not a number of layers"));
  EXPECT_TRUE(complains("plan: {layers: [80, -1]}", "1:21", "'-1' is not a number of layers"));
  EXPECT_TRUE(complains("plan: {layers: [2147483647, 81]}", "1:16", "sum to 2147483728"));
  EXPECT_TRUE(complains("plan: {layers: [40, 0, 40]}", "1:21", "with the embedding"));
  EXPECT_TRUE(complains("plan: {layers: [99999999999]}", "1:17", "is not a number of layers"));
}

// Llama 3 70B has 80 layers: with both ends 82 slots.
TEST(Request, CountsTheEndsAsLayers) {
  const auto both = parsed(
      "plan: {pipeline: 41, virtual_stages: 2, embedding_as_layer: true, loss_as_layer: true}");
  EXPECT_EQ(both.layers.size(), 82U);
  EXPECT_EQ(both.layers.front(), 0);
  EXPECT_EQ(both.layers.back(), 0);
  EXPECT_EQ(both.layers[1], 1);
  const auto loss = parsed("plan: {pipeline: 3, virtual_stages: 1, loss_as_layer: true}");
  EXPECT_EQ(loss.layers, (std::vector<int>{27, 27, 26}));
  const auto embedding = parsed("plan: {pipeline: 3, virtual_stages: 1, embedding_as_layer: true}");
  EXPECT_EQ(embedding.layers, (std::vector<int>{26, 27, 27}));
  const auto listed = parsed("plan: {pipeline: 2, layers: [80, 0]}");
  EXPECT_EQ(listed.layers, (std::vector<int>{80, 0}));
}

TEST(BadRequest, EndsThatCannotBeCounted) {
  EXPECT_TRUE(complains("plan: {pipeline: 4, virtual_stages: 1, loss_as_layer: true}", "1:55",
                        "80 layers and the loss do not split evenly over 4 virtual stages"));
  EXPECT_TRUE(complains("plan: {pipeline: 4, embedding_as_layer: true}", "1:41",
                        "pipeline and virtual_stages are needed"));
  EXPECT_TRUE(complains("plan: {pipeline: 2, layers: [40, 40], loss_as_layer: true}", "1:54",
                        "'layers' says how"));
  EXPECT_TRUE(complains("plan: {pipeline: 41, virtual_stages: 2}", "1:38",
                        "embedding_as_layer and loss_as_layer would"));
}

TEST(BadRequest, AHalfDegree) {
  EXPECT_TRUE(complains("plan: {tensor: 2.5}", "1:16", "not whole"));
}

// 2³² + 8 is read as 8.
TEST(BadRequest, MoreThanAnIntHolds) {
  EXPECT_NE(complaint("plan: {tensor: 4294967304}"), "");
  EXPECT_NE(complaint("plan: {zero: 4294967296}"), "");
}

// An expert degree that no plan could have is only refused by the search, without its place.
TEST(BadRequest, ExpertsThatDoNotDivide) {
  EXPECT_NE(complaint("plan: {expert: 3}", "mixtral_8x7b"), "");
  EXPECT_NE(complaint("plan: {expert: 2}", "llama3_70b"), "");
}

}  // namespace
}  // namespace weft::plan
