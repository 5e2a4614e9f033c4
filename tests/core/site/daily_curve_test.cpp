#include "weft/site/daily_curve.h"

#include <gtest/gtest.h>

namespace weft::site {
namespace {

DailyCurve curve_of(const std::string& value) {
  base::Reading reading;
  const auto document = base::Document::parse("curve: " + value + "\n", "mine.yaml");
  base::Fields fields(document.root(), reading, "mine");
  auto curve = read_daily_curve(fields, "curve");
  reading.throw_if_any();
  return curve;
}

TEST(DailyCurve, MeanOfADayIsOneWhereverItStarts) {
  const auto curve = curve_of("[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23]");
  for (const double start : {0.0, 0.3, 7.5, 23.9, 100.0}) {
    EXPECT_NEAR(mean_over(curve, start, 24), 1, 1e-12) << start;
    EXPECT_NEAR(mean_over(curve, start, 240), 1, 1e-12) << start;
  }
  EXPECT_EQ(curve.lowest_hour(), 0);
  EXPECT_EQ(curve.highest_hour(), 23);
}

TEST(DailyCurve, PartsOfADayAddUp) {
  const auto curve = curve_of("{peak: [17, 22], over_rest: 1.5}");
  const double first = mean_over(curve, 16.25, 3.5) * 3.5;
  const double second = mean_over(curve, 19.75, 10) * 10;
  EXPECT_NEAR(mean_over(curve, 16.25, 13.5) * 13.5, first + second, 1e-12);
  EXPECT_NEAR(mean_over(curve, 18, 1) / mean_over(curve, 3, 1), 1.5, 1e-12);
  EXPECT_NEAR(mean_over(curve, 18.5, 0), mean_over(curve, 18, 1), 1e-12);
}

TEST(DailyCurve, PeakPastMidnight) {
  const auto curve = curve_of("{peak: [22, 2], over_rest: 2}");
  for (const std::size_t hour : {22U, 23U, 0U, 1U}) EXPECT_GT(curve.by_hour[hour], 1) << hour;
  for (const std::size_t hour : {2U, 12U, 21U}) EXPECT_LT(curve.by_hour[hour], 1) << hour;
}

TEST(DailyCurve, FlatWithoutAKey) {
  const DailyCurve flat;
  EXPECT_DOUBLE_EQ(mean_over(flat, 5.5, 3.25), 1);
}

}  // namespace
}  // namespace weft::site
