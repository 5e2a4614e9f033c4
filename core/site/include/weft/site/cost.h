// Cost of owning a cluster. Money is without taxes that a company gets back.
#pragma once

#include <optional>

#include "weft/base/money.h"
#include "weft/base/quantity.h"
#include "weft/cluster/cluster.h"
#include "weft/site/facility.h"

namespace weft::site {

// Yearly payment per unit of capital that pays it back with interest: r(1+r)^L / ((1+r)^L − 1), and
// 1/L without interest.
double capital_recovery_factor(double rate, double years);

// What is paid once, by part, in one currency.
struct Capital {
  double hosts = 0;    // with the network where their price has it
  double network = 0;  // and racks
  double storage = 0;
  double installation = 0;
  double spares = 0;    // parts on the shelf
  double building = 0;  // of a hall of one's own
  base::Currency currency;

  // What wears out with the machines: all but the building.
  [[nodiscard]] double equipment() const {
    return hosts + network + storage + installation + spares;
  }
  [[nodiscard]] double total() const { return equipment() + building; }
};

// Hosts · price; the network, so that it is network_share of hosts and network together, unless the
// price has it; storage_share of both and installation_share of all three; build · rated IT power.
// In the site's report currency, without spares. None: the cluster has no price.
std::optional<Capital> capital(const cluster::Cluster& cluster, const Site& site);

// Per year: K · CRF − S · r/((1+r)^L − 1), with S = residual · K; the last factor is CRF − r.
base::Money annual_capital(const base::Money& capital, const Finance& finance);

// What owning costs in an hour, by part, in one currency. All but energy is paid whether or not the
// machines are used.
struct HourlyCost {
  double depreciation = 0;  // straight: (K − S)/L, and the building's
  double interest = 0;      // the annuity less depreciation
  double space = 0;         // colocation of the rated IT power
  double maintenance = 0;   // a share of the equipment a year
  double staff = 0;
  double repairs = 0;  // parts that fail, where they are counted one by one
  double energy = 0;   // while in use
  base::Currency currency;

  [[nodiscard]] double capital_share() const { return depreciation + interest; }
  // Paid month by month, energy apart.
  [[nodiscard]] double upkeep() const { return space + maintenance + staff + repairs; }
  [[nodiscard]] double fixed() const { return capital_share() + upkeep(); }
  [[nodiscard]] double total() const { return fixed() + energy; }
};

// `rated` is IT power with all devices at their limit, `mean` the power at the meter while in use.
// Repairs are left to the caller. Throws std::invalid_argument when an exchange rate is missing.
HourlyCost hourly_cost(const Capital& capital, base::Power rated, base::Power mean,
                       const Site& site);

// An amount in the site's report currency. Throws std::invalid_argument without an exchange rate.
base::Money reported(const base::Money& money, const Site& site);

}  // namespace weft::site
