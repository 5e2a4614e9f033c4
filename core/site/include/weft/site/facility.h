// The hall around a cluster: its power overheads, tariffs, carbon, water and terms of finance.
// Prices are without taxes that a company gets back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/base/money.h"
#include "weft/base/quantity.h"
#include "weft/site/daily_curve.h"

namespace weft::site {

// Terms of owning. Shares are of the capital unless said otherwise.
struct Finance {
  double rate = 0.1;            // interest, per year
  double life_years = 5;        // until only the residual is left
  double residual = 0.1;        // value at the end of life
  double maintenance = 0.025;   // per year, spares included
  double network_share = 0.15;  // of host and network together, when the host price has no network
  double storage_share = 0.03;  // on top, of hosts and network
  double utilisation = 1.0;     // share of hours sold or used: fixed costs are divided by it
  double installation_share = 0;  // on top, of hosts, network and storage: freight, racks, tests
  // Of a hall of one's own, per rated IT power; nothing: space is rented (Site::colocation).
  base::Price<base::Power> build{};
  double build_life_years = 15;  // without residual
};

// Cooling by the weather, per watt of IT: fixed + per_kelvin · max(0, T_wb - from), temperatures of
// the wet bulb in °C.
struct WetBulbCooling {
  double fixed = 0;
  double per_kelvin = 0;
  double from = 0;
  std::vector<double> wet_bulb;  // of equal stretches of time: one value, 12 months, 24 hours

  [[nodiscard]] double share_at(double temperature) const;
  [[nodiscard]] double mean_share() const;
  [[nodiscard]] double highest_share() const;
};

struct Site {
  std::string name;
  // Power usage effectiveness (ISO/IEC 30134-2). With `cooling` 1 + distribution + its mean share.
  double pue = 1.2;
  double distribution = 0;  // of that, lost between meter and IT, where it is given apart
  std::optional<WetBulbCooling> cooling;
  double other_it = 0.03;  // storage, management: share of host power
  base::Price<base::Energy> electricity;
  // Space and power delivery, money per W·s of rated IT power ("130 USD/kW/month").
  base::Price<base::Energy> colocation;
  base::Price<base::Energy> staff;  // who runs it, per rated IT power as well
  double carbon_per_joule = 0;      // kg CO2e, mean of a day
  DailyCurve carbon_by_hour;
  double water_per_joule = 0;  // litres per joule of IT energy (ISO/IEC 30134-9)
  Finance finance;
  base::ExchangeRates rates;
  base::Currency report_currency = "USD";
};

// In the hottest stretch of time.
double highest_pue(const Site& site);

// Reads a document of kind `site`. Instead of `pue` it may have `cooling: {fixed: 6 %, per_kelvin:
// 0.5 %, from_celsius: 10, wet_bulb_celsius: 14 | [12 or 24 values]}` and `distribution_loss: 4 %`.
// Errors go to `reading`.
Site read_site(const base::Document& document, base::Reading& reading);

}  // namespace weft::site
