#include <fmt/format.h>

#include <array>
#include <charconv>

#include "weft/base/quantity.h"
#include "weft/base/unit_text.h"
#include "weft/site/prices.h"

namespace weft::site {

namespace {

using base::Fields;
using base::Node;

constexpr std::array<int, 13> kDaysBefore = {0,   0,   31,  59,  90,  120, 151,
                                             181, 212, 243, 273, 304, 334};
constexpr double kDaysAYear = 365;

// A number of exactly so many digits at the start of `text`, which is taken off.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  int value = 0;
  if (text.size() < digits) return std::nullopt;
  const auto* end = text.data() + digits;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || text.front() == '-') return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

std::optional<int> take_part(std::string_view& text, int most) {
  if (!text.starts_with('-')) return std::nullopt;
  text.remove_prefix(1);
  const auto value = take_digits(text, 2);
  return value && *value >= 1 && *value <= most ? value : std::nullopt;
}

std::string note_of(const Node& value, std::string_view key) {
  const auto note = value.is_map() ? value.find(key) : std::nullopt;
  return note ? std::string(note->text()) : "";
}

// The nearest of a point's own and the table's.
std::string note_of(const Node& point, const Node& table, std::string_view key) {
  const auto own = note_of(point, key);
  return own.empty() ? note_of(table, key) : own;
}

// "2.35 USD/h (1.70 USD/h to 2.65 USD/h)"
std::string shown(const Node& point) {
  if (!point.is_map()) return std::string(point.text());
  const auto mode = point.find("mode");
  auto text = mode ? std::string(mode->text()) : note_of(point, "value");
  const auto low = note_of(point, "low");
  const auto high = note_of(point, "high");
  return low.empty() || high.empty() ? text : fmt::format("{} ({} to {})", text, low, high);
}

Written written_of(const Node& node, const Node& table) {
  return {shown(node), note_of(node, "date"), note_of(node, table, "source"),
          note_of(node, table, "confidence")};
}

base::Money amount_of(const Node& node, Fields& table, PricedUnit unit) {
  const bool is_rent = unit == PricedUnit::kPackageHour;
  const auto per = is_rent ? base::Time::kDimension : base::Dimension{};
  auto money = base::money_of(node, table.reading(), table.name(), per);
  if (is_rent) money.amount *= base::kHour.si();
  return money;
}

void read_point(const Node& node, Fields& fields, PriceTable& table) {
  auto& reading = fields.reading();
  const auto money = amount_of(node, fields, table.unit);
  PricePoint point;
  point.amount = money.amount / (1 + table.tax);
  point.written = written_of(node, fields.node());
  const auto year = year_of(point.written.date);
  if (!year) {
    const auto date = node.is_map() ? node.find("date") : std::nullopt;
    reading.error(date.value_or(node), "a point has a date: 2024, 2024-10 or 2024-10-15");
    return;
  }
  point.year = *year;
  if (!(money.amount > 0)) reading.error(node, "a price must be above 0");
  if (table.currency.empty()) table.currency = money.currency;
  if (table.currency != money.currency) {
    reading.error(node,
                  "all points of a table are in one currency; the first is in " + table.currency);
  }
  if (!table.points.empty() && table.points.back().year >= point.year) {
    reading.error(node, "points stand in the order of their dates, each date once");
  }
  table.points.push_back(std::move(point));
}

// "excluded", or "included 13 %".
double read_tax(Fields& fields) {
  const std::string text = fields.text("tax");
  constexpr std::string_view kIncluded = "included ";
  if (text == "excluded" || text.empty()) return 0;
  base::UnitError error;
  const auto share = text.starts_with(kIncluded)
                         ? base::parse_quantity(text.substr(kIncluded.size()), error)
                         : std::nullopt;
  if (share && share->dimension == base::Dimension{} && share->si >= 0 && share->si < 1) {
    return share->si;
  }
  fields.reading().error(*fields.value("tax"),
                         "'excluded', or 'included' and the rate (included 13 %)");
  return 0;
}

void read_commitments(Fields& fields, PriceTable& table) {
  for (const auto& node : fields.list("commitments")) {
    Fields entry(node, fields.reading(), fields.name());
    Commitment commitment;
    commitment.years = entry.positive<base::Time>("term") / base::kYear;
    commitment.discount = entry.number("discount");
    if (commitment.discount < 0 || commitment.discount >= 1) {
      fields.reading().error(node, "a discount is 0 to below 100 %");
    }
    entry.finish();
    table.commitments.push_back(commitment);
  }
}

}  // namespace

std::optional<double> year_of(std::string_view date) {
  const auto year = take_digits(date, 4);
  if (!year) return std::nullopt;
  if (date.empty()) return *year + 0.5;
  const auto month = take_part(date, 12);
  if (!month) return std::nullopt;
  int day = 1;
  if (!date.empty()) {
    const auto given = take_part(date, 31);
    if (!given || !date.empty()) return std::nullopt;
    day = *given;
  }
  return *year + (kDaysBefore[static_cast<std::size_t>(*month)] + day - 1) / kDaysAYear;
}

PriceTable read_prices(const base::Document& document, base::Reading& reading) {
  Fields fields(document.root(), reading, document.file().stem().string());
  fields.text("kind");
  PriceTable table;
  table.id = fields.name();
  table.name = fields.text("name");
  table.unit = static_cast<PricedUnit>(
      fields.choice("per", {name_of(PricedUnit::kPackageHour), name_of(PricedUnit::kPackage),
                            name_of(PricedUnit::kHost)}));
  for (const auto& chip : fields.list("chips")) {
    table.chips.push_back(base::text_of(chip, reading));
  }
  table.includes_network = fields.flag("includes_network", false);
  table.tax = read_tax(fields);
  const auto points = fields.list("points");
  for (const auto& point : points) read_point(point, fields, table);
  if (points.empty()) reading.error(fields.node(), "a table of prices has at least one point");
  if (fields.has("trend")) {
    table.trend = fields.number("trend");
    table.trend_written = written_of(*fields.value("trend"), fields.node());
  }
  if (table.trend && *table.trend <= -1) {
    reading.error(*fields.value("trend"), "a price cannot fall by all of it");
  }
  read_commitments(fields, table);
  fields.finish();
  return table;
}

}  // namespace weft::site
