// Random streams: the published vectors, the shape of the draws, and their independence.
#include "weft/base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <set>
#include <stdexcept>
#include <vector>

namespace weft::base {
namespace {

using Block = std::array<std::uint32_t, 4>;

// Known answers of Random123 (kat_vectors, philox4x32 with 10 rounds).
TEST(Philox, GivesThePublishedAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomStream, IsTheSameForTheSameNumbers) {
  RandomStream a(1, 2, 3);
  RandomStream b(1, 2, 3);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(a.next(), b.next());
  RandomStream copy = a;
  EXPECT_EQ(copy.next(), a.next());
}

// Whoever changes the use of Philox changes every result ever published: this must be noticed.
TEST(RandomStream, KeepsItsGoldenDraws) {
  RandomStream a(42, 7, 9);
  const Block place = philox({7, 0, 9, 0}, {42, 0});
  const Block first = philox({0, 0, place[2], place[3]}, {place[0], place[1]});
  const Block second = philox({1, 0, place[2], place[3]}, {place[0], place[1]});
  for (const std::uint32_t word : first) EXPECT_EQ(a.next(), word);
  for (const std::uint32_t word : second) EXPECT_EQ(a.next(), word);
}

TEST(RandomStream, DiffersInEverySeedAndStream) {
  std::set<std::uint64_t> first;
  std::size_t streams = 0;
  for (std::uint64_t seed : {0ULL, 1ULL, 1ULL << 32U, ~0ULL}) {
    for (std::uint64_t stream : {0ULL, 1ULL, 2ULL, 1ULL << 32U, ~0ULL}) {
      for (std::uint64_t substream : {0ULL, 1ULL, 2ULL, 1ULL << 32U, ~0ULL}) {
        RandomStream s(seed, stream, substream);
        first.insert((std::uint64_t{s.next()} << 32U) | s.next());
        ++streams;
      }
    }
  }
  EXPECT_EQ(first.size(), streams);
}

// Mean and variance of n draws, checked within five standard errors.
void expect_moments(const std::function<double()>& draw, double mean, double variance,
                    double fourth_moment) {
  constexpr int kDraws = 200000;
  double sum = 0.0;
  double squares = 0.0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = draw() - mean;
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kDraws, 0.0, 5.0 * std::sqrt(variance / kDraws));
  EXPECT_NEAR(squares / kDraws, variance,
              5.0 * std::sqrt((fourth_moment - variance * variance) / kDraws));
}

TEST(RandomStream, HasTheRightMoments) {
  RandomStream r(1, stream_of("moments"));
  expect_moments([&] { return r.uniform(); }, 0.5, 1.0 / 12, 1.0 / 80);
  expect_moments([&] { return r.exponential(3.0); }, 3.0, 9.0, 9.0 * 81);
  expect_moments([&] { return r.normal(); }, 0.0, 1.0, 3.0);
  const double a = 1.0;
  const double c = 2.0;
  const double b = 5.0;
  const double variance = (a * a + b * b + c * c - a * b - a * c - b * c) / 18.0;
  expect_moments([&] { return r.triangular(a, c, b); }, (a + b + c) / 3.0, variance,
                 2.4 * variance * variance);
}

// The greatest distance between the empirical and the true distribution function.
double kolmogorov(std::vector<double> draws, const std::function<double(double)>& cdf) {
  std::sort(draws.begin(), draws.end());
  double distance = 0.0;
  const auto n = static_cast<double>(draws.size());
  for (std::size_t i = 0; i < draws.size(); ++i) {
    const double f = cdf(draws[i]);
    const auto k = static_cast<double>(i);
    distance = std::max({distance, std::abs(f - k / n), std::abs(f - (k + 1) / n)});
  }
  return distance * std::sqrt(n);
}

TEST(RandomStream, HasTheRightDistributions) {
  RandomStream r(2, stream_of("distributions"));
  const auto draws = [](const std::function<double()>& draw) {
    std::vector<double> all(20000);
    for (double& x : all) x = draw();
    return all;
  };
  // 1.95 is passed once in a thousand runs; the seed is fixed.
  EXPECT_LT(kolmogorov(draws([&] { return r.uniform(); }), [](double x) { return x; }), 1.95);
  EXPECT_LT(kolmogorov(draws([&] { return r.exponential(2.0); }),
                       [](double x) { return 1.0 - std::exp(-x / 2.0); }),
            1.95);
  EXPECT_LT(kolmogorov(draws([&] { return r.normal(); }),
                       [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }),
            1.95);
  EXPECT_LT(kolmogorov(draws([&] { return r.triangular(0.0, 1.0, 4.0); }),
                       [](double x) {
                         return x < 1.0 ? x * x / 4.0 : 1.0 - (4.0 - x) * (4.0 - x) / 12.0;
                       }),
            1.95);
}

TEST(RandomStream, KeepsUniformInsideItsBounds) {
  RandomStream r(3, 0);
  for (int i = 0; i < 100000; ++i) {
    const double u = r.uniform();
    ASSERT_GT(u, 0.0);
    ASSERT_LT(u, 1.0);
    // The middle of a cell: an odd multiple of 2^-53, so that no cell touches 0 or 1.
    ASSERT_EQ(std::fmod(u * 0x1p53, 2.0), 1.0);
    const double t = r.triangular(2.0, 2.0, 3.0);
    ASSERT_GE(t, 2.0);
    ASSERT_LE(t, 3.0);
  }
  EXPECT_EQ(r.triangular(2.0, 2.0, 2.0), 2.0);
  EXPECT_THROW(r.triangular(2.0, 1.0, 3.0), std::invalid_argument);
}

TEST(RandomStream, DrawsWholeNumbersEvenly) {
  RandomStream r(4, 0);
  std::array<int, 7> counts{};
  for (int i = 0; i < 70000; ++i) ++counts.at(r.below(7));
  for (const int count : counts) EXPECT_NEAR(count, 10000, 5 * std::sqrt(10000.0));
  EXPECT_EQ(r.below(1), 0U);
  // Of three quarters of 2^64, the first third would come up half of the time if nothing were left
  // out.
  const std::uint64_t third = 1ULL << 62U;
  int low = 0;
  for (int i = 0; i < 9000; ++i) low += r.below(3 * third) < third ? 1 : 0;
  EXPECT_NEAR(low, 3000, 5 * std::sqrt(2000.0));
  EXPECT_THROW(r.below(0), std::invalid_argument);
}

TEST(RandomStream, HasUncorrelatedNeighbours) {
  constexpr int kDraws = 100000;
  RandomStream a(5, 1);
  RandomStream b(5, 2);
  RandomStream c(5, 1, 1);
  double ab = 0.0;
  double ac = 0.0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = a.uniform() - 0.5;
    ab += x * (b.uniform() - 0.5);
    ac += x * (c.uniform() - 0.5);
  }
  const double limit = 5.0 * std::sqrt(kDraws) / 12.0;
  EXPECT_NEAR(ab, 0.0, limit);
  EXPECT_NEAR(ac, 0.0, limit);
}

// Fowler, Noll and Vo's published values for 64 bits.
TEST(StreamOf, IsFnv1a) {
  EXPECT_EQ(stream_of(""), 0xcbf29ce484222325U);
  EXPECT_EQ(stream_of("a"), 0xaf63dc4c8601ec8cU);
  EXPECT_EQ(stream_of("foobar"), 0x85944171f73967e8U);
}

}  // namespace
}  // namespace weft::base
