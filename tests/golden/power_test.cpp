// Published power of chips, hosts, systems and sites beside what is predicted:
// configs/validation/power.csv, written by `weft power --published --csv FILE`.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include "shipped.h"
#include "weft/report/published_power.h"

namespace weft::watts {
namespace {

const std::vector<PublishedPoint>& power_points() {
  static const auto kPowerPoints = published_points(test::shipped(), 0);
  return kPowerPoints;
}

const PublishedPoint& point_named(const std::string& id) {
  for (const auto& point : power_points()) {
    if (point.id == id) return point;
  }
  throw std::out_of_range(id);
}

TEST(Power, TableIsAsWritten) {
  std::ifstream file(std::string(WEFT_CONFIGS) + "/validation/power.csv");
  ASSERT_TRUE(file.good());
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(report::published_csv(power_points()), text.str());
}

TEST(Power, WhatIsBeyondItsBarSaysWhy) {
  for (const auto& point : power_points()) {
    if (std::abs(point.error().value_or(0)) > point.bar) {
      EXPECT_NE(point.note, "") << point.id << ' ' << *point.error();
    }
  }
}

TEST(Power, HasEveryPointOnce) {
  std::map<std::string, int> seen;
  for (const auto& point : power_points()) ++seen[point.id];
  for (const auto& [id, times] : seen) EXPECT_EQ(times, 1) << id;
  for (int number = 1; number <= 16; ++number) {
    const auto id = "V" + std::to_string(number);
    EXPECT_TRUE(seen.count(id) + seen.count(id + "a") > 0) << id;
  }
}

// The run of GPT-3 175B on 512 H100, to which nothing is fitted.
TEST(Power, OfTheMeteredRunComesOut) {
  for (const char* id : {"V4a", "V4b", "V5", "V6a", "V6b", "V6c", "V7a", "V7b", "V7c"}) {
    const auto& point = point_named(id);
    EXPECT_EQ(point.kind, Kind::kTest) << id;
    EXPECT_LE(std::abs(*point.error()), point.bar) << id;
  }
  EXPECT_GT(point_named("V7d").predicted, 0);
}

// Systems lie in their published ranges; their parts sum to them.
TEST(Power, OfSystemsIsThatOfTheirParts) {
  for (const char* id : {"V9", "V14a", "V14b", "V16a", "V16b", "V16c", "V16d", "V16e", "V16f"}) {
    const auto& point = point_named(id);
    EXPECT_NEAR(site::sum_of(point.parts).si() / 1e3 / point.predicted, 1, 1e-12) << id;
    EXPECT_GE(point.parts.size(), 4U) << id;
  }
  for (const char* id : {"V9", "V14a", "V16a", "V16b", "V16c", "V16d", "V16e", "V16f"}) {
    EXPECT_EQ(*point_named(id).error(), 0) << id;
  }
  // Of these an upper end alone is published, which a system of nothing would meet.
  for (const char* id : {"V16a", "V16d", "V16e", "V16f"}) {
    const auto& point = point_named(id);
    EXPECT_TRUE(point.is_at_most()) << id;
    EXPECT_GT(point.predicted, *point.high * 0.6) << id;
  }
}

TEST(Power, FittedPointsComeOut) {
  for (const char* id : {"V1", "V2", "V3"}) EXPECT_LT(std::abs(*point_named(id).error()), 0.02);
}

}  // namespace
}  // namespace weft::watts
