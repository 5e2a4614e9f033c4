// The value of one input at which a prediction is what is claimed.
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <functional>
#include <utility>

#include "predictor.h"
#include "weft/base/unit_text.h"

namespace weft::claim {

namespace {

// A number as it is written.
struct Written {
  double number = 0;  // in its unit
  std::string unit;   // "GB/s"
  double si = 0;
  bool is_share = false;  // that cannot be above 1

  [[nodiscard]] std::string times(double factor, int digits) const {
    const double value = number * factor;
    const bool is_plain = std::abs(value) >= 1000 && std::abs(value) < 1e7 && digits < 6;
    const auto text =
        is_plain ? fmt::format("{:.0f}", value) : fmt::format("{:.{}g}", value, digits);
    return unit.empty() ? text : text + " " + unit;
  }
  // Shares end at 1.
  [[nodiscard]] double most_factor() const {
    constexpr double kFarthest = 10;
    return is_share && si > 0 ? std::min(kFarthest, 1 / si) : kFarthest;
  }
};

// "memory.bandwidth", "clusters[2].hosts".
std::optional<base::Node> node_at(base::Node node, std::string_view path) {
  while (!path.empty()) {
    const auto end = path.find_first_of(".[");
    if (end > 0) {
      const auto next = node.is_map() ? node.find(path.substr(0, end)) : std::nullopt;
      if (!next) return std::nullopt;
      node = *next;
    }
    if (end == std::string_view::npos) return node;
    if (path[end] == '.') {
      path.remove_prefix(end + 1);
      continue;
    }
    std::size_t index = 0;
    const auto close = path.find(']', end);
    if (close == std::string_view::npos || !node.is_list()) return std::nullopt;
    std::from_chars(path.data() + end + 1, path.data() + close, index);
    if (index >= node.size()) return std::nullopt;
    node = node.item(index);
    path.remove_prefix(std::min(path.size(), close + 1));
    if (path.starts_with('.')) path.remove_prefix(1);
  }
  return node;
}

// The mode of a number written as a scalar or as a map.
std::optional<Written> written_in(const base::Node& node) {
  auto value = node;
  if (node.is_map()) {
    const auto mode = node.find("mode");
    const auto inner = mode ? mode : node.find("value");
    if (!inner) return std::nullopt;
    value = *inner;
  }
  if (!value.is_scalar()) return std::nullopt;
  std::string text(value.text());
  if (const auto spread = text.find("±"); spread != std::string::npos) {
    const auto unit = text.find_last_of(' ');
    text = text.substr(0, spread) + text.substr(unit + 1);
  }
  base::UnitError error;
  const auto parsed = base::parse_quantity(text, error);
  if (!parsed) return std::nullopt;
  const double number = std::strtod(text.c_str(), nullptr);
  auto unit = text.substr(std::min(text.size(), text.find_first_not_of("0123456789.eE+-")));
  unit.erase(0, std::min(unit.size(), unit.find_first_not_of(' ')));
  const bool is_share = (unit.empty() || unit == "%") && parsed->si <= 1;
  return Written{number, unit, parsed->si, is_share};
}

// The number with this mode at `path` of a map somewhere in `node`, as campaign.with has paths of
// its own.
std::optional<Written> written_within(const base::Node& node, std::string_view path, double mode) {
  if (const auto place = node.is_map() ? node_at(node, path) : std::nullopt) {
    const auto written = written_in(*place);
    if (written && std::abs(written->si - mode) <= 1e-9 * std::abs(mode)) return written;
  }
  for (std::size_t i = 0; !node.is_scalar() && i < node.size(); ++i) {
    if (const auto written = written_within(node.item(i), path, mode)) return written;
  }
  return std::nullopt;
}

// Of "ascend_910c.power.tdp", whatever kind the file is of; else of the document that asks.
std::optional<Written> written_of_input(const ask::Question& question,
                                        const base::UncertainInput& input) {
  const auto& path = input.path;
  const auto dot = path.find('.');
  if (dot == std::string::npos) return std::nullopt;
  const auto name = path.substr(0, dot);
  const auto rest = path.substr(dot + 1);
  const double mode = input.distribution.mode;
  if (const auto written = written_within(question.document().root(), rest, mode)) return written;
  for (const auto& kind : base::Catalog::kinds()) {
    const auto names = question.catalog().names(kind);
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    try {
      const auto document = question.catalog().load(kind, name, std::nullopt);
      if (const auto node = node_at(document.root(), rest)) return written_in(*node);
    } catch (const base::InputError&) {  // of another kind
    }
  }
  return std::nullopt;
}

// Where the figure crosses the wanted value, nearest to a factor of 1; none: nowhere.
std::optional<double> crossing(const std::function<double(double)>& off, double most) {
  constexpr int kSteps = 6;  // each way, to a tenth and to ten times
  constexpr int kHalvings = 16;
  const double at_one = off(1);
  const auto halved = [&](double a, double b, double off_a) {
    for (int i = 0; i < kHalvings; ++i) {
      const double middle = std::sqrt(a * b);
      const double value = off(middle);
      if (!std::isfinite(value)) break;
      const bool is_below = std::signbit(value) == std::signbit(off_a);
      (is_below ? a : b) = middle;
    }
    return std::sqrt(a * b);
  };
  std::optional<double> nearest;
  for (const double direction : {1.0, -1.0}) {
    double last = 1;
    double last_off = at_one;
    const double decades = direction > 0 ? std::log10(most) : 1.0;
    for (int s = 1; s <= kSteps && decades > 0; ++s) {
      const double factor = std::pow(10.0, direction * decades * s / kSteps);
      const double value = off(factor);
      if (!std::isfinite(value)) break;
      if (std::signbit(value) != std::signbit(last_off)) {
        const double found = halved(last, factor, last_off);
        if (!nearest || std::abs(std::log(found)) < std::abs(std::log(*nearest))) nearest = found;
        break;
      }
      last = factor;
      last_off = value;
    }
  }
  return nearest;
}

Need solved(const Wanted& wanted, const std::string& input, const Written& written,
            const std::function<ask::Point(double)>& point) {
  ask::Session session(*wanted.predictor.question);
  const auto off = [&](double factor) {
    return wanted.spot.of(session.ask(point(factor))) - wanted.value;
  };
  Need need;
  need.input = input;
  need.now = written.times(1, 3);
  if (const auto factor = crossing(off, written.most_factor())) {
    need.factor = *factor;
    need.needed = written.times(*factor, 3);
  }
  return need;
}

}  // namespace

Need need_of_path(const Wanted& wanted, const base::Node& path) {
  const auto& question = *wanted.predictor.question;
  const auto fail = [&](std::string message) {
    throw base::InputError({{path.position(), path.length(), std::move(message), ""}});
  };
  const std::string text(path.text());
  const auto end = text.find('.');
  const auto kind = end == std::string::npos ? "" : base::Catalog::kind_in(text.substr(0, end));
  std::optional<base::Node> node;
  if (kind.empty()) {
    node = node_at(question.document().root(), text);
  } else {
    const auto name_end = text.find('.', end + 1);
    if (name_end == std::string::npos) fail("a path into a file is expected here");
    const auto name = text.substr(end + 1, name_end - end - 1);
    const auto document = question.catalog().load(kind, name, path);
    node = node_at(document.root(), text.substr(name_end + 1));
  }
  const auto written = node ? written_in(*node) : std::nullopt;
  if (!written) fail("no number stands at '" + text + "'");
  return solved(wanted, text, *written, [&](double factor) {
    const auto value = base::Document::parse("v: " + written->times(factor, 12) + "\n", text);
    return ask::Point{{{text, *value.root().find("v")}}, {}};
  });
}

Need need_of_input(const Wanted& wanted, std::size_t input) {
  const auto& question = *wanted.predictor.question;
  const auto& inputs = question.inputs();
  const auto& one = inputs[input];
  const double mode = one.distribution.mode;
  // Where the text is not found, as what it is reduced to.
  const Written reduced{mode, "(SI)", mode, mode <= 1 && one.distribution.high <= 1};
  const auto written = written_of_input(question, one).value_or(reduced);
  std::vector<double> modes;
  for (const auto& each : inputs) modes.push_back(each.distribution.mode);
  auto need = solved(wanted, one.path, written, [&](double factor) {
    auto draws = modes;
    draws[input] = mode * factor;
    return ask::Point{{}, draws};
  });
  const double needed = mode * need.factor;
  need.is_within = need.needed && needed >= one.distribution.low && needed <= one.distribution.high;
  return need;
}

}  // namespace weft::claim
