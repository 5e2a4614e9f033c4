// Murphy's law: densities from 0 to twice the mean, a triangle: Y = ((1 - e^{-x})/x)².
#include <array>
#include <cmath>

#include "law_rows.h"

namespace weft::manufacturing {

namespace {

double murphy_yield(double defects, const LawParameters&) {
  if (defects <= 0) return 1;
  const double root = -std::expm1(-defects) / defects;
  return root * root;
}

// Gauss and Legendre's rule of three points on narrow panels; the peak at 1 is between two of them.
Mixture murphy_mixture(const LawParameters&) {
  constexpr int kPanels = 64;
  const std::array<double, 3> at = {0.5 - std::sqrt(0.15), 0.5, 0.5 + std::sqrt(0.15)};
  constexpr std::array<double, 3> kShare = {5.0 / 18, 8.0 / 18, 5.0 / 18};
  constexpr double kWidth = 2.0 / kPanels;
  Mixture mixture;
  for (int panel = 0; panel < kPanels; ++panel) {
    for (std::size_t i = 0; i < at.size(); ++i) {
      const double g = (panel + at[i]) * kWidth;
      mixture.relative.push_back(g);
      mixture.weight.push_back(kShare[i] * kWidth * (1 - std::abs(1 - g)));
    }
  }
  return mixture;
}

double murphy_draw(base::RandomStream& stream, const LawParameters&) {
  return stream.triangular(0, 1, 2);
}

}  // namespace

const Law kMurphy = {"murphy", murphy_yield, murphy_mixture, murphy_draw};

}  // namespace weft::manufacturing
