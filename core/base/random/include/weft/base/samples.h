// Points that fill the unit cube more evenly than independent draws do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "weft/base/uncertain.h"

namespace weft::base {

// Points of the unit cube, one a row, every coordinate inside (0, 1).
class Samples {
 public:
  Samples(std::size_t count, std::size_t dimensions)
      : count_(count), dimensions_(dimensions), values_(count * dimensions) {}

  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] std::size_t dimensions() const { return dimensions_; }
  [[nodiscard]] std::span<const double> point(std::size_t index) const {
    return std::span(values_).subspan(index * dimensions_, dimensions_);
  }
  double& at(std::size_t index, std::size_t dimension) {
    return values_[index * dimensions_ + dimension];
  }

 private:
  std::size_t count_, dimensions_;
  std::vector<double> values_;
};

inline constexpr std::size_t kMostSobolDimensions = 3667;

// The first points of the Sobol sequence (direction numbers of Joe and Kuo, SIAM J. Sci. Comput. 30
// (2008) 2635), scrambled by nested permutations of bits that `seed` picks (Owen 1995; by hashes:
// Burley, J. Computer Graphics Techniques 9 (2020) 4). Every 2^k points, from the first on, hit
// each of 2^k equal intervals of an axis once. Throws std::invalid_argument for more than
// kMostSobolDimensions dimensions or more than 2^32 - 1 points.
Samples sobol(std::size_t count, std::size_t dimensions, std::uint64_t seed);

// One point in each of `count` equal intervals of every axis, at a random place in it, the axes
// shuffled independently (McKay, Beckman and Conover, Technometrics 21 (1979) 239).
Samples latin_hypercube(std::size_t count, std::size_t dimensions, std::uint64_t seed);

// The value of a distribution below which a share `p` in (0, 1) of it lies.
double quantile(const Distribution& distribution, double p);

}  // namespace weft::base
