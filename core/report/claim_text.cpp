#include "claim_text.h"

#include <fmt/format.h>

#include <cmath>

#include "weft/base/money.h"
#include "weft/base/quantity.h"
#include "weft/base/unit_text.h"

namespace weft::report {

std::string claim_figure(double value, const std::string& unit, bool as_percent) {
  if (!std::isfinite(value)) return "not known";
  if (unit.empty()) return as_percent ? base::percent_text(value) : base::to_text(value);
  if (unit == "s") return base::to_text(base::Time(value));
  if (unit == "W") return base::to_text(base::Power(value));
  if (unit == "J") return base::to_text(base::Energy(value));
  if (unit == "J/token") return base::to_text(base::Energy(value)) + " a token";
  if (unit == "B") return base::to_text(base::Bytes(value));
  if (unit == "FLOP/s") return base::to_text(base::WorkRate(value));
  return base::to_text(value) + " " + unit;
}

bool is_in_percent(const claim::Test& test, const claim::TestAnswer& answer) {
  if (test.value) return test.value->text().find('%') != std::string_view::npos;
  for (const char* share : {"share", "mfu", "linearity", "ettr", "gain", "bubble", "utilisation"}) {
    if (answer.metric.find(share) != std::string::npos && test.form == claim::Form::kValue) {
      return true;
    }
  }
  return false;
}

std::string claimed_text(const claim::Test& test, const claim::TestAnswer& answer) {
  if (!answer.claimed) {
    if (!test.value) return "no number";
    return std::string(test.value->text());
  }
  const auto value = claim_figure(answer.claimed->value, answer.unit, is_in_percent(test, answer));
  if (test.sense == claim::Sense::kAtLeast) return "at least " + value;
  if (test.sense == claim::Sense::kAtMost) return "at most " + value;
  return value;
}

std::string predicted_text(const claim::Test& test, const claim::TestAnswer& answer) {
  if (!answer.is_known()) return "no answer";
  const bool percent = is_in_percent(test, answer);
  const auto& interval = answer.predicted;
  const auto figure = [&](double v) { return claim_figure(v, answer.unit, percent); };
  const bool is_point = interval.low == interval.high;
  const double centre = std::isfinite(interval.median) ? interval.median : interval.mode;
  if (is_point || !std::isfinite(interval.low)) return figure(centre);
  return fmt::format("{} ({} to {})", figure(centre), figure(interval.low), figure(interval.high));
}

std::string figure_name(const claim::TestAnswer& answer, const claim::Test& test) {
  auto text = fmt::format("{} of {}", answer.metric, answer.row);
  if (test.form == claim::Form::kValue) return text;
  text += test.form == claim::Form::kRatio ? ", over " : ", less ";
  const bool same = test.against && test.against->metric == answer.metric;
  text += same ? "that" : test.against->metric;
  return text + " of " + answer.against_row;
}

std::string need_text(const claim::Need& need) {
  if (!need.needed) {
    return fmt::format("{}: no value between a tenth and ten times {} does", need.input, need.now);
  }
  return fmt::format("{}: {} instead of {} ({:.3g} times{})", need.input, *need.needed, need.now,
                     need.factor, need.is_within ? ", within its range" : "");
}

}  // namespace weft::report
