#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "table.h"
#include "weft/base/unit_text.h"
#include "weft/report/sweep.h"

namespace weft::report {

namespace {

constexpr std::size_t kReasonsShown = 5;

// "1,000,000"
std::string with_commas(std::int64_t count) {
  auto digits = std::to_string(count);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

std::string scheme_text(const std::string& design) {
  if (design == "latin_hypercube") return "Latin hypercube";
  return design == "sobol" ? "Sobol points" : "grid";
}

std::string settings_text(const sweep::Summary& summary, const sweep::Best& best) {
  std::string text = best.label + ": ";
  for (std::size_t a = 0; a < summary.axes.size(); ++a) {
    text += (a > 0 ? ", " : "") + summary.axes[a] + " " + best.settings[a];
  }
  return best.plan.empty() ? text : text + "; " + best.plan;
}

void add_figures(const sweep::Summary& summary, Table& table) {
  table.text(fmt::format("  {:<26} {:>17} {:>17}   best", "", "lowest", "highest"));
  std::int64_t before = -1;  // the case of the figure above
  std::string label;
  for (const auto& figure : summary.figures) {
    const auto& unit = figure.column.unit;
    if (figure.known == 0) {
      table.text(fmt::format("  {:<26} {:>17}", fitted(figure.column.name, 26), "not known"));
      continue;
    }
    const auto& best = figure.best;
    table.text(fmt::format("  {:<26} {:>17} {:>17}   case {}", fitted(figure.column.name, 26),
                           in_unit(figure.low, unit), in_unit(figure.high, unit), best.number));
    if (best.number == before && best.label == label) continue;
    table.text(wrapped(settings_text(summary, best), 6));
    before = best.number;
    label = best.label;
  }
}

void add_reasons(const sweep::Summary& summary, Table& table) {
  if (summary.without == 0) return;
  table.heading(fmt::format("No figures: {} of {} lines", with_commas(summary.without),
                            with_commas(summary.lines)));
  const auto shown = std::min(kReasonsShown, summary.reasons.size());
  for (std::size_t r = 0; r < shown; ++r) {
    const auto& reason = summary.reasons[r];
    const auto like = reason.lines > 1 ? "such as: " : "";
    table.note(fmt::format("{} {}{}", with_commas(reason.lines), like, reason.example));
  }
  if (summary.reasons.size() > shown) {
    table.note(fmt::format("{} more reasons: column why_not", summary.reasons.size() - shown));
  }
}

}  // namespace

std::string in_unit(double value, const std::string& unit) {
  using base::to_text;
  if (unit == "s") return to_text(base::Time(value));
  if (unit == "W") return to_text(base::Power(value));
  if (unit == "J") return to_text(base::Energy(value));
  if (unit == "B") return to_text(base::Bytes(value));
  if (unit == "FLOP/s") return to_text(base::WorkRate(value));
  if (unit == "J/token") return to_text(base::Energy(value)) + "/token";
  return unit.empty() ? to_text(value) : to_text(value) + " " + unit;
}

std::string to_terminal(const sweep::Summary& summary, const std::filesystem::path& file,
                        Colour colour) {
  Table table(colour);
  const auto axes = summary.axes.size();
  const auto level =
      summary.fidelity == "F1" ? "F1: closed forms, a lower bound of the step" : "F2";
  table.heading(fmt::format("{}: {} cases, {} of {} {}; {}", summary.name,
                            with_commas(summary.cases), scheme_text(summary.design), axes,
                            axes == 1 ? "axis" : "axes", level));
  add_figures(summary, table);
  add_reasons(summary, table);
  table.note(fmt::format("every case: {} (SQLite; table cases, and about for what is in it)",
                         file.string()));
  return table.text();
}

}  // namespace weft::report
