// Points to ask at, and what the answers say of a figure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "weft/base/samples.h"

namespace weft::uncertainty {

enum class Design { kSobol, kLatinHypercube };
const char* name_of(Design design);  // "sobol", "latin_hypercube"

// Sets of points that are scrambled, or shuffled, apart from each other: how far their means are
// apart tells how sure the mean of all is (Owen, J. Complexity 13 (1997) 313, on such replicates).
inline constexpr std::size_t kReplicates = 8;

// `count` points of the unit cube in kReplicates sets one after the other (in one where there are
// fewer than four points a set). Sobol points are even where a set has a power of two of them.
base::Samples points(Design design, std::size_t count, std::size_t dimensions, std::uint64_t seed);

// What draws say of a figure. What is not known is not a number.
struct Interval {
  double mode = 0;       // all inputs at their modes: what a plain run prints
  double low = 0;        // 5 % of the draws are below
  double median = 0;     // quantiles are those of interpolated order statistics
  double high = 0;       // 5 % of the draws are above
  double mean = 0;       // of the draws
  double deviation = 0;  // their standard deviation
  // Of the mean, from its spread over replicates; how well it is known, not how wide draws are.
  double mean_error = 0;
  std::size_t draws = 0;   // that were asked
  std::size_t failed = 0;  // of these, that have no answer; they count for nothing
  // More than half of the draws failed: `low` to `deviation` are not numbers.
  [[nodiscard]] bool is_known() const { return draws > 0 && 2 * failed <= draws; }
};

// `values` in the order of points(). Values that are not finite are draws that failed.
Interval interval_of(std::span<const double> values, double mode);

}  // namespace weft::uncertainty
