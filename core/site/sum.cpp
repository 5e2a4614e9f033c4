// The bill of a job on several parts of a cluster.
#include "weft/site/site.h"

namespace weft::site {

namespace {

void add(base::Money& sum, const base::Money& other) { sum.amount += other.amount; }

void add(CostPerRun& sum, const CostPerRun& other) {
  add(sum.capital, other.capital);
  add(sum.capital_share, other.capital_share);
  add(sum.maintenance, other.maintenance);
  add(sum.space, other.space);
  add(sum.staff, other.staff);
  add(sum.energy, other.energy);
  add(sum.own, other.own);
}

// What is not known of one part is not known of the sum.
template <class Value>
void add_known(std::optional<Value>& sum, const std::optional<Value>& other) {
  if (sum && other) {
    add(*sum, *other);
  } else {
    sum.reset();
  }
}

double package_hours(const Bill& bill) {
  return bill.cost && bill.own_per_package_hour
             ? bill.cost->own.amount / bill.own_per_package_hour->amount
             : 0.0;
}

}  // namespace

Bill sum_of(std::span<const Bill> parts) {
  Bill sum = parts.front();
  double hours = package_hours(sum);
  for (const auto& part : parts.subspan(1)) {
    sum.mean += part.mean;
    sum.peak += part.peak;
    sum.idle += part.idle;
    sum.rated += part.rated;
    sum.energy += part.energy;
    sum.per_token += part.per_token;
    sum.it_energy += part.it_energy;
    sum.limit_energy += part.limit_energy;
    sum.carbon_kg += part.carbon_kg;
    sum.water_litres += part.water_litres;
    add_known(sum.cost, part.cost);
    add_known(sum.rent, part.rent);
    hours += package_hours(part);
  }
  if (!sum.cost) sum.own_per_package_hour.reset();
  if (sum.own_per_package_hour) sum.own_per_package_hour->amount = sum.cost->own.amount / hours;
  return sum;
}

}  // namespace weft::site
