// Dies on a wafer: the closed form and the grid.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>
#include <utility>

#include "fixtures.h"

namespace weft::manufacturing {
namespace {

using namespace testing;

struct KnownCount {
  double area;
  double edge;
  double dies;
};

class EstimatedDies : public ::testing::TestWithParam<KnownCount> {};

TEST_P(EstimatedDies, FollowTheClosedForm) {
  const auto& known = GetParam();
  EXPECT_NEAR(estimated_dies(wafer_of(known.edge), square_of(mm2(known.area))), known.dies, 0.05);
}

INSTANTIATE_TEST_SUITE_P(Known, EstimatedDies,
                         ::testing::Values(KnownCount{665, 0, 80.5}, KnownCount{665, 3, 76.8},
                                           KnownCount{814, 0, 63.5}, KnownCount{814, 3, 60.5},
                                           KnownCount{456, 0, 123.8}, KnownCount{456, 3, 118.3}));

// Ferris-Prabhu's closed form, π(d/2)²/S e^{-2√S/d}, is near; the usual one is low for large dies.
TEST(PrintedDies, AgreeWithClosedForms) {
  const auto wafer = wafer_of(3);
  constexpr double kDiameter = 294;
  for (const double area : {100.0, 200.0, 456.0, 665.0, 814.0, 826.0}) {
    const auto dies = static_cast<double>(printed_dies(wafer, square_of(mm2(area))).size());
    const double disc = std::numbers::pi * kDiameter * kDiameter / 4;
    const double near = disc / area * std::exp(-2 * std::sqrt(area) / kDiameter);
    EXPECT_NEAR(dies / near, 1, 0.05) << area << ": " << dies << " of " << near;
    const double low = estimated_dies(wafer, square_of(mm2(area)));
    EXPECT_GT(dies, low);
    EXPECT_LT(dies / low, 1.15) << area << ": " << dies << " of " << low;
    if (area <= 100) {
      EXPECT_LT(dies / low, 1.03);
    }
  }
}

// A street takes as much of the wafer as a wider die does.
TEST(EstimatedDiesOf, CountTheStreets) {
  EXPECT_DOUBLE_EQ(estimated_dies(wafer_of(3, 0.1), {mm(21.32), mm(31.22)}),
                   estimated_dies(wafer_of(3), {mm(21.42), mm(31.32)}));
}

// Corners of a die whose centre is within the overlap of four discs, shifted by half of it to each
// corner, are on the wafer: the mean over all positions is that area over S, here by a fine sum.
TEST(EstimatedDiesOf, AreBelowTheMeanOverPositions) {
  constexpr double kRadius = 147;
  constexpr double kStep = 0.05;
  for (const auto& [area, off] : {std::pair{25.0, 0.005}, {100.0, 0.012}, {826.0, 0.056}}) {
    const double half = std::sqrt(area) / 2;
    double room = 0;
    for (double y = kStep / 2; y < kRadius - half; y += kStep) {
      const double width = std::sqrt(kRadius * kRadius - (y + half) * (y + half)) - half;
      room += 4 * kStep * std::max(0.0, width);
    }
    const double mean = room / area;
    EXPECT_NEAR(mean / estimated_dies(wafer_of(3), square_of(mm2(area))) - 1, off, 0.001) << area;
  }
}

TEST(PrintedDies, LieInsideTheEdgeAndApart) {
  const auto wafer = wafer_of(3, 0.1);
  const DieSize die{mm(21.32), mm(31.22)};
  const auto places = printed_dies(wafer, die);
  ASSERT_GT(places.size(), 60U);
  std::set<std::pair<int, int>> cells;
  const double radius = mm(147).si() * (1 + 1e-9);
  for (const auto& place : places) {
    EXPECT_TRUE(cells.emplace(place.column, place.row).second);
    for (const double x : {place.x.si(), (place.x + die.width).si()}) {
      for (const double y : {place.y.si(), (place.y + die.height).si()}) {
        EXPECT_LE(std::hypot(x, y), radius);
      }
    }
  }
  const auto& first = places.front();
  for (const auto& place : places) {
    EXPECT_NEAR((place.x - first.x).si(), (place.column - first.column) * mm(21.42).si(), 1e-12);
    EXPECT_NEAR((place.y - first.y).si(), (place.row - first.row) * mm(31.32).si(), 1e-12);
  }
}

// Four squares of side r√2/2 meet at the centre; nothing else fits in.
TEST(PrintedDies, OfASquareThatFitsFourTimes) {
  const double side = 150 / std::sqrt(2.0);
  EXPECT_EQ(printed_dies(wafer_of(0), {mm(side), mm(side)}).size(), 4U);
  EXPECT_EQ(printed_dies(wafer_of(0), {mm(side * 1.001), mm(side * 1.001)}).size(), 2U);
  EXPECT_EQ(printed_dies(wafer_of(0), {mm(300), mm(300)}).size(), 0U);
}

TEST(PrintedDies, AreFewerWithWiderStreetsAndEdges) {
  const auto die = square_of(mm2(200));
  const auto plain = printed_dies(wafer_of(0), die).size();
  EXPECT_GT(plain, printed_dies(wafer_of(5), die).size());
  EXPECT_GT(plain, printed_dies(wafer_of(0, 0.5), die).size());
  EXPECT_THROW(printed_dies(wafer_of(0), {}), std::invalid_argument);
  EXPECT_THROW(printed_dies(wafer_of(200), die), std::invalid_argument);
}

}  // namespace
}  // namespace weft::manufacturing
