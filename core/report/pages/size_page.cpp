#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "parts.h"
#include "weft/base/unit_text.h"

namespace weft::pages {

namespace {

using base::to_text;
using size::Design;

// A design that something was found for, and what it is best at.
struct Choice {
  std::string label, aims;
  const Design* design;
  const size::OfferAnswer* offer;
};

std::vector<Choice> choices_of(const size::Answer& answer) {
  std::vector<Choice> choices;
  for (const auto& offer : answer.offers) {
    std::map<std::size_t, std::string> aims;
    for (const auto& found : offer.found) {
      auto& text = aims[found.design];
      text += (text.empty() ? "" : ", ") + std::string(size::name_of(found.aim));
    }
    if (aims.empty() && offer.in_time) aims[*offer.in_time] = "in time, but not within targets";
    for (const auto& [design, text] : aims) {
      const auto& one = offer.examined[design];
      choices.push_back({one.label, text, &one, &offer});
    }
  }
  std::vector<std::string> labels;
  for (const auto& choice : choices) labels.push_back(choice.label);
  labels = distinct(std::move(labels));
  for (std::size_t i = 0; i < choices.size(); ++i) choices[i].label = labels[i];
  return choices;
}

std::string amount(const size::Check& check, double value) {
  switch (check.target) {
    case size::Target::kTime:
      return days(value);
    case size::Target::kPower:
      return to_text(base::Power(value));
    case size::Target::kBudget:
      return to_text(base::Money{value, check.currency});
    default:
      return fmt::format("{:.0f}", value);
  }
}

// One bar a choice.
void add_bars(html::Page& page, const std::vector<Choice>& choices, const std::string& id,
              const std::string& title, const std::string& unit, double (*value)(const Design&)) {
  if (choices.size() < 2) return;  // a figure that the table has
  std::vector<std::string> categories;
  Series series{title, {}};
  for (const auto& choice : choices) {
    categories.push_back(choice.label);
    series.values.push_back(value(*choice.design));
  }
  page.sections.push_back(
      {id, title, "Of the whole cluster; spare hosts draw power and are not among the devices.",
       "bars", bars(unit, categories, {series}, false)});
}

double devices(const Design& d) { return static_cast<double>(d.devices); }
double watts(const Design& d) { return d.outcome ? d.outcome->bill.mean.total().si() : 0; }

void add_money(html::Page& page, const std::vector<Choice>& choices) {
  std::map<base::Currency, std::pair<std::vector<std::string>, std::vector<double>>> by_currency;
  for (const auto& choice : choices) {
    const auto cost = choice.design->run_cost();
    if (!cost) continue;
    auto& [categories, values] = by_currency[choice.design->money.currency];
    categories.push_back(choice.label);
    values.push_back(*cost);
  }
  std::size_t i = 0;
  if (choices.size() < 2) return;
  for (const auto& [currency, rows] : by_currency) {
    page.sections.push_back({id_of("cost", i++, by_currency.size()), "Cost of the run",
                             "Owned for as long as the run takes; rented where no price to own is "
                             "known.",
                             "bars",
                             bars(currency, rows.first, {{"the run", rows.second}}, false)});
  }
}

void add_table(html::Page& page, const size::Answer& answer, const std::vector<Choice>& choices) {
  std::vector<std::string> titles{"cluster", "best at",           "plan", "packages", "spare hosts",
                                  "network", "checkpoint storage"};
  const auto words = titles.size();
  const auto& first = choices.front().design->checks;
  for (const auto& check : first) {
    titles.push_back(
        fmt::format("{} (≤ {})", size::name_of(check.target), amount(check, check.allowed)));
  }
  Table table(titles, words);
  for (const auto& choice : choices) {
    const auto& d = *choice.design;
    const auto network = d.fabric.empty() ? std::string("–")
                                          : fmt::format("{} {:g}:1", d.fabric.back().name,
                                                        d.fabric.back().oversubscription);
    std::vector<Json> cells{choice.label,
                            choice.aims,
                            d.outcome ? plan::layout_text(d.outcome->plan) : d.reason,
                            fmt::format("{}", d.all_packages()),
                            fmt::format("{}", d.spares.in_place + d.spares.added),
                            network,
                            to_text(d.storage.write)};
    for (const auto& check : d.checks) {
      if (!check.needed) {
        cells.push_back(marked("not known", "doubt"));
        continue;
      }
      const auto text =
          fmt::format("{}, {:.0f} %", amount(check, *check.needed), 100 * check.use());
      cells.push_back(marked(text, check.holds() ? "good" : "bad"));
    }
    table.row(std::move(cells));
  }
  page.sections.push_back(
      {"options", "What does it, and how close it comes to each target",
       fmt::format("Of {} on offer. A share is of what the target allows.",
                   answer.offers.size() == 1
                       ? std::string("one kind of cluster")
                       : fmt::format("{} kinds of cluster", answer.offers.size())),
       "table", table.data()});
}

// All sizes that were looked at: days against cost of the run, or power.
void add_scatter(html::Page& page, const size::Answer& answer) {
  Json groups = Json::array();
  for (const auto& offer : answer.offers) {
    Json points = Json::array();
    for (const auto& design : offer.examined) {
      const auto wall = design.wall();
      if (!wall || !design.outcome) continue;
      points.push_back(
          {{"x", rounded(watts(design))}, {"y", rounded(wall->si())}, {"name", design.label}});
    }
    if (!points.empty()) groups.push_back({{"name", offer.name}, {"points", points}});
  }
  if (groups.empty()) return;
  page.sections.push_back({"examined",
                           "All sizes that were looked at",
                           "Time to finish against the mean power at the meter; each point is a "
                           "size with its best plan.",
                           "scatter",
                           {{"x", axis("power at the meter", "W")},
                            {"y", axis("time to finish", "s")},
                            {"groups", groups}}});
}

std::string obstacle_of(const size::OfferAnswer& offer) {
  const auto nearest = offer.in_time ? offer.in_time : offer.within;
  std::string text = offer.name + ": ";
  if (nearest) {
    const auto& design = offer.examined[*nearest];
    text += design.label;
    for (const auto& check : design.checks) {
      if (check.holds()) continue;
      text += check.needed ? fmt::format(", {} {} where {} is allowed", size::name_of(check.target),
                                         amount(check, *check.needed), amount(check, check.allowed))
                           : fmt::format(", {} not known", size::name_of(check.target));
    }
  } else {
    text += offer.examined.empty() ? "no size can be built" : offer.examined.back().reason;
  }
  return text + (offer.limit.empty() ? "." : "; " + offer.limit + ".");
}

void add_obstacles(html::Page& page, const size::Answer& answer) {
  std::vector<std::string> texts;
  for (const auto& offer : answer.offers) {
    if (offer.found.empty()) texts.push_back(obstacle_of(offer));
  }
  if (texts.empty()) return;
  page.sections.push_back({"obstacles", "What stands in the way",
                           "Offers of which no size meets all targets, and the one that comes "
                           "nearest.",
                           "text", text(texts)});
}

void add_models(html::Page& page, const size::Answer& answer) {
  for (std::size_t i = 0; i < answer.offers.size(); ++i) {
    const auto& offer = answer.offers[i];
    if (offer.models.empty()) continue;
    Table table({"model", "parameters", "tokens", "time to finish"});
    for (const auto& row : offer.models) {
      const auto wall = offer.examined[row.design].wall();
      table.row({row.name, to_text(row.parameters), to_text(row.tokens),
                 wall ? Json(days(wall->si())) : marked("never", "bad")});
    }
    page.sections.push_back({id_of("models", i, answer.offers.size()),
                             "Which model can be trained: " + offer.name, "By parameters.", "table",
                             table.data()});
  }
}

}  // namespace

html::Page size_page(const size::Answer& answer, const uncertainty::Draws& draws,
                     const Sources& sources) {
  html::Page page;
  page.title = "How many machines train " + answer.job.model.name;
  page.subtitle = fmt::format("{} tokens, sequence {}, batch {} sequences, {}.",
                              to_text(answer.job.tokens), answer.job.sequence,
                              answer.job.global_batch, chips::name_of(answer.job.precision));
  const auto choices = choices_of(answer);
  for (const auto& choice : choices) {
    const auto wall = choice.design->wall();
    page.headlines.push_back({choice.aims,
                              fmt::format("{} packages", choice.design->all_packages()),
                              wall ? days(wall->si()) + " to finish" : "", choice.label});
  }
  for (const auto& offer : answer.offers) {
    if (offer.tokens > 0) {
      page.headlines.push_back({"tokens in the time", to_text(offer.tokens), "", offer.name});
    }
  }
  if (!choices.empty()) {
    add_table(page, answer, choices);
    add_bars(page, choices, "devices", "Devices", "devices", devices);
    add_bars(page, choices, "power", "Power at the meter, mean in training", "W", watts);
    add_money(page, choices);
  }
  add_ranges(page, draws, "Sizes, plans and spares are kept.");
  add_models(page, answer);
  add_obstacles(page, answer);
  add_scatter(page, answer);
  add_sources(page, sources);
  return page;
}

}  // namespace weft::pages
