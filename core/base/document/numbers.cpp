// Numbers as they are written: "400 W", "780 W ± 50 W", {low: 600 W, mode: 780 W, high: 950 W}.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "annotations.h"
#include "utf8.h"

namespace weft::base::detail {
namespace {

constexpr std::size_t kLongestShown = 60;

// The text of a scalar for a message.
std::string shown(std::string_view text) {
  if (text.size() <= kLongestShown) return "'" + std::string(text) + "'";
  std::size_t end = kLongestShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return "'" + std::string(text.substr(0, end)) + "\u2026'";
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool same_noun(std::string_view a, std::string_view b) {
  if (a.ends_with('s')) a.remove_suffix(1);
  if (b.ends_with('s')) b.remove_suffix(1);
  return a == b;
}

// "780 W" and "50 W" of "780 W ± 50 W"; the second is empty when there is none.
struct Pieces {
  std::string_view value;
  std::string_view sigma;
  bool has_sigma = false;
};

Pieces split(std::string_view text) {
  for (const std::string_view sign : {"\u00b1", "+/-", "+-"}) {
    const std::size_t at = text.find(sign);
    if (at == std::string_view::npos) continue;
    return {trimmed(text.substr(0, at)), trimmed(text.substr(at + sign.size())), true};
  }
  return {trimmed(text), {}, false};
}

class NumberReader {
 public:
  NumberReader(const Expected& expected, Reading& reading)
      : expected_(expected), reading_(reading) {}

  std::optional<ReadNumber> read(const Node& node) {
    return node.is_map() ? read_map(node) : read_scalar(node);
  }

 private:
  std::nullopt_t fail(const Node& node, std::string message, std::string hint = "") {
    reading_.error(node, std::move(message), std::move(hint));
    return std::nullopt;
  }

  std::optional<ReadNumber> read_scalar(const Node& node) {
    if (!node.is_scalar()) {
      const std::string what = node.is_list() ? "a list" : node.is_map() ? "a map" : "nothing";
      return fail(node, what + " is written here; " + describe(expected_) + " is expected");
    }
    const Pieces pieces = split(node.text());
    const auto value = parse(node, pieces.value);
    if (!value) return std::nullopt;
    if (!pieces.has_sigma) {
      if (!check(node, node.text(), *value)) return std::nullopt;
      return ReadNumber{{Distribution::Kind::kExact, value->si, value->si, value->si},
                        value->currency};
    }
    const auto sigma = parse(node, pieces.sigma);
    if (!sigma) return std::nullopt;
    return with_sigma(node, pieces, *value, *sigma);
  }

  // "780 W ± 50 W", "780 ± 50 W" and "780 W ± 5 %" are the same but for the words.
  std::optional<ReadNumber> with_sigma(const Node& node, const Pieces& pieces, ParsedQuantity value,
                                       const ParsedQuantity& sigma) {
    double width = sigma.si;
    if (sigma.unit == "%" && value.unit != "%") {
      width *= std::abs(value.si);
    } else {
      if (value.unit.empty() && !sigma.unit.empty()) {
        UnitError ignored;
        const auto scaled = parse_quantity(std::string(pieces.value) + " " + sigma.unit, ignored);
        if (!scaled) return fail(node, shown(node.text()) + " is not understood");
        value = *scaled;
      }
      if (!check(node, pieces.sigma, sigma)) return std::nullopt;
    }
    if (!check(node, pieces.value, value)) return std::nullopt;
    if (sigma.unit != "%" && sigma.currency != value.currency) {
      return fail(node, "both numbers must be in one currency");
    }
    if (!(width >= 0.0)) return fail(node, "the number after \u00b1 must not be negative");
    if (width == 0.0) {
      return ReadNumber{{Distribution::Kind::kExact, value.si, value.si, value.si}, value.currency};
    }
    return ReadNumber{{Distribution::Kind::kNormal, value.si - width, value.si, value.si + width},
                      value.currency};
  }

  std::optional<ReadNumber> read_map(const Node& map) {
    check_annotations(map, reading_);
    check_keys(map, {"mode", "value", "low", "high"}, reading_);
    const auto mode = map.find("mode");
    const auto value = map.find("value");
    if (mode && value) return fail(*value, "'mode' and 'value' are the same; give one of them");
    if (!mode && !value) {
      return fail(map,
                  "'mode' or 'value' is missing; " + describe(expected_) + " is expected here");
    }
    const auto low = map.find("low");
    const auto high = map.find("high");
    auto middle = read_scalar(mode ? *mode : *value);
    if (!middle) return std::nullopt;
    if (!low && !high) return middle;
    if (!low || !high) {
      return fail(low ? *low : *high, "'low' and 'high' are given together or not at all");
    }
    if (middle->distribution.kind != Distribution::Kind::kExact) {
      return fail(*low, "a number with \u00b1 takes no 'low' and 'high'");
    }
    return with_bounds(map, *middle, *low, *high);
  }

  std::optional<ReadNumber> with_bounds(const Node& map, ReadNumber number, const Node& low,
                                        const Node& high) {
    const auto least = read_scalar(low);
    const auto most = read_scalar(high);
    if (!least || !most) return std::nullopt;
    if (least->currency != number.currency || most->currency != number.currency) {
      return fail(map, "'low', 'mode' and 'high' must be in one currency");
    }
    Distribution& result = number.distribution;
    result.low = least->distribution.mode;
    result.high = most->distribution.mode;
    if (result.low > result.mode) return fail(low, "'low' is above 'mode'");
    if (result.high < result.mode) return fail(high, "'high' is below 'mode'");
    if (result.low < result.high) result.kind = Distribution::Kind::kTriangular;
    return number;
  }

  std::optional<ParsedQuantity> parse(const Node& node, std::string_view text) {
    UnitError error;
    auto parsed = parse_quantity(text, error);
    if (parsed) return parsed;
    const auto place = static_cast<std::size_t>(text.data() - node.text().data()) + error.offset;
    reading_.diagnostics().add(at_offset(
        node, place, shown(node.text()) + " is not " + describe(expected_) + ": " + error.message));
    return std::nullopt;
  }

  // Points into a scalar when it stands in one line as it reads.
  static Diagnostic at_offset(const Node& node, std::size_t offset, std::string message) {
    Diagnostic diagnostic{node.position(), node.length(), std::move(message), ""};
    const int quotes = node.is_quoted() ? 1 : 0;
    const int characters = count_characters(node.text());
    if (node.length() != characters + 2 * quotes || characters == 0) return diagnostic;
    const int before = std::min(count_characters(node.text().substr(0, offset)), characters - 1);
    diagnostic.position.column += before + quotes;
    diagnostic.length = characters - before;
    return diagnostic;
  }

  // Whether what was read is what was expected.
  bool check(const Node& node, std::string_view text, const ParsedQuantity& read) {
    const bool same_kind = expected_.is_money == !read.currency.empty();
    if (same_kind && read.dimension == expected_.dimension && noun_fits(read)) return true;
    const std::string wanted = describe(expected_) + " is expected here" + examples();
    const bool is_number = read.dimension == Dimension{} && read.currency.empty();
    if (is_number && read.counted_noun.empty() && read.unit != "%") {
      const std::string all = dimension_examples(expected_.dimension, expected_.is_money);
      const std::string unit = all.substr(0, all.find(','));
      const std::string hint =
          read.unit.empty() ? fmt::format("did you mean {} {}?", text, unit) : "";
      return fail(node, shown(text) + " has no unit; " + wanted, hint), false;
    }
    const std::string found = is_number && !read.counted_noun.empty()
                                  ? " counts " + read.counted_noun
                                  : " is " + dimension_name(read.dimension, !read.currency.empty());
    return fail(node, shown(text) + found + "; " + wanted), false;
  }

  // Things are counted in a count only; "17 kUSD/wafer" and "5 kwafers/month" pass.
  [[nodiscard]] bool noun_fits(const ParsedQuantity& read) const {
    if (read.counted_noun.empty() || expected_.is_money) return true;
    if (!expected_.noun.empty()) return same_noun(read.counted_noun, expected_.noun);
    return !(expected_.dimension == Dimension{});
  }

  [[nodiscard]] std::string examples() const {
    if (!expected_.noun.empty() || expected_.is_whole) return "";
    return " (" + dimension_examples(expected_.dimension, expected_.is_money) + ")";
  }

  const Expected& expected_;
  Reading& reading_;
};

}  // namespace

std::string describe(const Expected& expected) {
  if (!expected.noun.empty()) return "a number of " + expected.noun;
  if (expected.is_whole) return "a whole number";
  return dimension_name(expected.dimension, expected.is_money);
}

std::optional<ReadNumber> read_number(const Node& node, const Expected& expected,
                                      Reading& reading) {
  return NumberReader(expected, reading).read(node);
}

}  // namespace weft::base::detail
