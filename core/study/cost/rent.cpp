#include "rent.h"

#include <algorithm>
#include <cmath>

#include "weft/site/cost.h"
#include "weft/site/rent_or_own.h"

namespace weft::cost {

namespace {

double in_report(const Case& one, double amount, const base::Currency& currency) {
  return site::reported({amount, currency}, one.site).amount;
}

// The mean price of a while; after the last year of a table it stays.
double kept_mean(const Case& one, double from, double to) {
  if (!one.rent->table) return mean_rent(one, from, to);
  const double last = site::last_year(*one.rent->table);
  return mean_rent(one, std::min(from, last), std::min(to, last));
}

double committed_months(const Terms& terms) { return site::kMonthsAYear * terms.commitment_years; }

double committed_rent(const Case& one, const Terms& terms) {
  return rent_at(one, terms.start.value_or(0)) * (1 - discount_of(one, terms));
}

}  // namespace

double rent_at(const Case& one, double year) {
  const auto& rent = *one.rent;
  if (!rent.table) return site::reported(rent.flat, one.site).amount;
  return in_report(one, site::price_at(*rent.table, year), rent.table->currency);
}

double mean_rent(const Case& one, double from, double to) {
  const auto& rent = *one.rent;
  if (!rent.table) return site::reported(rent.flat, one.site).amount;
  return in_report(one, site::mean_price(*rent.table, from, to), rent.table->currency);
}

double discount_of(const Case& one, const Terms& terms) {
  if (!one.rent->table || terms.commitment_years <= 0) return 0;
  for (const auto& commitment : one.rent->table->commitments) {
    if (std::abs(commitment.years - terms.commitment_years) < 1e-6) return commitment.discount;
  }
  return 0;
}

double extras_of(const Case& one, const Terms& terms, double packages) {
  const auto& extras = terms.extras;
  const auto egress = extras.egress_price * (extras.egress * base::kHour);
  const auto stored = extras.stored_price * (extras.stored * base::kHour);
  return (site::reported(egress, one.site).amount + site::reported(stored, one.site).amount) /
         packages;
}

double rent_of_month(const Case& one, const Terms& terms, double packages, int month, double use) {
  const double start = terms.start.value_or(0);
  const double from = start + month / site::kMonthsAYear;
  const double hour = month < committed_months(terms)
                          ? committed_rent(one, terms)
                          : use * kept_mean(one, from, from + 1 / site::kMonthsAYear);
  return site::kHoursAMonth * (hour + extras_of(one, terms, packages));
}

double rent_of_term(const Case& one, const Terms& terms, double packages) {
  double sum = 0;
  for (int month = 0; month < terms.months; ++month) {
    sum += rent_of_month(one, terms, packages, month, terms.use.at(month));
  }
  return sum;
}

site::RentedPackage rent_by_use(const Case& one, const Terms& terms, double packages) {
  site::RentedPackage rent;
  for (int month = 0; month < terms.months; ++month) {
    const double unused = rent_of_month(one, terms, packages, month, 0);
    rent.anyway += unused;
    rent.used += rent_of_month(one, terms, packages, month, 1) - unused;
  }
  rent.hours = site::kHoursAMonth * terms.months;
  return rent;
}

double rent_of_run(const Case& one, const Terms& terms, double packages, base::Time wall) {
  const double start = terms.start.value_or(0);
  const double years = wall / base::kYear;
  const double committed = std::min(years, committed_months(terms) / site::kMonthsAYear);
  const double anyway =
      committed_rent(one, terms) * committed + extras_of(one, terms, packages) * years;
  const double by_hour = years > committed ? kept_mean(one, start + committed, start + years) : 0.0;
  return (anyway / terms.use.steady + by_hour * (years - committed)) / years;
}

}  // namespace weft::cost
