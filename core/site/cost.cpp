#include "weft/site/cost.h"

#include <cmath>

#include "weft/site/meter.h"

namespace weft::site {

namespace {

constexpr double kHoursAYear = base::kYear / base::kHour;

// A building has no residual: the land under it is not in its price.
double annual_building(double building, const Finance& finance) {
  return building * capital_recovery_factor(finance.rate, finance.build_life_years);
}

}  // namespace

double capital_recovery_factor(double rate, double years) {
  if (rate == 0.0) return 1.0 / years;
  return rate / -std::expm1(-years * std::log1p(rate));
}

base::Money reported(const base::Money& money, const Site& site) {
  return site.rates.convert(money, site.report_currency);
}

std::optional<Capital> capital(const cluster::Cluster& cluster, const Site& site) {
  if (!cluster.prices.per_host) return std::nullopt;
  const auto& finance = site.finance;
  Capital sum;
  sum.currency = site.report_currency;
  sum.hosts = reported(*cluster.prices.per_host, site).amount * static_cast<double>(cluster.hosts);
  if (!cluster.prices.includes_network) {
    sum.network = sum.hosts * finance.network_share / (1.0 - finance.network_share);
  }
  sum.storage = (sum.hosts + sum.network) * finance.storage_share;
  sum.installation = (sum.hosts + sum.network + sum.storage) * finance.installation_share;
  if (finance.build.per_si.amount > 0) {
    sum.building = reported(finance.build * rated_power(cluster, site).it(), site).amount;
  }
  return sum;
}

base::Money annual_capital(const base::Money& capital, const Finance& finance) {
  const double recovery = capital_recovery_factor(finance.rate, finance.life_years);
  const double per_unit = recovery - finance.residual * (recovery - finance.rate);
  return {capital.amount * per_unit, capital.currency};
}

HourlyCost hourly_cost(const Capital& capital, base::Power rated, base::Power mean,
                       const Site& site) {
  const auto& finance = site.finance;
  const double equipment = capital.equipment();
  HourlyCost cost;
  cost.currency = capital.currency;
  const double straight = equipment * (1 - finance.residual) / finance.life_years +
                          capital.building / finance.build_life_years;
  const double annuity = annual_capital({equipment, capital.currency}, finance).amount +
                         annual_building(capital.building, finance);
  cost.depreciation = straight / kHoursAYear;
  cost.interest = (annuity - straight) / kHoursAYear;
  cost.space = reported(site.colocation * (rated * base::kHour), site).amount;
  cost.maintenance = equipment * finance.maintenance / kHoursAYear;
  cost.staff = reported(site.staff * (rated * base::kHour), site).amount;
  cost.energy = reported(site.electricity * (mean * base::kHour), site).amount;
  return cost;
}

}  // namespace weft::site
