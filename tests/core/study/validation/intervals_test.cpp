// Intervals from published runs: what they are made of, and how many runs they hold.
#include "weft/validation/intervals.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "fixtures.h"

namespace weft::validation {
namespace {

AccuracyRow error_of(const std::string& stack, double error, const std::string& kind = "dense") {
  AccuracyRow row;
  row.id = stack + std::to_string(error);
  row.vendor = "V";
  row.kind = kind;
  row.stack = stack;
  row.precision = "bf16";
  row.devices = 64;
  row.split = "test";
  row.publication = "P";
  row.speed_log_error = error;
  return row;
}

// 30 errors of 1 % to 30 %, of either sign.
std::vector<AccuracyRow> thirty(const std::string& stack, double scale = 1) {
  std::vector<AccuracyRow> rows;
  for (int i = 1; i <= 30; ++i)
    rows.push_back(error_of(stack, (i % 2 == 0 ? -1 : 1) * scale * 0.01 * i));
  return rows;
}

const PredictionTraits kCase = {"V", "dense", "a", "bf16", 64, 0};

TEST(Intervals, TheErrorThatAFurtherRunExceedsOnceInTen) {
  const IntervalModel model(thirty("a"), {}, {});
  const auto interval = model.interval(kCase);
  ASSERT_TRUE(interval);
  EXPECT_NEAR(interval->half_width, 0.28, 1e-12);  // the 28th of 30: ceil(0.9 * 31)
  EXPECT_EQ(interval->runs, 30);
  EXPECT_TRUE(interval->is_stack_known);
  EXPECT_TRUE(interval->holds(-0.28));
  EXPECT_FALSE(interval->holds(0.281));
}

TEST(Intervals, TheMostAlikeThatAreEnough) {
  auto rows = thirty("a");
  const auto others = thirty("b", 2);
  rows.insert(rows.end(), others.begin(), others.end());
  const IntervalModel model(rows, {}, {});
  EXPECT_EQ(model.interval(kCase)->of, "V, dense, a, 16 bits");
  auto guessed = kCase;
  guessed.guessed = 2;  // none of those: any of the stack
  EXPECT_EQ(model.interval(guessed)->of, "V, dense, a");
  auto moe = kCase;
  moe.kind = "moe";
  EXPECT_EQ(model.interval(moe)->of, "V");
  EXPECT_EQ(model.interval(moe)->runs, 60);
  // Without the publication there is nothing to say.
  EXPECT_FALSE(model.interval(kCase, "P"));
}

TEST(Intervals, RunsInDoubtDoNotCount) {
  auto rows = thirty("a");
  rows.push_back(error_of("a", 9));
  rows.back().in_doubt = true;
  EXPECT_NEAR(IntervalModel(rows, {}, {}).interval(kCase)->half_width, 0.28, 1e-12);
}

TEST(Intervals, OfAStackThatIsNotKnown) {
  auto unseen = thirty("a");
  for (auto& row : unseen) row.unknown_log_error = 3 * *row.speed_log_error;
  const IntervalModel model(thirty("a"), unseen, {"any"});
  for (const char* stack : {"never heard of", "any"}) {
    auto traits = kCase;
    traits.stack = stack;
    const auto interval = model.interval(traits);
    EXPECT_FALSE(interval->is_stack_known);
    EXPECT_NEAR(interval->half_width, 0.84, 1e-12);
    EXPECT_EQ(interval->runs, 30);  // in both tables, counted once
  }
  EXPECT_NEAR(model.interval(kCase)->half_width, 0.28, 1e-12);
}

TEST(Intervals, WiderBeyondTheLargestRun) {
  const IntervalModel model(thirty("a"), {}, {}, 0.05);
  auto large = kCase;
  large.devices = 64'000;
  const auto interval = model.interval(large);
  EXPECT_TRUE(interval->is_larger);
  EXPECT_NEAR(interval->half_width, 0.28 + 0.05 * 3 * std::numbers::ln10, 1e-9);
}

TEST(Intervals, CoverageCountsWhatLiesInside) {
  const auto rows = thirty("a");
  const IntervalModel model(thirty("a", 0.5), {}, {});  // half as wide: 14 %
  auto others = rows;
  for (auto& row : others) row.publication = "Q";
  const auto all = held_shares(others, {}, model);
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all[0].n, 30);
  EXPECT_NEAR(all[0].inside, 14.0 / 30, 1e-12);
  EXPECT_NEAR(all[0].median_width, 0.14, 1e-12);
}

class ShippedIntervals : public ::testing::Test {
 protected:
  const test::Shelves& shelves_ = test::shelves();
  std::vector<AccuracyRow> rows_ = shipped_accuracy(shelves_.catalog).value();
  std::vector<AccuracyRow> unseen_ = shipped_accuracy(shelves_.catalog, kUnseenFile).value();
  IntervalModel model_ = shipped_intervals(shelves_.catalog, shelves_.rules).value();

  // Of rows that no number was fitted to, or of stacks left out; 0 where there are none.
  [[nodiscard]] HeldShare of(bool unknown, const std::string& vendor,
                             const std::string& kind) const {
    for (const auto& group : held_shares(rows_, unseen_, model_)) {
      const bool is_split = group.split == (unknown ? kAll : "test");
      if (is_split && group.unknown == unknown && group.vendor == vendor && group.kind == kind) {
        return group;
      }
    }
    return {};
  }
};

// 90 % are meant; doubtful rows are among those counted, so that fewer may be inside.
TEST_F(ShippedIntervals, HoldNineOfTenRowsThatWereNotFitted) {
  const auto all = of(false, kAll, kAll);
  EXPECT_GT(all.n, 500);
  EXPECT_GE(all.inside, 0.85);
  EXPECT_LE(all.inside, 0.95);
  for (const auto& [vendor, kind] : {std::pair{"Nvidia", "dense"}, std::pair{"Nvidia", "moe"},
                                     std::pair{"Ascend", "dense"}, std::pair{"Ascend", "moe"}}) {
    const auto group = of(false, vendor, kind);
    // Two standard deviations of a count of so many.
    const double slack = 0.05 + 2 * std::sqrt(0.9 * 0.1 / std::max(1, group.n));
    EXPECT_GE(group.inside, 0.9 - slack) << vendor << " " << kind;
  }
}

TEST_F(ShippedIntervals, HoldRunsOfStacksThatWereLeftOut) {
  const auto all = of(true, kAll, kAll);
  EXPECT_GT(all.n, 500);
  EXPECT_GE(all.inside, 0.85);
  EXPECT_LE(all.inside, 0.95);
  EXPECT_GT(all.median_width, of(false, kAll, kAll).median_width);
}

}  // namespace
}  // namespace weft::validation
