// Reads "0.40 CNY/kWh" and its like.
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>
#include <system_error>

#include "unit_table.h"
#include "weft/base/unit_text.h"

namespace weft::base {
namespace {

constexpr int kMaxExponent = 9;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t'; }
// Letters, and every byte of a character beyond ASCII.
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '%' || c == '_' || c == '$' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

class Parser {
 public:
  Parser(std::string_view text, UnitError& error) : text_(text), error_(error) {}

  std::optional<ParsedQuantity> parse() {
    skip_spaces();
    if (!number()) return std::nullopt;
    skip_spaces();
    const std::size_t unit_begin = at_;
    if (at_ < text_.size() && !units()) return std::nullopt;
    std::string_view unit = text_.substr(unit_begin);
    while (!unit.empty() && is_space(unit.back())) unit.remove_suffix(1);
    result_.unit = std::string(unit);
    result_.si = number_ * factor_ / divisor_;
    if (!std::isfinite(result_.si)) return fail("this number is too large", 0), std::nullopt;
    return std::move(result_);
  }

 private:
  bool fail(std::string message, std::size_t offset) {
    error_ = {std::move(message), offset};
    return false;
  }
  bool fail(std::string message) { return fail(std::move(message), at_); }

  [[nodiscard]] bool done() const { return at_ == text_.size(); }
  [[nodiscard]] char peek() const { return done() ? '\0' : text_[at_]; }
  [[nodiscard]] bool at_text(std::string_view what) const {
    return text_.substr(at_).starts_with(what);
  }
  void skip_spaces() {
    while (is_space(peek())) ++at_;
  }

  bool number() {
    const std::size_t begin = at_;
    const bool negative = peek() == '-';
    if (negative || peek() == '+') ++at_;
    // from_chars alone would also take "inf" and "nan".
    const bool starts =
        is_digit(peek()) || (peek() == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]));
    if (!starts) return fail("a number is expected", begin);
    const char* first = text_.data() + at_;
    const char* last = text_.data() + text_.size();
    const auto [end, code] = std::from_chars(first, last, number_, std::chars_format::general);
    if (code == std::errc::result_out_of_range) return fail("this number is out of range", begin);
    at_ += static_cast<std::size_t>(end - first);
    if (peek() == ',' || peek() == '.' || peek() == '_' || peek() == '\'') {
      return fail("write numbers without separators, with one decimal point: 1234.5");
    }
    if (negative) number_ = -number_;
    return true;
  }

  // The chain of units after the number.
  bool units() {
    bool below = false;
    if (peek() == '/') {
      below = true;
      ++at_;
    } else if (const bool prefixed = count_prefix(); prefixed) {
      skip_spaces();
      if (done()) return true;
      if (peek() != '/' && !counted_thing()) return false;
      skip_spaces();
      if (done()) return true;
      if (!separator(below)) return false;
    }
    for (bool first = true;; first = false) {
      skip_spaces();
      if (!factor(below, first)) return false;
      skip_spaces();
      if (done()) return true;
      if (!separator(below)) return false;
    }
  }

  bool separator(bool& below) {
    for (const std::string_view times : {"*", "\u00b7", "\u22c5"}) {
      if (!at_text(times)) continue;
      below = false;
      at_ += times.size();
      return true;
    }
    if (peek() != '/') return fail("'" + std::string(text_.substr(at_)) + "' is not understood");
    below = true;
    ++at_;
    return true;
  }

  std::string_view word() {
    const std::size_t begin = at_;
    // The raised digits are letters of no unit.
    while (!done() && is_word(peek()) && !at_text("\u00b2") && !at_text("\u00b3") &&
           !at_text("\u00b7") && !at_text("\u22c5")) {
      ++at_;
    }
    return text_.substr(begin, at_ - begin);
  }

  // The T in "1 T tokens" and in "1 T".
  bool count_prefix() {
    const std::size_t begin = at_;
    const std::string_view prefix = word();
    const auto factor = detail::find_count_prefix(prefix);
    if (!factor || detail::find_unit(prefix) || !(done() || is_space(peek()) || peek() == '/')) {
      at_ = begin;
      return false;
    }
    factor_ *= *factor;
    return true;
  }

