// Prices that change over time, as tables of dated points.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/base/money.h"

namespace weft::site {

// What one price is for.
enum class PricedUnit { kPackageHour, kPackage, kHost };
const char* name_of(PricedUnit unit);

// A figure as it is written, for a person.
struct Written {
  std::string value;  // "2.35 USD/h (1.70 USD/h to 2.65 USD/h)"
  std::string date;
  std::string source;
  std::string confidence;
};

struct PricePoint {
  double year = 0;    // 2024.5 is the middle of 2024
  double amount = 0;  // of the table's currency, without tax
  Written written;
};

// A discount on the price of the day for whoever takes machines for so long, and pays for them to
// the end.
struct Commitment {
  double years = 0;
  double discount = 0;
};

struct PriceTable {
  std::string id;  // of the document
  std::string name;
  PricedUnit unit = PricedUnit::kPackageHour;
  std::vector<std::string> chips;  // documents of the chips it is for; empty: any
  bool includes_network = false;   // a purchase price that has the network and racks in it
  base::Currency currency;
  std::vector<PricePoint> points;  // by date
  std::optional<double> trend;     // change a year outside of the points, −0.2: a fifth less
  Written trend_written;
  double tax = 0;  // that the prices as written include, as a share of those without
  std::vector<Commitment> commitments;
};

// "2024-10-15", "2024-10" (its first day) or "2024" (its middle) as a number of years. None: no
// such date.
std::optional<double> year_of(std::string_view date);

// So far outside of its points a trend is believed.
inline constexpr double kTrendYears = 5;
// The price at a time, geometric between points (a price that falls by the same share each year
// lies on the curve), p · (1 + trend)^Δt outside. Throws std::out_of_range outside without a trend,
// and more than kTrendYears outside with one.
double price_at(const PriceTable& table, double year);
// Its mean from one time to another, in closed form; price_at() where they are the same.
double mean_price(const PriceTable& table, double from, double to);

// The last time at which a table has a price.
double last_year(const PriceTable& table);

// Reads a document of kind `prices`. Errors go to `reading`.
PriceTable read_prices(const base::Document& document, base::Reading& reading);

}  // namespace weft::site
