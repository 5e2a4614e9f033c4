#include "weft/report/ranges.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "table.h"
#include "uncertainty_text.h"

namespace weft::report {

namespace {

using Json = nlohmann::ordered_json;
using uncertainty::Interval;

constexpr std::size_t kRangesAcross = 3;

struct RangesOfRow {
  std::string label;
  std::string plan;
  std::vector<Interval> columns;
};

bool is_same(const RangesOfRow& a, const RangesOfRow& b) {
  return a.plan == b.plan && std::equal(a.columns.begin(), a.columns.end(), b.columns.begin(),
                                        b.columns.end(), [](const Interval& x, const Interval& y) {
                                          return x.mode == y.mode && x.low == y.low &&
                                                 x.high == y.high;
                                        });
}

// Rows that are the same in all, such as the smallest cluster that is also the cheapest, once.
std::vector<RangesOfRow> ranges_of(const uncertainty::Draws& draws) {
  std::vector<RangesOfRow> rows;
  for (std::size_t r = 0; r < draws.base.size(); ++r) {
    RangesOfRow row{draws.base[r].label, draws.base[r].plan, {}};
    for (std::size_t c = 0; c < draws.columns.size(); ++c) {
      row.columns.push_back(uncertainty::interval_of(draws, r, c));
    }
    const bool is_known = std::any_of(row.columns.begin(), row.columns.end(),
                                      [](const Interval& i) { return std::isfinite(i.mode); });
    const bool is_again = !rows.empty() && is_same(rows.back(), row);
    if (is_known && !is_again) rows.push_back(std::move(row));
  }
  return rows;
}

bool moves(const Interval& interval) { return interval.low != interval.high; }

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

}  // namespace

std::string ranges_text(const uncertainty::Draws& draws, const std::string& kept, Colour colour) {
  const auto rows = ranges_of(draws);
  if (draws.rows.empty() || rows.empty()) return "";
  const bool has_error = draws.inputs.all.size() > draws.inputs.asked;
  auto heading = wrapped(
      fmt::format("90 % of {} draws of {} uncertain inputs{}; {} as found", draws.rows.size(),
                  draws.inputs.asked, has_error ? " and of weft's own error" : "", kept),
      0);
  heading.pop_back();
  auto text = bold(heading, colour);
  for (std::size_t first = 0; first < rows.size(); first += kRangesAcross) {
    const auto count = std::min(kRangesAcross, rows.size() - first);
    Table table(colour);
    std::vector<std::string> labels;
    for (std::size_t r = first; r < first + count; ++r) labels.push_back(rows[r].label);
    table.row("", labels);
    for (std::size_t c = 0; c < draws.columns.size(); ++c) {
      std::vector<std::string> cells;
      bool any = false;
      for (std::size_t r = first; r < first + count; ++r) {
        any = any || moves(rows[r].columns[c]);
        cells.push_back(drawn_range(rows[r].columns[c], draws.columns[c].unit));
      }
      if (any) table.row(draws.columns[c].name, cells);
    }
    text += table.text();
  }
  return text + "\n";
}

std::string with_ranges(const std::string& json, const uncertainty::Draws& draws) {
  auto whole = Json::parse(json);
  Json rows = Json::array();
  for (const auto& row : ranges_of(draws)) {
    Json figures = Json::object();
    for (std::size_t c = 0; c < draws.columns.size(); ++c) {
      const auto& interval = row.columns[c];
      figures[draws.columns[c].name] = {{"unit", draws.columns[c].unit},
                                        {"mode", number(interval.mode)},
                                        {"low", number(interval.low)},
                                        {"median", number(interval.median)},
                                        {"high", number(interval.high)}};
    }
    rows.push_back({{"label", row.label}, {"figures", figures}});
  }
  whole["ranges"] = {
      {"draws", draws.rows.size()}, {"inputs", draws.inputs.all.size()}, {"rows", rows}};
  return whole.dump(2) + "\n";
}

}  // namespace weft::report
