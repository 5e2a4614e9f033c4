#include "weft/study/per.h"

#include <algorithm>

#include "weft/manufacturing/bins.h"

namespace weft::study {

namespace {

std::optional<double> racks_of(const cluster::Cluster& cluster) {
  double sum = 0;
  for (int p = 0; p < cluster.parts(); ++p) {
    if (cluster.part(p).racks <= 0) return std::nullopt;
    sum += cluster.part(p).racks;
  }
  return sum;
}

std::optional<double> wafers_of(const cluster::Cluster& cluster) {
  double sum = 0;
  for (int p = 0; p < cluster.parts(); ++p) {
    const auto& part = cluster.part(p);
    if (!part.chip.manufacturing) return std::nullopt;
    const double a_wafer = manufacturing::make_bins(*part.chip.manufacturing).good_packages;
    if (a_wafer <= 0) return std::nullopt;
    sum += static_cast<double>(part.packages()) / a_wafer;
  }
  return sum;
}

}  // namespace

base::Currency currency_of(const Study& study) {
  const bool any = std::any_of(study.cases.begin(), study.cases.end(), [](const Case& c) {
    return c.site.electricity.per_si.currency == "CNY";
  });
  return any ? base::Currency("CNY") : study.cases.front().site.report_currency;
}

Per per_of(const workload::Job& job, const Case& study_case, const Outcome& outcome,
           const base::Currency& currency) {
  const auto& site = study_case.site;
  Per per;
  per.tokens_per_second = outcome.tokens_per_second;
  per.racks = racks_of(study_case.cluster);
  per.megawatts = outcome.bill.mean.total().si() / 1e6;
  per.wafers = wafers_of(study_case.cluster);
  per.currency = site.rates.per_usd().count(currency) > 0 ? currency : site.report_currency;
  if (!outcome.bill.cost) return per;
  per.capital = site.rates.convert(outcome.bill.cost->capital, per.currency).amount;
  if (job.tokens > 0) {
    const double own = site.rates.convert(outcome.bill.cost->own, per.currency).amount;
    per.own_million = own / (job.tokens / 1e6);
  }
  return per;
}

}  // namespace weft::study
