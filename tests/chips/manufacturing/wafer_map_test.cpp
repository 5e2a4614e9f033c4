// Wafers drawn defect by defect against the closed forms.
#include "weft/manufacturing/wafer_map.h"

#include <cmath>

#include "fixtures.h"

namespace weft::manufacturing {
namespace {

using namespace testing;

struct DrawnCase {
  const char* law;
  double clustering;
  Region region;
};

class DrawnWafers : public ::testing::TestWithParam<DrawnCase> {};

// Five standard errors between wafers, for every law and however large the clusters are.
TEST_P(DrawnWafers, AgreeWithTheClosedForms) {
  auto made = ascend();
  made.law = &law_named(GetParam().law);
  made.parameters = {GetParam().clustering, 4};
  made.region = GetParam().region;
  made.systematic = 0.95;
  made.latent.ratio = 0.1;
  made.max_clock = ClockSpread{base::Rate(1.85e9), 0.05, true};
  made.bins = {{"all", 25, base::Rate(1.8e9), 8, ""},
               {"24 cores", 24, base::Rate(1.8e9), 8, ""},
               {"slow", 20, base::Rate(1.6e9), 8, ""}};
  const auto bins = make_bins(made);
  const auto drawn = simulate_wafers(made, bins, 600, 11);
  ASSERT_EQ(drawn.bins.size(), 3U);
  for (std::size_t b = 0; b < drawn.bins.size(); ++b) {
    const auto& [dies, latent] = drawn.bins[b];
    EXPECT_NEAR(dies.mean, dies.predicted, 5 * dies.standard_error) << bins.bins[b].name;
    EXPECT_NEAR(latent.mean, latent.predicted, 5 * latent.standard_error) << bins.bins[b].name;
    EXPECT_GT(dies.standard_error, 0);
    EXPECT_LT(dies.standard_error, 0.02);
    EXPECT_LT(latent.standard_error, 0.02);
  }
}

INSTANTIATE_TEST_SUITE_P(Laws, DrawnWafers,
                         ::testing::Values(DrawnCase{"poisson", 2, Region::kDie},
                                           DrawnCase{"murphy", 2, Region::kBlock},
                                           DrawnCase{"seeds", 2, Region::kBlock},
                                           DrawnCase{"bose_einstein", 2, Region::kDie},
                                           DrawnCase{"negative_binomial", 2, Region::kBlock},
                                           DrawnCase{"negative_binomial", 2, Region::kWafer},
                                           DrawnCase{"negative_binomial", 0.5, Region::kBlock}),
                         [](const auto& drawn) {
                           return std::string(drawn.param.law) + std::to_string(drawn.index);
                         });

// The harvest of 144 cores, which has no closed form that keeps its digits.
TEST(DrawnWafers, HarvestOf144Cores) {
  auto made = hopper();
  made.density = per_cm2(0.14);
  const auto bins = make_bins(made);
  const auto drawn = simulate_wafers(made, bins, 500, 3);
  const auto& dies = drawn.bins[0].dies;
  EXPECT_NEAR(dies.mean, 0.663, 5 * dies.standard_error);
  EXPECT_LT(dies.standard_error, 0.01);
}

TEST(DrawnWafers, LargerClustersSpreadWafersWider) {
  const auto spread = [](Region region) {
    auto made = ascend();
    made.region = region;
    return simulate_wafers(made, make_bins(made), 300, 5).bins[0].dies.standard_error;
  };
  EXPECT_LT(spread(Region::kDie), spread(Region::kBlock));
  EXPECT_LT(spread(Region::kBlock), spread(Region::kWafer));
}

TEST(DrawnWafer, DependsOnSeedAndNumberAlone) {
  const auto made = ascend();
  const auto places = printed_dies(made.wafer, made.die);
  const auto spots = [&](std::uint64_t seed, std::uint64_t index) {
    double sum = 0;
    for (const auto& spot : simulate_wafer(made, per_cm2(0.175), places, seed, index).spots) {
      sum += spot.x.si() + 3 * spot.y.si();
    }
    return sum;
  };
  EXPECT_EQ(spots(1, 4), spots(1, 4));
  EXPECT_NE(spots(1, 4), spots(1, 5));
  EXPECT_NE(spots(1, 4), spots(2, 4));
}

TEST(DrawnWafer, WithoutDefectsIsWhole) {
  auto made = ascend();
  const auto places = printed_dies(made.wafer, made.die);
  const auto wafer = simulate_wafer(made, per_cm2(0), places, 1, 0);
  EXPECT_TRUE(wafer.spots.empty());
  ASSERT_EQ(wafer.dies.size(), places.size());
  for (const auto& die : wafer.dies) EXPECT_EQ(die.bin, 0);
}

TEST(DrawnWafer, SpotsLieOnDies) {
  const auto made = ascend();
  const auto places = printed_dies(made.wafer, made.die);
  const auto wafer = simulate_wafer(made, per_cm2(0.5), places, 9, 0);
  ASSERT_FALSE(wafer.spots.empty());
  for (const auto& spot : wafer.spots) EXPECT_LT(std::hypot(spot.x.si(), spot.y.si()), 0.147);
}

TEST(DrawnWafers, NeedTwo) {
  const auto made = ascend();
  EXPECT_THROW(simulate_wafers(made, make_bins(made), 1, 1), std::invalid_argument);
}

}  // namespace
}  // namespace weft::manufacturing
