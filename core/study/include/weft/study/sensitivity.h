// How sure an answer is: what it would be if uncertain inputs were at the ends of their range.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/parallel.h"
#include "weft/study/run.h"

namespace weft::study {

// The outputs that get an interval.
enum class Figure {
  kStepTime,
  kMeanPower,
  kEnergyPerToken,
  kInterruptionsPerWeek,
  kWallTime,
  kOwnCost
};
inline constexpr std::size_t kFigureCount = 6;
const char* name_of(Figure figure);
// The figure in SI units or money; 0 for a cost that is not known.
double value_of(Figure figure, const Outcome& outcome);

// One uncertain input and what it does to the figures, as ratios to the plain run, at its low and
// its high end.
struct Effect {
  std::string input;
  base::Distribution distribution;
  std::array<double, kFigureCount> low{};
  std::array<double, kFigureCount> high{};
};

// Ratios to the plain run. Inputs are moved one at a time with the plan kept; their effects are
// taken as independent and add in quadrature (first order).
struct Sensitivity {
  std::array<double, kFigureCount> low{};
  std::array<double, kFigureCount> high{};
  std::vector<Effect> effects;  // largest first, by step time and cost
};

// One per case; empty for a case without an outcome.
std::vector<Sensitivity> sensitivities(const base::Document& document, const base::Catalog& catalog,
                                       const std::vector<base::UncertainInput>& inputs,
                                       const std::vector<CaseResult>& results,
                                       const base::ThreadTeam& team);

}  // namespace weft::study
