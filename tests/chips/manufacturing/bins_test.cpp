// What comes out of a wafer: bins, packages, early failures and cost.
#include <cmath>

#include "fixtures.h"

namespace weft::manufacturing {
namespace {

using namespace testing;

constexpr base::Time kMonth = 30 * base::kDay;

// A die at 40 % without a defect, and only those sold.
Manufacturing perfect_ascend(double density = 0.175) {
  auto made = ascend();
  made.density = per_cm2(density);
  made.bins[0].cores = 25;
  return made;
}

TEST(LatentDefects, OfDiesAndPackages) {
  auto made = perfect_ascend();
  auto bins = make_bins(made);
  EXPECT_NEAR(bins.bins[0].latent_per_die, 0.0073, 5e-5);
  EXPECT_NEAR(bins.p_latent, 0.0146, 1e-4);
  EXPECT_NEAR(make_bins(perfect_ascend(0.372)).bins[0].latent_per_die, 0.0110, 5e-5);
  auto large = hopper();
  large.bins[0].cores = 144;
  large.density = per_cm2(0.07);
  EXPECT_NEAR(make_bins(large).p_latent, 0.0044, 5e-5);
  large.density = per_cm2(0.10);
  EXPECT_NEAR(make_bins(large).p_latent, 0.0058, 5e-5);
}

// The closed form for dies of which i defects are known, summed over what a bin takes.
TEST(LatentDefects, OfHarvestedDiesFollowThePosterior) {
  for (const double density : {0.05, 0.175, 0.4}) {
    auto perfect = perfect_ascend(density);
    const double x = density * 6.65;
    EXPECT_NEAR(make_bins(perfect).bins[0].latent_per_die, latent_share(x, 0.01, 2, 0), 1e-12);
    // Dies with one bad core have one defect or more in it.
    auto both = perfect;
    both.bins.push_back({"24 cores", 24, base::Rate(1.8e9), 8, ""});
    const auto harvested = make_bins(both).bins[1];
    EXPECT_GT(harvested.defects, 1);
    EXPECT_GT(harvested.latent_per_die, latent_share(x, 0.01, 2, 1));
    EXPECT_LT(harvested.latent_per_die, latent_share(x, 0.01, 2, 2));
  }
}

// A core so small that two defects never meet in it: exactly i defects.
TEST(LatentDefects, OfOneRepairedDefect) {
  auto made = perfect_ascend();
  made.design.cores_built = 1000;
  made.core_share = 0.002;
  made.bins = {{"all", 1000, base::Rate(0), 8, ""}, {"one off", 999, base::Rate(0), 8, ""}};
  const auto one_off = make_bins(made).bins[1];
  EXPECT_NEAR(one_off.defects, 1, 1e-5);
  EXPECT_NEAR(one_off.latent_per_die, latent_share(0.175 * 6.65, 0.01, 2, 1), 1e-7);
}

double failures_of_10k_dies(base::Time burn_in_time) {
  auto made = perfect_ascend();
  made.design.dies = 1;
  made.burn_in = {burn_in_time, 5};
  const auto bins = make_bins(made);
  return 1e4 * bins.passed_burn_in * failed_packages(bins.p_latent, 1, bins.survival, kMonth);
}

TEST(BurnIn, TakesFailuresOutOfTheFirstMonth) {
  EXPECT_NEAR(failures_of_10k_dies(base::Time(0)), 33, 0.5);
  EXPECT_NEAR(failures_of_10k_dies(48 * base::kHour), 15, 0.5);
  EXPECT_NEAR(failures_of_10k_dies(168 * base::kHour), 8, 0.5);
}

TEST(BurnIn, LosesWhatItFinds) {
  auto made = perfect_ascend();
  const auto without = make_bins(made);
  made.burn_in = {168 * base::kHour, 5};
  const auto with = make_bins(made);
  // Two dies in a package, each weak and each weak one failing by itself.
  const double passed = 1 - without.bins[0].latent_per_die * with.survival.failed_in_burn_in();
  EXPECT_NEAR(with.passed_burn_in, passed * passed, 1e-12);
  EXPECT_NEAR(with.good_packages, without.good_packages * passed * passed, 1e-9);
  EXPECT_LT(with.p_latent, without.p_latent);
  // Weak units are conserved: those that ship and those found.
  const double weak_packages = with.p_latent * with.passed_burn_in;
  EXPECT_LT(weak_packages + (1 - with.passed_burn_in), without.p_latent + 1e-12);
}

// S(t + t_b)/S(t_b)
TEST(Survival, AfterBurnInIsConditional) {
  const Survival fresh{0.5, 2000 * base::kHour, base::Time(0)};
  auto aged = fresh;
  aged.aged = 240 * base::kHour;
  const auto survives = [&](base::Time t) { return 1 - fresh.failed_within(t); };
  EXPECT_NEAR(1 - aged.failed_within(kMonth), survives(aged.aged + kMonth) / survives(aged.aged),
              1e-14);
  EXPECT_NEAR(fresh.failed_within(kMonth), 1 - std::exp(-std::sqrt(720.0 / 2000)), 1e-14);
  EXPECT_LT(aged.failed_within(kMonth), fresh.failed_within(kMonth));
  EXPECT_EQ(fresh.failed_in_burn_in(), 0);
}

TEST(Packages, AreWhatDiesAndAssemblyLeave) {
  auto made = ascend();
  made.package.attach = 0.99;
  made.package.assembly = 0.9;
  made.test_coverage = 0.99;
  const auto bins = make_bins(made);
  const double sold = bins.sold_yield;
  EXPECT_NEAR(sold, 0.548, 1e-3);
  EXPECT_NEAR(bins.escapes, 1 - std::pow(sold, 0.01), 1e-12);
  const double good = std::pow(1 - bins.escapes, 2) * std::pow(0.99, 8) * 0.9;
  EXPECT_NEAR(bins.package_yield, good, 1e-12);
  // Dies that pass the test, bad ones among them, two to a package.
  const double begun = bins.printed_dies * sold / (1 - bins.escapes) / 2;
  EXPECT_NEAR(bins.good_packages, begun * good, 1e-9);
}

TEST(Packages, OfUntestedDiesAreOfTheWorstDiesBin) {
  auto made = ascend();
  made.bins.push_back({"20 cores", 20, base::Rate(1.8e9), 8, ""});
  made.package.known_good_die = false;
  const auto bins = make_bins(made);
  const double first = bins.bins[0].die_share;
  const double both = first + bins.bins[1].die_share;
  const double sets = bins.printed_dies / 2;
  EXPECT_NEAR(bins.bins[0].packages, sets * first * first, 1e-9);
  EXPECT_NEAR(bins.bins[1].packages, sets * (both * both - first * first), 1e-9);
  EXPECT_NEAR(bins.good_packages, sets * both * both, 1e-9);
  EXPECT_NEAR(bins.bins[0].share + bins.bins[1].share, 1, 1e-12);
  EXPECT_GT(bins.bins[1].defects, 0);
  // Tested dies are paired with their like and none is wasted on a bad one.
  made.package.known_good_die = true;
  EXPECT_GT(make_bins(made).good_packages, bins.good_packages);
}

TEST(Bins, ShareOutDiesByCoresAndClock) {
  auto made = ascend();
  made.max_clock = ClockSpread{base::Rate(1.8e9), 0.1, false};
  made.bins = {{"fast", 24, base::Rate(1.8e9), 8, ""},
               {"slow", 24, base::Rate(1.62e9), 8, ""},
               {"few", 20, base::Rate(1.44e9), 8, ""}};
  const auto bins = make_bins(made);
  const auto with = [](int cores) { return cores == 24 ? 0.548 : 0.600; };
  const auto reach = [](double deviations) { return 0.5 * std::erfc(deviations / std::sqrt(2.0)); };
  EXPECT_NEAR(bins.bins[0].die_share, with(24) * reach(0), 1e-3);
  EXPECT_NEAR(bins.bins[1].die_share, with(24) * (reach(-1) - reach(0)), 1e-3);
  EXPECT_NEAR(bins.bins[2].die_share, with(20) * reach(-2) - with(24) * reach(-1), 1e-3);
  EXPECT_DOUBLE_EQ(bins.bins[0].clock_factor, 1);
  EXPECT_DOUBLE_EQ(bins.bins[1].clock_factor, 0.9);
  double shares = 0;
  for (const auto& bin : bins.bins) shares += bin.share;
  EXPECT_NEAR(shares, 1, 1e-12);
}

// Mean and deviation of a lognormal clock are those asked for, not those of its logarithm.
TEST(Bins, LognormalClock) {
  auto made = ascend();
  made.density = per_cm2(0);
  made.max_clock = ClockSpread{base::Rate(1.8e9), 0.2, true};
  made.bins[0].clock = base::Rate(1.8e9);
  const double sigma = std::sqrt(std::log(1.04));
  const double reach = 0.5 * std::erfc(sigma / 2 / std::sqrt(2.0));
  EXPECT_NEAR(make_bins(made).bins[0].die_share, reach, 1e-12);
  made.max_clock->spread = 0;
  EXPECT_NEAR(make_bins(made).bins[0].die_share, 1, 1e-12);
  made.bins[0].clock = base::Rate(1.9e9);
  EXPECT_EQ(make_bins(made).good_packages, 0);
}

TEST(Bins, OfAnotherChipAreNotCountedAsThisOne) {
  auto made = ascend();
  const auto alone = make_bins(made);
  made.bins.push_back({"20 cores", 20, base::Rate(1.5e9), 8, "ascend_910b4"});
  made.prices = Prices{"USD", 10000, 0, 0, 0, 0};
  const auto bins = make_bins(made);
  EXPECT_DOUBLE_EQ(bins.good_packages, alone.good_packages);
  EXPECT_EQ(bins.bins[1].share, 0);
  EXPECT_GT(bins.bins[1].packages, 0);
  EXPECT_NEAR(bins.sold_yield, 0.600, 1e-3);
  // All dies that are sold bear the wafer alike.
  const double dies = bins.printed_dies * bins.sold_yield;
  ASSERT_TRUE(bins.cost.has_value());
  EXPECT_NEAR(bins.cost->total(), 2 * 10000 / dies, 1e-9);
}

TEST(Cost, OfAGoodPackageBearsTheBadOnes) {
  auto made = ascend();
  made.package.assembly = 0.5;
  made.burn_in = {100 * base::kHour, 2};
  made.prices = Prices{"USD", 10000, 1000, 300, 100, 0.5 / 3600};
  const auto bins = make_bins(made);
  ASSERT_TRUE(bins.cost.has_value());
  const auto& cost = *bins.cost;
  EXPECT_EQ(cost.currency, "USD");
  EXPECT_NEAR(cost.dies, 10000 / bins.good_packages, 1e-9);
  const double begun = 1 / (0.5 * bins.passed_burn_in);
  EXPECT_NEAR(cost.memory, 1000 * begun, 1e-9);
  EXPECT_NEAR(cost.assembly, 300 * begun, 1e-9);
  EXPECT_NEAR(cost.test, 100 * begun, 1e-9);
  EXPECT_NEAR(cost.burn_in, 50 / bins.passed_burn_in, 1e-9);
  EXPECT_FALSE(make_bins(ascend()).cost.has_value());
}

TEST(Packages, FallWithDefects) {
  double last = 1e9;
  double last_latent = 0;
  for (double density = 0.01; density < 2; density *= 1.4) {
    const auto bins = make_bins(ascend(), per_cm2(density));
    EXPECT_LT(bins.good_packages, last);
    EXPECT_GT(bins.p_latent, last_latent);
    last = bins.good_packages;
    last_latent = bins.p_latent;
  }
}

}  // namespace
}  // namespace weft::manufacturing
