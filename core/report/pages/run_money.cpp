// What a run costs, and which inputs move its figures.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "run_parts.h"
#include "weft/base/unit_text.h"

namespace weft::pages {

namespace {

// Bars of a tornado.
constexpr std::size_t kMostInputs = 12;

std::vector<base::Currency> currencies_of(const RunCases& cases) {
  std::vector<base::Currency> all;
  for (const auto& c : cases) {
    if (!c.outcome().bill.cost) continue;
    const auto& currency = c.outcome().bill.cost->own.currency;
    if (std::find(all.begin(), all.end(), currency) == all.end()) all.push_back(currency);
  }
  return all;
}

Json cost_data(const RunCases& cases, const base::Currency& currency, std::string& says) {
  std::vector<std::string> categories;
  std::vector<Series> parts{{"machines, for the run's time", {}},
                            {"maintenance", {}},
                            {"space", {}},
                            {"staff", {}},
                            {"energy", {}}};
  for (const auto& c : cases) {
    if (!c.outcome().bill.cost || c.outcome().bill.cost->own.currency != currency) continue;
    const auto& cost = *c.outcome().bill.cost;
    categories.push_back(c.label);
    const base::Money* const all[] = {&cost.capital_share, &cost.maintenance, &cost.space,
                                      &cost.staff, &cost.energy};
    for (std::size_t p = 0; p < parts.size(); ++p) parts[p].values.push_back(all[p]->amount);
    says += fmt::format(" {}: {} of owning, machines bought for {}", c.label,
                        base::to_text(cost.own), base::to_text(cost.capital));
    if (c.outcome().bill.rent) {
      says += fmt::format("; rented {}", base::to_text(*c.outcome().bill.rent));
    }
    says += ".";
  }
  return bars(currency, categories, parts);
}

struct Moved {
  const study::Effect* effect;
  double swing;
};

std::vector<Moved> movers(const RunCase& c, std::size_t figure) {
  std::vector<Moved> all;
  for (const auto& effect : c.sensitivity->effects) {
    const double swing = std::abs(effect.high[figure] - effect.low[figure]);
    if (swing > 1e-4) all.push_back({&effect, swing});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Moved& a, const Moved& b) { return a.swing > b.swing; });
  if (all.size() > kMostInputs) all.resize(kMostInputs);
  return all;
}

void add_tornado(html::Page& page, const RunCase& c, study::Figure figure, const std::string& id,
                 const std::string& title, const std::string& unit) {
  const auto f = static_cast<std::size_t>(figure);
  const double base = study::value_of(figure, c.outcome());
  const auto moved = movers(c, f);
  if (moved.empty() || base == 0) return;
  Json inputs = Json::array();
  for (const auto& one : moved) {
    const auto& distribution = one.effect->distribution;
    inputs.push_back({{"name", one.effect->input},
                      {"low", fmt::format("{:.4g}", distribution.low)},
                      {"high", fmt::format("{:.4g}", distribution.high)},
                      {"low_value", base * one.effect->low[f]},
                      {"high_value", base * one.effect->high[f]}});
  }
  page.sections.push_back({id,
                           title + ": " + c.label,
                           "Each uncertain input at the ends of its range (in SI units), one at a "
                           "time, with the plan kept.",
                           "tornado",
                           {{"unit", unit}, {"base", base}, {"inputs", inputs}}});
}

}  // namespace

void add_cost(html::Page& page, const RunCases& cases) {
  const auto currencies = currencies_of(cases);
  for (std::size_t i = 0; i < currencies.size(); ++i) {
    std::string says = "Owning the cluster for as long as the run takes.";
    auto data = cost_data(cases, currencies[i], says);
    page.sections.push_back({id_of("cost", i, currencies.size()),
                             currencies.size() > 1 ? "What it costs, in " + currencies[i]
                                                   : std::string("What it costs"),
                             says, "bars", std::move(data)});
  }
}

void add_tornadoes(html::Page& page, const RunCases& cases) {
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto& c = cases[i];
    if (c.outcome().goodput.makes_progress) {
      add_tornado(page, c, study::Figure::kWallTime, id_of("matters-time", i, cases.size()),
                  "Inputs that move the time to finish", "s");
    }
    if (c.outcome().bill.cost) {
      add_tornado(page, c, study::Figure::kOwnCost, id_of("matters-cost", i, cases.size()),
                  "Inputs that move the cost", c.outcome().bill.cost->own.currency);
    }
  }
}

}  // namespace weft::pages
