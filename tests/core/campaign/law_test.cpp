#include "weft/campaign/law.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "scenario_fixtures.h"

namespace weft::campaign {
namespace {

using base::Time;

const WeibullShape kInfant{0.5, Time(2000 * 3600.0)};
const WeibullShape kWear{2.64, Time(2596 * 86400.0)};
const base::Rate kSteady = base::kFit * 6970;

std::vector<LawPointer> every_law() {
  return {constant_law(kSteady), weibull_law(kInfant), weak_units_law(kSteady, 0.01, kInfant),
          bathtub_law(kSteady, kInfant, kWear), wear_out_law(kSteady, kWear)};
}

TEST(Laws, InverseUndoesTheCumulativeHazard) {
  for (const auto& law : every_law()) {
    for (const double age : {60.0, 3600.0, 86400.0, 3e6, 1e8}) {
      EXPECT_NEAR(law->age_at(law->cumulative(age)) / age, 1.0, 1e-9) << age;
    }
    EXPECT_EQ(law->age_at(0.0), 0.0);
  }
}

TEST(Laws, HazardIsTheSlope) {
  for (const auto& law : every_law()) {
    for (const double age : {1e4, 1e6, 1e8}) {
      const double slope =
          (law->cumulative(age * 1.0001) - law->cumulative(age * 0.9999)) / (age * 0.0002);
      EXPECT_NEAR(law->hazard(age) / slope, 1.0, 1e-4);
    }
  }
}

TEST(Laws, OnlyTheConstantOneHasNoAge) {
  EXPECT_EQ(constant_law(kSteady)->constant(), kSteady.si());
  EXPECT_LT(weibull_law(kWear)->constant(), 0.0);
}

TEST(Laws, SoundUnitsOfAMixtureNeverFailWithoutAConstantHazard) {
  const auto law = weak_units_law(base::Rate(0), 0.1, kInfant);
  EXPECT_NEAR(law->cumulative(1e15), -std::log(0.9), 1e-6);
  EXPECT_TRUE(std::isinf(law->age_at(0.2)));
}

// A draw behind age a₀ has the survival S(a)/S(a₀).
TEST(Laws, ConditionalDraws) {
  base::RandomStream random(1, 2);
  for (const auto& law : every_law()) {
    const double tested = 168 * 3600.0;
    const double later = tested + 30 * 86400.0;
    const double expected = std::exp(law->cumulative(tested) - law->cumulative(later));
    int alive = 0;
    constexpr int kDraws = 20000;
    for (int i = 0; i < kDraws; ++i) {
      alive += law->age_at(law->cumulative(tested) + random.exponential(1.0)) > later ? 1 : 0;
    }
    const double spread = std::sqrt(expected * (1 - expected) / kDraws);
    EXPECT_NEAR(alive / static_cast<double>(kDraws), expected, 4 * spread + 1e-9);
  }
}

// Weak among the failed: by drawing units of both kinds.
TEST(Laws, AFailureTellsWeakUnits) {
  const double share = 0.02;
  const auto law = weak_units_law(kSteady, share, kInfant);
  base::RandomStream random(3, 4);
  int failed = 0, weak = 0, told = 0;
  for (int i = 0; i < 400000; ++i) {
    const bool is_weak = random.uniform() < share;
    const double steady = random.exponential(1.0 / kSteady.si());
    const double defect =
        kInfant.scale.si() * std::pow(random.exponential(1.0), 1.0 / kInfant.shape);
    const double age = is_weak ? std::min(steady, defect) : steady;
    if (age > 30 * 86400.0) continue;
    ++failed;
    weak += is_weak ? 1 : 0;
    const auto after = law->after_failure(age, random.uniform());
    told += after->constant() < 0.0 ? 1 : 0;
  }
  EXPECT_NEAR(told / static_cast<double>(failed), weak / static_cast<double>(failed), 0.02);
  EXPECT_NEAR(failed / 400000.0, -std::expm1(-law->cumulative(30 * 86400.0)), 5e-4);
}

TEST(FrailtyTest, MarginalAndItsInverse) {
  const Frailty gamma{Frailty::Kind::kGamma, 1.5, 0, 1};
  const Frailty lemons{Frailty::Kind::kLemons, 0, 0.013, 50};
  for (const auto& frailty : {gamma, lemons, Frailty()}) {
    for (const double grown : {1e-6, 0.01, 0.3, 4.0, 60.0}) {
      EXPECT_NEAR(frailty.inverse(frailty.marginal(grown)) / grown, 1.0, 1e-9);
    }
  }
  EXPECT_NEAR(gamma.marginal(2.0), std::log(1 + 1.5 * 2) / 1.5, 1e-12);
  EXPECT_NEAR(std::exp(-lemons.marginal(0.1)), 0.987 * std::exp(-0.1) + 0.013 * std::exp(-5.0),
              1e-12);
}

TEST(FrailtyTest, GammaDrawsHaveTheirMoments) {
  base::RandomStream random(5, 6);
  for (const double shape : {0.4, 1.0, 3.5}) {
    double sum = 0, squares = 0;
    constexpr int kDraws = 100000;
    for (int i = 0; i < kDraws; ++i) {
      const double draw = draw_gamma(shape, random);
      sum += draw;
      squares += draw * draw;
    }
    const double mean = sum / kDraws;
    EXPECT_NEAR(mean, shape, 0.03 * shape);
    EXPECT_NEAR(squares / kDraws - mean * mean, shape, 0.06 * shape);
  }
}

// The hazard after k failures; the limit of many units without frailty is flat.
TEST(FrailtyTest, Posterior) {
  const Frailty gamma{Frailty::Kind::kGamma, 2.0, 0, 1};
  EXPECT_NEAR(gamma.posterior_mean(0, 0), 1.0, 1e-12);
  EXPECT_NEAR(gamma.posterior_mean(3, 1.5), (0.5 + 3) / (0.5 + 1.5), 1e-12);
  const Frailty lemons{Frailty::Kind::kLemons, 0, 0.01, 50};
  EXPECT_NEAR(lemons.posterior_mean(0, 0), 0.99 + 0.01 * 50, 1e-12);
  EXPECT_NEAR(lemons.posterior_mean(20, 0.1), 50, 1e-6);
}

TEST(DurationTest, MeansAreThoseOfTheDraws) {
  base::RandomStream random(7, 8);
  const Time cut(20 * 3600.0);
  for (const auto& duration : {fixed(Time(5)), exponential(Time(3600)), lognormal(Time(1800), 0.6),
                               lognormal(Time(10.5 * 3600), 2.74, cut), [] {
                                 auto cut_short = exponential(Time(3600));
                                 cut_short.longest = Time(5000);
                                 return cut_short;
                               }()}) {
    double sum = 0;
    constexpr int kDraws = 60000;
    for (int i = 0; i < kDraws; ++i) sum += duration.draw(random);
    EXPECT_NEAR(sum / kDraws / duration.mean().si(), 1.0, 0.03);
  }
  // LANL's mean of 355 min and median of 54 min give this σ.
  EXPECT_NEAR(lognormal(Time(54 * 60.0), 1.94).mean() / Time(60), 355, 5);
}

// Check 6: the first failure of n new units scales with n^{-1/β}; of tested ones with S(t+t_b)/S.
TEST(EngineLaws, FirstFailureOfManyUnits) {
  for (const double tested : {0.0, 48 * 3600.0}) {
    auto scenario = testing::quiet_job(0, 0, 3600);
    Cause cause;
    cause.name = "new";
    cause.units = 5000;
    cause.law = weibull_law(kInfant);
    cause.age = Time(tested);
    scenario.causes = {cause};
    double survived = 0;
    constexpr int kReplicas = 2000;
    const double late = tested > 0 ? 400.0 : 0.2;
    for (int i = 0; i < kReplicas; ++i) {
      scenario.horizon.window = Time(late);
      const auto result = testing::replica_of(scenario, static_cast<std::uint64_t>(i));
      survived += result.interruptions[0] == 0 ? 1.0 / kReplicas : 0.0;
    }
    const double expected =
        std::exp(-5000 * (kInfant.cumulative(late + tested) - kInfant.cumulative(tested)));
    EXPECT_NEAR(survived, expected, 0.045) << tested;
    EXPECT_GT(expected, 0.02);
    EXPECT_LT(expected, 0.98);
  }
}

}  // namespace
}  // namespace weft::campaign
