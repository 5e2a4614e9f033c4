// Reading one value as what it is meant to be.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "annotations.h"

namespace weft::base {
namespace {

using detail::Expected;
using detail::in_quotes;

// Whole numbers beyond this have no double of their own.
constexpr double kLargestWhole = 9007199254740992.0;

constexpr Dimension negated(const Dimension& d) {
  return {-d.time, -d.data, -d.work, -d.energy, -d.length};
}

// The name of the document that a value is written in, so that all documents that inherit it by
// `extends` mean the same uncertain input; a fit of it (NAME.fit.yaml) is the same input.
std::string owner_of(const Node& node, const std::string& name) {
  const std::filesystem::path file(node.source()->name);
  if (file.extension() != ".yaml") return name;
  const std::filesystem::path stem = file.stem();
  return (stem.extension() == ".fit" ? stem.stem() : stem).string();
}

std::string path_of(const Node& node, const std::string& name) {
  const std::string owner = owner_of(node, name);
  const std::string path = node.path();
  if (owner.empty() || path.empty()) return owner + path;
  return owner + "." + path;
}

// Most numbers are exact, and a path is long to make.
double drawn(const Node& node, Reading& reading, const std::string& name, const Distribution& d) {
  return d.kind == Distribution::Kind::kExact ? d.mode : reading.draw(path_of(node, name), d);
}

// The scalar that is expected here, or nothing and an error.
std::optional<Node> scalar(const Node& node, Reading& reading, const std::string& what) {
  const Node value = detail::unwrapped(node, reading);
  if (value.is_scalar()) return value;
  const std::string found = value.is_map() ? "a map" : value.is_list() ? "a list" : "nothing";
  reading.error(value, found + " is written here; " + what + " is expected");
  return std::nullopt;
}

std::string one_of(const std::vector<std::string>& names) {
  return "one of " + detail::joined(names);
}

// A whole number >= minimum, drawn if uncertain, or nothing and an error.
std::optional<double> whole(const Node& node, Reading& reading, const std::string& name,
                            const Expected& expected, double minimum) {
  const auto read = detail::read_number(node, expected, reading);
  if (!read) return std::nullopt;
  const Distribution& d = read->distribution;
  const double nearest_whole = std::round(d.mode);
  // 1.1 T is whole but for the last bit.
  if (std::abs(d.mode - nearest_whole) > 1e-12 * std::abs(d.mode)) {
    reading.error(node, fmt::format("{} is not whole; {} is expected here", in_quotes(node.text()),
                                    detail::describe(expected)));
    return std::nullopt;
  }
  if (std::min(d.low, nearest_whole) < minimum) {
    reading.error(node, fmt::format("at least {} is expected here", minimum));
    return std::nullopt;
  }
  return std::max(std::round(reading.draw(path_of(node, name), d)), minimum);
}

struct NameParts {
  std::string_view count;
  std::string_view name;
};

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

bool is_count(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "8 x NAME" or "NAME x 8". The x stands between spaces or behind the digits; × needs neither.
NameParts split_counted(std::string_view text) {
  for (const std::string_view times : {"\u00d7", " x ", "x "}) {
    const std::size_t at = text.find(times);
    if (at == std::string_view::npos) continue;
    const std::string_view before = trimmed(text.substr(0, at));
    const std::string_view after = trimmed(text.substr(at + times.size()));
    if (is_count(before)) return {before, after};
    if (is_count(after) && times != "x ") return {after, before};
  }
  return {"1", trimmed(text)};
}

thread_local AskedObserver* current_observer = nullptr;

// Tells what a value is read as.
void tell(const Node& node, const Reading& reading, const Asked& what) {
  reading.observer()->read(node, what);
}

Asked asked(Asked::Type type, const Dimension& dimension = {}) {
  Asked what;
  what.type = type;
  what.dimension = dimension;
  return what;
}

}  // namespace

AskedObserver::AskedObserver() : before_(current_observer) { current_observer = this; }

AskedObserver::~AskedObserver() { current_observer = before_; }

AskedObserver* AskedObserver::current() { return current_observer; }

void Reading::error(const Node& where, std::string message, std::string hint) {
  diagnostics_.add({where.position(), where.length(), std::move(message), std::move(hint)});
}

double Reading::draw(const std::string& path, const Distribution& distribution) {
  if (distribution.kind == Distribution::Kind::kExact) return distribution.mode;
  const bool known = std::any_of(uncertain_.begin(), uncertain_.end(),
                                 [&](const UncertainInput& input) { return input.path == path; });
  if (!known) uncertain_.push_back({path, distribution});
  return draw_ ? draw_(path, distribution) : distribution.mode;
}

std::string text_of(const Node& node, Reading& reading) {
  if (reading.observer() != nullptr) tell(node, reading, asked(Asked::Type::kText));
  const auto value = scalar(node, reading, "a text");
  return value ? std::string(value->text()) : "";
}

bool flag_of(const Node& node, Reading& reading) {
  if (reading.observer() != nullptr) tell(node, reading, asked(Asked::Type::kFlag));
  const auto value = scalar(node, reading, "true or false");
  if (!value) return false;
  const std::string_view text = value->text();
  if (text == "true" || text == "yes") return true;
  if (text != "false" && text != "no") {
    reading.error(*value, in_quotes(text) + " is neither true nor false");
  }
  return false;
}

std::int64_t integer_of(const Node& node, Reading& reading, const std::string& name,
                        std::int64_t minimum) {
  if (reading.observer() != nullptr) {
    Asked what = asked(Asked::Type::kWhole);
    what.least = static_cast<double>(minimum);
    tell(node, reading, what);
  }
  const Expected expected{.dimension = {}, .is_money = false, .noun = "", .is_whole = true};
  const auto value = whole(node, reading, name, expected, static_cast<double>(minimum));
  if (!value) return minimum;
  if (std::abs(*value) > kLargestWhole) {
    reading.error(node, "this whole number is too large");
    return minimum;
  }
  return std::llround(*value);
}

double number_of(const Node& node, Reading& reading, const std::string& name,
                 const Dimension& dimension) {
  if (reading.observer() != nullptr) tell(node, reading, asked(Asked::Type::kNumber, dimension));
  const Expected expected{.dimension = dimension, .is_money = false, .noun = "", .is_whole = false};
  const auto read = detail::read_number(node, expected, reading);
  return read ? drawn(node, reading, name, read->distribution) : 0.0;
}

double count_of(const Node& node, Reading& reading, const std::string& name,
                std::string_view noun) {
  if (reading.observer() != nullptr) {
    Asked what = asked(Asked::Type::kCount);
    what.noun = noun;
    tell(node, reading, what);
  }
  const Expected expected{
      .dimension = {}, .is_money = false, .noun = std::string(noun), .is_whole = true};
  return whole(node, reading, name, expected, 0.0).value_or(0.0);
}

Money money_of(const Node& node, Reading& reading, const std::string& name,
               const Dimension& denominator) {
  if (reading.observer() != nullptr) {
    tell(node, reading, asked(Asked::Type::kMoney, negated(denominator)));
  }
  const Expected expected{
      .dimension = negated(denominator), .is_money = true, .noun = "", .is_whole = false};
  const auto read = detail::read_number(node, expected, reading);
  if (!read) return {};
  return {drawn(node, reading, name, read->distribution), read->currency};
}

std::size_t choice_of(const Node& node, Reading& reading, const std::vector<std::string>& names) {
  if (reading.observer() != nullptr) {
    Asked what = asked(Asked::Type::kChoice);
    what.choices = names;
    tell(node, reading, what);
  }
  const auto value = scalar(node, reading, one_of(names));
  if (!value) return 0;
  const std::string word(value->text());
  const auto found = std::find(names.begin(), names.end(), word);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  const std::string near = nearest(word, names);
  reading.error(*value, in_quotes(word) + " is not " + one_of(names),
                near.empty() ? "" : "did you mean '" + near + "'?");
  return 0;
}

CountedName counted_name_of(const Node& node, Reading& reading) {
  if (reading.observer() != nullptr) tell(node, reading, asked(Asked::Type::kCountedName));
  const auto value = scalar(node, reading, "a name, or a number and a name (8 x NAME)");
  if (!value) return {};
  const NameParts parts = split_counted(value->text());
  CountedName result{0, std::string(parts.name)};
  // 15 digits fit in a count.
  if (parts.count.size() <= 15) result.count = std::stoll(std::string(parts.count));
  const bool is_name = !parts.name.empty() && parts.name.find(' ') == std::string_view::npos &&
                       !is_count(parts.name);
  if (!is_name || result.count < 1) {
    reading.error(*value, in_quotes(value->text()) +
                              " is not understood; a name, or a number from 1 and a name, is "
                              "expected here (8 x NAME)");
    return {};
  }
  return result;
}

}  // namespace weft::base
