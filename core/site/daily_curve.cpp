#include "weft/site/daily_curve.h"

#include <algorithm>
#include <cmath>

namespace weft::site {

namespace {

using base::Fields;

void read_peak(Fields fields, DailyCurve& curve) {
  const auto hours = fields.list("peak");
  const double over = fields.number("over_rest");
  if (!(over > 0)) fields.reading().error(fields.node(), "'over_rest' must be above 0");
  if (hours.size() != 2) fields.reading().error(fields.node(), "'peak' is two hours: [17, 22]");
  fields.finish();
  if (hours.size() != 2 || !(over > 0)) return;
  std::array<std::int64_t, 2> ends{};
  for (std::size_t i = 0; i < 2; ++i) {
    ends[i] = base::integer_of(hours[i], fields.reading(), fields.name(), 0);
    if (ends[i] > kHoursADay) fields.reading().error(hours[i], "an hour of a day is 0 to 24");
  }
  for (int hour = 0; hour < kHoursADay; ++hour) {
    const bool is_peak =
        ends[0] <= ends[1] ? hour >= ends[0] && hour < ends[1] : hour >= ends[0] || hour < ends[1];
    if (is_peak) curve.by_hour[static_cast<std::size_t>(hour)] = over;
  }
}

void read_hours(Fields& fields, std::string_view key, DailyCurve& curve) {
  const auto values = fields.list(key);
  if (values.size() != curve.by_hour.size()) {
    fields.reading().error(*fields.value(key), "24 values are expected here, one an hour");
    return;
  }
  for (std::size_t hour = 0; hour < values.size(); ++hour) {
    curve.by_hour[hour] = base::number_of(values[hour], fields.reading(), fields.name());
    if (curve.by_hour[hour] < 0) fields.reading().error(values[hour], "must not be negative");
  }
}

// ∫ of the curve from midnight to `hour`.
double integral(const DailyCurve& curve, double hour) {
  const double days = std::floor(hour / kHoursADay);
  const double rest = hour - days * kHoursADay;
  const int whole = std::min(static_cast<int>(rest), kHoursADay - 1);
  double sum = days * kHoursADay;
  for (int h = 0; h < whole; ++h) sum += curve.by_hour[static_cast<std::size_t>(h)];
  return sum + (rest - whole) * curve.by_hour[static_cast<std::size_t>(whole)];
}

}  // namespace

int DailyCurve::lowest_hour() const {
  return static_cast<int>(std::min_element(by_hour.begin(), by_hour.end()) - by_hour.begin());
}

int DailyCurve::highest_hour() const {
  return static_cast<int>(std::max_element(by_hour.begin(), by_hour.end()) - by_hour.begin());
}

double mean_over(const DailyCurve& curve, double start, double hours) {
  if (hours > 0) return (integral(curve, start + hours) - integral(curve, start)) / hours;
  const double hour = start - std::floor(start / kHoursADay) * kHoursADay;
  return curve.by_hour[static_cast<std::size_t>(std::min(static_cast<int>(hour), kHoursADay - 1))];
}

DailyCurve read_daily_curve(Fields& fields, std::string_view key) {
  DailyCurve curve;
  const auto node = fields.value(key);
  if (!node) return curve;
  if (node->is_map() && !node->find("value")) {
    read_peak(fields.map(key), curve);
  } else {
    read_hours(fields, key, curve);
  }
  double mean = 0;
  for (const double value : curve.by_hour) mean += value / kHoursADay;
  if (!(mean > 0)) {
    fields.reading().error(*node, "some hour must be above 0");
    return DailyCurve();
  }
  for (double& value : curve.by_hour) value /= mean;
  return curve;
}

}  // namespace weft::site
