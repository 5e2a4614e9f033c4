// Numbers that intervals of means are made of.
#pragma once

namespace weft::base {

// Quantile of the standard normal distribution at 97.5 %: half of a two-sided 95 % interval, in
// standard deviations.
inline constexpr double kNormalTwoSided95 = 1.959963984540054;

}  // namespace weft::base
