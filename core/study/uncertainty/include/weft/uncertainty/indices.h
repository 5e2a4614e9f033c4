// Which inputs a figure's variance comes from, by Sobol's indices.
//
// A first-order index is the share of the variance that goes when one input becomes known; a total
// index the share that is left when all others have (Sobol, Math. Comput. Simul. 55 (2001) 271).
// From two sets of points A and B and those of A with one coordinate taken from B: N (k + 2) points
// for k inputs. First order as in Saltelli et al., Comput. Phys. Commun. 181 (2010) 259, table 2
// (b), of values less their mean; total as in Jansen, Comput. Phys. Commun. 117 (1999) 35.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "weft/base/samples.h"

namespace weft::uncertainty {

// Two sets of points of the unit cube, the halves of scrambled Sobol points of twice as many
// dimensions.
struct PickFreeze {
  base::Samples a, b;
};
PickFreeze pick_freeze(std::size_t count, std::size_t dimensions, std::uint64_t seed);
// A point of A with one coordinate taken from B.
std::vector<double> exchanged(const PickFreeze& points, std::size_t point, std::size_t dimension);

// A figure at these points. Points where one of the values is not finite count for nothing.
struct Responses {
  std::vector<double> a, b;
  std::vector<std::vector<double>> exchanged;  // [dimension][point]
};

// With what 90 % of resampled points say (bootstrap; Archer, Saltelli and Sobol, J. Stat. Comput.
// Simul. 58 (1997) 99). Sobol points are more even than those that it takes for granted, so it is
// wide where an index matters; some pairs of their axes are less so, which can leave an index of
// nearly 0 outside by 0.002 (as in the tests).
struct Estimate {
  double value = 0, low = 0, high = 0;
};
struct Index {
  Estimate first, total;
};
struct Indices {
  std::vector<Index> inputs;  // empty: no variance, or more than half of the points failed
  double mean = 0, variance = 0;
  std::size_t points = 0;  // of A
  std::size_t failed = 0;  // of these
};
Indices indices_of(const Responses& responses, std::uint64_t seed, std::size_t resamples = 500);

}  // namespace weft::uncertainty
