// The slowest of many devices, against order statistics that are known exactly and against draws.
#include <cmath>

#include "fixtures.h"
#include "weft/population/filling.h"
#include "weft/population/time_law.h"

namespace weft::population {
namespace {

using namespace testing;

TEST(TimeLaw, OfEqualDevicesIsOne) {
  const TimeLaw law(in_hosts({timed(1, 1)}, 8));
  for (const std::int64_t devices : {1, 8, 9, 100'000}) {
    EXPECT_EQ(law.expected_maximum(devices), 1.0);
  }
  EXPECT_EQ(law.expected_pace({8, 100, {1, 0.7, 0.9}}), 1.0);
}

TEST(TimeLaw, OfTwoClasses) {
  const TimeLaw law(alone({timed(0.9, 1), timed(0.1, 1.25)}));
  for (const int n : {1, 2, 8, 50}) {
    EXPECT_NEAR(law.expected_maximum(n), 1.25 - 0.25 * std::pow(0.9, n), 1e-12);
  }
}

// Three classes, two devices: P(max = t_k) = F_k² - F_{k-1}².
TEST(TimeLaw, OfThreeClasses) {
  const TimeLaw law(alone({timed(0.5, 1), timed(0.3, 1.1), timed(0.2, 1.4)}));
  EXPECT_NEAR(law.expected_maximum(2), 0.25 + (0.64 - 0.25) * 1.1 + 0.36 * 1.4, 1e-12);
}

TEST(TimeLaw, DevicesOfAPackageAreOfOneClass) {
  const TimeLaw law(in_hosts({timed(0.9, 1), timed(0.1, 1.25)}, 8, 2));
  EXPECT_NEAR(law.expected_maximum(8), 1.25 - 0.25 * std::pow(0.9, 4), 1e-12);
  EXPECT_NEAR(law.expected_maximum(1), 1.25 - 0.25 * 0.9, 1e-12);
  EXPECT_NEAR(law.expected_maximum(3), 1.25 - 0.25 * std::pow(0.9, 2), 1e-12);
}

TEST(TimeLaw, DevicesOfASlowHostAreSlowTogether) {
  auto population = in_hosts({timed(1, 1)}, 8);
  population.slow = {0.005, 0.9};
  const TimeLaw law(population);
  EXPECT_NEAR(law.expected_maximum(2), 1 + 0.005 * (1 / 0.9 - 1), 1e-12);
  EXPECT_NEAR(law.expected_maximum(8), 1 + 0.005 * (1 / 0.9 - 1), 1e-12);
  const double sound = std::pow(0.995, 2);
  EXPECT_NEAR(law.expected_maximum(16), sound + (1 - sound) / 0.9, 1e-12);
}

struct Known {
  int count;
  double maximum;  // of standard normal draws: Harter, Biometrika 48 (1961), table 1
};

class NormalSpread : public ::testing::TestWithParam<Known> {};

TEST_P(NormalSpread, ReproducesTabulatedMaxima) {
  auto population = alone({timed(1, 1)});
  population.spread = {SpreadShape::kNormal, 0.02};
  const TimeLaw law(population);
  EXPECT_NEAR(law.expected_maximum(GetParam().count), 1 + 0.02 * GetParam().maximum, 1e-7);
}

INSTANTIATE_TEST_SUITE_P(Counts, NormalSpread,
                         ::testing::Values(Known{1, 0}, Known{2, 0.56419}, Known{3, 0.84628},
                                           Known{8, 1.42360}, Known{100, 2.50759},
                                           Known{400, 2.96818}));

TEST(TimeLaw, OfLognormalSpread) {
  auto population = alone({timed(1, 1.1)});
  population.spread = {SpreadShape::kLognormal, 0.05};
  EXPECT_NEAR(TimeLaw(population).expected_maximum(1), 1.1 * std::exp(0.5 * 0.05 * 0.05), 1e-9);
}

// The limit of a spread that goes away is the law without it.
TEST(TimeLaw, IsContinuousInTheSpread) {
  auto population = in_hosts({timed(0.7, 1), timed(0.3, 1.2)}, 8, 2);
  population.slow = {0.01, 0.9};
  const double none = TimeLaw(population).expected_maximum(64);
  population.spread.sigma = 1e-7;
  EXPECT_NEAR(TimeLaw(population).expected_maximum(64), none, 1e-5);
}

TEST(TimeLaw, GrowsWithDevicesShareAndSpread) {
  auto population = in_hosts({timed(0.95, 1), timed(0.05, 1.2)}, 8);
  population.slow = {0.01, 0.9};
  double last = 0;
  for (const int devices : {1, 2, 8, 16, 64, 1024}) {
    const double here = TimeLaw(population).expected_maximum(devices);
    EXPECT_GT(here, last);
    last = here;
  }
  for (const auto shape : {SpreadShape::kNormal, SpreadShape::kLognormal}) {
    last = 0;
    for (const double sigma : {0.0, 0.01, 0.02, 0.05}) {
      population.spread = {shape, sigma};
      const double here = TimeLaw(population).expected_maximum(64);
      EXPECT_GT(here, last);
      last = here;
    }
  }
}

// A stage of half the time waits for nothing until its devices take twice as long.
TEST(TimeLaw, PaceCountsSlackOfStages) {
  const TimeLaw law(alone({timed(0.9, 1), timed(0.1, 1.5)}));
  EXPECT_NEAR(law.expected_pace({4, 3, {1, 0.5}}), 1.5 - 0.5 * std::pow(0.9, 12), 1e-12);
  // Of the shorter stage only its slow groups show.
  const double first = std::pow(0.9, 12), both = first * first;
  EXPECT_NEAR(law.expected_pace({4, 3, {1, 0.8}}), both + 1.2 * (first - both) + 1.5 * (1 - first),
              1e-12);
}

TEST(TimeLaw, RefusesAJobWithoutStages) {
  const TimeLaw law(alone({timed(1, 1)}));
  EXPECT_THROW(static_cast<void>(law.expected_pace({1, 1, {}})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(law.expected_pace({1, 0, {1}})), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(law.expected_pace({1, 1, {1, 0}})), std::invalid_argument);
}

// Classes, packages, spread and slow hosts all at once, by drawing clusters.
class MixedLaw : public ::testing::TestWithParam<SpreadShape> {};

TEST_P(MixedLaw, IsWhatDrawsShow) {
  auto population = in_hosts({timed(0.8, 1), timed(0.2, 1.15)}, 8, 2);
  population.slow = {0.03, 0.9};
  population.spread = {GetParam(), 0.02};
  population.samples = 400;
  const Structure structure{4, 4, {1, 0.9}};
  const auto drawn = sampled_slow_down(population, structure, pipeline({1, 0.9}, 1), {});
  const TimeLaw law(population);
  expect_covers(drawn.group, law.expected_maximum(4));
  expect_covers(drawn.pace, law.expected_pace(structure));
  EXPECT_LT(drawn.pace.half_width, 0.01);
}

INSTANTIATE_TEST_SUITE_P(Shapes, MixedLaw,
                         ::testing::Values(SpreadShape::kLognormal, SpreadShape::kNormal));

}  // namespace
}  // namespace weft::population
