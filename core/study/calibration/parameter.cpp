#include "weft/calibration/parameter.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace weft::calibration {

namespace {

// A range of judgement holds the truth less often than its author thinks: it counts as one standard
// deviation to each side.
constexpr double kQuantile = 1.0;
// No wider than this is a side of a prior taken to be narrow: a range that ends at its mode.
constexpr double kLeastSide = 1e-3;

}  // namespace

Parameter::Parameter(base::UncertainInput input) : input_(std::move(input)) {
  const auto& d = input_.distribution;
  const double sides = d.kind == base::Distribution::Kind::kNormal ? 1.0 : kQuantile;
  is_logarithmic_ = d.low > 0;
  const double range = d.high - d.low;
  below_ = is_logarithmic_ ? std::log(d.mode / d.low) : d.mode - d.low;
  above_ = is_logarithmic_ ? std::log(d.high / d.mode) : d.high - d.mode;
  const double least = kLeastSide * std::max(below_, above_);
  below_ = std::max(below_, least) / sides;
  above_ = std::max(above_, least) / sides;
  least_ = d.low - range / 2;
  most_ = d.high + range / 2;
  if (d.low >= 0) least_ = std::max(least_, is_logarithmic_ ? d.low / 2 : 0.0);
  if (d.high <= 1) most_ = std::min(most_, 1.0);
}

Parameter::Parameter(base::UncertainInput input, double least, double most)
    : Parameter(std::move(input)) {
  least_ = least;
  most_ = most;
}

double Parameter::deviations(double value) const {
  constexpr double kMost = 5;
  const double mode = input_.distribution.mode;
  if (is_logarithmic_ && value <= 0) return -kMost;
  const double shift = is_logarithmic_ ? std::log(value / mode) : value - mode;
  return std::clamp(shift / (shift < 0 ? below_ : above_), -kMost, kMost);
}

double Parameter::value(double z) const {
  const double shift = z * (z < 0 ? below_ : above_);
  const double mode = input_.distribution.mode;
  const double moved = is_logarithmic_ ? mode * std::exp(shift) : mode + shift;
  return std::clamp(moved, least_, most_);
}

}  // namespace weft::calibration
