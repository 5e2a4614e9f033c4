#include "weft/site/cost.h"

#include <cmath>

namespace weft::site {

double capital_recovery_factor(double rate, double years) {
  if (rate == 0.0) return 1.0 / years;
  return rate / -std::expm1(-years * std::log1p(rate));
}

base::Money reported(const base::Money& money, const Site& site) {
  return site.rates.convert(money, site.report_currency);
}

std::optional<base::Money> capital(const cluster::Cluster& cluster, const Site& site) {
  if (!cluster.prices.per_host) return std::nullopt;
  const auto& finance = site.finance;
  auto money = reported(*cluster.prices.per_host, site);
  money.amount *= static_cast<double>(cluster.hosts);
  if (!cluster.prices.includes_network) money.amount /= 1.0 - finance.network_share;
  money.amount *= 1.0 + finance.storage_share;
  return money;
}

base::Money annual_capital(const base::Money& capital, const Finance& finance) {
  const double recovery = capital_recovery_factor(finance.rate, finance.life_years);
  const double per_unit = recovery - finance.residual * (recovery - finance.rate);
  return {capital.amount * per_unit, capital.currency};
}

}  // namespace weft::site
