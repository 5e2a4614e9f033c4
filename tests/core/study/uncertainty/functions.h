// Functions of the unit cube whose indices are known.
#pragma once

#include <cmath>
#include <functional>
#include <numbers>
#include <span>
#include <vector>

#include "weft/uncertainty/indices.h"

namespace weft::uncertainty {

using Function = std::function<double(std::span<const double>)>;

// Ishigami and Homma (1990), a = 7, b = 0.1, coordinates on (-pi, pi).
inline double ishigami(std::span<const double> point) {
  const auto x = [&](std::size_t i) { return std::numbers::pi * (2 * point[i] - 1); };
  const double second = std::sin(x(1));
  return std::sin(x(0)) + 7 * second * second + 0.1 * std::pow(x(2), 4) * std::sin(x(0));
}

// Sobol's g-function.
inline const std::vector<double> kG = {0, 1, 4.5, 9, 99, 99, 99, 99};
inline double g_function(std::span<const double> point) {
  double product = 1;
  for (std::size_t i = 0; i < kG.size(); ++i) {
    product *= (std::abs(4 * point[i] - 2) + kG[i]) / (1 + kG[i]);
  }
  return product;
}

inline Responses responses_of(const Function& function, std::size_t dimensions, std::size_t count,
                              std::uint64_t seed) {
  const auto points = pick_freeze(count, dimensions, seed);
  Responses responses;
  responses.exchanged.resize(dimensions);
  for (std::size_t p = 0; p < count; ++p) {
    responses.a.push_back(function(points.a.point(p)));
    responses.b.push_back(function(points.b.point(p)));
    for (std::size_t d = 0; d < dimensions; ++d) {
      responses.exchanged[d].push_back(function(exchanged(points, p, d)));
    }
  }
  return responses;
}

}  // namespace weft::uncertainty
