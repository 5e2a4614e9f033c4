#include <algorithm>
#include <cmath>
#include <limits>

#include "rent.h"
#include "weft/cost/answer.h"
#include "weft/site/meter.h"

namespace weft::cost {

namespace {

using site::kMonthsAYear;

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr double kMillion = 1e6;
constexpr base::Time kMonthOfSpace = base::kHour * site::kHoursAMonth;

double& at(Figures& figures, Figure figure) { return figures[static_cast<std::size_t>(figure)]; }

// While it runs the job, failures and checkpoints included.
base::Power mean_of_run(const study::Outcome& outcome) {
  const auto wall = outcome.goodput.wall;
  return wall.si() > 0 ? outcome.bill.energy / wall : outcome.bill.mean.total();
}

void add_power(const Case& one, const Terms& terms, const study::Outcome* outcome,
               CaseAnswer& answer) {
  const auto& cluster = one.cluster;
  answer.rated = site::rated_power(cluster, one.site).it();
  answer.goodput = terms.goodput;
  if (outcome != nullptr) {
    answer.mean = mean_of_run(*outcome);
    answer.goodput = outcome->goodput.ettr;
    answer.tokens_per_second = outcome->tokens_per_second;
    return;
  }
  const auto& power = cluster.device().power;
  const auto device = std::max(power.idle, power.limit * one.load);
  answer.mean = site::meter_power(cluster, cluster.devices(), device, one.site).total();
}

// Parts on the shelf are capital, those that are put in are upkeep.
void add_ownership(const Case& one, const Terms& terms, CaseAnswer& answer) {
  answer.repairs = repairs_of(one, terms);
  answer.capital = site::capital(one.cluster, one.site);
  if (!answer.capital) return;
  double repairs = 0;
  for (const auto& line : answer.repairs) {
    answer.capital->spares += line.on_shelf * line.price;
    repairs += line.a_year * line.price;
  }
  answer.hourly = site::hourly_cost(*answer.capital, answer.rated, answer.mean, one.site);
  answer.hourly.repairs = repairs / (base::kYear / base::kHour);
  const double n = answer.packages;
  answer.owned = site::OwnedPackage{answer.capital->total() / n, answer.hourly.fixed() / n,
                                    answer.hourly.upkeep() / n, answer.hourly.energy / n};
}

void add_month(const Case& one, const Terms& terms, CaseAnswer& answer) {
  answer.longest = static_cast<int>(std::lround(kMonthsAYear * one.site.finance.life_years));
  if (!answer.owned || !one.rent) return;
  const auto use = [&](int month) { return terms.use.at(month); };
  const auto rent = [&](int month) {
    return rent_of_month(one, terms, answer.packages, month, use(month));
  };
  answer.month = site::break_even_month(*answer.owned, rent, use, answer.longest);
}

void add_useful(double hour, Figure useful, CaseAnswer& answer) {
  if (answer.goodput > 0) at(answer.figures, useful) = hour / answer.goodput;
}

// From the cost of an hour of use.
void add_million(double hour, Figure million, CaseAnswer& answer) {
  if (answer.goodput <= 0 || !answer.tokens_per_second || *answer.tokens_per_second <= 0) return;
  const double tokens_an_hour = *answer.tokens_per_second * base::kHour.si() / answer.packages;
  at(answer.figures, million) = hour / answer.goodput / tokens_an_hour * kMillion;
}

void add_own_figures(const Terms& terms, CaseAnswer& answer) {
  const auto& owned = *answer.owned;
  auto& figures = answer.figures;
  const double hour = site::owned_hour(owned, terms.use.steady);
  at(figures, Figure::kCapital) = owned.capital;
  at(figures, Figure::kOwnHour) = hour;
  at(figures, Figure::kEnergyShare) = hour > 0 ? owned.variable / hour : 0;
  const double hours = site::kHoursAMonth * terms.months;
  at(figures, Figure::kOwnTerm) =
      answer.packages * hours * (owned.fixed + owned.variable * terms.use.mean(terms.months));
  add_useful(hour, Figure::kOwnUseful, answer);
  add_million(hour, Figure::kOwnMillion, answer);
}

void add_rent_figures(const Case& one, const Terms& terms, CaseAnswer& answer) {
  auto& figures = answer.figures;
  answer.committed = discount_of(one, terms);
  const double start = terms.start.value_or(0);
  answer.rent_at_start = rent_at(one, start);
  const double term = rent_of_term(one, terms, answer.packages);
  const double used = site::kHoursAMonth * terms.months * terms.use.mean(terms.months);
  at(figures, Figure::kRentTerm) = term * answer.packages;
  if (used <= 0) return;
  at(figures, Figure::kRentHour) = term / used;
  add_useful(term / used, Figure::kRentUseful, answer);
}

void add_break_even(const Case& one, const Terms& terms, CaseAnswer& answer) {
  const auto rent = rent_by_use(one, terms, answer.packages);
  at(answer.figures, Figure::kBreakEven) = site::break_even_utilisation(*answer.owned, rent);
  const double use = terms.use.steady;
  const double hour = (rent.anyway / use + rent.used) / rent.hours;
  const auto months = site::payback_months(*answer.owned, hour, use);
  at(answer.figures, Figure::kPayback) = months.value_or(kUnknown);
}

void add_footprint(const Case& one, const Terms& terms, const study::Outcome* outcome,
                   CaseAnswer& answer) {
  auto& footprint = answer.footprint;
  const auto& site = one.site;
  if (outcome != nullptr) {
    const auto& bill = outcome->bill;
    footprint = {outcome->goodput.wall, bill.energy, bill.limit_energy,
                 bill.carbon_kg,        1.0,         bill.water_litres};
  } else {
    footprint.time = kMonthOfSpace * terms.months;
    const auto used = footprint.time * terms.use.mean(terms.months);
    footprint.at_meter = answer.mean * used;
    footprint.by_limit =
        one.cluster.device().power.limit * static_cast<double>(one.cluster.devices()) * used;
    footprint.carbon_kg = footprint.at_meter.si() * site.carbon_per_joule;
    footprint.water_litres = footprint.at_meter.si() / site.pue * site.water_per_joule;
  }
  footprint.carbon_cleanest = cleanest_mean(site.carbon_by_hour, terms.use.steady);
}

// Rent at the prices of the run, not of the term.
void add_run(const Case& one, const Terms& terms, const study::Outcome* outcome,
             CaseAnswer& answer) {
  if (outcome == nullptr || outcome->goodput.wall.si() <= 0) return;
  const auto wall = outcome->goodput.wall;
  const double hours = wall / base::kHour * answer.packages;
  RunCost run;
  if (answer.owned) run.own = hours * site::owned_hour(*answer.owned, terms.use.steady);
  if (one.rent) {
    const double hour = rent_of_run(one, terms, answer.packages, wall);
    run.rent = hours * hour;
    add_million(hour, Figure::kRentMillion, answer);
  }
  answer.run = run;
}

}  // namespace

const char* name_of(Figure figure) {
  constexpr std::array<const char*, kFigureCount> kNames = {
      "capital",        "own_hour",           "own_useful_hour",
      "rent_hour",      "rent_useful_hour",   "break_even_utilisation",
      "payback_months", "own_million_tokens", "rent_million_tokens",
      "own_term",       "rent_term",          "energy_share"};
  return kNames[static_cast<std::size_t>(figure)];
}

double cleanest_mean(const site::DailyCurve& curve, double share) {
  auto hours = curve.by_hour;
  std::sort(hours.begin(), hours.end());
  double left = share * site::kHoursADay;
  double sum = 0;
  for (const double hour : hours) {
    sum += hour * std::clamp(left, 0.0, 1.0);
    left -= 1;
  }
  return share > 0 ? sum / (share * site::kHoursADay) : hours.front();
}

void add_figures(const Case& one, const Terms& terms, CaseAnswer& answer) {
  answer.figures.fill(kUnknown);
  if (answer.owned) add_own_figures(terms, answer);
  if (one.rent) add_rent_figures(one, terms, answer);
  if (answer.owned && one.rent) add_break_even(one, terms, answer);
}

CaseAnswer evaluate(const Case& one, const Terms& terms, const study::Outcome* outcome) {
  CaseAnswer answer;
  answer.label = one.cluster.label;
  answer.site = one.site.name;
  answer.currency = one.site.report_currency;
  answer.packages = static_cast<double>(one.cluster.packages());
  add_power(one, terms, outcome, answer);
  add_ownership(one, terms, answer);
  add_figures(one, terms, answer);
  add_month(one, terms, answer);
  add_footprint(one, terms, outcome, answer);
  add_run(one, terms, outcome, answer);
  for (const auto& lab : terms.labs) {
    if (one.rent) answer.labs.push_back(lab_line(lab, one, terms, answer));
  }
  return answer;
}

}  // namespace weft::cost
