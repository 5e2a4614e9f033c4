#include <fmt/format.h>

#include <cmath>

#include "parts.h"

namespace weft::pages {

namespace {

// Of a tornado.
constexpr std::size_t kMostBars = 16;

std::string title_of(const ask::Column& column) { return spoken(column.name); }

Json rows_json(const uncertainty::Answer& answer, std::size_t column) {
  Json rows = Json::array();
  for (std::size_t r = 0; r < answer.draws.base.size(); ++r) {
    const auto& one = answer.intervals[r][column];
    if (!std::isfinite(one.mode) && !one.is_known()) continue;
    rows.push_back({{"name", answer.draws.base[r].label},
                    {"low", number(one.low)},
                    {"mid", number(std::isfinite(one.median) ? one.median : one.mode)},
                    {"high", number(one.high)}});
  }
  return rows;
}

void add_intervals(html::Page& page, const uncertainty::Answer& answer) {
  const auto& columns = answer.draws.columns;
  if (answer.draws.base.size() < 2) return;  // the table says it
  for (std::size_t c = 0; c < columns.size(); ++c) {
    auto rows = rows_json(answer, c);
    if (rows.empty()) continue;
    page.sections.push_back(
        {"figure-" + columns[c].name,
         title_of(columns[c]),
         columns[c].meaning + ": median, and what 90 % of the draws lie between.",
         "intervals",
         {{"unit", columns[c].unit}, {"rows", std::move(rows)}}});
  }
}

void add_bars(html::Page& page, const uncertainty::Answer& answer) {
  const auto& draws = answer.draws;
  const auto& column = draws.columns[answer.figure];
  for (std::size_t r = 0; r < answer.tornadoes.size(); ++r) {
    if (answer.tornadoes[r].empty()) continue;
    Json inputs = Json::array();
    for (const auto& bar : answer.tornadoes[r]) {
      if (inputs.size() == kMostBars) break;
      inputs.push_back({{"name", draws.inputs.all[bar.input].name},
                        {"low", "5 %"},
                        {"high", "95 %"},
                        {"low_value", number(bar.at_low)},
                        {"high_value", number(bar.at_high)}});
    }
    page.sections.push_back(
        {id_of("matters", r, answer.tornadoes.size()),
         fmt::format("What moves the {}: {}", title_of(column), draws.base[r].label),
         "Each input at its 5 % and its 95 % quantile, all others at their modes; those that move "
         "it "
         "most.",
         "tornado",
         {{"unit", column.unit},
          {"base", number(draws.base[r].values[answer.figure])},
          {"inputs", inputs}}});
  }
}

void add_indices(html::Page& page, const uncertainty::Answer& answer) {
  if (!answer.indices) return;
  const auto& rows = answer.indices->rows;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::vector<std::string> names;
    Series first{"known alone (first order)", {}};
    Series total{"with all that it acts with (total)", {}};
    for (std::size_t i = 0; i < rows[r].inputs.size(); ++i) {
      names.push_back(answer.draws.inputs.all[answer.indices->chosen.inputs[i]].name);
      first.values.push_back(rows[r].inputs[i].first.value);
      total.values.push_back(rows[r].inputs[i].total.value);
    }
    if (names.empty()) continue;
    page.sections.push_back({id_of("indices", r, rows.size()),
                             "Sobol indices: " + answer.draws.base[r].label,
                             "Shares of the variance: what would go if an input became known, and "
                             "what would be left if "
                             "all others did.",
                             "bars", bars("%", names, {first, total}, false)});
  }
}

}  // namespace

void add_ranges(html::Page& page, const uncertainty::Draws& draws, const std::string& kept) {
  if (draws.rows.empty()) return;
  std::vector<std::string> titles{"figure"};
  for (const auto& row : draws.base) titles.push_back(row.label);
  Table table(titles);
  for (std::size_t c = 0; c < draws.columns.size(); ++c) {
    const auto& unit = draws.columns[c].unit;
    std::vector<Json> cells{title_of(draws.columns[c])};
    bool is_known = false;
    for (std::size_t r = 0; r < draws.base.size(); ++r) {
      const auto one = uncertainty::interval_of(draws, r, c);
      std::string text = std::isfinite(one.mode) ? report::in_unit(one.mode, unit) : "–";
      if (one.is_known() && one.high > one.low) {
        is_known = true;
        text += fmt::format(" ({})",
                            span(report::in_unit(one.low, unit), report::in_unit(one.high, unit)));
      }
      cells.emplace_back(text);
    }
    if (is_known) table.row(std::move(cells));
  }
  if (table.empty()) return;
  page.sections.push_back(
      {"ranges", "How sure these figures are",
       fmt::format("The plain value, and what 90 % of {} draws of {} uncertain inputs lie between. "
                   "{}",
                   draws.rows.size(), draws.inputs.all.size(), kept),
       "table", table.data()});
}

html::Page uncertainty_page(const uncertainty::Answer& answer) {
  html::Page page;
  const auto& draws = answer.draws;
  const auto& column = draws.columns[answer.figure];
  page.title = "How sure weft is";
  page.subtitle = fmt::format("{} uncertain inputs, {} draws ({}).", draws.inputs.all.size(),
                              draws.rows.size(), uncertainty::name_of(answer.options.design));
  for (std::size_t r = 0; r < draws.base.size(); ++r) {
    const auto& one = answer.intervals[r][answer.figure];
    if (!std::isfinite(one.mode)) continue;
    page.headlines.push_back({title_of(column), report::in_unit(one.mode, column.unit),
                              one.is_known() ? span(report::in_unit(one.low, column.unit),
                                                    report::in_unit(one.high, column.unit)) +
                                                   ", 90 % of draws"
                                             : "",
                              draws.base.size() > 1 ? draws.base[r].label : ""});
  }
  add_ranges(page, draws, "");
  add_intervals(page, answer);
  add_bars(page, answer);
  add_indices(page, answer);
  return page;
}

}  // namespace weft::pages