  // After a lone prefix: a noun ("tokens") or a currency ("USD").
  bool counted_thing() {
    const std::size_t begin = at_;
    const std::string_view thing = word();
    if (thing.empty()) return fail("'" + std::string(text_.substr(at_)) + "' is not understood");
    const auto unit = detail::find_unit(thing);
    if (!unit) return noun(thing, begin);
    if (unit->currency.empty()) {
      return fail("write the prefix and the unit '" + std::string(thing) + "' as one word", begin);
    }
    return apply(*unit, 1, begin);
  }

  bool factor(bool below, bool first) {
    const std::size_t begin = at_;
    const std::string_view name = word();
    if (name.empty()) {
      if (done()) return fail("a unit is missing at the end");
      return fail("'" + std::string(text_.substr(at_)) + "' is not a unit");
    }
    const auto unit = detail::find_unit(name);
    if (!unit) {
      if (const auto scaled = detail::find_scaled_noun(name); scaled && (below || first)) {
        (below ? divisor_ : factor_) *= scaled->factor;
        return noun(scaled->noun, begin);
      }
      if (!below && first) return noun(name, begin);
      if (below && detail::is_known_noun(name)) return noun(name, begin);
      return unknown(name, begin);
    }
    int exponent = 1;
    if (!read_exponent(exponent)) return false;
    if (exponent != 1 && unit->dimension == Dimension{}) {
      return fail("'" + std::string(name) + "' takes no exponent", begin);
    }
    return apply(*unit, below ? -exponent : exponent, begin);
  }

  bool read_exponent(int& exponent) {
    for (const auto& [raised, value] : {std::pair{"\u00b2", 2}, std::pair{"\u00b3", 3}}) {
      if (!at_text(raised)) continue;
      exponent = value;
      at_ += std::string_view(raised).size();
      return true;
    }
    const bool hat = peek() == '^';
    if (hat) ++at_;
    const bool negative = peek() == '-';
    const std::size_t digits = at_ + (negative ? 1 : 0);
    if (digits >= text_.size() || !is_digit(text_[digits])) {
      return hat ? fail("a whole number is expected after '^'") : true;
    }
    const char* first = text_.data() + digits;
    const auto [end, code] = std::from_chars(first, text_.data() + text_.size(), exponent);
    if (code != std::errc() || exponent > kMaxExponent || exponent == 0) {
      return fail("an exponent of 1 to 9 is expected");
    }
    at_ = digits + static_cast<std::size_t>(end - first);
    if (negative) exponent = -exponent;
    return true;
  }

  bool apply(const detail::Unit& unit, int exponent, std::size_t begin) {
    if (!unit.currency.empty()) {
      if (exponent != 1) return fail("money may stand only above the fraction bar", begin);
      if (!result_.currency.empty()) return fail("money may stand only once in a unit", begin);
      result_.currency = unit.currency;
    }
    for (int i = 0; i < std::abs(exponent); ++i) {
      factor_ *= exponent > 0 ? unit.factor : unit.divisor;
      divisor_ *= exponent > 0 ? unit.divisor : unit.factor;
    }
    result_.dimension.time += exponent * unit.dimension.time;
    result_.dimension.data += exponent * unit.dimension.data;
    result_.dimension.work += exponent * unit.dimension.work;
    result_.dimension.energy += exponent * unit.dimension.energy;
    result_.dimension.length += exponent * unit.dimension.length;
    return true;
  }

  // A counted thing: any word of three letters and more that is not the slip of a unit.
  bool noun(std::string_view name, std::size_t begin) {
    if (!detail::is_known_noun(name)) {
      const bool ascii = name.find_first_of("%$") == std::string_view::npos;
      if (!ascii || name.size() < 3 || !detail::unit_advice(name).empty()) {
        return unknown(name, begin);
      }
    }
    if (!result_.counted_noun.empty()) result_.counted_noun += "/";
    result_.counted_noun += name;
    return true;
  }

  bool unknown(std::string_view name, std::size_t begin) {
    const std::string advice = detail::unit_advice(name);
    return fail("'" + std::string(name) + "' is not a unit" + (advice.empty() ? "" : "; " + advice),
                begin);
  }

  std::string_view text_;
  UnitError& error_;
  std::size_t at_ = 0;
  double number_ = 0.0;
  double factor_ = 1.0;
  double divisor_ = 1.0;
  ParsedQuantity result_;
};

}  // namespace

std::optional<ParsedQuantity> parse_quantity(std::string_view text, UnitError& error) {
  return Parser(text, error).parse();
}

}  // namespace weft::base
