#include "axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include "weft/base/unit_text.h"

namespace weft::sweep {

namespace {

constexpr double kMostLevels = 1e6;  // of one axis
// How far a last step may be from the end and still count as on it.
constexpr double kStepSlack = 1e-9;

// An end of a range.
struct End {
  double number = 0;
  std::string unit;
  base::ParsedQuantity quantity;
};

std::optional<End> read_end(base::Fields& range, const char* key) {
  const auto node = range.value(key);
  if (!node) {
    range.reading().error(range.node(), fmt::format("'{}' is missing in this range", key));
    return std::nullopt;
  }
  base::UnitError error;
  const auto quantity = base::parse_quantity(node->text(), error);
  if (!node->is_scalar() || !quantity) {
    range.reading().error(*node, node->is_scalar() ? error.message : "a number is expected here");
    return std::nullopt;
  }
  End end{0, "", *quantity};
  const auto text = node->text();
  const auto* const last = text.data() + text.size();
  const auto read =
      std::from_chars(text.data() + (text.starts_with('+') ? 1 : 0), last, end.number);
  end.unit = std::string(read.ptr, last);
  end.unit.erase(0, end.unit.find_first_not_of(" \t"));
  return end;
}

// How much one of a unit is in SI.
double size_of(const std::string& unit) {
  base::UnitError ignored;
  const auto one = base::parse_quantity(unit.empty() ? "1" : "1 " + unit, ignored);
  return one ? one->si : 1;
}

bool are_alike(const base::ParsedQuantity& a, const base::ParsedQuantity& b) {
  return a.dimension == b.dimension && a.currency == b.currency;
}

// The number of another end in the unit of the first.
std::optional<double> number_in(const Span& span, const End& first, const End& other,
                                const base::Node& where, base::Reading& reading) {
  if (!are_alike(first.quantity, other.quantity)) {
    reading.error(where, "the numbers of a range must be of one kind of unit");
    return std::nullopt;
  }
  return other.unit == first.unit ? other.number : other.quantity.si / span.si_per_unit;
}

// The numbers of a range, in the unit of its first.
class RangeReader {
 public:
  explicit RangeReader(base::Fields& range) : range_(range), reading_(range.reading()) {}

  std::optional<Span> read() {
    const bool is_triangle = range_.has("low") || range_.has("mode") || range_.has("high");
    const auto first = read_end(range_, is_triangle ? "low" : "from");
    if (!first) return std::nullopt;
    span_.unit = first->unit;
    span_.si_per_unit = size_of(first->unit);
    span_.from = first->number;
    const auto last = further(*first, is_triangle ? "high" : "to");
    if (!last) return std::nullopt;
    span_.to = *last;
    if (is_triangle) {
      span_.mode = further(*first, "mode");
      if (!span_.mode) return std::nullopt;
    }
    read_scale(is_triangle);
    if (range_.has("step")) span_.step = further(*first, "step").value_or(0);
    return is_sound() ? std::optional(span_) : std::nullopt;
  }

 private:
  std::optional<double> further(const End& first, const char* key) {
    const auto end = read_end(range_, key);
    if (!end) return std::nullopt;
    return number_in(span_, first, *end, *range_.value(key), reading_);
  }

  void read_scale(bool is_triangle) {
    if (is_triangle || !range_.has("scale")) return;
    span_.is_log = range_.choice("scale", {"linear", "log"}) == 1;
  }

  bool is_sound() {
    const auto before = reading_.diagnostics().size();
    const auto error = [&](const std::string& text) { reading_.error(range_.node(), text); };
    if (!(span_.from < span_.to)) error("the first number of a range must be below its last");
    if (span_.mode && (*span_.mode < span_.from || *span_.mode > span_.to)) {
      error("'mode' must lie between 'low' and 'high'");
    }
    if (span_.is_log && span_.from <= 0) error("a range on a log scale must be above zero");
    if (range_.has("step") && !(span_.step > 0)) error("a step must be above zero");
    return reading_.diagnostics().size() == before;
  }

