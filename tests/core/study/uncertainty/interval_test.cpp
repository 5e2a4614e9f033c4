// Intervals from draws.
#include "weft/uncertainty/interval.h"

#include <gtest/gtest.h>

#include <cmath>

#include "functions.h"
#include "weft/base/random.h"

namespace weft::uncertainty {
namespace {

std::vector<double> answers(const Function& function, const base::Samples& points) {
  std::vector<double> values;
  for (std::size_t i = 0; i < points.count(); ++i) values.push_back(function(points.point(i)));
  return values;
}

// Something like a step time: a sum of work over efficiencies, and a latency that has a floor.
double step(std::span<const double> x) {
  return 10 / (0.5 + 0.3 * x[0]) + 4 / (0.4 + 0.4 * x[1] * x[1]) + std::fmax(1, 3 * x[2]);
}

TEST(Interval, OfAUniformDraw) {
  for (const auto design : {Design::kSobol, Design::kLatinHypercube}) {
    const auto draws = points(design, 256, 1, 1);
    const auto interval =
        interval_of(answers([](std::span<const double> x) { return x[0]; }, draws), 0.5);
    EXPECT_NEAR(interval.low, 0.05, 0.015) << name_of(design);
    EXPECT_NEAR(interval.high, 0.95, 0.015);
    EXPECT_NEAR(interval.median, 0.5, 0.015);
    EXPECT_NEAR(interval.mean, 0.5, 0.005);
    EXPECT_NEAR(interval.deviation, std::sqrt(1.0 / 12), 0.005);
    EXPECT_EQ(interval.draws, 256U);
    EXPECT_EQ(interval.failed, 0U);
  }
}

TEST(Interval, KnowsHowSureItsMeanIs) {
  // Mean by 2^16 points of another seed.
  const double mean = interval_of(answers(step, points(Design::kSobol, 1U << 16U, 3, 99)), 0).mean;
  for (const auto design : {Design::kSobol, Design::kLatinHypercube}) {
    double squares = 0;
    constexpr int kSeeds = 40;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      const auto interval = interval_of(answers(step, points(design, 256, 3, seed)), 0);
      const double off = (interval.mean - mean) / interval.mean_error;
      squares += off * off;
      // Better than independent draws.
      EXPECT_LT(interval.mean_error, interval.deviation / 16) << name_of(design);
    }
    // Student's t of seven degrees of freedom has a variance of 7 / 5.
    EXPECT_NEAR(squares / kSeeds, 1.4, 0.9) << name_of(design);
  }
}

TEST(Interval, HoldsNineTenthsOfTruths) {
  constexpr int kSeeds = 400;
  for (const auto design : {Design::kSobol, Design::kLatinHypercube}) {
    int inside = 0;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      const auto interval = interval_of(answers(step, points(design, 128, 3, seed)), 0);
      base::RandomStream truth(seed, base::stream_of("truth"));
      const double x[] = {truth.uniform(), truth.uniform(), truth.uniform()};
      const double value = step(x);
      inside += interval.low <= value && value <= interval.high ? 1 : 0;
    }
    EXPECT_GE(inside, 0.85 * kSeeds) << name_of(design);
    EXPECT_LE(inside, 0.95 * kSeeds) << name_of(design);
  }
}

TEST(Interval, CountsDrawsThatFailed) {
  std::vector<double> values(100, 1.0);
  for (std::size_t i = 0; i < 50; ++i) values[i] = std::nan("");
  auto interval = interval_of(values, 1);
  EXPECT_TRUE(interval.is_known());
  EXPECT_EQ(interval.failed, 50U);
  EXPECT_EQ(interval.high, 1);
  values[50] = std::numeric_limits<double>::infinity();
  interval = interval_of(values, 1);
  EXPECT_FALSE(interval.is_known());
  EXPECT_TRUE(std::isnan(interval.low));
  EXPECT_EQ(interval.mode, 1);
}

TEST(Interval, OfFewDraws) {
  const auto one = interval_of(std::vector<double>{3.0}, 2);
  EXPECT_EQ(one.low, 3);
  EXPECT_EQ(one.high, 3);
  EXPECT_FALSE(interval_of({}, 2).is_known());
  EXPECT_EQ(points(Design::kSobol, 5, 2, 1).count(), 5U);
}

}  // namespace
}  // namespace weft::uncertainty
