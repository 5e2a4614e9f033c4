#include "weft/base/fields.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "annotations.h"

namespace weft::base {
namespace {

using detail::in_quotes;

// "a power (W, kW, MW)"
std::string described(const Dimension& dimension, bool is_money) {
  return dimension_name(dimension, is_money) + " (" + dimension_examples(dimension, is_money) + ")";
}

using Type = Asked::Type;

Asked of(Type type) {
  Asked asked;
  asked.type = type;
  return asked;
}

Asked required(Asked asked) {
  asked.is_required = true;
  return asked;
}

Asked with_fallback(Asked asked, std::string text) {
  asked.fallback = std::move(text);
  return asked;
}

Asked number_asked(const Dimension& dimension, Asked::Range range = Asked::Range::kAll) {
  Asked asked = of(Type::kNumber);
  asked.dimension = dimension;
  asked.range = range;
  return asked;
}

Asked money_asked(const Dimension& dimension) {
  Asked asked = of(Type::kMoney);
  asked.dimension = dimension;
  return asked;
}

Asked whole_asked(std::int64_t minimum) {
  Asked asked = of(Type::kWhole);
  asked.least = static_cast<double>(minimum);
  return asked;
}

Asked count_asked(std::string_view noun) {
  Asked asked = of(Type::kCount);
  asked.noun = noun;
  return asked;
}

Asked choice_asked(const std::vector<std::string>& names) {
  Asked asked = of(Type::kChoice);
  asked.choices = names;
  return asked;
}

void tell(const Fields& fields, std::string_view key, const Asked& what) {
  fields.reading().observer()->asked(fields.node(), key, what);
}

// A fallback of an infinity or of no number is none that one would write.
std::string fallback_text(double value) {
  return std::isfinite(value) ? to_text(value, 6) : std::string();
}

}  // namespace

Fields::Fields(const Node& map, Reading& reading, std::string name)
    : map_(map), reading_(&reading), name_(std::move(name)), broken_(!map.is_map()) {
  if (broken_) reading.error(map, "a map is expected here (key: value)");
  if (!broken_ && reading.observer() != nullptr) reading.observer()->read(map, of(Type::kMap));
}

Fields::Fields(Node around, Reading& reading, std::string name, Broken)
    : map_(std::move(around)), reading_(&reading), name_(std::move(name)), broken_(true) {}

std::optional<Node> Fields::value(std::string_view key) {
  if (is_told()) tell(*this, key, of(Type::kAny));
  if (!has(key)) return std::nullopt;
  return map_.find(key);
}

bool Fields::has_number(std::string_view key, const Dimension& dimension, bool is_money) const {
  if (is_told()) {
    tell(*this, key, is_money ? money_asked(dimension) : number_asked(dimension));
  }
  return has(key);
}

bool Fields::has(std::string_view key) const {
  if (broken_) return false;
  if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) {
    asked_.emplace_back(key);
    if (is_told()) tell(*this, key, {});
  }
  const auto found = map_.find(key);
  // `key: ~` is not there; `key:` is, and is an error to whoever reads it.
  return found && !(found->is_null() && !found->text().empty());
}

std::string Fields::place() const {
  const std::string path = map_.path();
  return path.empty() ? "" : " in " + in_quotes(path);
}

std::optional<Node> Fields::need(std::string_view key, const std::string& what) {
  if (broken_) return std::nullopt;
  auto found = has(key) ? map_.find(key) : std::nullopt;
  if (!found) {
    reading_->error(map_, in_quotes(key) + " is missing" + place() + "; " + what + " is expected");
    return std::nullopt;
  }
  if (found->is_null()) {
    reading_->error(*found, in_quotes(key) + " is empty; " + what + " is expected");
    return std::nullopt;
  }
  return found;
}

std::string Fields::text(std::string_view key) {
  if (is_told()) tell(*this, key, required(of(Type::kText)));
  const auto node = need(key, "a text");
  return node ? text_of(*node, *reading_) : "";
}

std::string Fields::text(std::string_view key, std::string fallback) {
  if (is_told()) tell(*this, key, with_fallback(of(Type::kText), fallback));
  return has(key) ? text(key) : std::move(fallback);
}

bool Fields::required_flag(std::string_view key) {
  if (is_told()) tell(*this, key, required(of(Type::kFlag)));
  const auto node = need(key, "true or false");
  return node && flag_of(*node, *reading_);
}

bool Fields::flag(std::string_view key, bool fallback) {
  if (is_told()) tell(*this, key, with_fallback(of(Type::kFlag), fallback ? "true" : "false"));
  return has(key) ? required_flag(key) : fallback;
}

std::int64_t Fields::integer(std::string_view key, std::int64_t minimum) {
  if (is_told()) tell(*this, key, required(whole_asked(minimum)));
  const auto node = need(key, "a whole number");
  return node ? integer_of(*node, *reading_, name_, minimum) : minimum;
}

std::int64_t Fields::integer(std::string_view key, std::int64_t minimum, std::int64_t fallback) {
  if (is_told()) tell(*this, key, with_fallback(whole_asked(minimum), std::to_string(fallback)));
  return has(key) ? integer(key, minimum) : fallback;
}

int Fields::small_integer(std::string_view key, int minimum) {
  const auto value = integer(key, minimum);
  if (value <= std::numeric_limits<int>::max()) return static_cast<int>(value);
  reading_->error(*map_.find(key), "this whole number is too large");
  return minimum;
}

