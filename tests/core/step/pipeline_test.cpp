#include "weft/step/pipeline.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace weft::step {
namespace {

// Owns the times that PipelineTimes looks at.
struct Pipeline {
  int stages = 1;
  int chunks = 1;
  std::int64_t micro_batches = 1;
  plan::Schedule schedule = plan::Schedule::kOneForwardOneBackward;
  std::vector<double> forward, backward, start, tail;
  double transfer = 0;

  static Pipeline uniform(int stages, int chunks, std::int64_t micro_batches, double f, double b) {
    Pipeline p;
    p.stages = stages;
    p.chunks = chunks;
    p.micro_batches = micro_batches;
    p.forward.assign(static_cast<std::size_t>(stages * chunks), f);
    p.backward.assign(static_cast<std::size_t>(stages * chunks), b);
    p.start.assign(static_cast<std::size_t>(stages), 0.0);
    p.tail.assign(static_cast<std::size_t>(stages), 0.0);
    return p;
  }
  [[nodiscard]] PipelineTimes times() const {
    return {stages, chunks, micro_batches, schedule, forward, backward, start, tail, transfer};
  }
  [[nodiscard]] double end(Folding folding) const {
    PipelineScratch scratch;
    return replay(times(), folding, scratch);
  }
};

// Stage times that differ by up to `spread`, the way an embedding, a head or an uneven split make
// them.
Pipeline random_pipeline(std::mt19937& random, double spread) {
  const auto below = [&random](int n) { return static_cast<int>(random() % unsigned(n)); };
  std::uniform_real_distribution<double> share(0.0, 1.0);
  const int stages = 1 + below(8);
  const int chunks = stages > 1 ? 1 + below(4) : 1;
  const std::int64_t micro_batches = chunks > 1 ? stages * (1 + below(20)) : 1 + below(120);
  auto p = Pipeline::uniform(stages, chunks, micro_batches, 1.0, 2.0);
  for (auto* values : {&p.forward, &p.backward}) {
    for (auto& value : *values) value *= 1 + spread * share(random);
  }
  for (auto& value : p.start) value = spread * share(random);
  for (auto& value : p.tail) value = 3 * spread * share(random);
  if (below(3) == 0) p.transfer = 0.2 * share(random);
  if (chunks == 1 && below(4) == 0) p.schedule = plan::Schedule::kGPipe;
  return p;
}

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
      EXPECT_NEAR(closed_form(p.times()), end, 1e-9 * end);
    }
  }
}

TEST(Pipeline, ClosedFormIsNeverAboveReplay) {
  std::mt19937 random(1);
  for (int i = 0; i < 3000; ++i) {
    const auto p = random_pipeline(random, i % 3 == 0 ? 0.02 : 1.0);
    const double end = p.end(Folding::kUnfolded);
    EXPECT_LE(closed_form(p.times()), end * (1 + 1e-12)) << i;
  }
}

TEST(Pipeline, FoldedEqualsUnfolded) {
  std::mt19937 random(2);
  for (int i = 0; i < 3000; ++i) {
    const auto p = random_pipeline(random, i % 2 == 0 ? 0.01 : 1.0);
    const double end = p.end(Folding::kUnfolded);
    EXPECT_NEAR(p.end(Folding::kFolded), end, 1e-9 * end) << i;
  }
}

// Nearly equal stages drift for hundreds of micro-batches before they wait for each other.
TEST(Pipeline, FoldingFollowsSlowDrift) {
  for (const double excess : {1e-1, 1e-2, 1e-3, 1e-4}) {
    auto p = Pipeline::uniform(6, 1, 3000, 1.0, 2.0);
    p.forward[3] += excess;
    p.backward[1] += excess / 3;
    const double end = p.end(Folding::kUnfolded);
    EXPECT_NEAR(p.end(Folding::kFolded), end, 1e-9 * end) << excess;
  }
}

TEST(Pipeline, FoldedWorkDoesNotGrowWithMicroBatches) {
  const auto memory = [](std::int64_t micro_batches) {
    auto p = Pipeline::uniform(8, 2, micro_batches, 1.0, 2.0);
    p.forward[5] = 1.3;
    PipelineScratch scratch;
    replay(p.times(), Folding::kFolded, scratch);
    return scratch.forward_end.size();
  };
  EXPECT_EQ(memory(8 * 100), memory(8 * 1'000'000));
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
