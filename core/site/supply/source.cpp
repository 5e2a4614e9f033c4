#include "weft/supply/source.h"

namespace weft::supply {

double Schedule::at(Quarter quarter) const {
  if (points.empty()) return otherwise;
  if (quarter <= points.front().at) return points.front().value;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const auto& before = points[i - 1];
    const auto& after = points[i];
    if (quarter > after.at) continue;
    const double share = static_cast<double>(quarter.number - before.at.number) /
                         static_cast<double>(after.at.number - before.at.number);
    return before.value + share * (after.value - before.value);
  }
  return points.back().value;
}

double Source::amount(Quarter quarter) const {
  double arrives = rate.at(quarter);
  for (const auto& delivery : deliveries) {
    const int since = quarter.number - delivery.from.number;
    if (since >= 0 && since < delivery.over) arrives += delivery.amount / delivery.over;
  }
  return arrives * share.at(quarter);
}

}  // namespace weft::supply
