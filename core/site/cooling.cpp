#include <algorithm>
#include <numeric>

#include "weft/site/facility.h"

namespace weft::site {

double WetBulbCooling::share_at(double temperature) const {
  return fixed + per_kelvin * std::max(0.0, temperature - from);
}

double WetBulbCooling::mean_share() const {
  const double sum = std::accumulate(wet_bulb.begin(), wet_bulb.end(), 0.0,
                                     [&](double all, double one) { return all + share_at(one); });
  return sum / static_cast<double>(wet_bulb.size());
}

double WetBulbCooling::highest_share() const {
  return share_at(*std::max_element(wet_bulb.begin(), wet_bulb.end()));
}

double highest_pue(const Site& site) {
  if (!site.cooling) return site.pue;
  return 1 + site.distribution + site.cooling->highest_share();
}

}  // namespace weft::site
