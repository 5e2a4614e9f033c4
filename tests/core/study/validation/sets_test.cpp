// Sets of rows that are judged together, and the rank correlation that some are judged by.
#include <gtest/gtest.h>

#include <cmath>

#include "fixtures.h"

namespace weft::validation {
namespace {

RowResult row_of(const std::string& id, double published, double error, bool is_time = false) {
  RowResult row;
  row.id = id;
  row.split = "test";
  row.unit = is_time ? "s" : "tokens/s";
  row.is_time = is_time;
  row.published = published;
  row.predicted = published * std::exp(is_time ? -error : error);
  row.relative_error = *row.predicted / published - 1;
  row.speed_log_error = error;
  return row;
}

RunSet set_of(Judge judge, double aim) {
  RunSet set;
  set.name = "s";
  set.ids = {"a-*"};
  set.judge = judge;
  set.aim = aim;
  return set;
}

TEST(RankCorrelation, OfRanksNotOfValues) {
  EXPECT_NEAR(*rank_correlation({1, 2, 3, 4}, {1, 10, 100, 1000}), 1, 1e-12);
  EXPECT_NEAR(*rank_correlation({1, 2, 3, 4}, {4, 3, 2, 1}), -1, 1e-12);
  // 1 - 6 sum d^2 / (n (n^2 - 1)) with d = 0, 1, 1, 0.
  EXPECT_NEAR(*rank_correlation({1, 2, 3, 4}, {1, 3, 2, 4}), 0.8, 1e-12);
  // Ties take the mean of their ranks: 0.5 0.5 2 against 0 1 2.
  EXPECT_NEAR(*rank_correlation({5, 5, 7}, {1, 2, 3}), 1.5 / std::sqrt(1.5 * 2), 1e-12);
  EXPECT_FALSE(rank_correlation({1, 2}, {1, 2}));
  EXPECT_FALSE(rank_correlation({1, 1, 1}, {1, 2, 3}));
}

TEST(Sets, MeanAndMedianOfTheirRowsAlone) {
  std::vector<RowResult> rows = {row_of("a-1", 10, 0.1), row_of("a-2", 10, -0.2),
                                 row_of("a-3", 10, 0.6), row_of("b-1", 10, 5)};
  auto judged = judge(rows, {set_of(Judge::kMean, 0.35), set_of(Judge::kMedian, 0.1)});
  ASSERT_EQ(judged.size(), 2U);
  EXPECT_EQ(judged[0].n, 3);
  EXPECT_NEAR(*judged[0].value, 0.3, 1e-12);
  EXPECT_NEAR(judged[0].bias, 0.5 / 3, 1e-12);
  EXPECT_TRUE(judged[0].is_met());
  EXPECT_NEAR(*judged[1].value, 0.2, 1e-12);
  EXPECT_FALSE(judged[1].is_met());
  // A row in doubt is left out, one that was skipped counts as 100 %.
  rows[2].doubt = "why";
  rows[1].reason = "why";
  rows[1].speed_log_error.reset();
  judged = judge(rows, {set_of(Judge::kMean, 0.5)});
  EXPECT_EQ(judged[0].n, 2);
  EXPECT_EQ(judged[0].skipped, 1);
  EXPECT_NEAR(*judged[0].value, 0.55, 1e-12);
  EXPECT_TRUE(judge(rows, {RunSet()}).empty());
}

TEST(Sets, OrderIsOfSpeedsWhateverIsPublished) {
  // The second is truly the fastest and is said to be the slowest.
  const std::vector<RowResult> rates = {row_of("a-1", 10, 0), row_of("a-2", 12, -0.5),
                                        row_of("a-3", 11, 0)};
  const std::vector<RowResult> times = {row_of("a-1", 1 / 10., 0, true),
                                        row_of("a-2", 1 / 12., -0.5, true),
                                        row_of("a-3", 1 / 11., 0, true)};
  const auto sets = std::vector<RunSet>{set_of(Judge::kOrder, 0.9)};
  const auto of_rates = judge(rates, sets);
  const auto of_times = judge(times, sets);
  EXPECT_NEAR(*of_rates[0].value, -0.5, 1e-12);
  EXPECT_NEAR(*of_times[0].value, *of_rates[0].value, 1e-12);
  EXPECT_FALSE(of_rates[0].is_met());
}

TEST(Sets, RatioOfTwo) {
  const std::vector<RowResult> rows = {row_of("a-1", 404, 0.07), row_of("a-2", 337, 0.05)};
  const auto judged = judge(rows, {set_of(Judge::kRatio, 0.021)});
  EXPECT_NEAR(*judged[0].value, std::exp(0.02) - 1, 1e-12);
  EXPECT_TRUE(judged[0].is_met());
}

TEST(Sets, ThoseOfTheRulesHaveRows) {
  const auto& shelves = test::shelves();
  EXPECT_GE(shelves.rules.sets.size(), 12U);
  const auto table = read_runs(test::shipped_table());
  std::vector<RowResult> rows;
  for (const auto& run : table.runs) {
    auto row = row_of(run.id, 1, 0);
    row.split = run.split;
    rows.push_back(row);
  }
  const auto judged = judge(rows, shelves.rules.sets);
  for (const auto& set : judged) EXPECT_GE(set.n, 2) << set.set.name;
  // Those of vTrain and SimuMax are of tables that do not ship.
  EXPECT_EQ(judged.size() + 4, shelves.rules.sets.size());
}

}  // namespace
}  // namespace weft::validation
