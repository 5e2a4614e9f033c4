#include "weft/manufacturing/die_yield.h"

#include <algorithm>
#include <cmath>

namespace weft::manufacturing {

CoreCounts core_counts(const Mixture& mixture, const DieDefects& die) {
  const auto sizes = static_cast<std::size_t>(die.most_bad) + 1;
  CoreCounts counts{std::vector<double>(sizes), std::vector<double>(sizes),
                    std::vector<double>(sizes)};
  for (std::size_t m = 0; m < mixture.relative.size(); ++m) {
    const double here = mixture.relative[m] * die.mean;
    const double in_core = here * die.core_share / die.cores;
    const double clean = std::exp(-here * die.latent);
    const double bad = -std::expm1(-in_core);
    const double in_bad = bad > 0 ? in_core / bad : 1;  // defects of a core that has one
    const double good_rest = std::exp(-here * (1 - die.core_share));
    double ways = mixture.weight[m] * good_rest;
    for (int j = 0; j <= die.most_bad; ++j) {
      const auto at = static_cast<std::size_t>(j);
      const double share = ways * std::exp(-in_core * (die.cores - j));
      counts.share[at] += share;
      counts.clean[at] += share * clean;
      counts.defects[at] += share * j * in_bad;
      ways *= bad * (die.cores - j) / (j + 1);
    }
  }
  return counts;
}

double latent_share(double defects, double ratio, double clustering, int repaired) {
  const double more = ratio * defects / (clustering + defects);
  return -std::expm1(-(clustering + repaired) * std::log1p(more));
}

double test_escapes(double yield, double coverage) {
  return yield > 0 ? -std::expm1((1 - coverage) * std::log(yield)) : 1.0;
}

base::ArealDensity learned(const Learning& learning) {
  return learning.last +
         (learning.first - learning.last) * std::exp(-(learning.age / learning.constant));
}

double perfect_yield(const Manufacturing& manufacturing, base::ArealDensity density) {
  const double defects = density * manufacturing.design.die_area;
  return manufacturing.systematic * manufacturing.law->yield(defects, manufacturing.parameters);
}

}  // namespace weft::manufacturing
