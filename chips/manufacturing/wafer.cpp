#include "weft/manufacturing/wafer.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

namespace weft::manufacturing {

namespace {

// One position of the grid: pitch and first corner, in metres.
struct Grid {
  double radius;
  double width;
  double height;
  double pitch_x;
  double pitch_y;
  double offset_x;
  double offset_y;
};

// Columns whose dies lie within `half` to both sides of the centre line.
struct Columns {
  int first = 0;
  int last = -1;
};

Columns columns_within(const Grid& grid, double half) {
  // Rounding must not take away a die that touches the edge.
  constexpr double kSlack = 1e-9;
  return {
      static_cast<int>(std::ceil((-half - grid.offset_x) / grid.pitch_x - kSlack)),
      static_cast<int>(std::floor((half - grid.width - grid.offset_x) / grid.pitch_x + kSlack))};
}

template <class Visit>
void for_rows(const Grid& grid, Visit visit) {
  const int rows = static_cast<int>(grid.radius / grid.pitch_y) + 2;
  for (int row = -rows; row <= rows; ++row) {
    const double bottom = grid.offset_y + row * grid.pitch_y;
    const double far = std::max(std::abs(bottom), std::abs(bottom + grid.height));
    if (far > grid.radius) continue;
    visit(row, columns_within(grid, std::sqrt(grid.radius * grid.radius - far * far)));
  }
}

int count(const Grid& grid) {
  int dies = 0;
  for_rows(grid, [&](int, const Columns& columns) {
    dies += std::max(0, columns.last - columns.first + 1);
  });
  return dies;
}

Grid best_grid(const Wafer& wafer, const DieSize& die) {
  Grid grid{};
  grid.radius = wafer.diameter.si() / 2 - wafer.edge.si();
  grid.width = die.width.si();
  grid.height = die.height.si();
  grid.pitch_x = grid.width + wafer.scribe.si();
  grid.pitch_y = grid.height + wafer.scribe.si();
  Grid best = grid;
  int most = -1;
  for (int i = 0; i < kGridSteps; ++i) {
    for (int j = 0; j < kGridSteps; ++j) {
      grid.offset_x = grid.pitch_x * i / kGridSteps;
      grid.offset_y = grid.pitch_y * j / kGridSteps;
      const int dies = count(grid);
      if (dies <= most) continue;
      most = dies;
      best = grid;
    }
  }
  return best;
}

}  // namespace

DieSize square_of(base::Area area) {
  const base::Length side(std::sqrt(area.si()));
  return {side, side};
}

double estimated_dies(const Wafer& wafer, const DieSize& die) {
  const double d = wafer.diameter.si() - 2 * wafer.edge.si();
  const double s = ((die.width + wafer.scribe) * (die.height + wafer.scribe)).si();
  const double inside = std::numbers::pi * d * d / 4 / s;
  return std::max(0.0, inside - std::numbers::pi * d / std::sqrt(2 * s));
}

std::vector<DiePlace> printed_dies(const Wafer& wafer, const DieSize& die) {
  if (!(die.width.si() > 0 && die.height.si() > 0 && wafer.diameter.si() > 2 * wafer.edge.si())) {
    throw std::invalid_argument("a die and a wafer have a size");
  }
  const auto grid = best_grid(wafer, die);
  std::vector<DiePlace> places;
  for_rows(grid, [&](int row, const Columns& columns) {
    for (int column = columns.first; column <= columns.last; ++column) {
      places.push_back({column, row, base::Length(grid.offset_x + column * grid.pitch_x),
                        base::Length(grid.offset_y + row * grid.pitch_y)});
    }
  });
  return places;
}

}  // namespace weft::manufacturing
