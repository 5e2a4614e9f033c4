// Points that fill the unit cube, and the values that they stand for.
#include "weft/base/samples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

namespace weft::base {
namespace {

// How many points fall into each of `count` equal intervals of an axis.
std::vector<int> filled(const Samples& samples, std::size_t dimension, std::size_t count,
                        std::size_t points) {
  std::vector<int> hits(count);
  for (std::size_t i = 0; i < points; ++i) {
    ++hits[static_cast<std::size_t>(samples.point(i)[dimension] * static_cast<double>(count))];
  }
  return hits;
}

TEST(Samples, EveryPowerOfTwoOfSobolPointsFillsEveryAxisEvenly) {
  const auto samples = sobol(256, 40, 7);
  for (std::size_t n = 1; n <= 256; n *= 2) {
    for (std::size_t d = 0; d < 40; ++d) {
      EXPECT_EQ(filled(samples, d, n, n), std::vector<int>(n, 1)) << n << " points, axis " << d;
    }
  }
}

TEST(Samples, FirstTwoSobolAxesFillEverySquare) {
  const auto samples = sobol(256, 2, 3);
  std::set<int> squares;
  for (std::size_t i = 0; i < 256; ++i) {
    const auto point = samples.point(i);
    squares.insert(static_cast<int>(point[0] * 16) * 16 + static_cast<int>(point[1] * 16));
  }
  EXPECT_EQ(squares.size(), 256U);
}

TEST(Samples, AreTheSameForASeedAndOthersForAnother) {
  for (const auto draw : {sobol, latin_hypercube}) {
    const auto a = draw(64, 3, 1);
    const auto again = draw(64, 3, 1);
    const auto other = draw(64, 3, 2);
    int same = 0;
    for (std::size_t i = 0; i < 64; ++i) {
      EXPECT_TRUE(std::equal(a.point(i).begin(), a.point(i).end(), again.point(i).begin()));
      same += a.point(i)[0] == other.point(i)[0] ? 1 : 0;
    }
    EXPECT_LT(same, 3);
  }
}

TEST(Samples, LatinHypercubeHasOnePointInEveryInterval) {
  const auto samples = latin_hypercube(97, 5, 11);
  for (std::size_t d = 0; d < 5; ++d) {
    EXPECT_EQ(filled(samples, d, 97, 97), std::vector<int>(97, 1));
  }
}

// x·y over the square is 1/4; independent draws would be off by 0.0069 (one deviation).
TEST(Samples, SobolIntegratesBetterThanChance) {
  const auto samples = sobol(1024, 2, 5);
  double sum = 0;
  for (std::size_t i = 0; i < 1024; ++i) sum += samples.point(i)[0] * samples.point(i)[1];
  EXPECT_NEAR(sum / 1024, 0.25, 5e-4);
}

TEST(Samples, RefuseWhatTheSequenceDoesNotHave) {
  EXPECT_THROW(sobol(2, kMostSobolDimensions + 1, 1), std::invalid_argument);
  EXPECT_EQ(sobol(0, 3, 1).count(), 0U);
}

TEST(Quantile, OfATriangleIsTheInverseOfItsShare) {
  const Distribution triangle{Distribution::Kind::kTriangular, 1, 2, 5};
  EXPECT_DOUBLE_EQ(quantile(triangle, 0.25), 2);  // the share below the mode: (2-1)/(5-1)
  EXPECT_NEAR(quantile(triangle, 1e-12), 1, 1e-5);
  EXPECT_NEAR(quantile(triangle, 1 - 1e-12), 5, 1e-5);
  for (const double p : {0.1, 0.5, 0.9}) {
    const double x = quantile(triangle, p);
    const double share = x < 2 ? (x - 1) * (x - 1) / 4 : 1 - (5 - x) * (5 - x) / 12;
    EXPECT_NEAR(share, p, 1e-12);
  }
}

TEST(Quantile, OfANormalAndOfAnExactNumber) {
  const Distribution normal{Distribution::Kind::kNormal, 8, 10, 12};
  EXPECT_DOUBLE_EQ(quantile(normal, 0.5), 10);
  EXPECT_NEAR(quantile(normal, 0.975), 10 + 2 * 1.959963984540054, 1e-9);
  EXPECT_EQ(quantile({Distribution::Kind::kExact, 3, 3, 3}, 0.9), 3);
  EXPECT_EQ(quantile({Distribution::Kind::kTriangular, 3, 3, 3}, 0.9), 3);
}

}  // namespace
}  // namespace weft::base
