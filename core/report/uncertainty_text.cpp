#include "uncertainty_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "weft/report/sweep.h"
#include "weft/report/text.h"

namespace weft::report {

namespace {

constexpr std::size_t kTornadoBars = 10;
constexpr std::size_t kInputWidth = 44;
constexpr int kTornadoSide = 16;

const char* design_text(uncertainty::Design design) {
  return design == uncertainty::Design::kSobol ? "Sobol points" : "Latin hypercube";
}

std::string glyphs(const char* glyph, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += glyph;
  return text;
}

// "  +3.1"; "none" for an end without an answer.
std::string tornado_change(double ratio) {
  return std::isfinite(ratio) ? fmt::format("{:>+6.1f} %", 100 * (ratio - 1))
                              : fmt::format("{:>8}", "none");
}

// The end of an input on one side of the axis: "░" at its low end, "█" at its high end.
struct Side {
  int low = 0, high = 0;  // characters
};
std::string tornado_side(const Side& side, bool is_left) {
  const int both = std::min(side.low, side.high);
  const auto* longer = side.low > side.high ? "░" : "█";
  const auto inner = glyphs("▓", both);
  const auto outer = glyphs(longer, std::max(side.low, side.high) - both);
  const auto blank =
      std::string(static_cast<std::size_t>(kTornadoSide - std::max(side.low, side.high)), ' ');
  return is_left ? blank + outer + inner : inner + outer;
}

std::string tornado_bar(double low, double high, double most) {
  const auto length = [&](double change) {
    if (!std::isfinite(change) || change <= 0) return 0;
    return std::min(kTornadoSide, static_cast<int>(std::lround(kTornadoSide * change / most)));
  };
  return tornado_side({length(-low), length(-high)}, true) + "│" +
         tornado_side({length(low), length(high)}, false);
}

std::string input_name(const uncertainty::Answer& answer, std::size_t input) {
  return answer.draws.inputs.all[input].name;
}

// One a stack.
std::string model_errors_text(const uncertainty::Answer& answer) {
  std::string text;
  std::set<std::string> told;
  for (std::size_t r = 0; r < answer.draws.inputs.errors.size(); ++r) {
    const auto& error = answer.draws.inputs.errors[r];
    if (!error || error->stack.empty()) {
      if (!answer.options.model_error) continue;
      text += wrapped(fmt::format("{}: how far weft is off on such runs is not known",
                                  answer.draws.base[r].label),
                      2);
      continue;
    }
    const auto line = fmt::format(
        "weft's own error ({}): 90 % of {} published runs ({}) within {:.0f} % in speed{}",
        error->stack, error->runs, error->of, 100 * std::expm1(error->half_width),
        error->is_stack_known ? "" : "; the stack itself is in none of them");
    if (told.insert(line).second) text += wrapped(line, 2);
  }
  return text;
}

// Draws without an answer, by row, and why the first of them has none.
std::string failed_draws_text(const uncertainty::Answer& answer) {
  std::string text;
  for (std::size_t r = 0; r < answer.draws.base.size(); ++r) {
    std::size_t failed = 0;
    std::string why;
    for (const auto& rows : answer.draws.rows) {
      if (r < rows.size() && rows[r].why_not.empty()) continue;
      ++failed;
      if (why.empty() && r < rows.size()) why = rows[r].why_not;
    }
    if (failed == 0) continue;
    text += wrapped(fmt::format("{}: {} of {} draws have no answer, such as: {}",
                                answer.draws.base[r].label, failed, answer.draws.rows.size(), why),
                    2);
  }
  return text;
}

}  // namespace

std::string draws_text(const uncertainty::Answer& answer) {
  const auto& inputs = answer.draws.inputs;
  if (inputs.all.empty()) return "Nothing in it is uncertain";
  auto text = fmt::format("{} draws ({}) of {} uncertain inputs", answer.draws.rows.size(),
                          design_text(answer.options.design), inputs.asked);
  return inputs.all.size() > inputs.asked ? text + " and weft's own error" : text;
}

std::string drawn_value(double value, const std::string& unit) {
  return std::isfinite(value) ? in_unit(value, unit) : "-";
}

std::string drawn_range(const uncertainty::Interval& interval, const std::string& unit) {
  if (!std::isfinite(interval.mode)) return "-";
  if (!std::isfinite(interval.low)) return "most draws have no answer";
  if (interval.low == interval.high) return "the same in all";
  const auto low = in_unit(interval.low, unit);
  const auto high = in_unit(interval.high, unit);
  return low == high ? low + " in all, to three digits" : low + " to " + high;
}

std::string tornado_text(const uncertainty::Answer& answer, std::size_t row) {
  const double plain = answer.draws.base[row].values[answer.figure];
  const auto& bars = answer.tornadoes[row];
  const auto shown = std::min(kTornadoBars, bars.size());
  double most = 0;
  for (std::size_t b = 0; b < shown; ++b) {
    most = std::fmax(most, std::fmax(std::abs(bars[b].at_low / plain - 1),
                                     std::abs(bars[b].at_high / plain - 1)));
  }
  std::string text;
  for (std::size_t b = 0; b < shown; ++b) {
    const double low = bars[b].at_low / plain;
    const double high = bars[b].at_high / plain;
    text += fmt::format("  {} {} {}  {}\n", fitted(input_name(answer, bars[b].input), kInputWidth),
                        tornado_change(low), tornado_change(high),
                        tornado_bar(low - 1, high - 1, most));
  }
  if (bars.empty()) text += "  nothing\n";
  if (bars.size() > shown) text += fmt::format("  and {} more\n", bars.size() - shown);
  return text;
}

std::string estimate_text(const uncertainty::Estimate& estimate) {
  // Without a sign of zero.
  const auto rounded = [](double value) { return std::round(100 * value) / 100 + 0.0; };
  return fmt::format("{:.2f} ({:.2f} to {:.2f})", rounded(estimate.value), rounded(estimate.low),
                     rounded(estimate.high));
}

std::string uncertainty_notes(const uncertainty::Answer& answer) {
  auto text = model_errors_text(answer) + failed_draws_text(answer);
  if (answer.draws.inputs.all.empty()) return text;
  text += wrapped("mode: all inputs at their modes, as a plain run; median: of the draws", 2);
  if (answer.options.model_error) {
    text += wrapped(
        "weft's own error is a factor on the step time and all that goes with it, the same for "
        "runs of one stack; published runs have errors of their inputs in them, too, so that "
        "both together are wide rather than narrow (--no-model-error leaves it out)",
        2);
  }
  return text;
}

}  // namespace weft::report
