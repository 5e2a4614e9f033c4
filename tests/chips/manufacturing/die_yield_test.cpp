// Yield of dies, densities behind reported yields, harvesting, test escapes and latent defects
// against figures worked out by other means.
#include <cmath>
#include <stdexcept>

#include "fixtures.h"

namespace weft::manufacturing {
namespace {

using namespace testing;

double solved(const std::string& law, double yield, Counts counts) {
  auto made = ascend();
  made.law = &law_named(law);
  made.density.reset();
  made.reported = ReportedYield{yield, Scope::kDie, counts};
  return defect_density(made).si() / kPerSquareCentimetre;
}

struct Implied {
  double yield;
  double poisson;
  double murphy;
  double two;  // negative binomial of 2
  double seeds;
  double harvested;  // of 2, if the yield counts dies with 24 of 25 cores; 0: not worked out
};

class ImpliedDensity : public ::testing::TestWithParam<Implied> {};

TEST_P(ImpliedDensity, OfAReportedYield) {
  const auto& known = GetParam();
  EXPECT_NEAR(solved("poisson", known.yield, Counts::kPerfect), known.poisson, 6e-4);
  EXPECT_NEAR(solved("murphy", known.yield, Counts::kPerfect), known.murphy, 6e-4);
  EXPECT_NEAR(solved("negative_binomial", known.yield, Counts::kPerfect), known.two, 6e-4);
  EXPECT_NEAR(solved("seeds", known.yield, Counts::kPerfect), known.seeds, 6e-4);
  if (known.harvested > 0) {
    EXPECT_NEAR(solved("negative_binomial", known.yield, Counts::kChip), known.harvested, 6e-4);
  }
}

INSTANTIATE_TEST_SUITE_P(Ascend, ImpliedDensity,
                         ::testing::Values(Implied{0.2, 0.242, 0.286, 0.372, 0.602, 0.567},
                                           Implied{0.3, 0.181, 0.204, 0.248, 0.351, 0.388},
                                           Implied{0.4, 0.138, 0.150, 0.175, 0.226, 0.279},
                                           Implied{0.5, 0.104, 0.111, 0.125, 0.150, 0.204},
                                           Implied{0.6, 0.077, 0.080, 0.088, 0.100, 0}));

// The published density of TSMC's N7 on this die, and the densities above back again.
TEST(PerfectYield, OfTheAscendDie) {
  EXPECT_NEAR(perfect_yield(ascend(), per_cm2(0.09)), 0.592, 5e-4);
  EXPECT_NEAR(perfect_yield(ascend(), per_cm2(0.175)), 0.400, 5e-4);
  EXPECT_NEAR(perfect_yield(ascend(), per_cm2(0.372)), 0.200, 5e-4);
}

double sold(Manufacturing made, int cores, double density) {
  made.bins[0].cores = cores;
  return predicted_yield(made, per_cm2(density), Scope::kDie, Counts::kChip);
}

TEST(Harvest, OfTheAscendDie) {
  EXPECT_NEAR(sold(ascend(), 25, 0.175), 0.400, 1e-3);
  EXPECT_NEAR(sold(ascend(), 24, 0.175), 0.548, 1e-3);
  EXPECT_NEAR(sold(ascend(), 20, 0.175), 0.600, 1e-3);
}

struct HarvestedHopper {
  double density;
  double sold;
  double perfect;
};

class Hopper : public ::testing::TestWithParam<HarvestedHopper> {};

// 144 cores: where an alternating sum over bad cores loses all its digits.
TEST_P(Hopper, SellsWith132OfIts144Cores) {
  const auto& known = GetParam();
  EXPECT_NEAR(sold(hopper(), 132, known.density), known.sold, 6e-4);
  EXPECT_NEAR(sold(hopper(), 144, known.density), known.perfect, 6e-4);
  EXPECT_NEAR(perfect_yield(hopper(), per_cm2(known.density)), known.perfect, 6e-4);
}

INSTANTIATE_TEST_SUITE_P(Known, Hopper,
                         ::testing::Values(HarvestedHopper{0.05, 0.855, 0.690},
                                           HarvestedHopper{0.07, 0.806, 0.606},
                                           HarvestedHopper{0.09, 0.761, 0.536},
                                           HarvestedHopper{0.10, 0.740, 0.505},
                                           HarvestedHopper{0.14, 0.663, 0.406}));

// Few cores: every number of bad ones by inclusion and exclusion, in closed form for NB(α).
TEST(CoreCounts, AgreeWithInclusionAndExclusion) {
  constexpr double kAlpha = 1.7;
  constexpr int kCores = 5;
  const DieDefects die{1.3, 0.7, kCores, kCores, 0.05};
  const auto counts = core_counts(law_named("negative_binomial").mixture({kAlpha, 1}), die);
  const auto without = [&](double defects) { return std::pow(1 + defects / kAlpha, -kAlpha); };
  const auto choose = [](int n, int k) {
    double ways = 1;
    for (int i = 0; i < k; ++i) ways = ways * (n - i) / (i + 1);
    return ways;
  };
  const double in_core = die.mean * die.core_share / kCores;
  const double rest = die.mean * (1 - die.core_share);
  const double latent = die.mean * die.latent;
  for (int bad = 0; bad <= kCores; ++bad) {
    double share = 0;
    double clean = 0;
    for (int i = 0; i <= bad; ++i) {
      const double sign = (i % 2 == 0 ? 1 : -1) * choose(kCores, bad) * choose(bad, i);
      const double defects = rest + in_core * (kCores - bad + i);
      share += sign * without(defects);
      clean += sign * without(defects + latent);
    }
    EXPECT_NEAR(counts.share[bad], share, 1e-12) << bad;
    EXPECT_NEAR(counts.clean[bad], clean, 1e-12) << bad;
    EXPECT_GE(counts.defects[bad], bad * counts.share[bad]) << "one defect or more in a bad core";
  }
}

// Without clusters the defects in one bad core are a Poisson number that is not 0.
TEST(CoreCounts, DefectsOfABadCore) {
  const DieDefects die{2, 1, 4, 4, 0};
  const auto counts = core_counts(law_named("poisson").mixture({}), die);
  const double in_core = 0.5;
  for (int bad = 1; bad <= 4; ++bad) {
    EXPECT_NEAR(counts.defects[bad] / counts.share[bad], bad * in_core / -std::expm1(-in_core),
                1e-12);
  }
}

TEST(Yield, IsSystematicAloneWithoutDefects) {
  auto made = ascend();
  made.systematic = 0.93;
  EXPECT_DOUBLE_EQ(perfect_yield(made, per_cm2(0)), 0.93);
  EXPECT_NEAR(perfect_yield(made, per_cm2(1e-9)), 0.93, 1e-8);
  EXPECT_NEAR(predicted_yield(made, per_cm2(0), Scope::kDie, Counts::kChip), 0.93, 1e-12);
}

TEST(Yield, FallsWithDensityAndWithCoresAskedFor) {
  for (const double density : {0.05, 0.1, 0.2, 0.5, 1.0}) {
    EXPECT_GT(sold(ascend(), 24, density), sold(ascend(), 24, density * 1.1));
    for (int cores = 25; cores > 15; --cores) {
      EXPECT_LT(sold(ascend(), cores, density), sold(ascend(), cores - 1, density));
    }
  }
}

TEST(TestEscapes, AfterWilliamsAndBrown) {
  constexpr double kParts = 1e6;
  EXPECT_NEAR(test_escapes(0.4, 0.99) * kParts, 9121, 0.5);
  EXPECT_NEAR(test_escapes(0.4, 0.999) * kParts, 916, 0.5);
  EXPECT_NEAR(test_escapes(0.8, 0.99) * kParts, 2229, 0.5);
  EXPECT_EQ(test_escapes(0.4, 1), 0);
  EXPECT_EQ(test_escapes(1, 0.5), 0);
}

double defects_at(double yield) { return 2 * (1 / std::sqrt(yield) - 1); }  // NB(2)

TEST(LatentShare, OfDiesAsShipped) {
  EXPECT_NEAR(latent_share(defects_at(0.4), 0.01, 2, 0), 0.0073, 5e-5);
  EXPECT_NEAR(latent_share(defects_at(0.4), 0.01, 2, 1), 0.0110, 6e-5);
  EXPECT_NEAR(latent_share(defects_at(0.4), 0.01, 2, 2), 0.0146, 5e-5);
  EXPECT_NEAR(latent_share(defects_at(0.2), 0.01, 2, 0), 0.0110, 5e-5);
  EXPECT_NEAR(latent_share(8.14 * 0.07, 0.01, 2, 0), 0.0044, 5e-5);
  EXPECT_NEAR(latent_share(8.14 * 0.10, 0.01, 2, 0), 0.0058, 5e-5);
}

// Without clusters: 1 - Y^γ, however many defects were repaired.
TEST(LatentShare, WithoutClustersIsAPowerOfTheYield) {
  const double yield = 0.4;
  const double limit = 1 - std::pow(yield, 0.01);
  EXPECT_NEAR(latent_share(-std::log(yield), 0.01, 1e9, 0), limit, 1e-9);
  EXPECT_NEAR(latent_share(-std::log(yield), 0.01, 1e9, 3), limit, 1e-9);
}

TEST(Learning, FallsFromFirstToLast) {
  const Learning fresh{per_cm2(0.3), per_cm2(0.05), 0.9 * base::kYear, base::Time(0)};
  EXPECT_DOUBLE_EQ(learned(fresh).si(), per_cm2(0.3).si());
  auto old = fresh;
  old.age = 50 * base::kYear;
  EXPECT_NEAR(learned(old).si(), per_cm2(0.05).si(), 1e-9);
  auto later = fresh;
  later.age = 0.9 * base::kYear;
  EXPECT_NEAR(learned(later).si(), per_cm2(0.05 + 0.25 / std::exp(1.0)).si(), 1e-9);
  auto made = ascend();
  made.density.reset();
  made.learning = later;
  EXPECT_EQ(defect_density(made).si(), learned(later).si());
}

// 40 % of packages made of any two dies: each die is good with √0.4.
TEST(ReportedYield, OfPackagesOfUntestedDies) {
  auto made = ascend();
  made.density.reset();
  made.package.known_good_die = false;
  made.reported = ReportedYield{0.4, Scope::kPackage, Counts::kPerfect};
  EXPECT_NEAR(perfect_yield(made, defect_density(made)), std::sqrt(0.4), 1e-9);
}

TEST(ReportedYield, ComesOutAgainForEveryMeaning) {
  auto made = ascend();
  made.density.reset();
  made.systematic = 0.97;
  made.test_coverage = 0.98;
  made.package.attach = 0.995;
  made.package.assembly = 0.9;
  made.burn_in = {48 * base::kHour, 5};
  made.bins.push_back({"20 cores", 20, base::Rate(1.5e9), 4, "another"});
  for (const bool is_tested : {true, false}) {
    made.package.known_good_die = is_tested;
    for (const auto scope : {Scope::kDie, Scope::kPackage, Scope::kFinalTest}) {
      for (const auto counts : {Counts::kPerfect, Counts::kChip, Counts::kAny}) {
        made.reported = ReportedYield{0.3, scope, counts};
        const auto density = defect_density(made);
        EXPECT_GT(density.si(), 0);
        EXPECT_NEAR(predicted_yield(made, density, scope, counts), 0.3, 1e-9);
      }
    }
  }
}

// The more a figure leaves out, the more defects are behind the same number.
TEST(ReportedYield, OfLaterStagesMeansFewerDefects) {
  auto made = ascend();
  made.density.reset();
  made.package.assembly = 0.9;
  made.burn_in = {168 * base::kHour, 5};
  double last = 1e99;
  for (const auto scope : {Scope::kDie, Scope::kPackage, Scope::kFinalTest}) {
    made.reported = ReportedYield{0.4, scope, Counts::kChip};
    const double now = defect_density(made).si();
    EXPECT_LT(now, last);
    last = now;
  }
}

TEST(ReportedYield, ThatNoDensityGives) {
  auto made = ascend();
  made.density.reset();
  made.systematic = 0.9;
  made.reported = ReportedYield{0.95, Scope::kDie, Counts::kChip};
  EXPECT_NE(unreachable(made).find("90 %"), std::string::npos) << unreachable(made);
  EXPECT_THROW(defect_density(made), std::domain_error);
}

}  // namespace
}  // namespace weft::manufacturing
