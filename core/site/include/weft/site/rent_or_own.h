// From when on owning a machine costs less than renting it. All money is in one currency, without
// tax, for one package.
#pragma once

#include <functional>
#include <optional>

namespace weft::site {

// Hours of a month, as space is rented for it: 8760 / 12.
inline constexpr double kHoursAMonth = 730;
inline constexpr double kMonthsAYear = 12;

// What one package costs whoever owns it.
struct OwnedPackage {
  double capital = 0;   // K/N
  double fixed = 0;     // an hour, used or not: capital, space, upkeep
  double upkeep = 0;    // that part of it that is paid month by month
  double variable = 0;  // an hour of use: energy
};

// c_own = c_fix/U + c_var, an hour of use at utilisation U in (0, 1].
double owned_hour(const OwnedPackage& owned, double utilisation);

// What renting one package over the hours of a term costs, as it depends on the share of hours
// used: paid used or not (committed months, storage) and for use alone.
struct RentedPackage {
  double anyway = 0;  // over the term
  double used = 0;    // the same, all hours used
  double hours = 0;   // of the term
};

// U*, the least share of hours used from which up owning costs no more than renting over the term:
//   hours · (c_fix + c_var U) = anyway + used · U
// Without a commitment (c_fix / (p − c_var)) above 1: never. 0: always. Infinite: not even with all
// hours used, and more use does not help.
double break_even_utilisation(const OwnedPackage& owned, const RentedPackage& rent);
// The same of a rent by the hour.
double break_even_utilisation(const OwnedPackage& owned, double rent);

// K / (730 (p U − c_upkeep − c_var U)): months until the rent that is not paid has paid for the
// machine, without interest. None: never.
std::optional<double> payback_months(const OwnedPackage& owned, double rent, double utilisation);

// The same where rent (all that is paid in a month, by month from the start) and use change: the
// first month by whose end the rent avoided has paid for the machine. None within `months`.
using ByMonth = std::function<double(int month)>;
std::optional<int> break_even_month(const OwnedPackage& owned, const ByMonth& rent,
                                    const ByMonth& utilisation, int months);

}  // namespace weft::site
