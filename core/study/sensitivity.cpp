#include "weft/study/sensitivity.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace weft::study {

namespace {

using Ratios = std::array<double, kFigureCount>;

// The figures of every case with one input moved to `value`, as ratios to the plain ones.
std::vector<Ratios> moved(const base::Document& document, const base::Catalog& catalog,
                          const std::string& path, double value,
                          const std::vector<CaseResult>& results) {
  base::Reading reading([&](const std::string& at, const base::Distribution& distribution) {
    return at == path ? value : distribution.mode;
  });
  const auto study = read_study(document, catalog, reading);
  reading.throw_if_any();
  std::vector<Ratios> ratios(results.size());
  for (std::size_t c = 0; c < results.size(); ++c) {
    ratios[c].fill(1.0);
    if (!results[c].outcome) continue;
    const auto outcome =
        evaluate(study.job, as_run(study.cases[c], results[c]), results[c].outcome->plan);
    for (std::size_t f = 0; f < kFigureCount; ++f) {
      const auto figure = static_cast<Figure>(f);
      const double plain = value_of(figure, *results[c].outcome);
      if (plain > 0) ratios[c][f] = value_of(figure, outcome) / plain;
    }
  }
  return ratios;
}

bool changes(const Effect& effect) {
  constexpr double kVisible = 1e-9;
  for (std::size_t f = 0; f < kFigureCount; ++f) {
    if (std::abs(effect.low[f] - 1) > kVisible || std::abs(effect.high[f] - 1) > kVisible) {
      return true;
    }
  }
  return false;
}

double size_of(const Effect& effect) {
  double size = 0;
  for (const auto figure : {Figure::kStepTime, Figure::kMeanPower, Figure::kOwnCost}) {
    const auto f = static_cast<std::size_t>(figure);
    size = std::max({size, std::abs(effect.low[f] - 1), std::abs(effect.high[f] - 1)});
  }
  return size;
}

void combine(Sensitivity& sensitivity) {
  for (std::size_t f = 0; f < kFigureCount; ++f) {
    double down = 0;
    double up = 0;
    for (const auto& effect : sensitivity.effects) {
      const double least = std::min({effect.low[f], effect.high[f], 1.0}) - 1;
      const double most = std::max({effect.low[f], effect.high[f], 1.0}) - 1;
      down += least * least;
      up += most * most;
    }
    sensitivity.low[f] = std::max(0.0, 1 - std::sqrt(down));
    sensitivity.high[f] = 1 + std::sqrt(up);
  }
}

}  // namespace

const char* name_of(Figure figure) {
  constexpr std::array<const char*, kFigureCount> kNames = {
      "step", "mean_power", "energy_per_token", "interruptions_per_week", "wall", "own_cost"};
  return kNames[static_cast<std::size_t>(figure)];
}

double value_of(Figure figure, const Outcome& outcome) {
  switch (figure) {
    case Figure::kStepTime:
      return outcome.ledger.step.si();
    case Figure::kMeanPower:
      return outcome.bill.mean.total().si();
    case Figure::kEnergyPerToken:
      return outcome.bill.per_token.si();
    case Figure::kInterruptionsPerWeek:
      return outcome.goodput.interruptions_per_week();
    case Figure::kWallTime:
      return outcome.goodput.wall.si();
    case Figure::kOwnCost:
      return outcome.bill.cost ? outcome.bill.cost->own.amount : 0.0;
  }
  return 0.0;
}

std::vector<Sensitivity> sensitivities(const base::Document& document, const base::Catalog& catalog,
                                       const std::vector<base::UncertainInput>& inputs,
                                       const std::vector<CaseResult>& results,
                                       const base::ThreadTeam& team) {
  std::vector<std::vector<Ratios>> ratios(2 * inputs.size());
  team.for_each(ratios.size(), [&](std::size_t i, int) {
    const auto& input = inputs[i / 2];
    const double value = i % 2 == 0 ? input.distribution.low : input.distribution.high;
    ratios[i] = moved(document, catalog, input.path, value, results);
  });
  std::vector<Sensitivity> all(results.size());
  for (std::size_t c = 0; c < results.size(); ++c) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      Effect effect{inputs[i].path, inputs[i].distribution, ratios[2 * i][c], ratios[2 * i + 1][c]};
      if (changes(effect)) all[c].effects.push_back(std::move(effect));
    }
    std::stable_sort(all[c].effects.begin(), all[c].effects.end(),
                     [](const Effect& a, const Effect& b) { return size_of(a) > size_of(b); });
    combine(all[c]);
  }
  return all;
}

}  // namespace weft::study
