// What is published about failures, checkpoints, spares and yield, beside what is predicted:
// configs/validation/reliability.csv, written by `weft campaign --published --csv FILE`.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include "shipped.h"
#include "weft/report/campaign.h"

namespace weft::weeks {
namespace {

const std::vector<PublishedPoint>& points() {
  static const auto kPoints = published_points(test::shipped(), 0);
  return kPoints;
}

TEST(Reliability, TableIsAsWritten) {
  std::ifstream file(std::string(WEFT_CONFIGS) + "/validation/reliability.csv");
  ASSERT_TRUE(file.good());
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(report::published_csv(points()), text.str());
}

// What checks the code alone comes out within what was rounded.
TEST(Reliability, ConstructedPointsComeOut) {
  for (const auto& point : points()) {
    if (point.inputs != Inputs::kChosen) continue;
    EXPECT_LT(std::abs(point.error()), 0.05) << point.id << " " << point.what;
  }
}

TEST(Reliability, WhatIsFarOffSaysWhy) {
  for (const auto& point : points()) {
    if (std::abs(point.error()) > kFarOff) {
      EXPECT_NE(point.note, "") << point.id << ' ' << point.error();
    }
  }
}

// Rates of a run that is predicted are never told as from elsewhere.
TEST(Reliability, RatesOfTheSameRunAreMarked) {
  for (const auto& point : points()) {
    for (const char* id : {"V2a", "V3", "V6b", "V6c", "V7b", "V7c", "V8", "V12a", "V20"}) {
      if (point.id == id) {
        EXPECT_NE(point.inputs, Inputs::kApart) << id;
      }
    }
  }
}

// Switches of Llama 3's network, without the chips inside its hosts.
TEST(Reliability, LlamaLosesItsNetworkAsPublished) {
  for (const auto& point : points()) {
    if (point.id == "V2c") {
      EXPECT_NEAR(point.predicted, 35, 5);
    }
  }
}

TEST(Reliability, HasEveryPointOnce) {
  std::map<std::string, int> seen;
  for (const auto& point : points()) ++seen[point.id];
  for (const auto& [id, times] : seen) EXPECT_EQ(times, 1) << id;
  for (int number = 1; number <= 23; ++number) {
    const auto id = "V" + std::to_string(number);
    EXPECT_TRUE(seen.count(id) + seen.count(id + "a") > 0) << id;
  }
}

TEST(Reliability, GoldenRatiosToFourDigits) {
  for (const auto& point : points()) {
    if (point.id == "V22a" || point.id == "V23a") {
      EXPECT_NEAR(point.predicted, point.low, 1e-4) << point.id;
    }
    if (point.id == "V22b" || point.id == "V23b") {
      EXPECT_NEAR(point.predicted, point.low, point.id == "V22b" ? 5e-4 : 2e-3) << point.id;
    }
  }
}

TEST(Reliability, LlamaRanMoreThanNineTenthsOfTheTime) {
  for (const auto& point : points()) {
    if (point.id == "V3") {
      EXPECT_GT(point.predicted, 0.9);
    }
    if (point.id == "V2a") {
      EXPECT_NEAR(point.predicted, 419, 2 * std::sqrt(419));
    }
  }
}

}  // namespace
}  // namespace weft::weeks
