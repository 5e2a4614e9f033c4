#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "table.h"
#include "uncertainty_text.h"
#include "weft/report/uncertainty.h"

namespace weft::report {

namespace {

std::string drawn_figures(const uncertainty::Answer& answer, std::size_t row, Colour colour) {
  const auto& label = answer.draws.base[row].label;
  auto text =
      bold(fmt::format("{} {:>15} {:>15}   90 % of the draws", fitted(label, 28), "mode", "median"),
           colour);
  if (!answer.draws.base[row].why_not.empty()) {
    text += wrapped(answer.draws.base[row].why_not, 2);
  }
  for (std::size_t c = 0; c < answer.draws.columns.size(); ++c) {
    const auto& column = answer.draws.columns[c];
    const auto& interval = answer.intervals[row][c];
    if (!std::isfinite(interval.mode) && !std::isfinite(interval.low)) continue;
    text +=
        fmt::format("  {} {:>15} {:>15}   {}\n", fitted(column.name, 26),
                    drawn_value(interval.mode, column.unit),
                    drawn_value(interval.median, column.unit), drawn_range(interval, column.unit));
  }
  return text;
}

std::string drawn_ratios(const uncertainty::Answer& answer, Colour colour) {
  if (answer.ratios.empty()) return "";
  const auto& first = answer.draws.base.front().label;
  auto text = "\n" + bold("Over " + first + ", draw by draw", colour);
  for (std::size_t r = 1; r < answer.ratios.size(); ++r) {
    text += wrapped(answer.draws.base[r].label, 2);
    for (std::size_t c = 0; c < answer.draws.columns.size(); ++c) {
      const auto& ratio = answer.ratios[r][c];
      if (!std::isfinite(ratio.mode)) continue;
      text += fmt::format("    {} {:>15} {:>15}   {}\n", fitted(answer.draws.columns[c].name, 24),
                          drawn_value(ratio.mode, ""), drawn_value(ratio.median, ""),
                          drawn_range(ratio, ""));
    }
  }
  return text;
}

std::string moved_text(const uncertainty::Answer& answer, Colour colour) {
  if (answer.draws.inputs.all.empty()) return "";
  const auto& name = answer.draws.columns[answer.figure].name;
  std::string text = "\n" + bold("What moves " + name + ": one input at a time", colour);
  text += fmt::format("  {} {:>8} {:>8}  ░ at the 5 % quantile of the input\n", fitted("", 44),
                      "at 5 %", "at 95 %");
  text += fmt::format("  {} {:>8} {:>8}  █ at its 95 % quantile\n", fitted("", 44), "", "");
  for (std::size_t r = 0; r < answer.tornadoes.size(); ++r) {
    if (!std::isfinite(answer.draws.base[r].values[answer.figure])) continue;
    text += bold(answer.draws.base[r].label.substr(0, 98), colour) + tornado_text(answer, r);
  }
  return text;
}

// Those of a row that count, the largest first.
std::vector<std::size_t> told_indices(const uncertainty::Indices& indices) {
  constexpr double kTold = 0.005;
  std::vector<std::size_t> order(indices.inputs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto total = [&](std::size_t i) { return indices.inputs[i].total.value; };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return total(a) > total(b); });
  while (!order.empty() && total(order.back()) < kTold) order.pop_back();
  return order;
}

std::string row_indices_text(const uncertainty::Answer& answer, std::size_t row, Colour colour) {
  const auto& all = *answer.indices;
  const auto& indices = all.rows[row];
  auto text = bold(
      fmt::format("{} {:<22} {}", fitted(answer.draws.base[row].label, 46), "first order", "total"),
      colour);
  for (const auto i : told_indices(indices)) {
    const auto& name = answer.draws.inputs.all[all.chosen.inputs[i]].name;
    text +=
        fmt::format("  {} {:<22} {}\n", fitted(name, 44), estimate_text(indices.inputs[i].first),
                    estimate_text(indices.inputs[i].total));
  }
  if (indices.inputs.empty()) return text + "  none: it does not vary, or has no answer\n";
  if (std::isfinite(all.share_drawn[row])) {
    text += fmt::format("  these inputs alone: {:.0f} % of the variance of all draws\n",
                        100 * all.share_drawn[row]);
  }
  return text;
}

std::string indices_text(const uncertainty::Answer& answer, Colour colour) {
  if (!answer.indices) return "";
  const auto& all = *answer.indices;
  const auto& name = answer.draws.columns[answer.figure].name;
  auto text =
      "\n" + bold("Share of the variance of " + name + " (Sobol indices, 90 % confidence)", colour);
  for (std::size_t r = 0; r < all.rows.size(); ++r) text += row_indices_text(answer, r, colour);
  if (all.chosen.left_out > 0) {
    text += wrapped(fmt::format("left at their modes: {} inputs that move it, with {:.1g} % of "
                                "the variance by what each does alone, where that is most",
                                all.chosen.left_out, 100 * all.chosen.share_left_out),
                    2);
  }
  return text;
}

}  // namespace

std::string to_terminal(const uncertainty::Answer& answer, Colour colour) {
  auto text = draws_text(answer) + "\n\n";
  for (std::size_t r = 0; r < answer.intervals.size(); ++r) {
    text += drawn_figures(answer, r, colour);
  }
  text += drawn_ratios(answer, colour) + moved_text(answer, colour) + indices_text(answer, colour);
  return text + "\n" + uncertainty_notes(answer);
}

}  // namespace weft::report
