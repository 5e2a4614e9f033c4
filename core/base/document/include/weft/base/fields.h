// Typed reading of a map. Every key asked for is checked; every key not asked for is an error. A
// value that is wrong or missing is recorded in the Reading and a harmless default is returned, so
// that one pass finds all mistakes; call Reading::throw_if_any() before using what was read.
//
// A number may be written as a scalar ("400 W", "780 W ± 50 W"), or as a map
// {mode: (or value:), low:, high:, source:, confidence:, disputed:, note:}. Maps may carry
// `source`, `confidence`, `disputed` and `note` for all values in them; these keys are always
// allowed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weft/base/asked.h"
#include "weft/base/document.h"
#include "weft/base/money.h"
#include "weft/base/quantity.h"
#include "weft/base/uncertain.h"
#include "weft/base/unit_text.h"

namespace weft::base {

// An uncertain number that was met while reading.
struct UncertainInput {
  std::string path;  // dotted, behind the name of the document it is written in:
                     // "ascend_910c.power.tdp"
  Distribution distribution;
};

// The state of one reading: its errors, how uncertain numbers are drawn, and which were met.
class Reading {
 public:
  // Picks a value from a distribution; the default takes the mode.
  using Draw = std::function<double(const std::string& path, const Distribution&)>;

  Reading() = default;
  explicit Reading(Draw draw) : draw_(std::move(draw)) {}

  Diagnostics& diagnostics() { return diagnostics_; }
  void throw_if_any() const { diagnostics_.throw_if_any(); }
  void error(const Node& where, std::string message, std::string hint = "");
  double draw(const std::string& path, const Distribution& distribution);
  [[nodiscard]] const std::vector<UncertainInput>& uncertain_inputs() const { return uncertain_; }
  // Who was told what is read when this reading began, or null.
  [[nodiscard]] AskedObserver* observer() const { return observer_; }

 private:
  Diagnostics diagnostics_;
  Draw draw_;
  std::vector<UncertainInput> uncertain_;
  AskedObserver* observer_ = AskedObserver::current();
};

// "8 x ascend_910c", "8 × ascend_910c", "cloudmatrix384 × 26" or "ascend_910c" (one of them).
struct CountedName {
  std::int64_t count = 1;
  std::string name;
};

// The same reading for a value that is no member of a map, such as the members of a list. `name` is
// the prefix of uncertain-input paths.
std::string text_of(const Node& node, Reading& reading);
bool flag_of(const Node& node, Reading& reading);
std::int64_t integer_of(const Node& node, Reading& reading, const std::string& name,
                        std::int64_t minimum);
// In SI units of the dimension.
double number_of(const Node& node, Reading& reading, const std::string& name,
                 const Dimension& dimension = {});
// A whole number of things, >= 0.
double count_of(const Node& node, Reading& reading, const std::string& name, std::string_view noun);
// Money per SI unit of `denominator`.
Money money_of(const Node& node, Reading& reading, const std::string& name,
               const Dimension& denominator = {});
std::size_t choice_of(const Node& node, Reading& reading, const std::vector<std::string>& names);
CountedName counted_name_of(const Node& node, Reading& reading);
template <class Q>
Q quantity_of(const Node& node, Reading& reading, const std::string& name) {
  return Q(number_of(node, reading, name, Q::kDimension));
}

class Fields {
 public:
  // `map` must be a map, else an error is recorded and every read returns its default.
  // `name` is the prefix of uncertain-input paths, usually the document's name.
  Fields(const Node& map, Reading& reading, std::string name);

  // Whether there is something to read. The key counts as known from now on.
  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] const Node& node() const { return map_; }
  [[nodiscard]] Reading& reading() const { return *reading_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  // Required, then with a fallback.
  std::string text(std::string_view key);
  std::string text(std::string_view key, std::string fallback);
  bool required_flag(std::string_view key);
  bool flag(std::string_view key, bool fallback);
  // A whole number >= minimum.
  std::int64_t integer(std::string_view key, std::int64_t minimum);
  std::int64_t integer(std::string_view key, std::int64_t minimum, std::int64_t fallback);
  // The same, small enough for an int.
  int small_integer(std::string_view key, int minimum);
  int small_integer(std::string_view key, int minimum, int fallback);
  // A dimensionless number or percentage ("20 %" is 0.2).
  double number(std::string_view key);
  double number(std::string_view key, double fallback);
  // A number in (0, 1], such as an efficiency.
  double share(std::string_view key);
  double share(std::string_view key, double fallback);
  // A count with an optional noun or prefix: "2304 sequences", "1 T", "1 T tokens".
  double count(std::string_view key, std::string_view noun);
  double count(std::string_view key, std::string_view noun, double fallback);
  CountedName counted_name(std::string_view key);

  template <class Q>
  Q quantity(std::string_view key) {
    return Q(required_number(key, Q::kDimension));
  }
  // The same, and more than zero.
  template <class Q>
  Q positive(std::string_view key) {
    return Q(positive_number(key, Q::kDimension));
  }
  template <class Q>
  Q quantity(std::string_view key, Q fallback) {
    return Q(optional_number(key, Q::kDimension, fallback.si()));
  }
  template <class Q>
  std::optional<Q> maybe(std::string_view key) {
    if (!has_number(key, Q::kDimension, false)) return std::nullopt;
    return quantity<Q>(key);
  }
  Money money(std::string_view key);
  std::optional<Money> maybe_money(std::string_view key);
  template <class Q>
  Price<Q> price(std::string_view key) {
    return Price<Q>{required_money(key, Q::kDimension)};
  }
  template <class Q>
  std::optional<Price<Q>> maybe_price(std::string_view key) {
    if (!has_number(key, per(Q::kDimension), true)) return std::nullopt;
    return price<Q>(key);
  }

  // One of `names`; returns its index (0 after an error).
  std::size_t choice(std::string_view key, const std::vector<std::string>& names);
  std::size_t choice(std::string_view key, const std::vector<std::string>& names,
                     std::size_t fallback);

  // A nested map, required.
  Fields map(std::string_view key);
  std::optional<Fields> maybe_map(std::string_view key);
  // The members of a list; a value that is no list counts as its only member, a key that is not
  // there as an empty list.
  std::vector<Node> list(std::string_view key);
  // Any value, or nothing.
  std::optional<Node> value(std::string_view key);

  // Records an error for every key that was never asked for, with the nearest known name.
  void finish();

 private:
  // Something that every read on it passes by in silence, for a map that is not there.
  struct Broken {};
  Fields(Node around, Reading& reading, std::string name, Broken);

  static constexpr Dimension per(const Dimension& d) {
    return {-d.time, -d.data, -d.work, -d.energy, -d.length};
  }
  // Whether there is a number to read, of a type that the observer is told.
  [[nodiscard]] bool has_number(std::string_view key, const Dimension& dimension,
                                bool is_money) const;
  double required_number(std::string_view key, const Dimension& dimension);
  double positive_number(std::string_view key, const Dimension& dimension);
  double optional_number(std::string_view key, const Dimension& dimension, double fallback);
  Money required_money(std::string_view key, const Dimension& denominator);
  // The value of a key; records an error when there is none. `what` is what was expected.
  std::optional<Node> need(std::string_view key, const std::string& what);
  // Whether there is an observer to tell what is asked for.
  [[nodiscard]] bool is_told() const { return !broken_ && reading_->observer() != nullptr; }
  [[nodiscard]] std::string place() const;

  Node map_;
  Reading* reading_;
  std::string name_;
  bool broken_ = false;
  mutable std::vector<std::string> asked_;
};

}  // namespace weft::base
