// What the schedules gain, against the formulas of their papers.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "pipelines.h"

namespace weft::step {
namespace {

using namespace pipelines;

constexpr double kF = 1.0;

double bubble_of(Schedule schedule, int stages, int micro_batches, double b, double w) {
  return Pipeline::of(schedule, stages, micro_batches, kF, b, w).bubble();
}

// Narayanan et al., arXiv 2104.04473 §2.2; GPipe's is the same.
TEST(Bubble, OfGPipeAndOneForwardOneBackward) {
  for (const int p : {2, 4, 8, 16}) {
    for (const auto schedule : {Schedule::kGPipe, Schedule::kOneForwardOneBackward}) {
      EXPECT_NEAR(bubble_of(schedule, p, 4 * p, 2.5, 1), (p - 1) * 3.5, 1e-9);
    }
  }
}

// Qi et al., arXiv 2401.10241, Table 2; DeepSeek-V3, arXiv 2412.19437, Table 2 calls it ZB1P, with
// B for the whole backward pass: (p - 1)(F + B - 2 W).
TEST(Bubble, OfZeroBubbleH1) {
  for (const int p : {2, 4, 8, 16}) {
    for (const double w : {0.6, 0.8, 1.0}) {
      const double input = 2.2 - w;
      EXPECT_NEAR(bubble_of(Schedule::kZeroBubbleH1, p, 4 * p, input + w, w),
                  (p - 1) * (kF + input - w), 1e-9);
    }
  }
}

// The same table: (p - 1)(F + B - 2 W), B of the input gradient alone; none when all are equal.
TEST(Bubble, OfZeroBubbleH2) {
  for (const int p : {2, 4, 8, 16}) {
    for (const double w : {0.6, 0.8, 1.0}) {
      const double input = 2.0 - w;
      EXPECT_NEAR(bubble_of(Schedule::kZeroBubbleH2, p, 4 * p, input + w, w),
                  (p - 1) * (kF + input - 2 * w), 1e-9);
    }
    EXPECT_NEAR(bubble_of(Schedule::kZeroBubbleH2, p, 2 * p, 2, 1), 0, 1e-9);
    EXPECT_GT(bubble_of(Schedule::kZeroBubbleH2, p, std::max(p / 2, 1), 2, 1), 0.5);
  }
}

// arXiv 2405.15362: no bubble with the activations of 1F1B when F = B = W.
TEST(Bubble, OfZeroBubbleV) {
  for (const int p : {2, 4, 8, 16}) {
    EXPECT_NEAR(bubble_of(Schedule::kZeroBubbleV, p, 4 * p, 2, 1), 0, 1e-9);
    EXPECT_GT(bubble_of(Schedule::kZeroBubbleV, p, 4 * p, 2.2, 0.8), 0.5);
  }
}

// How long the stage that waits longest does, when pairs take a time of their own: stages do
// different numbers of them.
double idle(const Pipeline& p) {
  const auto shape = p.times().shape();
  const auto written = plan::shortened(shape);
  double least = 1e300;
  for (int i = 0; i < p.stages; ++i) {
    const auto order = plan::stage_order(shape, i);
    double work = 0;
    for (std::size_t k = 0; k < order.operations.size(); ++k) {
      const auto& op = order.operations[k];
      const bool repeats = k >= order.round_begin && k < order.round_end;
      const double times = repeats ? static_cast<double>(written.rounds) : 1.0;
      const double input = p.backward[0] - p.weight[0];
      const double durations[] = {p.forward[0], p.backward[0], input, p.weight[0], p.overlapped[0]};
      work += times * durations[static_cast<std::size_t>(op.task)];
    }
    least = std::min(least, work);
  }
  return p.end(Folding::kFolded) - least;
}

// arXiv 2412.19437, Table 2, and deepseek-ai/DualPipe @89f5de1: (p/2 - 1)(F&B + B - 3 W), of which
// DualPipeV has as much on half as many devices.
TEST(Bubble, OfDualPipe) {
  for (const int p : {4, 8, 16}) {
    for (const double pair : {2.4, 2.7, 3.0}) {
      auto both = Pipeline::of(Schedule::kDualPipe, p, 4 * p, 1, 2, 1);
      auto folded = Pipeline::of(Schedule::kDualPipeV, p / 2, 4 * p, 1, 2, 1);
      both.overlapped.assign(2 * both.forward.size(), pair);
      folded.overlapped.assign(2 * folded.forward.size(), pair);
      const double expected = (p / 2 - 1) * (pair + 2 - 3);
      EXPECT_NEAR(idle(both), expected, 1e-9) << p << " " << pair;
      EXPECT_NEAR(idle(folded), expected, 1e-9) << p << " " << pair;
    }
  }
}

// Pangu Ultra, arXiv 2504.07866 §4: 8 stages and 16 micro-batches wait 30.45 % of the time, 6
// chunks make it 6.8 %.
TEST(Bubble, OfPanguUltra) {
  const auto share = [](int chunks) {
    const auto p = Pipeline::uniform(8, chunks, 16, 1.0, 2.0);
    return p.bubble() / p.end(Folding::kFolded);
  };
  EXPECT_NEAR(share(1), 0.3045, 2e-4);
  EXPECT_NEAR(share(6), 0.068, 5e-4);
}

// What is saved by each in turn, at the same times: F = B = W.
TEST(Bubble, FallsFromScheduleToSchedule) {
  const int p = 8;
  const auto plain = bubble_of(Schedule::kOneForwardOneBackward, p, 32, 2, 1);
  const auto h1 = bubble_of(Schedule::kZeroBubbleH1, p, 32, 2, 1);
  const auto dual = bubble_of(Schedule::kDualPipe, p, 32, 2, 1);
  const auto h2 = bubble_of(Schedule::kZeroBubbleH2, p, 32, 2, 1);
  EXPECT_NEAR(h1 / plain, 1.0 / 3, 1e-9);
  EXPECT_LT(dual, h1);
  EXPECT_LT(h2, dual);
}

TEST(ClosedForm, IsThatOfThePapersForEqualStages) {
  for (const auto schedule : kZeroBubble) {
    for (const int p : {2, 4, 8}) {
      for (const double w : {0.7, 1.0}) {
        const auto pipeline = Pipeline::of(schedule, p, 40 * p, 1, 2, w);
        const double end = pipeline.end(Folding::kUnfolded);
        EXPECT_NEAR(pipeline.bound(), end, 1e-9 * end) << plan::name_of(schedule) << p << " " << w;
      }
    }
  }
}

// The order that a built-in schedule writes down, given back as a user's own, takes the same time.
TEST(GivenOrder, OfABuiltInScheduleTakesItsTime) {
  std::mt19937 random(4);
  for (int i = 0; i < 300; ++i) {
    auto p = random_pipeline(random, 1.0);
    const auto& traits = plan::traits_of(p.schedule);
    if (traits.placement == plan::Placement::kBothWays || traits.rolls_over) continue;
    // As many micro-batches as are written down without a round to repeat.
    p.micro_batches = std::min<std::int64_t>(p.micro_batches, p.stages);
    if (p.chunks > 1 && !traits.splits_backward) p.micro_batches = p.stages;
    const double expected = p.end(Folding::kFolded);
    for (int s = 0; s < p.stages; ++s) {
      p.order.stages.push_back(plan::stage_order(p.times().shape(), s).operations);
    }
    p.order.fold = traits.placement == plan::Placement::kFold;
    p.schedule = Schedule::kGiven;
    EXPECT_EQ(plan::problem_of(p.times().shape()), "") << traits.name;
    EXPECT_NEAR(p.end(Folding::kFolded), expected, 1e-12 * expected) << traits.name;
    EXPECT_NEAR(p.bound(), expected, 1e-12 * expected) << traits.name;
  }
}

// Two stages, two micro-batches, by hand: the weight gradients wait until the end.
TEST(GivenOrder, IsReplayedAsWritten) {
  auto p = Pipeline::uniform(2, 1, 2, 1.0, 3.0, 1.0);
  p.schedule = Schedule::kGiven;
  p.order.stages = {plan::parse_operations("F0 F1 I0 I1 W0 W1"),
                    plan::parse_operations("F0 I0 F1 I1 W0 W1")};
  // Stage 1: F0 1-2, I0 2-4, F1 4-5, I1 5-7; stage 0: I0 4-6, I1 7-9, two weight gradients.
  EXPECT_DOUBLE_EQ(p.end(Folding::kFolded), 11.0);
  p.order.stages[0] = plan::parse_operations("F0 F1 I0 W0 I1 W1");
  EXPECT_DOUBLE_EQ(p.end(Folding::kFolded), 10.0);
}

}  // namespace
}  // namespace weft::step
