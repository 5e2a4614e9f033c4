// The facility: power at the meter, energy, carbon, cost of owning and of renting.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "weft/base/money.h"
#include "weft/base/quantity.h"
#include "weft/campaign/campaign.h"
#include "weft/cluster/cluster.h"
#include "weft/site/cost.h"
#include "weft/site/facility.h"
#include "weft/site/meter.h"
#include "weft/step/ledger.h"
#include "weft/workload/model.h"

namespace weft::site {

// Of owning the cluster for the run, in the site's report currency.
struct CostPerRun {
  base::Money capital;        // of the whole cluster; not a part of `own`
  base::Money capital_share;  // annualised, for the run's wall time
  base::Money maintenance;
  base::Money space;  // colocation of the rated IT power
  base::Money staff;
  base::Money energy;
  base::Money own;  // = the five above
};

struct Bill {
  MeterPower mean;         // while training
  MeterPower peak;         // all devices in use in their hottest phase
  MeterPower idle;         // while the job pauses or recovers: its devices wait
  MeterPower rated;        // all devices at their limit
  base::Energy energy;     // of the run, at the meter
  base::Energy it_energy;  // the same without cooling and distribution
  // Devices in use at their limit for as long: how many published figures count ("GPU-hours ×
  // TDP").
  base::Energy limit_energy;
  base::Energy per_token;
  double carbon_kg = 0;                             // of the run's energy, CO2e
  double water_litres = 0;                          // of the run's IT energy, on site
  std::optional<CostPerRun> cost;                   // none: the cluster has no price
  std::optional<base::Money> rent;                  // of the run; none: no rental price
  std::optional<base::Money> own_per_package_hour;  // own / (packages · wall)
};

// All hosts of the cluster are billed, used or not. A run that makes no progress has no energy and
// no cost. Throws std::invalid_argument when an exchange rate is missing.
Bill account(const cluster::Cluster& cluster, std::int64_t used_devices, const step::Ledger& ledger,
             const campaign::Goodput& goodput, const workload::Job& job, const Site& site);

// Of a job on several parts, from the bill of each: cost and rent are known where those of all
// parts are.
Bill sum_of(std::span<const Bill> parts);

}  // namespace weft::site
