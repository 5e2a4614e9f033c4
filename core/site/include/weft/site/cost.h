// Cost of owning a cluster.
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

// Hosts with network and storage, in the site's report currency: hosts · price, divided by
// 1 − network_share unless the price has the network in it, times 1 + storage_share. None: the
// cluster has no price.
std::optional<base::Money> capital(const cluster::Cluster& cluster, const Site& site);

// Per year: K · CRF − S · r/((1+r)^L − 1), with S = residual · K; the last factor is CRF − r.
base::Money annual_capital(const base::Money& capital, const Finance& finance);

// An amount in the site's report currency. Throws std::invalid_argument without an exchange rate.
base::Money reported(const base::Money& money, const Site& site);

}  // namespace weft::site
