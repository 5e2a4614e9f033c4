// What a campaign is told of weak devices and lemons.
#include <cmath>

#include "fixtures.h"
#include "weft/population/early_life.h"

namespace weft::population {
namespace {

using namespace testing;

constexpr manufacturing::Survival kSurvival{0.5, 2000 * base::kHour, 240 * base::kHour};

Population weak(double p_latent, int per_package = 1) {
  auto population = in_hosts({timed(1, 1)}, 8, per_package);
  population.classes[0].p_latent = p_latent;
  population.survival = kSurvival;
  return population;
}

double alive_at(const WeakDevices& weak, base::Time age) {
  return 1 - weak.share + weak.share * std::exp(-std::pow(age / weak.life, weak.shape));
}

// The law that a campaign draws from, entered at the age after burn-in, loses what the bins say.
TEST(EarlyLife, LosesWhatTheBinsSay) {
  const auto early = early_life(weak(0.0073)).weak;
  EXPECT_EQ(early.age, 240 * base::kHour);
  for (const auto days : {1.0, 30.0, 365.0}) {
    const auto later = early.age + days * base::kDay;
    const double lost = 1 - alive_at(early, later) / alive_at(early, early.age);
    EXPECT_NEAR(lost, 0.0073 * kSurvival.failed_within(days * base::kDay), 1e-12);
  }
  EXPECT_GT(early.share, early.share_left);
  EXPECT_NEAR(early.share_left, 0.0073, 1e-12);
}

TEST(EarlyLife, OfTheDiesOfAPackage) {
  const auto early = early_life(weak(0.0146, 2)).weak;
  EXPECT_NEAR(1 - std::pow(1 - early.share_left, 2), 0.0146, 1e-12);
}

TEST(EarlyLife, IsTheMeanOfTheClasses) {
  auto population = weak(0.004);
  population.classes[0].share = 0.75;
  population.classes.push_back(population.classes[0]);
  population.classes[1].share = 0.25;
  population.classes[1].p_latent = 0.012;
  const auto early = early_life(population);
  EXPECT_NEAR(early.weak.share_left, 0.006, 1e-12);
  ASSERT_EQ(early.weak_left.size(), 2U);
  EXPECT_NEAR(early.weak_left[1], 0.012, 1e-12);
}

TEST(EarlyLife, AcceptanceAgesAndFinds) {
  auto population = weak(0.0073);
  population.lemons = {0.013, 50};
  population.acceptance = {0.1, 72 * base::kHour, 0.6};
  const auto early = early_life(population);
  EXPECT_EQ(early.weak.age, 312 * base::kHour);
  EXPECT_LT(early.weak.share_left, 0.0073);
  // Of 1000 hosts without a fault at bring-up 13 are lemons, of which 7.8 are sent back.
  EXPECT_NEAR(early.lemons.share, 5.2 / 992.2, 1e-12);
  EXPECT_EQ(early.lemons.multiplier, 50);
  EXPECT_NEAR(early.rejected, 1 - 0.9 * 0.9922, 1e-12);
  EXPECT_NEAR(hosts_to_buy(early, 893), 1000, 0.1);
}

TEST(EarlyLife, OfSoundDevicesIsNothing) {
  const auto early = early_life(in_hosts({timed(1, 1)}, 8));
  EXPECT_EQ(early.weak.share, 0.0);
  EXPECT_EQ(early.weak.share_left, 0.0);
  EXPECT_EQ(early.rejected, 0.0);
  EXPECT_EQ(hosts_to_buy(early, 48), 48.0);
}

}  // namespace
}  // namespace weft::population
