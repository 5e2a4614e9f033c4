#include "read_targets.h"

#include <fmt/format.h>

#include <string_view>

#include "weft/base/unit_text.h"

namespace weft::size {

namespace {

using base::Fields;
using base::Node;

// What stands behind a sign that says no more than so much; nothing where there is no such sign.
std::optional<std::string_view> behind_sign(const Node& node) {
  auto text = node.text();
  for (const std::string_view sign : {"<=", "<", "\u2264"}) {
    if (!text.starts_with(sign)) continue;
    text.remove_prefix(sign.size());
    while (text.starts_with(' ')) text.remove_prefix(1);
    return text;
  }
  return std::nullopt;
}

void refuse(const Node& node, base::Reading& reading, std::string_view text,
            const base::Dimension& dimension, bool is_money, const std::string& why) {
  reading.error(node, fmt::format("'{}' {}; {} is expected here ({})", text, why,
                                  base::dimension_name(dimension, is_money),
                                  base::dimension_examples(dimension, is_money)));
}

// A number with its unit in text that stood behind a sign.
std::optional<base::ParsedQuantity> parsed(const Node& node, std::string_view text,
                                           base::Reading& reading, const base::Dimension& dimension,
                                           bool is_money) {
  base::UnitError error;
  auto value = base::parse_quantity(text, error);
  if (!value) {
    reading.error(node, error.message);
    return std::nullopt;
  }
  const bool fits = value->dimension == dimension && value->currency.empty() != is_money;
  if (fits) return value;
  const bool is_bare = value->unit.empty();
  refuse(node, reading, text, dimension, is_money, is_bare ? "has no unit" : "is something else");
  return std::nullopt;
}

void require_positive(const Node& node, double value, base::Reading& reading) {
  if (!(value > 0)) reading.error(node, "must be more than zero");
}

// "60 d" or "< 60 d".
template <class Q>
Q ceiling(Fields& fields, const char* key) {
  const auto node = fields.value(key);
  const auto text = node && node->is_scalar() ? behind_sign(*node) : std::nullopt;
  if (!text) return fields.positive<Q>(key);
  const auto value = parsed(*node, *text, fields.reading(), Q::kDimension, false);
  if (value) require_positive(*node, value->si, fields.reading());
  return Q(value ? value->si : 1.0);
}

base::Money money_ceiling(Fields& fields, const char* key) {
  const auto node = fields.value(key);
  const auto text = node && node->is_scalar() ? behind_sign(*node) : std::nullopt;
  base::Money money;
  if (text) {
    const auto value = parsed(*node, *text, fields.reading(), base::Dimension{}, true);
    if (!value) return money;
    money = {value->si, value->currency};
  } else {
    money = fields.money(key);
  }
  if (node) require_positive(*node, money.amount, fields.reading());
  return money;
}

double count_ceiling(Fields& fields, const char* key, const char* noun) {
  const auto node = fields.value(key);
  const auto text = node && node->is_scalar() ? behind_sign(*node) : std::nullopt;
  double count = 1;
  if (text) {
    const auto value = parsed(*node, *text, fields.reading(), base::Dimension{}, false);
    if (!value) return count;
    count = value->si;
  } else {
    count = fields.count(key, noun);
  }
  if (node) require_positive(*node, count, fields.reading());
  return count;
}

void read_power(Fields& fields, Targets& targets) {
  const auto node = fields.value("power");
  if (!node) return;
  study::PowerLimit limit;
  // A map with a value is a number with its bounds.
  if (node->is_map() && node->find("most")) {
    auto map = fields.map("power");
    limit.most = ceiling<base::Power>(map, "most");
    limit.of = static_cast<study::LimitOf>(map.choice(
        "of", {study::name_of(study::LimitOf::kMean), study::name_of(study::LimitOf::kPeak)}, 0));
    map.finish();
  } else {
    limit.most = ceiling<base::Power>(fields, "power");
  }
  targets.power = limit;
}

void read_budget(Fields& fields, Targets& targets) {
  const auto node = fields.value("budget");
  if (!node) return;
  if (node->is_map() && node->find("most")) {
    auto map = fields.map("budget");
    targets.budget = money_ceiling(map, "most");
    targets.budget_of = static_cast<MoneyOf>(map.choice(
        "of", {name_of(MoneyOf::kCapital), name_of(MoneyOf::kRun), name_of(MoneyOf::kRent)}, 0));
    map.finish();
  } else {
    targets.budget = money_ceiling(fields, "budget");
  }
}

}  // namespace

Targets read_targets(Fields fields) {
  Targets targets;
  if (fields.has("time")) targets.time = ceiling<base::Time>(fields, "time");
  read_power(fields, targets);
  read_budget(fields, targets);
  if (fields.has("chips")) targets.chips = count_ceiling(fields, "chips", "chips");
  if (fields.has("racks")) targets.racks = count_ceiling(fields, "racks", "racks");
  fields.finish();
  return targets;
}

}  // namespace weft::size
