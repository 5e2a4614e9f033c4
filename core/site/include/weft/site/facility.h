// The hall around a cluster: its power overheads, tariffs, carbon and terms of finance.
#pragma once

#include <string>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/base/money.h"
#include "weft/base/quantity.h"

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
};

struct Site {
  std::string name;
  double pue = 1.2;        // power usage effectiveness (ISO/IEC 30134-2)
  double other_it = 0.03;  // storage, management: share of host power
  base::Price<base::Energy> electricity;
  // Space and power delivery, money per W·s of rated IT power ("130 USD/kW/month").
  base::Price<base::Energy> colocation;
  double carbon_per_joule = 0;  // kg CO2e
  Finance finance;
  base::ExchangeRates rates;
  base::Currency report_currency = "USD";
};

// Reads a document of kind `site`. Errors go to `reading`.
Site read_site(const base::Document& document, base::Reading& reading);

}  // namespace weft::site
