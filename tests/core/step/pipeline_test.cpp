#include "weft/step/pipeline.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "pipelines.h"

namespace weft::step {
namespace {

using namespace pipelines;

TEST(Pipeline, OneStageDoesItsWorkInTurn) {
  const auto p = Pipeline::uniform(1, 1, 7, 1.0, 2.0);
  EXPECT_DOUBLE_EQ(p.end(Folding::kUnfolded), 21.0);
  EXPECT_DOUBLE_EQ(p.end(Folding::kFolded), 21.0);
}

// Narayanan et al., arXiv 2104.04473: bubble (p - 1)(f + b).
TEST(Pipeline, UniformOneForwardOneBackwardHasTheKnownBubble) {
  for (const int stages : {2, 3, 8, 16}) {
    for (const int micro_batches : {1, 2, 7, 16, 64, 1000}) {
      const auto p = Pipeline::uniform(stages, 1, micro_batches, 1.0, 2.5);
      const double expected = (micro_batches + stages - 1) * 3.5;
      EXPECT_NEAR(p.end(Folding::kUnfolded), expected, 1e-9 * expected);
      EXPECT_NEAR(p.end(Folding::kFolded), expected, 1e-9 * expected);
    }
  }
}

// The same source, §2.2: v chunks divide the bubble by v.
TEST(Pipeline, UniformInterleavingDividesTheBubble) {
  for (const int stages : {2, 4, 8}) {
    for (const int chunks : {2, 3, 5}) {
      for (const int rounds : {1, 2, 5, 40}) {
        const int m = stages * rounds;
        const auto p = Pipeline::uniform(stages, chunks, m, 1.0, 2.0);
        const double expected = 3.0 * m * chunks + 3.0 * (stages - 1);
        EXPECT_NEAR(p.end(Folding::kUnfolded), expected, 1e-9 * expected);
        EXPECT_NEAR(p.end(Folding::kFolded), expected, 1e-9 * expected);
      }
    }
  }
}

TEST(Pipeline, GPipeHasTheBubbleOfOneForwardOneBackward) {
  auto p = Pipeline::uniform(6, 1, 20, 1.0, 2.0);
  p.schedule = plan::Schedule::kGPipe;
  EXPECT_NEAR(p.end(Folding::kFolded), (20 + 5) * 3.0, 1e-9);
  EXPECT_NEAR(p.end(Folding::kUnfolded), (20 + 5) * 3.0, 1e-9);
}

TEST(Pipeline, ClosedFormEqualsReplayForUniformStages) {
  for (const int stages : {1, 2, 5, 16}) {
    for (const int chunks : {1, 2, 4}) {
      if (stages == 1 && chunks > 1) continue;
      const auto p = Pipeline::uniform(stages, chunks, 4 * stages, 0.7, 1.9);
      const double end = p.end(Folding::kFolded);
      EXPECT_NEAR(p.bound(), end, 1e-9 * end);
    }
  }
}

TEST(Pipeline, ClosedFormIsNeverAboveReplay) {
  std::mt19937 random(1);
  for (int i = 0; i < 3000; ++i) {
    const auto p = random_pipeline(random, i % 3 == 0 ? 0.02 : 1.0);
    const double end = p.end(Folding::kUnfolded);
    EXPECT_LE(p.bound(), end * (1 + 1e-12)) << i;
  }
}

TEST(Pipeline, FoldedEqualsUnfolded) {
  std::mt19937 random(2);
  for (int i = 0; i < 3000; ++i) {
    const auto p = random_pipeline(random, i % 2 == 0 ? 0.01 : 1.0);
    const double end = p.end(Folding::kUnfolded);
    EXPECT_NEAR(p.end(Folding::kFolded), end, 1e-12 * end) << plan::name_of(p.schedule) << " " << i;
  }
}

// Nearly equal stages drift for hundreds of micro-batches before they wait for each other.
TEST(Pipeline, FoldingFollowsSlowDrift) {
  for (const double excess : {1e-1, 1e-2, 1e-3, 1e-4}) {
    auto p = Pipeline::uniform(6, 1, 3000, 1.0, 2.0);
    p.forward[3] += excess;
    p.backward[1] += excess / 3;
    const double end = p.end(Folding::kUnfolded);
    EXPECT_NEAR(p.end(Folding::kFolded), end, 1e-11 * end) << excess;
  }
}

// Rounds that a folded replay does one by one.
std::int64_t rounds_worked(const Pipeline& p) {
  PipelineScratch scratch;
  replay(p.times(), Folding::kFolded, scratch);
  return scratch.rounds_worked;
}

TEST(Pipeline, FoldedWorkDoesNotGrowWithMicroBatches) {
  std::vector<Pipeline> all = {Pipeline::uniform(8, 2, 0, 1.0, 2.0),
                               Pipeline::uniform(8, 1, 0, 1.0, 2.0)};
  for (const auto schedule : kZeroBubble) all.push_back(Pipeline::of(schedule, 8, 0, 1, 2, 0.8));
  for (auto& p : all) {
    for (const double transfer : {0.0, 0.1}) {
      p.forward[5] = 1.3;
      p.transfer = transfer;
      p.micro_batches = 8 * 100;
      const auto few = rounds_worked(p);
      p.micro_batches = 8 * 1'000'000;
      EXPECT_EQ(rounds_worked(p), few) << plan::name_of(p.schedule);
      EXPECT_LT(few, 60) << plan::name_of(p.schedule);
    }
  }
}

TEST(Pipeline, LongerStagesNeverEndEarlier) {
  std::mt19937 random(3);
  for (int i = 0; i < 1000; ++i) {
    auto p = random_pipeline(random, 1.0);
    const double before = p.end(Folding::kFolded);
    auto& longer = random() % 2 == 0 ? p.forward : p.backward;
    longer[random() % longer.size()] *= 1.5;
    EXPECT_GE(p.end(Folding::kFolded), before * (1 - 1e-12)) << i;
  }
}

}  // namespace
}  // namespace weft::step
