#include "weft/cost/answer.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace weft::cost {

namespace {

// Of one case with an input moved, to the plain ones.
struct CaseRatios {
  Figures figures{};
  std::vector<LabFigures> labs{};
};
using Ratios = std::vector<CaseRatios>;  // one a case

constexpr double kNever = std::numeric_limits<double>::infinity();

// What an hour of use would cost at another site's tariff: its energy apart, nothing changes.
void add_first_tariff(const Question& question, std::vector<CaseAnswer>& cases) {
  const auto& first = question.cases.front().site;
  for (std::size_t c = 1; c < cases.size(); ++c) {
    const auto& one = question.cases[c];
    if (!cases[c].owned || one.site.name == first.name) continue;
    auto site = one.site;
    if (first.rates.per_usd().count(site.report_currency) == 0) continue;
    const auto joule = first.rates.convert(first.electricity.per_si, site.report_currency);
    auto owned = *cases[c].owned;
    owned.variable = joule.amount * (cases[c].mean * base::kHour).si() / cases[c].packages;
    cases[c].own_at_first_tariff = site::owned_hour(owned, question.terms.use.steady);
  }
}

// As it ran: with its devices capped where that holds its power limit.
Case as_run(const Question& question, const std::vector<study::CaseResult>& results,
            std::size_t c) {
  auto one = question.cases[c];
  if (!results.empty()) one.cluster = study::as_run(question.study->cases[c], results[c]).cluster;
  return one;
}

CaseAnswer without_plan(const Case& one, const std::string& reason) {
  CaseAnswer answer;
  answer.label = one.cluster.label;
  answer.site = one.site.name;
  answer.currency = one.site.report_currency;
  answer.figures.fill(std::nan(""));
  answer.reason = reason;
  return answer;
}

std::vector<CaseAnswer> evaluate_all(const Question& question,
                                     const std::vector<study::CaseResult>& results) {
  std::vector<CaseAnswer> cases;
  for (std::size_t c = 0; c < question.cases.size(); ++c) {
    const auto& one = question.cases[c];
    if (results.empty()) {
      cases.push_back(evaluate(one, question.terms, nullptr));
    } else if (!results[c].outcome) {
      cases.push_back(without_plan(one, results[c].reason));
    } else {
      cases.push_back(evaluate(as_run(question, results, c), question.terms, &*results[c].outcome));
    }
  }
  add_first_tariff(question, cases);
  return cases;
}

CaseRatios unmoved(const CaseAnswer& plain) {
  CaseRatios ratios;
  ratios.figures.fill(1.0);
  ratios.labs.resize(plain.labs.size());
  for (auto& lab : ratios.labs) lab.fill(1.0);
  return ratios;
}

// What is not known, or never, has no ratio.
template <class Array>
void set_ratios(const Array& now, const Array& before, Array& ratios) {
  for (std::size_t f = 0; f < now.size(); ++f) {
    const double ratio = now[f] / before[f];
    if (before[f] > 0 && std::isfinite(before[f]) && !std::isnan(ratio)) ratios[f] = ratio;
  }
}

CaseRatios ratios_of(const CaseAnswer& now, const CaseAnswer& plain) {
  auto ratios = unmoved(plain);
  set_ratios(now.figures, plain.figures, ratios.figures);
  // What pays back now but would not then.
  const auto payback = static_cast<std::size_t>(Figure::kPayback);
  if (std::isnan(now.figures[payback]) && std::isfinite(plain.figures[payback])) {
    ratios.figures[payback] = kNever;
  }
  for (std::size_t l = 0; l < ratios.labs.size(); ++l) {
    set_ratios(figures_of(now.labs[l]), figures_of(plain.labs[l]), ratios.labs[l]);
  }
  return ratios;
}

// Every case with one input moved.
Ratios moved(const base::Document& document, const base::Catalog& catalog, const std::string& path,
             double value, const Answer& plain, const std::vector<study::CaseResult>& results) {
  base::Reading reading([&](const std::string& where, const base::Distribution& distribution) {
    return where == path ? value : distribution.mode;
  });
  const auto question = read_question(document, catalog, reading);
  Ratios ratios;
  for (std::size_t c = 0; c < plain.cases.size(); ++c) {
    std::optional<study::Outcome> outcome;
    if (!results.empty() && results[c].outcome) {
      outcome =
          study::evaluate(question.study->job, study::as_run(question.study->cases[c], results[c]),
                          results[c].outcome->plan);
    }
    const bool has_figures = results.empty() || outcome;
    ratios.push_back(has_figures ? ratios_of(evaluate(as_run(question, results, c), question.terms,
                                                      outcome ? &*outcome : nullptr),
                                             plain.cases[c])
                                 : unmoved(plain.cases[c]));
  }
  return ratios;
}

double size_of(const Effect& effect) {
  double size = 0;
  for (const auto figure : {Figure::kOwnHour, Figure::kRentHour, Figure::kOwnMillion}) {
    const auto f = static_cast<std::size_t>(figure);
    size = std::max({size, std::abs(effect.low[f] - 1), std::abs(effect.high[f] - 1)});
  }
  return size;
}

// Adds to the squares of what an input takes away from a figure and puts on it.
template <class Array>
void add_squares(const Array& low, const Array& high, Array& down, Array& up) {
  for (std::size_t f = 0; f < low.size(); ++f) {
    const double least = std::min({low[f], high[f], 1.0}) - 1;
    const double most = std::max({low[f], high[f], 1.0}) - 1;
    down[f] += least * least;
    up[f] += most * most;
  }
}

template <class Array>
void from_squares(Array& low, Array& high) {
  for (double& value : low) value = std::max(0.0, 1 - std::sqrt(value));
  for (double& value : high) value = 1 + std::sqrt(value);
}

Ranges combined(std::vector<Effect> effects, std::size_t labs) {
  Ranges ranges;
  ranges.labs_low.resize(labs);
  ranges.labs_high.resize(labs);
  for (const auto& effect : effects) {
    add_squares(effect.low, effect.high, ranges.low, ranges.high);
    for (std::size_t l = 0; l < labs; ++l) {
      add_squares(effect.labs_low[l], effect.labs_high[l], ranges.labs_low[l], ranges.labs_high[l]);
    }
  }
  from_squares(ranges.low, ranges.high);
  for (std::size_t l = 0; l < labs; ++l) from_squares(ranges.labs_low[l], ranges.labs_high[l]);
  std::erase_if(effects, [](const Effect& effect) { return size_of(effect) < 1e-9; });
  std::stable_sort(effects.begin(), effects.end(),
                   [](const Effect& a, const Effect& b) { return size_of(a) > size_of(b); });
  ranges.effects = std::move(effects);
  return ranges;
}

}  // namespace

Answer answer(const base::Document& document, const base::Catalog& catalog,
              const base::ThreadTeam& team) {
  base::Reading reading;
  Answer answer;
  answer.question = read_question(document, catalog, reading);
  std::vector<study::CaseResult> results;
  if (answer.question.study) results = study::run(*answer.question.study, team);
  answer.cases = evaluate_all(answer.question, results);

  const auto& inputs = reading.uncertain_inputs();
  std::vector<Ratios> ratios(2 * inputs.size());
  team.for_each(ratios.size(), [&](std::size_t i, int) {
    const auto& input = inputs[i / 2];
    const double value = i % 2 == 0 ? input.distribution.low : input.distribution.high;
    ratios[i] = moved(document, catalog, input.path, value, answer, results);
  });
  for (std::size_t c = 0; c < answer.cases.size(); ++c) {
    std::vector<Effect> effects;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const auto& low = ratios[2 * i][c];
      const auto& high = ratios[2 * i + 1][c];
      effects.push_back(
          {inputs[i].path, inputs[i].distribution, low.figures, high.figures, low.labs, high.labs});
    }
    answer.ranges.push_back(combined(std::move(effects), answer.cases[c].labs.size()));
  }
  return answer;
}

}  // namespace weft::cost
