#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <stdexcept>

#include "failure_source.h"
#include "weft/campaign/outlook.h"

namespace weft::campaign {

namespace {

void demand(bool holds, std::string_view what) {
  if (!holds) throw std::invalid_argument(fmt::format("campaign: {}", what));
}

bool is_share(double value) { return value >= 0.0 && value <= 1.0; }

void check_cause(const Cause& cause) {
  demand(cause.law != nullptr, fmt::format("'{}' has no law", cause.name));
  demand(cause.units >= 0.0 && std::isfinite(cause.units),
         fmt::format("'{}' has no number of units", cause.name));
  for (const double share : {cause.tolerated, cause.hang, cause.degraded, cause.silent,
                             cause.transient, cause.affects, cause.idle_hazard}) {
    demand(is_share(share), fmt::format("a share of '{}' is outside 0 to 1", cause.name));
  }
  demand(cause.tolerated + cause.hang + cause.degraded + cause.silent <= 1.0 + 1e-12,
         fmt::format("the outcomes of '{}' are more than all", cause.name));
  demand(cause.degradation.slowdown >= 1.0,
         fmt::format("'{}' degraded is faster than sound", cause.name));
}

// The share of alike units alive goes down by e^{−this} over the span.
double grown(const Cause& cause, const LawPointer& law, double age, double span) {
  return cause.frailty.marginal(law->cumulative(age + span)) -
         cause.frailty.marginal(law->cumulative(age));
}

base::Time span_of(const Scenario& scenario) {
  const auto span = std::min(scenario.horizon.work, scenario.horizon.window);
  return is_finite(span) ? span : base::kYear;
}

}  // namespace

void check(const Scenario& scenario) {
  demand(!scenario.tiers.empty(), "a job needs a place for its checkpoints");
  demand(scenario.fleet.hosts > 0 && scenario.fleet.devices_per_host > 0, "a job needs hosts");
  demand(scenario.fleet.hosts_per_switch > 0 && scenario.fleet.hosts_per_rack > 0 &&
             scenario.fleet.hosts_per_loop > 0 && scenario.fleet.replicas > 0,
         "a switch, a rack and a replica have hosts");
  const auto end = std::min(scenario.horizon.work, scenario.horizon.window);
  demand(end.si() > 0.0 && is_finite(end), "a job ends some time");
  for (const auto& cause : scenario.causes) check_cause(cause);
  for (const auto& tier : scenario.tiers) {
    demand(tier.every >= 1, "a tier takes each n-th checkpoint, n >= 1");
    demand(is_share(tier.process) && is_share(tier.host) && is_share(tier.domain) &&
               is_share(tier.site),
           "a tier survives a share of the failures");
  }
  demand(scenario.interval.shortest.si() > 0.0, "checkpoints do not follow without work between");
  demand(!scenario.maintenance || scenario.maintenance->every.si() > 0.0,
         "maintenance does not come all the time");
}

base::Rate failure_rate(const Cause& cause, base::Time span) {
  const double time = span.si();
  const double good = grown(cause, cause.law, cause.age.si(), time);
  double mean = good;
  if (cause.bad_batch) {
    const auto law = with_defect(cause.law, cause.bad_batch->defect);
    const double share = cause.bad_batch->probability * cause.bad_batch->share;
    mean += share * (grown(cause, law, cause.age.si(), time) - good);
  }
  return base::Rate(cause.units * mean / time);
}

base::Rate stop_rate(const Cause& cause, base::Time span) {
  const double runs_on = cause.degradation.evicted ? 0.0 : cause.degraded;
  return failure_rate(cause, span) * (1.0 - cause.tolerated - runs_on);
}

base::Rate stop_rate(const Scenario& scenario) {
  base::Rate rate;
  for (const auto& cause : scenario.causes) rate += stop_rate(cause, span_of(scenario));
  return rate;
}

base::Time mean_recovery(const Scenario& scenario) {
  const auto& stages = scenario.stages[static_cast<std::size_t>(Stop::kCrash)];
  const base::Time load =
      scenario.tiers.empty() ? base::Time(0) : scenario.tiers.back().load.mean();
  return stages.detect.mean() + stages.localise.mean() + stages.restart.mean() +
         stages.initialise.mean() + load;
}

base::Time planned_interval(const Scenario& scenario) {
  base::Time pause;
  for (const auto& tier : scenario.tiers) pause += tier.pause / static_cast<double>(tier.every);
  const auto wanted =
      interval_by(scenario.interval, 1.0 / stop_rate(scenario), pause, mean_recovery(scenario));
  return std::max(wanted, scenario.interval.shortest);
}

}  // namespace weft::campaign
