// Where things come from: what arrives of them, quarter by quarter.
#pragma once

#include <string>
#include <vector>

#include "weft/supply/quarter.h"

namespace weft::supply {

// A number that moves: linear from one date to the next, the first before all dates and the last
// after them. At the middle of each quarter it is that of the quarter's own point.
struct Schedule {
  struct Point {
    Quarter at;
    double value = 0;
  };
  std::vector<Point> points;  // by date; none: `otherwise`
  double otherwise = 0;

  [[nodiscard]] double at(Quarter quarter) const;
};

// So much arrives evenly over some quarters from one on.
struct Delivery {
  Quarter from;
  int over = 1;
  double amount = 0;
};

// What a maker gets of wafers, dies, stacks of memory, places to package.
struct Source {
  std::string name;
  Schedule rate;  // a quarter; 0 without points
  std::vector<Delivery> deliveries;
  Schedule share{{}, 1.0};  // of both, that this maker gets

  [[nodiscard]] double amount(Quarter quarter) const;
};

}  // namespace weft::supply