int Fields::small_integer(std::string_view key, int minimum, int fallback) {
  if (is_told()) tell(*this, key, with_fallback(whole_asked(minimum), std::to_string(fallback)));
  return has(key) ? small_integer(key, minimum) : fallback;
}

double Fields::share(std::string_view key) {
  if (is_told()) tell(*this, key, required(number_asked({}, Asked::Range::kShare)));
  const auto errors = reading_->diagnostics().size();
  const double value = number(key);
  const auto node = map_.find(key);
  if (node && reading_->diagnostics().size() == errors && !(value > 0 && value <= 1)) {
    reading_->error(*node, "more than 0 and at most 1 is expected here");
  }
  return value;
}

double Fields::share(std::string_view key, double fallback) {
  if (is_told())
    tell(*this, key,
         with_fallback(number_asked({}, Asked::Range::kShare), fallback_text(fallback)));
  return has(key) ? share(key) : fallback;
}

double Fields::positive_number(std::string_view key, const Dimension& dimension) {
  if (is_told()) tell(*this, key, required(number_asked(dimension, Asked::Range::kPositive)));
  const auto errors = reading_->diagnostics().size();
  const double value = required_number(key, dimension);
  const auto node = map_.find(key);
  if (node && reading_->diagnostics().size() == errors && !(value > 0)) {
    reading_->error(*node, "more than 0 is expected here");
  }
  return value;
}

double Fields::number(std::string_view key) { return required_number(key, {}); }

double Fields::number(std::string_view key, double fallback) {
  return optional_number(key, {}, fallback);
}

double Fields::count(std::string_view key, std::string_view noun) {
  if (is_told()) tell(*this, key, required(count_asked(noun)));
  const auto node = need(key, "a number of " + std::string(noun));
  return node ? count_of(*node, *reading_, name_, noun) : 0.0;
}

double Fields::count(std::string_view key, std::string_view noun, double fallback) {
  if (is_told()) tell(*this, key, with_fallback(count_asked(noun), fallback_text(fallback)));
  return has(key) ? count(key, noun) : fallback;
}

CountedName Fields::counted_name(std::string_view key) {
  if (is_told()) tell(*this, key, required(of(Type::kCountedName)));
  const auto node = need(key, "a name, or a number and a name (8 x NAME)");
  return node ? counted_name_of(*node, *reading_) : CountedName{};
}

double Fields::required_number(std::string_view key, const Dimension& dimension) {
  if (is_told()) tell(*this, key, required(number_asked(dimension)));
  const auto node = need(key, described(dimension, false));
  return node ? number_of(*node, *reading_, name_, dimension) : 0.0;
}

double Fields::optional_number(std::string_view key, const Dimension& dimension, double fallback) {
  if (is_told())
    tell(*this, key,
         with_fallback(number_asked(dimension),
                       dimension == Dimension{} ? fallback_text(fallback) : std::string()));
  return has(key) ? required_number(key, dimension) : fallback;
}

Money Fields::required_money(std::string_view key, const Dimension& denominator) {
  const Dimension dimension = per(denominator);
  if (is_told()) tell(*this, key, required(money_asked(dimension)));
  const auto node = need(key, described(dimension, true));
  return node ? money_of(*node, *reading_, name_, denominator) : Money{};
}

Money Fields::money(std::string_view key) { return required_money(key, {}); }

std::optional<Money> Fields::maybe_money(std::string_view key) {
  if (!has_number(key, {}, true)) return std::nullopt;
  return money(key);
}

std::size_t Fields::choice(std::string_view key, const std::vector<std::string>& names) {
  if (is_told()) tell(*this, key, required(choice_asked(names)));
  const auto node = need(key, "one of " + detail::joined(names));
  return node ? choice_of(*node, *reading_, names) : 0;
}

std::size_t Fields::choice(std::string_view key, const std::vector<std::string>& names,
                           std::size_t fallback) {
  if (is_told()) {
    tell(*this, key,
         with_fallback(choice_asked(names), fallback < names.size() ? names[fallback] : ""));
  }
  return has(key) ? choice(key, names) : fallback;
}

Fields Fields::map(std::string_view key) {
  if (is_told()) tell(*this, key, required(of(Type::kMap)));
  const auto node = need(key, "a map");
  if (!node) return {map_, *reading_, name_, Broken{}};
  return {*node, *reading_, name_};
}

std::optional<Fields> Fields::maybe_map(std::string_view key) {
  if (is_told()) tell(*this, key, of(Type::kMap));
  if (!has(key)) return std::nullopt;
  return map(key);
}

std::vector<Node> Fields::list(std::string_view key) {
  if (is_told()) tell(*this, key, of(Type::kList));
  if (!has(key)) return {};
  const auto node = need(key, "a list");
  if (!node) return {};
  const Node value = detail::unwrapped(*node, *reading_);
  if (!value.is_list()) return {value};
  std::vector<Node> members;
  for (std::size_t i = 0; i < value.size(); ++i) members.push_back(value.item(i));
  return members;
}

void Fields::finish() {
  if (broken_) return;
  std::vector<std::string> known = asked_;
  const bool is_named = std::find(known.begin(), known.end(), "kind") != known.end();
  if (map_.path().empty() && !is_named) known.emplace_back("kind");
  if (is_told()) reading_->observer()->finished(map_);
  detail::check_annotations(map_, *reading_);
  detail::check_keys(map_, known, *reading_);
}

}  // namespace weft::base
