// Laws of yield: their closed forms, their order, their limits, and the distributions behind them.
#include <algorithm>
#include <cmath>

#include "fixtures.h"

namespace weft::manufacturing {
namespace {

using namespace testing;

constexpr LawParameters kTwo{2, 1};

double yield_of(const std::string& law, double defects, const LawParameters& parameters = kTwo) {
  return law_named(law).yield(defects, parameters);
}

struct KnownYield {
  const char* law;
  double defects;
  double yield;
};

class KnownLaw : public ::testing::TestWithParam<KnownYield> {};

TEST_P(KnownLaw, HasItsClosedForm) {
  EXPECT_NEAR(yield_of(GetParam().law, GetParam().defects), GetParam().yield, 1e-12);
}

INSTANTIATE_TEST_SUITE_P(
    ByHand, KnownLaw,
    ::testing::Values(KnownYield{"poisson", 1, 0.36787944117144233},
                      KnownYield{"murphy", 1, 0.39957640089372806},  // ((1 - 1/e)/1)²
                      KnownYield{"negative_binomial", 1, 4.0 / 9}, KnownYield{"seeds", 1, 0.5},
                      KnownYield{"bose_einstein", 1, 0.5},  // one layer is Seeds' law
                      KnownYield{"negative_binomial", 3, 0.16}, KnownYield{"murphy", 0, 1}),
    [](const auto& known) { return std::string(known.param.law) + std::to_string(known.index); });

TEST(Laws, AreOrderedByHowMuchTheyCluster) {
  for (double x = 0.05; x < 6; x *= 1.5) {
    EXPECT_LT(yield_of("poisson", x), yield_of("murphy", x)) << x;
    EXPECT_LT(yield_of("murphy", x), yield_of("negative_binomial", x)) << x;
    EXPECT_LT(yield_of("negative_binomial", x), yield_of("seeds", x)) << x;
  }
}

TEST(NegativeBinomial, IsSeedsAtOneAndPoissonWithoutEnd) {
  for (const double x : {0.1, 1.0, 4.0}) {
    EXPECT_NEAR(yield_of("negative_binomial", x, {1, 1}), yield_of("seeds", x), 1e-14);
    const double near_poisson = yield_of("negative_binomial", x, {1e6, 1});
    EXPECT_NEAR(near_poisson, yield_of("poisson", x), 1e-5);
    EXPECT_GT(near_poisson, yield_of("poisson", x));
  }
}

// Layers of their own with a share of the defects each: (1 + x/n)^{-n}.
TEST(BoseEinstein, MultipliesItsLayers) {
  const double layer = yield_of("seeds", 1.2 / 8);
  EXPECT_NEAR(yield_of("bose_einstein", 1.2, {2, 8}), std::pow(layer, 8), 1e-14);
}

class EveryLaw : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Laws, EveryLaw,
                         ::testing::Values("poisson", "murphy", "seeds", "bose_einstein",
                                           "negative_binomial"),
                         [](const auto& law) { return std::string(law.param); });

TEST_P(EveryLaw, LosesNothingWithoutDefectsAndMoreWithMore) {
  double last = yield_of(GetParam(), 0);
  EXPECT_EQ(last, 1);
  for (double x = 0.01; x < 20; x *= 1.3) {
    const double now = yield_of(GetParam(), x);
    EXPECT_LT(now, last) << x;
    last = now;
  }
}

TEST_P(EveryLaw, IsTheMeanOfPoissonOverItsMixture) {
  for (const double clustering : {0.3, 0.5, 2.0, 30.0, 1e4}) {
    const LawParameters parameters{clustering, 12};
    const auto mixture = law_named(GetParam()).mixture(parameters);
    double all = 0;
    double mean = 0;
    for (std::size_t i = 0; i < mixture.weight.size(); ++i) {
      all += mixture.weight[i];
      mean += mixture.weight[i] * mixture.relative[i];
    }
    EXPECT_NEAR(all, 1, 1e-12);
    EXPECT_NEAR(mean, 1, 1e-10) << clustering;
    for (const double x : {0.01, 0.5, 2.0, 10.0}) {
      double yield = 0;
      for (std::size_t i = 0; i < mixture.weight.size(); ++i) {
        yield += mixture.weight[i] * std::exp(-x * mixture.relative[i]);
      }
      EXPECT_NEAR(yield, yield_of(GetParam(), x, parameters), 1e-10) << clustering << ' ' << x;
    }
  }
}

TEST_P(EveryLaw, DrawsWhatItPredicts) {
  constexpr int kDraws = 40000;
  for (const double clustering : {0.5, 2.0}) {
    const LawParameters parameters{clustering, 3};
    const auto& law = law_named(GetParam());
    base::RandomStream stream(7, 1);
    double mean = 0;
    double without = 0;
    for (int i = 0; i < kDraws; ++i) {
      const double g = law.draw(stream, parameters);
      mean += g / kDraws;
      without += std::exp(-1.5 * g) / kDraws;
    }
    // Five standard errors; the variance of g is at most 1/clustering.
    EXPECT_NEAR(mean, 1, 5 / std::sqrt(clustering * kDraws));
    EXPECT_NEAR(without, law.yield(1.5, parameters), 5 * 0.5 / std::sqrt(kDraws));
  }
}

TEST(Law, UnknownName) { EXPECT_THROW(law_named("moore"), std::invalid_argument); }

}  // namespace
}  // namespace weft::manufacturing
