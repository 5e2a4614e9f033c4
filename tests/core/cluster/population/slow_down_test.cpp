// What unlike devices cost a step: closed forms, draws, and what a placement saves.
#include <algorithm>
#include <cmath>
#include <string>

#include "fixtures.h"
#include "weft/population/filling.h"
#include "weft/population/time_law.h"

namespace weft::population {
namespace {

using namespace testing;

SlowDown drawn(Population population, const std::string& placement, const Structure& structure,
               const StepTime& step, int samples = 200) {
  population.placement = placement;
  population.samples = samples;
  return sampled_slow_down(population, structure, step, {0, 1, 0});
}

TEST(SlowDown, OfEqualDevicesIsOne) {
  const auto population = in_hosts({timed(1, 1)}, 8);
  const Structure structure{8, 16, {1, 0.8, 1}};
  for (const auto& placement : {"random", "sorted_by_bin", "slack"}) {
    const auto result = drawn(population, placement, structure, pipeline({1, 0.8, 1}, 16), 5);
    EXPECT_EQ(result.step.mean, 1.0);
    EXPECT_EQ(result.pace.mean, 1.0);
    EXPECT_EQ(result.group.mean, 1.0);
    EXPECT_EQ(result.step.half_width, 0.0);
    EXPECT_EQ(result.simulated, 1);
  }
  EXPECT_EQ(expected_step(population, structure, pipeline({1, 0.8, 1}, 16)), 1.0);
}

// One pipeline of one stage waits for the slowest of its devices.
TEST(ExpectedStep, OfOneStageIsTheMaximum) {
  const auto population = alone({timed(0.9, 1), timed(0.08, 1.2), timed(0.02, 1.5)});
  for (const int group : {1, 4, 32}) {
    const double maximum = TimeLaw(population).expected_maximum(group);
    EXPECT_NEAR(*expected_step(population, {group, 1, {1}}, pipeline({1}, 1)), maximum, 1e-12);
    const auto step = *expected_step(population, {group, 6, {1}}, pipeline({1}, 1));
    EXPECT_NEAR(step, TimeLaw(population).expected_maximum(6 * group), 1e-12);
  }
}

// Two stages, two pipelines, two classes, written out: with q = 0.9² a group is sound. A pipeline
// of m = 3 takes 4, 5 with one slow stage or 6, when slow ones take half as long again.
TEST(ExpectedStep, WrittenOut) {
  const auto population = alone({timed(0.9, 1), timed(0.1, 1.5)});
  const double q = 0.81;
  const double none = std::pow(q * q, 2);
  const double one_at_most = std::pow(q * q + 2 * q * (1 - q), 2);
  const double one_slow = 1 + 1.5 + 2 * 1.5;
  const double mean = (4 * none + one_slow * (one_at_most - none) + 6 * (1 - one_at_most)) / 4;
  EXPECT_NEAR(*expected_step(population, {2, 2, {1, 1}}, pipeline({1, 1}, 3)), mean, 1e-12);
}

struct Case {
  int group;
  int replicas;
  std::vector<double> stages;
};

class ClosedForm : public ::testing::TestWithParam<Case> {};

TEST_P(ClosedForm, IsWhatDrawsShow) {
  const auto& [group, replicas, stages] = GetParam();
  auto population = in_hosts({timed(0.9, 1), timed(0.07, 1.1), timed(0.03, 1.3)}, 8, 2);
  if (group % 8 == 0) population.slow = {0.02, 0.9};
  const Structure structure{group, replicas, stages};
  const auto step = pipeline(stages, 12);
  const auto exact = expected_step(population, structure, step);
  ASSERT_TRUE(exact);
  const auto result = drawn(population, "random", structure, step, 1000);
  expect_covers(result.step, *exact);
  expect_covers(result.pace, TimeLaw(population).expected_pace(structure));
  expect_covers(result.group, TimeLaw(population).expected_maximum(group));
  EXPECT_LT(result.step.half_width, 0.008);
}

INSTANTIATE_TEST_SUITE_P(Jobs, ClosedForm,
                         ::testing::Values(Case{2, 8, {1, 1, 1, 1}}, Case{4, 4, {1, 0.8}},
                                           Case{8, 6, {0.9, 1, 1, 0.7}}, Case{16, 5, {1, 1}}));

TEST(ExpectedStep, SaysWhereItDoesNotHold) {
  const Structure structure{4, 4, {1, 1}};
  const auto step = pipeline({1, 1}, 4);
  auto population = in_hosts({timed(0.9, 1), timed(0.1, 1.2)}, 8, 2);
  EXPECT_TRUE(expected_step(population, structure, step));
  EXPECT_FALSE(expected_step(population, {1, 4, {1, 1}}, step));  // two share a package
  population.slow = {0.1, 0.9};
  EXPECT_FALSE(expected_step(population, structure, step));  // two share a host
  population.slow = {};
  population.spread.sigma = 0.01;
  EXPECT_FALSE(expected_step(population, structure, step));
  population.spread.sigma = 0;
  const std::vector<double> many(17, 1.0);
  EXPECT_FALSE(expected_step(population, {4, 4, many}, pipeline(many, 4)));
}

TEST(ExpectedStep, GrowsWithEveryDimension) {
  const auto population = alone({timed(0.99, 1), timed(0.01, 1.2)});
  const auto at = [&](int group, int replicas, int stages) {
    const std::vector<double> times(static_cast<std::size_t>(stages), 1.0);
    return *expected_step(population, {group, replicas, times}, pipeline(times, 32));
  };
  EXPECT_LT(at(1, 4, 4), at(2, 4, 4));
  EXPECT_LT(at(2, 4, 4), at(2, 8, 4));
  EXPECT_LT(at(2, 8, 4), at(2, 8, 8));
}

// It does not matter which stage has which time when all are treated alike.
TEST(ExpectedStep, DoesNotDependOnTheOrderOfStages) {
  const auto population = alone({timed(0.9, 1), timed(0.1, 1.2)});
  const std::vector<double> one = {1, 0.8, 0.9}, other = {0.9, 1, 0.8};
  EXPECT_NEAR(*expected_step(population, {4, 3, one}, pipeline(one, 8)),
              *expected_step(population, {4, 3, other}, pipeline(other, 8)), 1e-12);
}

// Draw by draw, not in the mean only. Few slow parts spoil many groups unless they are put
// together.
TEST(Placement, SortedIsNoSlowerThanRandom) {
  const std::vector<double> stages(4, 1.0);
  const Structure structure{4, 32, stages};
  const auto step = pipeline(stages, 8);
  for (const double share : {0.003, 0.02, 0.1}) {
    auto population = in_hosts({timed(1 - share, 1), timed(share, 1.25)}, 8);
    for (population.seed = 1; population.seed < 40; ++population.seed) {
      const auto random = drawn(population, "random", structure, step, 1);
      const auto sorted = drawn(population, "sorted_by_bin", structure, step, 1);
      EXPECT_LE(sorted.step.mean, random.step.mean);
      EXPECT_LE(sorted.group.mean, random.group.mean);
    }
  }
  auto population = in_hosts({timed(0.98, 1), timed(0.02, 1.25)}, 8);
  const auto random = drawn(population, "random", structure, step);
  const auto sorted = drawn(population, "sorted_by_bin", structure, step);
  EXPECT_LT(sorted.step.mean, random.step.mean - 0.01);
  EXPECT_LT(sorted.group.mean, random.group.mean - 0.01);
}

TEST(Placement, SlackIsNoSlowerThanAnyOther) {
  const std::vector<double> stages = {1, 1, 0.7, 1};
  const Structure structure{8, 16, stages};
  const auto step = pipeline(stages, 16);
  auto population = in_hosts({timed(0.98, 1), timed(0.02, 1.25)}, 8);
  population.spread.sigma = 0.01;
  for (population.seed = 1; population.seed < 30; ++population.seed) {
    const double slack = drawn(population, "slack", structure, step, 1).pace.mean;
    EXPECT_LE(slack, drawn(population, "random", structure, step, 1).pace.mean);
    EXPECT_LE(slack, drawn(population, "sorted_by_bin", structure, step, 1).pace.mean);
  }
  const auto slack = drawn(population, "slack", structure, step);
  EXPECT_LT(slack.step.mean, drawn(population, "random", structure, step).step.mean - 0.1);
  EXPECT_LT(slack.step.mean, drawn(population, "sorted_by_bin", structure, step).step.mean - 0.1);
}

// All slow parts fit a stage that has that much slack: they cost nothing but the way through it.
TEST(Placement, SlackHidesSlowParts) {
  auto population = in_hosts({timed(0.9, 1), timed(0.1, 1.25)}, 8);
  population.draw = Draw::kExpected;
  const std::vector<double> stages = {1, 0.8, 1, 1, 1};
  const Structure structure{8, 20, stages};
  const auto result = drawn(population, "slack", structure, pipeline(stages, 100), 3);
  EXPECT_EQ(result.step.half_width, 0.0);
  EXPECT_EQ(result.pace.mean, 1.0);
  EXPECT_NEAR(result.step.mean, (4.8 + 0.2 + 99) / (4.8 + 99), 1e-12);
}

// The best of the hosts that are there.
TEST(SlowDown, SpareHostsHelpWhereTheyAreChosen) {
  auto population = in_hosts({timed(0.97, 1), timed(0.03, 1.25)}, 8);
  population.placement = "sorted_by_bin";
  const Structure structure{8, 8, {1, 1}};
  const auto step = pipeline({1, 1}, 8);
  const auto none = sampled_slow_down(population, structure, step, {16, 0, 0});
  const auto some = sampled_slow_down(population, structure, step, {20, 0, 0});
  EXPECT_LT(some.step.mean, none.step.mean - 0.1);
}

TEST(SlowDown, IsTheSameForAnyNumberOfThreads) {
  auto population = in_hosts({timed(0.9, 1), timed(0.1, 1.2)}, 8, 2);
  population.slow = {0.01, 0.9};
  population.spread.sigma = 0.01;
  population.samples = 40;
  const Structure structure{4, 8, {1, 0.9, 1}};
  const auto step = pipeline({1, 0.9, 1}, 8);
  const auto one = sampled_slow_down(population, structure, step, {0, 1, 0});
  for (const int threads : {2, 3, 8}) {
    const auto many = sampled_slow_down(population, structure, step, {0, threads, 0});
    EXPECT_EQ(many.step.mean, one.step.mean);
    EXPECT_EQ(many.step.half_width, one.step.half_width);
    EXPECT_EQ(many.pace.mean, one.pace.mean);
    EXPECT_EQ(many.simulated, one.simulated);
  }
}

TEST(SlowDown, AnotherSeedIsAnotherDraw) {
  auto population = in_hosts({timed(0.9, 1), timed(0.1, 1.2)}, 8);
  const Structure structure{1, 8, {1, 1}};
  const auto step = pipeline({1, 1}, 8);
  const auto one = sampled_slow_down(population, structure, step, {});
  population.seed = 2;
  const auto other = sampled_slow_down(population, structure, step, {});
  EXPECT_NE(one.group.mean, other.group.mean);
  EXPECT_NEAR(one.group.mean, other.group.mean,
              2 * (one.group.half_width + other.group.half_width));
}

TEST(SlowDown, SimulatesEachPipelineOnce) {
  auto population = in_hosts({timed(0.9, 1), timed(0.1, 1.2)}, 8);
  population.samples = 50;
  const std::vector<double> stages(3, 1.0);
  std::vector<std::vector<double>> asked;
  const auto inner = pipeline(stages, 8);
  const StepTime step = [&](std::span<const double> factors) {
    asked.emplace_back(factors.begin(), factors.end());
    return inner(factors);
  };
  const auto result = sampled_slow_down(population, {8, 100, stages}, step, {});
  // The sound pipeline is asked for first, whether it comes again or not.
  ASSERT_EQ(static_cast<std::int64_t>(asked.size()), result.simulated + 1);
  std::sort(asked.begin() + 1, asked.end());
  EXPECT_EQ(std::adjacent_find(asked.begin() + 1, asked.end()), asked.end());
  EXPECT_LE(result.simulated, 8);
}

// Pipelines that cannot be the slowest are not looked at: the answer is that of looking at all.
TEST(SlowDown, LooksAtNoMoreThanItNeeds) {
  auto population = in_hosts({timed(0.8, 1), timed(0.2, 1.3)}, 8);
  population.spread.sigma = 0.03;
  population.samples = 1;
  const std::vector<double> stages = {1, 0.7, 0.9};
  const Structure structure{8, 64, stages};
  const auto step = pipeline(stages, 4);
  const auto result = sampled_slow_down(population, structure, step, {});
  EXPECT_LT(result.simulated, 64);
  const auto placement = placement_named("random");
  const auto times =
      group_times(population, structure, placement, fill(population, 192, placement, 0));
  double slowest = 0;
  for (const auto& pipeline : fold(times, structure)) {
    slowest = std::max(slowest, step(pipeline.times));
  }
  EXPECT_EQ(result.step.mean, slowest / step(std::vector<double>(3, 1.0)));
}

// 0.5 % of the machines at -10 % (MegaScale, arXiv 2402.15627): at 12,288 devices one is always
// among them, and the whole job waits.
TEST(SlowDown, OfAFewSlowMachinesInALargeJob) {
  auto population = in_hosts({timed(1, 1)}, 8);
  population.slow = {0.005, 0.9};
  const Structure small{8, 1, {1}}, large{8, 192, {1, 1, 1, 1, 1, 1, 1, 1}};
  EXPECT_NEAR(TimeLaw(population).expected_pace(small), 1.0006, 5e-5);
  EXPECT_NEAR(TimeLaw(population).expected_pace(large), 1.1111, 2e-4);
}

}  // namespace
}  // namespace weft::population
