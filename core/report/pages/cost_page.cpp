#include <fmt/format.h>

#include <cmath>
#include <map>

#include "parts.h"
#include "weft/base/unit_text.h"

namespace weft::pages {

namespace {

double figure(const cost::CaseAnswer& answer, cost::Figure which) {
  return answer.figures[static_cast<std::size_t>(which)];
}

std::string money_of(const cost::CaseAnswer& answer, double amount) {
  return std::isfinite(amount) ? base::to_text(base::Money{amount, answer.currency}) : "not known";
}

using Group = std::vector<const cost::CaseAnswer*>;

// Owned an hour of use, of one package, by part.
Json hours(const Group& group) {
  std::vector<std::string> labels;
  std::vector<Series> parts{{"depreciation", {}}, {"interest", {}}, {"space", {}},
                            {"maintenance", {}},  {"staff", {}},    {"repairs", {}},
                            {"energy", {}}};
  for (const auto* one : group) {
    labels.push_back(one->label);
    const auto& h = one->hourly;
    const double all[] = {h.depreciation, h.interest, h.space, h.maintenance,
                          h.staff,        h.repairs,  h.energy};
    for (std::size_t p = 0; p < parts.size(); ++p)
      parts[p].values.push_back(all[p] / one->packages);
  }
  return bars(group.front()->currency + "/h", labels, parts);
}

Json against_rent(const Group& group) {
  std::vector<std::string> labels;
  Series own{"owned, a useful hour", {}};
  Series rent{"rented, a useful hour", {}};
  for (const auto* one : group) {
    labels.push_back(one->label);
    own.values.push_back(figure(*one, cost::Figure::kOwnUseful));
    rent.values.push_back(figure(*one, cost::Figure::kRentUseful));
  }
  return bars(group.front()->currency + "/h", labels, {own, rent}, false);
}

Json ranges_of(const cost::Answer& answer, const Group& group, cost::Figure which) {
  Json rows = Json::array();
  const auto f = static_cast<std::size_t>(which);
  for (std::size_t i = 0; i < answer.cases.size(); ++i) {
    const auto& one = answer.cases[i];
    const double value = one.figures[f];
    if (one.reason || one.currency != group.front()->currency || !std::isfinite(value)) continue;
    const auto& ranges = answer.ranges[i];
    rows.push_back({{"name", one.label},
                    {"low", number(value * ranges.low[f])},
                    {"mid", number(value)},
                    {"high", number(value * ranges.high[f])}});
  }
  return rows;
}

std::string break_even(const cost::CaseAnswer& one) {
  const double share = figure(one, cost::Figure::kBreakEven);
  if (!std::isfinite(share)) return "not known";
  return share > 1 ? "never" : base::percent_text(share);
}

Json table_of(const cost::Answer& answer) {
  Table table({"cluster and site", "packages", "capital", "owned, an hour", "rented, an hour",
               "break-even use", "payback", "owned, 1 M tokens"});
  for (const auto& one : answer.cases) {
    if (one.reason) {
      table.row({one.label, marked("no plan", "bad", *one.reason), "", "", "", "", "", ""});
      continue;
    }
    const double payback = figure(one, cost::Figure::kPayback);
    table.row({one.label + "; " + one.site, fmt::format("{:g}", one.packages),
               money_of(one, figure(one, cost::Figure::kCapital)),
               money_of(one, figure(one, cost::Figure::kOwnHour)),
               money_of(one, figure(one, cost::Figure::kRentHour)), break_even(one),
               std::isfinite(payback) ? fmt::format("{:.3g} months", payback) : "never",
               money_of(one, figure(one, cost::Figure::kOwnMillion))});
  }
  return table.data();
}

void add_group(html::Page& page, const cost::Answer& answer, const Group& group,
               const std::string& behind) {
  page.sections.push_back({"hour" + behind, "An hour of one package, owned",
                           "By part; all but energy is paid whether or not it is used.", "bars",
                           hours(group)});
  page.sections.push_back({"rent" + behind, "Owned or rented",
                           "A useful hour of one package: an hour of use over the goodput.", "bars",
                           against_rent(group)});
  auto rows = ranges_of(answer, group, cost::Figure::kOwnUseful);
  if (rows.empty()) return;
  page.sections.push_back({"range" + behind,
                           "How sure the cost of owning is",
                           "A useful hour of one package; uncertain inputs one at a time, added in "
                           "quadrature.",
                           "intervals",
                           {{"unit", group.front()->currency + "/h"}, {"rows", std::move(rows)}}});
}

}  // namespace

html::Page cost_page(const cost::Answer& answer, const Sources& sources) {
  html::Page page;
  page.title = "What machines cost, owned and rented";
  page.subtitle = "Money without taxes that a company gets back.";
  std::map<base::Currency, Group> groups;
  for (const auto& one : answer.cases) {
    if (one.reason) continue;
    groups[one.currency].push_back(&one);
    page.headlines.push_back({"owned, a useful hour",
                              money_of(one, figure(one, cost::Figure::kOwnUseful)),
                              "break-even at " + break_even(one) + " of use", one.label});
  }
  page.sections.push_back({"cases", "All cases", "Of one package unless it says otherwise.",
                           "table", table_of(answer)});
  for (const auto& [currency, group] : groups) {
    add_group(page, answer, group, groups.size() > 1 ? "-" + currency : "");
  }
  add_sources(page, sources);
  return page;
}

}  // namespace weft::pages
