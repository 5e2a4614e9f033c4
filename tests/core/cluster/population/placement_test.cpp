// Who goes where.
#include <algorithm>
#include <numeric>
#include <set>

#include "fixtures.h"
#include "weft/population/filling.h"
#include "weft/population/placement.h"

namespace weft::population {
namespace {

using namespace testing;

constexpr double kRounding = 1e-12;

TEST(Placement, IsFoundByName) {
  EXPECT_EQ(placements().size(), 3U);
  for (const auto& placement : placements()) {
    EXPECT_EQ(placement_named(placement.name).place, placement.place);
  }
  EXPECT_STREQ(placements().front().name, "random");
  EXPECT_THROW(placement_named("alphabetical"), std::invalid_argument);
}

TEST(Placement, UsesNothingTwice) {
  std::vector<double> times(37);
  base::RandomStream draws(1, 1);
  for (auto& time : times) time = 1 + draws.uniform();
  const std::vector<double> stages = {1, 0.5, 0.8};
  const Places places{stages, 11};
  for (const auto& placement : placements()) {
    base::RandomStream random(1, 2);
    const auto packages = placement.build(times, random);
    EXPECT_EQ(std::set<std::uint32_t>(packages.begin(), packages.end()).size(), times.size());
    const auto units = placement.place(times, places);
    EXPECT_EQ(units.size(), 33U);
    EXPECT_EQ(std::set<std::uint32_t>(units.begin(), units.end()).size(), 33U);
    EXPECT_LT(*std::max_element(units.begin(), units.end()), times.size());
  }
}

// The slowest groups, four of them for stages of two: the shortest stage gets them.
TEST(Slack, SlowestToTheShortestStage) {
  const std::vector<double> times = {1.3, 1.0, 1.2, 1.1};
  const std::vector<double> stages = {0.5, 1};
  const auto units = kSlackPlacement.place(times, {stages, 2});
  EXPECT_EQ((std::set<std::uint32_t>{units[0], units[1]}), (std::set<std::uint32_t>{0, 2}));
  EXPECT_EQ((std::set<std::uint32_t>{units[2], units[3]}), (std::set<std::uint32_t>{1, 3}));
}

double pace_of(const Assignment& units, const std::vector<double>& times, const Places& places) {
  double slowest = 0;
  for (std::size_t i = 0; i < units.size(); ++i) {
    slowest = std::max(slowest, times[units[i]] * places.stage_times[i / places.per_stage]);
  }
  return slowest;
}

// Over all placements of eight groups.
TEST(Slack, HasTheFastestSlowestStage) {
  base::RandomStream draws(7, 1);
  const std::vector<double> stages = {0.9, 0.6, 1, 0.75};
  const Places places{stages, 2};
  for (int trial = 0; trial < 5; ++trial) {
    std::vector<double> times(8);
    for (auto& time : times) time = 1 + 0.6 * draws.uniform();
    Assignment units(8);
    std::iota(units.begin(), units.end(), 0U);
    double best = 10;
    do {
      best = std::min(best, pace_of(units, times, places));
    } while (std::next_permutation(units.begin(), units.end()));
    EXPECT_NEAR(pace_of(kSlackPlacement.place(times, places), times, places), best, kRounding);
  }
}

// Whatever the order in which the boxes come.
TEST(Sorted, DoesNotDependOnTheOrderOfPackages) {
  std::vector<double> times = {1.3, 1.0, 1.2, 1.1, 1.4, 1.05};
  const std::vector<double> stages = {1, 1, 1};
  for (const auto* placement : {&kSortedPlacement, &kSlackPlacement}) {
    std::vector<double> first;
    for (int turn = 0; turn < 6; ++turn) {
      std::rotate(times.begin(), times.begin() + 1, times.end());
      std::vector<double> placed;
      for (const auto unit : placement->place(times, {stages, 2})) placed.push_back(times[unit]);
      if (first.empty()) first = placed;
      EXPECT_EQ(placed, first);
    }
  }
}

TEST(GroupTimes, AreThoseOfTheSlowestMember) {
  const auto population = in_hosts({timed(1, 1)}, 4);
  const Structure structure{2, 2, {1, 1}};
  Filling filling;
  filling.times = {1, 1.1, 1.2, 1, 1, 1, 1.4, 1.3};
  EXPECT_EQ(group_times(population, structure, kRandomPlacement, filling),
            (std::vector<double>{1.1, 1.2, 1, 1.4}));
  // The slower host goes behind.
  std::swap_ranges(filling.times.begin(), filling.times.begin() + 4, filling.times.begin() + 4);
  EXPECT_EQ(group_times(population, structure, kSortedPlacement, filling),
            (std::vector<double>{1.1, 1.2, 1, 1.4}));
}

TEST(GroupTimes, LeaveOutTheSlowestWhereHostsAreSpare) {
  const auto population = in_hosts({timed(1, 1)}, 2);
  Filling filling;
  filling.times = {1, 1.5, 1, 1, 1, 1.1};
  const Structure structure{2, 2, {1}};
  EXPECT_EQ(group_times(population, structure, kSortedPlacement, filling),
            (std::vector<double>{1, 1.1}));
  EXPECT_EQ(group_times(population, structure, kRandomPlacement, filling),
            (std::vector<double>{1.5, 1}));
  EXPECT_THROW(group_times(population, {2, 4, {1}}, kRandomPlacement, filling),
               std::invalid_argument);
}

// Groups that span hosts, and groups that hosts do not come out even with.
TEST(GroupTimes, OfGroupsOfAnySize) {
  auto population = in_hosts({timed(0.7, 1), timed(0.3, 1.2)}, 8);
  for (const int group : {1, 3, 4, 8, 12, 16, 24}) {
    const Structure structure{group, 6, {1, 0.9}};
    const auto filling = fill(population, 60, kRandomPlacement, 1);
    for (const auto& placement : placements()) {
      EXPECT_EQ(group_times(population, structure, placement, filling).size(), 12U);
    }
  }
}

TEST(Fold, CountsEveryPipeline) {
  auto population = in_hosts({timed(0.7, 1), timed(0.3, 1.2)}, 8);
  const Structure structure{4, 40, {1, 1, 1}};
  const auto filling = fill(population, 60, kRandomPlacement, 1);
  const auto times = group_times(population, structure, kRandomPlacement, filling);
  const auto folded = fold(times, structure);
  EXPECT_LE(folded.size(), 8U);
  EXPECT_GT(folded.size(), 2U);
  std::int64_t count = 0, slow = 0;
  for (const auto& alike : folded) {
    count += alike.count;
    slow += alike.count * std::count(alike.times.begin(), alike.times.end(), 1.2);
  }
  EXPECT_EQ(count, 40);
  EXPECT_EQ(slow, std::count(times.begin(), times.end(), 1.2));
}

TEST(Fold, RoundsWhenAsked) {
  const Structure structure{1, 3, {1}};
  EXPECT_EQ(fold({1.0012, 1.0009, 1.0101}, structure).size(), 3U);
  const auto rounded = fold({1.0012, 1.0009, 1.0101}, structure, 0.01);
  ASSERT_EQ(rounded.size(), 2U);
  EXPECT_EQ(rounded[0].count, 2);
}

}  // namespace
}  // namespace weft::population
