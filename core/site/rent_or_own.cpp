#include "weft/site/rent_or_own.h"

#include <algorithm>
#include <limits>

namespace weft::site {

double owned_hour(const OwnedPackage& owned, double utilisation) {
  return owned.fixed / utilisation + owned.variable;
}

double break_even_utilisation(const OwnedPackage& owned, const RentedPackage& rent) {
  const double saved = rent.used - owned.variable * rent.hours;  // with all hours used
  const double needed = owned.fixed * rent.hours - rent.anyway;
  if (saved > 0) return std::max(0.0, needed / saved);
  return saved >= needed && rent.anyway > 0 ? 0.0 : std::numeric_limits<double>::infinity();
}

double break_even_utilisation(const OwnedPackage& owned, double rent) {
  return break_even_utilisation(owned, RentedPackage{0, rent, 1});
}

std::optional<double> payback_months(const OwnedPackage& owned, double rent, double utilisation) {
  const double saved = (rent - owned.variable) * utilisation - owned.upkeep;
  if (saved <= 0) return std::nullopt;
  return owned.capital / (kHoursAMonth * saved);
}

std::optional<int> break_even_month(const OwnedPackage& owned, const ByMonth& rent,
                                    const ByMonth& utilisation, int months) {
  double saved = 0;
  for (int month = 0; month < months; ++month) {
    saved += rent(month) - kHoursAMonth * (owned.variable * utilisation(month) + owned.upkeep);
    if (saved >= owned.capital) return month + 1;
  }
  return std::nullopt;
}

}  // namespace weft::site
