#include <algorithm>

#include "weft/site/site.h"

namespace weft::site {

namespace {

double packages(const cluster::Cluster& cluster) { return static_cast<double>(cluster.packages()); }

// c_own = (c_fix / U + c_var) over the run's wall time: failures are paid for by the hour.
std::optional<CostPerRun> own_cost(const cluster::Cluster& cluster, const Bill& bill,
                                   base::Time wall, const Site& site) {
  const auto invested = capital(cluster, site);
  if (!invested) return std::nullopt;
  const auto hourly = hourly_cost(*invested, bill.rated.it(), base::Power(), site);
  const double hours = wall / base::kHour / site.finance.utilisation;
  const auto money = [&](double amount) { return base::Money{amount, site.report_currency}; };

  CostPerRun cost;
  cost.capital = money(invested->total());
  cost.capital_share = money(hourly.capital_share() * hours);
  cost.maintenance = money(hourly.maintenance * hours);
  cost.space = money(hourly.space * hours);
  cost.staff = money(hourly.staff * hours);
  cost.energy = reported(site.electricity * bill.energy, site);
  cost.own = money(cost.capital_share.amount + cost.maintenance.amount + cost.space.amount +
                   cost.staff.amount + cost.energy.amount);
  return cost;
}

std::optional<base::Money> rent(const cluster::Cluster& cluster, base::Time wall,
                                const Site& site) {
  if (!cluster.prices.rent_per_package_hour) return std::nullopt;
  auto money = reported(*cluster.prices.rent_per_package_hour, site);
  money.amount *= packages(cluster) * (wall / base::kHour);
  return money;
}

}  // namespace

Bill account(const cluster::Cluster& cluster, std::int64_t used_devices, const step::Ledger& ledger,
             const campaign::Goodput& goodput, const workload::Job& job, const Site& site) {
  Bill bill;
  const auto mean = ledger.mean_device_power();
  bill.mean = meter_power(cluster, used_devices, mean, site);
  bill.peak = meter_power(cluster, used_devices, std::max(mean, ledger.highest_phase), site);
  bill.idle = meter_power(cluster, used_devices, chips::waiting_power(cluster.device()), site);
  bill.rated = rated_power(cluster, site);
  if (!goodput.makes_progress) return bill;

  // Work that is done again draws what work draws; devices of a job that pauses or recovers wait.
  bill.energy = bill.mean.total() * (goodput.productive + goodput.lost) +
                bill.idle.total() * (goodput.checkpointing + goodput.recovering);
  bill.it_energy = bill.energy / site.pue;
  bill.water_litres = bill.it_energy.si() * site.water_per_joule;
  bill.limit_energy =
      cluster.device().power.limit * static_cast<double>(used_devices) * goodput.wall;
  if (job.tokens > 0) bill.per_token = bill.energy / job.tokens;
  bill.carbon_kg = bill.energy.si() * site.carbon_per_joule;
  bill.cost = own_cost(cluster, bill, goodput.wall, site);
  bill.rent = rent(cluster, goodput.wall, site);
  if (bill.cost && goodput.wall.si() > 0) {
    const double package_hours = packages(cluster) * (goodput.wall / base::kHour);
    bill.own_per_package_hour = {bill.cost->own.amount / package_hours, site.report_currency};
  }
  return bill;
}

}  // namespace weft::site
