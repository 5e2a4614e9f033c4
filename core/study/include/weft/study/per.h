// What a case trains, over what there is little of: racks, power, money, wafers.
#pragma once

#include <optional>

#include "weft/base/money.h"
#include "weft/study/run.h"

namespace weft::study {

// All that the cluster has, used or not; tokens while stepping.
struct Per {
  double tokens_per_second = 0;
  std::optional<double> racks;    // none: not known
  double megawatts = 0;           // at the meter of the site, mean in training
  std::optional<double> capital;  // in `currency`; none: no price
  base::Currency currency;
  // Logic wafers that all packages take as they yield; none: not known how a chip is made.
  std::optional<double> wafers;
  std::optional<double> own_million;  // owned, money of `currency` a million tokens of the run
};

// `currency`: the site must have its rate, else money is in the site's report currency.
Per per_of(const workload::Job& job, const Case& study_case, const Outcome& outcome,
           const base::Currency& currency);

// CNY where a site pays for electricity in it, else the report currency of the first.
base::Currency currency_of(const Study& study);

}  // namespace weft::study
