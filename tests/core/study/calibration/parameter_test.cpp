#include "weft/calibration/parameter.h"

#include <gtest/gtest.h>

#include <cmath>

namespace weft::calibration {
namespace {

using Kind = base::Distribution::Kind;

Parameter parameter(double low, double mode, double high, Kind kind = Kind::kTriangular) {
  return Parameter({"a.b", {kind, low, mode, high}});
}

TEST(Parameter, IsAtTheEndsOfItsPriorAtOneDeviation) {
  for (const auto& p : {parameter(2, 3, 10), parameter(0, 3, 10), parameter(-4, -1, 2),
                        parameter(1e-6, 4e-6, 9e-6), parameter(0.1, 0.2, 0.9)}) {
    EXPECT_NEAR(p.value(-1), p.prior().low, 1e-12 + 1e-12 * std::abs(p.prior().low));
    EXPECT_EQ(p.value(0), p.prior().mode);
    EXPECT_NEAR(p.value(1), p.prior().high, 1e-12 + 1e-12 * std::abs(p.prior().high));
  }
}

TEST(Parameter, MovesByFactorsWhereItIsPositive) {
  const auto p = parameter(2, 4, 16);
  EXPECT_NEAR(p.value(0.5), 8, 1e-12);
  EXPECT_NEAR(p.value(-0.5), 4 / std::sqrt(2.0), 1e-12);
}

TEST(Parameter, MovesByStepsWhereItMayBeZero) {
  const auto p = parameter(0, 2, 10);
  EXPECT_DOUBLE_EQ(p.value(0.5), 6);
  EXPECT_DOUBLE_EQ(p.value(-0.5), 1);
}

TEST(Parameter, StaysWithinHalfItsRangeBeyondTheEnds) {
  EXPECT_DOUBLE_EQ(parameter(4, 6, 8).value(9), 10);
  EXPECT_DOUBLE_EQ(parameter(4, 6, 8).value(-9), 2);
  EXPECT_DOUBLE_EQ(parameter(2, 3, 10).value(-99), 1);  // half of the lower end at least
  EXPECT_DOUBLE_EQ(parameter(0, 2, 10).value(-99), 0);  // no sign changes
  EXPECT_DOUBLE_EQ(parameter(-2, 0, 2).value(-99), -4);
  EXPECT_DOUBLE_EQ(parameter(0.5, 0.8, 0.95).value(99), 1);  // a share stays one
  EXPECT_DOUBLE_EQ(parameter(0.5, 0.8, 1.5).value(99), 2);
}

TEST(Parameter, NeverFallsWithZ) {
  for (const auto& p : {parameter(2, 3, 10), parameter(0, 0, 10), parameter(1, 1, 2),
                        parameter(1, 2, 2), parameter(-1, 0, 1), parameter(0.2, 0.7, 1)}) {
    for (double z = -5; z < 5; z += 0.25) EXPECT_LE(p.value(z), p.value(z + 0.25));
    EXPECT_EQ(p.value(0), p.prior().mode);
  }
}

// A range that ends at its mode leaves next to no room on that side.
TEST(Parameter, HardlyMovesBeyondAnEndAtItsMode) {
  EXPECT_NEAR(parameter(0, 0, 10).value(-1), 0, 1e-12);
  EXPECT_NEAR(parameter(1, 1, 2).value(-1), 1, 1e-3);
}

TEST(Parameter, OfASigmaMovesByIt) {
  const auto p = parameter(90, 100, 110, Kind::kNormal);
  EXPECT_NEAR(p.value(1), 110, 1e-9);
  EXPECT_NEAR(p.value(-1), 90, 1e-9);
}

TEST(Parameter, DeviationsUndoValue) {
  const base::UncertainInput log{"a.b", {base::Distribution::Kind::kTriangular, 1, 2, 8}};
  const base::UncertainInput linear{"a.c", {base::Distribution::Kind::kTriangular, 0, 0.2, 0.9}};
  for (const auto& input : {log, linear}) {
    const Parameter parameter(input);
    for (const double z : {-0.8, -0.1, 0.0, 0.3, 0.9}) {
      EXPECT_NEAR(parameter.deviations(parameter.value(z)), z, 1e-9) << input.path << " " << z;
    }
  }
  EXPECT_EQ(Parameter(log).deviations(0), -5);
}

}  // namespace
}  // namespace weft::calibration