  base::Fields& range_;
  base::Reading& reading_;
  Span span_;
};

// The values of a range in a grid.
std::vector<double> numbers_of(const Span& span, std::int64_t count) {
  std::vector<double> numbers;
  if (span.step > 0) {
    const double steps = std::floor((span.to - span.from) / span.step + kStepSlack);
    for (double i = 0; i <= steps; ++i) numbers.push_back(span.from + i * span.step);
    return numbers;
  }
  for (std::int64_t i = 0; i < count; ++i) {
    const double share = count == 1 ? 0 : static_cast<double>(i) / static_cast<double>(count - 1);
    const double between = span.is_log ? span.from * std::pow(span.to / span.from, share)
                                       : span.from + share * (span.to - span.from);
    numbers.push_back(i + 1 == count && count > 1 ? span.to : between);
  }
  return numbers;
}

bool check_grid(base::Fields& range, const Span& span) {
  const auto error = [&](const std::string& text) {
    range.reading().error(range.node(), text);
    return false;
  };
  if (span.mode) {
    return error("values drawn from low, mode and high need `design: latin_hypercube` or `sobol`");
  }
  if (range.has("count") == (span.step > 0)) {
    return error("a range of a grid needs 'count', how many values, or 'step'");
  }
  if (span.step > 0 && span.is_log) return error("a range with a step has no log scale");
  if (span.step > 0 && (span.to - span.from) / span.step > kMostLevels) {
    return error("this range has more than a million values");
  }
  return true;
}

void add_levels(base::Fields& range, const Span& span, Axis& axis) {
  if (!check_grid(range, span)) return;
  const auto count = span.step > 0 ? 0 : range.integer("count", 1);
  if (static_cast<double>(count) > kMostLevels) {
    range.reading().error(*range.value("count"), "this range has more than a million values");
    return;
  }
  std::string list;
  std::vector<std::string> texts;
  for (const double number : numbers_of(span, count)) {
    texts.push_back(text_of(span, number));
    list += "- " + texts.back() + "\n";
  }
  const auto values = base::Document::parse(list, axis.path).root();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    axis.levels.push_back({values.item(i), texts[i], si_of(texts[i])});
  }
}

std::optional<Axis> read_range(std::string path, const base::Node& node, Scheme scheme,
                               base::Reading& reading) {
  base::Fields range(node, reading, path);
  Axis axis{std::move(path), {}, std::nullopt, node};
  const auto span = RangeReader(range).read();
  if (!span) return std::nullopt;
  if (scheme == Scheme::kGrid) {
    add_levels(range, *span, axis);
  } else {
    axis.span = span;
    if (range.has("count")) {
      reading.error(*range.value("count"),
                    "how many values are drawn is said by `points` of the sweep");
    }
  }
  range.finish();
  return axis;
}

}  // namespace

std::optional<Axis> read_axis(std::string path, const base::Node& node, Scheme scheme,
                              base::Reading& reading) {
  if (node.is_map()) return read_range(std::move(path), node, scheme, reading);
  if (!node.is_list() || node.size() == 0) {
    reading.error(node,
                  "a list of values is expected here, or a range: {from: 100 GB/s, to: 800 GB/s, "
                  "count: 8}");
    return std::nullopt;
  }
  Axis axis{std::move(path), {}, std::nullopt, node};
  for (std::size_t i = 0; i < node.size(); ++i) {
    const auto item = node.item(i);
    auto text = text_of(item);
    const double si = item.is_scalar() && !item.is_quoted() ? si_of(text) : si_of("");
    axis.levels.push_back({item, std::move(text), si});
  }
  return axis;
}

std::string text_of(const Span& span, double number) {
  // Twelve digits leave out what arithmetic in binary adds to the end of 0.3.
  auto text = fmt::format("{:.12g}", number);
  return span.unit.empty() ? text : text + " " + span.unit;
}

double si_of(const std::string& text) {
  base::UnitError ignored;
  const auto quantity = base::parse_quantity(text, ignored);
  return quantity ? quantity->si : std::numeric_limits<double>::quiet_NaN();
}

std::string text_of(const base::Node& node) {
  if (node.is_scalar() || node.is_null()) return std::string(node.text());
  std::string text = node.is_map() ? "{" : "[";
  for (std::size_t i = 0; i < node.size(); ++i) {
    if (i > 0) text += ", ";
    if (node.is_map()) text += std::string(node.key(i)) + ": ";
    text += text_of(node.item(i));
  }
  return text + (node.is_map() ? "}" : "]");
}

}  // namespace weft::sweep
