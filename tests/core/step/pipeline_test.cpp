#include "weft/step/pipeline.h"

#include <gtest/gtest.h>

#include <algorithm>
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

// When each stage has ended so many steps, if it goes into the next one as soon as it can: s.
std::vector<double> ends_of_steps(Pipeline p, int steps) {
  const auto start = p.start;
  PipelineScratch scratch;
  for (int k = 0; k < steps; ++k) {
    replay(p.times(), Folding::kUnfolded, scratch);
    for (std::size_t i = 0; i < start.size(); ++i) {
      p.start[i] = scratch.cursor[i] + p.tail[i] + start[i];
    }
  }
  for (std::size_t i = 0; i < start.size(); ++i) p.start[i] -= start[i];
  return p.start;
}

void lengthen_one(Pipeline& p, std::mt19937& random) {
  auto& longer = random() % 2 == 0 ? p.forward : p.backward;
  longer[random() % longer.size()] *= 1.5;
}

// Where stages roll over into the next step, its time as published, a stage's from begin to end,
// can get less: a stage that begins later and ends when it did waits less in between. What cannot
// come earlier are ends, of one step and of many in a row, for they are sums and maxima of
// durations.
TEST(Pipeline, LongerStagesNeverEndEarlier) {
  std::mt19937 random(3);
  for (int i = 0; i < 1000; ++i) {
    auto p = random_pipeline(random, 1.0);
    const bool rolls_over = plan::traits_of(p.schedule).rolls_over;
    const auto ends = [&](int steps) {
      return rolls_over ? ends_of_steps(p, steps) : std::vector<double>{p.end(Folding::kFolded)};
    };
    const auto first = ends(1);
    const auto later = ends(5);
    lengthen_one(p, random);
    const auto longer_first = ends(1);
    const auto longer_later = ends(5);
    for (std::size_t k = 0; k < first.size(); ++k) {
      EXPECT_GE(longer_first[k], first[k] * (1 - 1e-12)) << i;
      EXPECT_GE(longer_later[k], later[k] * (1 - 1e-12)) << i;
    }
  }
}

// The time of a step that rolls over is kept by all that follow: were each a copy of the first, so
// much later, then no stage would begin before its last step has ended. It cannot be less than what
// the busiest stage does.
TEST(Pipeline, StepsInARowKeepTheTimeOfTheFirst) {
  std::mt19937 random(5);
  int rolling = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto p = random_pipeline(random, 1.0);
    if (!plan::traits_of(p.schedule).rolls_over) continue;
    ++rolling;
    const double step = p.end(Folding::kFolded);
    const auto first = ends_of_steps(p, 1);
    const auto fifth = ends_of_steps(p, 5);
    double longest = 0;
    for (std::size_t k = 0; k < first.size(); ++k) {
      EXPECT_LE(fifth[k], (first[k] + 4 * step) * (1 + 1e-12)) << i;
      longest = std::max(longest, fifth[k] - first[k]);
    }
    EXPECT_GE(longest, 4 * (step - p.bubble()) * (1 - 1e-12)) << i;
  }
  EXPECT_GT(rolling, 100);
}

}  // namespace
}  // namespace weft::step
