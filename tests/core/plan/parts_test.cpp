// Stages on the parts of a mixed cluster.
#include "weft/plan/parts.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "fixtures.h"

namespace weft::plan {
namespace {

using testing::cluster_of;

cluster::Cluster three_to_one() {
  return cluster_of(
      "mixed: [{use: dgx_h100, hosts: 6}, {use: dgx_a100_80g, hosts: 2}]\n"
      "between: {link: ib_ndr}");
}

std::vector<int> placed(int pipeline, int data) {
  Plan plan;
  plan.tensor = 8;
  plan.pipeline = pipeline;
  plan.data = data;
  return placed_stages(three_to_one(), plan);
}

TEST(PlacedStages, FollowTheDevicesOfTheParts) {
  EXPECT_EQ(placed(4, 2), (std::vector{0, 0, 0, 1}));
  EXPECT_EQ(placed(8, 1), (std::vector{0, 0, 0, 0, 0, 0, 1, 1}));
  EXPECT_EQ(placed(2, 1), (std::vector{0, 1}));
}

TEST(PlacedStages, NeedDevicesOnEveryPart) {
  EXPECT_TRUE(placed(1, 1).empty());   // fewer stages than parts
  EXPECT_TRUE(placed(2, 4).empty());   // a stage of 32 devices on a part of 16
  EXPECT_TRUE(placed(16, 1).empty());  // more than there are devices
  EXPECT_TRUE(placed(5, 2).empty());   // 3 and 1 stages of 16 devices have room, not 5
}

// All stacks must have a schedule.
TEST(MixedStacks, ShipWhatAllOfThemShip) {
  workload::Software software, other;
  software.schedules = {"1f1b", "interleaved", "zb_v"};
  other.schedules = {"1f1b", "zb_v", "zb_h1"};
  software.further = {other};
  const auto axes = Axes::wide(software);
  EXPECT_EQ(axes.schedules,
            (std::vector{Schedule::kOneForwardOneBackward, Schedule::kZeroBubbleV}));
  EXPECT_FALSE(axes.interleaves);
  Plan plan;
  plan.pipeline = 2;
  EXPECT_TRUE(ships(software, plan));
  plan.schedule = Schedule::kZeroBubbleH1;
  EXPECT_FALSE(ships(software, plan));
}

std::vector<int> balanced(int pipeline, int chunks, int layers,
                          const std::vector<StageLoad>& stages) {
  Plan plan;
  plan.pipeline = pipeline;
  plan.virtual_stages = chunks;
  return balanced_layers(plan, layers, stages);
}

TEST(BalancedLayers, AreThoseOfEqualStagesWhereAllAreAlike) {
  for (const int chunks : {1, 2}) {
    for (const int layers : {8, 9, 10, 15, 61}) {
      Plan plan;
      plan.pipeline = 4;
      plan.virtual_stages = chunks;
      workload::Model model;
      model.layers = layers;
      std::vector<int> even;
      for (int vs = 0; vs < plan.chunks(); ++vs) {
        even.push_back(chunk_of(plan, model, vs).layers());
      }
      if (chunks == 1) {
        EXPECT_EQ(balanced(4, 1, layers, std::vector<StageLoad>(4, {1.0, 0.0, 1000})), even);
      }
      const auto split = balanced(4, chunks, layers, std::vector<StageLoad>(4, {1.0, 0.0, 1000}));
      EXPECT_EQ(std::accumulate(split.begin(), split.end(), 0), layers);
    }
  }
}

TEST(BalancedLayers, CountEndsAndWhatFits) {
  EXPECT_EQ(balanced(2, 1, 30, {{1, 0, 100}, {2, 0, 100}}), (std::vector{20, 10}));
  EXPECT_EQ(balanced(2, 1, 30, {{1, 0, 100}, {1, 4, 100}}), (std::vector{17, 13}));
  EXPECT_EQ(balanced(2, 1, 30, {{1, 0, 12}, {2, 0, 100}}), (std::vector{12, 18}));
}

// Against every split of few layers.
TEST(BalancedLayers, HaveTheFastestSlowestStage) {
  const std::vector<StageLoad> stages = {{1.0, 0.3, 100}, {1.7, 0, 100}, {0.6, 2.5, 100}};
  const auto slowest = [&](const std::vector<int>& layers) {
    double most = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      most = std::max(most, stages[i].ends + stages[i].layer * layers[i]);
    }
    return most;
  };
  for (int layers = 3; layers < 25; ++layers) {
    double best = 1e9;
    for (int a = 1; a < layers - 1; ++a) {
      for (int b = 1; a + b < layers; ++b) best = std::min(best, slowest({a, b, layers - a - b}));
    }
    EXPECT_DOUBLE_EQ(slowest(balanced(3, 1, layers, stages)), best) << layers;
  }
}

}  // namespace
}  // namespace weft::plan
