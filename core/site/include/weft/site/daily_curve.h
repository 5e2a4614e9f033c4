// What changes over a day, such as the carbon of a grid.
#pragma once

#include <array>
#include <string_view>

#include "weft/base/fields.h"

namespace weft::site {

inline constexpr int kHoursADay = 24;

// By hour of local time, as ratios to the mean of the day: their mean is 1.
struct DailyCurve {
  std::array<double, kHoursADay> by_hour{};
  DailyCurve() { by_hour.fill(1.0); }

  [[nodiscard]] int lowest_hour() const;
  [[nodiscard]] int highest_hour() const;
};

// Mean of the curve over `hours` from `start` on (an hour of the day, with its fraction), as seen
// by something that draws evenly; 1 over whole days, the value at `start` over no time at all.
double mean_over(const DailyCurve& curve, double start, double hours);

// KEY is a list of 24 values on any scale, or {peak: [17, 22], over_rest: 1.4}: the hours from 17
// to 22 o'clock (past midnight where the second is smaller) at 1.4 times the others. A flat curve
// without the key. Errors go to the reading.
DailyCurve read_daily_curve(base::Fields& fields, std::string_view key);

}  // namespace weft::site
