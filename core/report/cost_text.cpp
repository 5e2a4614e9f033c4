#include "cost_text.h"

#include <fmt/format.h>

#include <cmath>

#include "weft/base/unit_text.h"

namespace weft::report {

namespace {

using base::percent_text;

// cost::Ranges narrower than this are not worth a bracket.
constexpr double kVisibleRange = 1e-3;

std::string figure_range(double value, const cost::Ranges& ranges, cost::Figure figure,
                         const std::function<std::string(double)>& text) {
  const auto f = static_cast<std::size_t>(figure);
  return cost_range(value, ranges.low[f], ranges.high[f], text);
}

std::string without_unit(const std::string& text) { return text.substr(0, text.find_last_of(' ')); }

// An amount to three digits in the unit in which another is written: 821 MCNY beside 1.17 GCNY is
// 0.821.
std::string in_same_unit(const std::string& plain, double value, double amount) {
  const double unit = std::pow(10.0, std::round(std::log10(value / std::stod(plain))));
  const auto digits = fmt::format("{:.3g}", amount / unit);
  return digits.find('e') == std::string::npos ? digits : fmt::format("{:.0f}", std::stod(digits));
}

}  // namespace

std::string cost_range(double value, double low_ratio, double high_ratio,
                       const std::function<std::string(double)>& text) {
  if (high_ratio - low_ratio < kVisibleRange) return text(value);
  const auto plain = text(value);
  const auto end = [&](double ratio) {
    if (std::isinf(ratio)) return std::string("never");
    const auto written = text(value * ratio);
    const auto number = without_unit(written);
    const bool is_same = written.substr(number.size()) == plain.substr(without_unit(plain).size());
    return is_same ? number : in_same_unit(plain, value, value * ratio);
  };
  return fmt::format("{} ({}–{})", plain, end(low_ratio), end(high_ratio));
}

double figure_of(const cost::CaseAnswer& answer, cost::Figure figure) {
  return answer.figures[static_cast<std::size_t>(figure)];
}

std::string cost_money(double amount, const base::Currency& currency) {
  return std::isfinite(amount) ? base::to_text(base::Money{amount, currency}) : "-";
}

std::string cost_money_range(const cost::CaseAnswer& answer, const cost::Ranges& ranges,
                             cost::Figure figure) {
  const double value = figure_of(answer, figure);
  if (!std::isfinite(value)) return "-";
  return figure_range(value, ranges, figure,
                      [&](double amount) { return cost_money(amount, answer.currency); });
}

std::string break_even_text(const cost::CaseAnswer& answer, const cost::Ranges& ranges) {
  const double value = figure_of(answer, cost::Figure::kBreakEven);
  if (std::isnan(value)) return "-";
  if (std::isinf(value)) return answer.committed > 0 ? "never" : "never: rent < energy";
  if (value == 0) return "always";
  const auto text = figure_range(value, ranges, cost::Figure::kBreakEven,
                                 [](double u) { return percent_text(u); });
  return value > 1 ? "never: " + text : text;
}

std::string payback_text(const cost::CaseAnswer& answer, const cost::Ranges& ranges) {
  if (!answer.owned || !answer.rent_at_start) return "-";
  const double months = figure_of(answer, cost::Figure::kPayback);
  if (!std::isfinite(months)) return "never";
  return figure_range(months, ranges, cost::Figure::kPayback,
                      [](double m) { return fmt::format("{:.1f} months", m); });
}

std::string cheaper_text(const cost::CaseAnswer& answer) {
  const double own = figure_of(answer, cost::Figure::kOwnTerm);
  const double rent = figure_of(answer, cost::Figure::kRentTerm);
  if (!std::isfinite(own) || !std::isfinite(rent)) return "-";
  const bool is_own = own < rent;
  const double saved = 1 - (is_own ? own / rent : rent / own);
  return fmt::format("{}, by {}", is_own ? "owning" : "renting", percent_text(saved));
}

}  // namespace weft::report
