#include "weft/site/prices.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace weft::site {

namespace {

// ∫ from a to b of p e^{g (t − a)} dt / (b − a), g the growth that leads from p to q.
double mean_of_piece(double p, double q) {
  const double growth = std::log(q / p);
  return std::abs(growth) < 1e-9 ? 0.5 * (p + q) : p * std::expm1(growth) / growth;
}

void require_trend(const PriceTable& table, double year) {
  const auto& points = table.points;
  constexpr double kRounding = 1e-9;
  const double reach = table.trend ? kTrendYears + kRounding : 0.0;
  if (year >= points.front().year - reach && year <= points.back().year + reach) return;
  if (table.trend) {
    throw std::out_of_range(fmt::format(
        "{} has prices from {} to {}, and its trend is not carried more than {:g} years past them",
        table.id, points.front().written.date, points.back().written.date, kTrendYears));
  }
  throw std::out_of_range(fmt::format("{} has prices from {} to {} and no trend beyond", table.id,
                                      points.front().written.date, points.back().written.date));
}

// Where the price bends between two times, these included.
std::vector<double> bends(const PriceTable& table, double from, double to) {
  std::vector<double> years{from};
  for (const auto& point : table.points) {
    if (point.year > from && point.year < to) years.push_back(point.year);
  }
  years.push_back(to);
  return years;
}

}  // namespace

const char* name_of(PricedUnit unit) {
  switch (unit) {
    case PricedUnit::kPackageHour:
      return "package-hour";
    case PricedUnit::kPackage:
      return "package";
    case PricedUnit::kHost:
      return "host";
  }
  return "";
}

double price_at(const PriceTable& table, double year) {
  require_trend(table, year);
  const auto& points = table.points;
  const auto after = std::upper_bound(points.begin(), points.end(), year,
                                      [](double y, const PricePoint& p) { return y < p.year; });
  const auto beyond = [&](const PricePoint& edge) {
    return edge.year == year ? edge.amount
                             : edge.amount * std::pow(1 + *table.trend, year - edge.year);
  };
  if (after == points.begin()) return beyond(points.front());
  if (after == points.end()) return beyond(points.back());
  const auto before = after - 1;
  const double share = (year - before->year) / (after->year - before->year);
  return before->amount * std::pow(after->amount / before->amount, share);
}

double last_year(const PriceTable& table) {
  return table.points.back().year + (table.trend ? kTrendYears : 0.0);
}

double mean_price(const PriceTable& table, double from, double to) {
  if (!(to > from)) return price_at(table, from);
  const auto years = bends(table, from, to);
  double sum = 0;
  for (std::size_t i = 0; i + 1 < years.size(); ++i) {
    sum += (years[i + 1] - years[i]) *
           mean_of_piece(price_at(table, years[i]), price_at(table, years[i + 1]));
  }
  return sum / (to - from);
}

}  // namespace weft::site
