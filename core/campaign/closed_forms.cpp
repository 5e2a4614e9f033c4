#include "weft/campaign/closed_forms.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "weft/campaign/outlook.h"
#include "weft/campaign/renewal.h"

namespace weft::campaign {

namespace {

double log_choose(double n, double k) {
  return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
}

double binomial(int n, int k, double p) {
  if (p <= 0.0) return k == 0 ? 1.0 : 0.0;
  if (p >= 1.0) return k == n ? 1.0 : 0.0;
  return std::exp(log_choose(n, k) + k * std::log(p) + (n - k) * std::log1p(-p));
}

bool has_one_hazard(const Cause& cause) {
  return cause.law->constant() >= 0.0 && cause.frailty.kind == Frailty::Kind::kNone &&
         !cause.bad_batch;
}

bool survives_all(const Tier& tier) {
  return tier.process >= 1.0 && tier.host >= 1.0 && tier.domain >= 1.0 && tier.site >= 1.0;
}

bool is_nothing(const Duration& duration) {
  return duration.is_fixed() && duration.typical.si() <= 0.0;
}

bool are_fixed(const Stages& stages) {
  return stages.detect.is_fixed() && stages.localise.is_fixed() && stages.restart.is_fixed() &&
         stages.initialise.is_fixed();
}

}  // namespace

double availability(base::Time mean_up, base::Time mean_down) {
  return mean_up / (mean_up + mean_down);
}

double availability_at(base::Time mean_up, base::Time mean_down, base::Time time) {
  const double steady = availability(mean_up, mean_down);
  const double rate = (1.0 / mean_up + 1.0 / mean_down).si();
  return steady + (1.0 - steady) * std::exp(-rate * time.si());
}

double k_of_n(int needed, int units, double availability) {
  double sum = 0;
  for (int up = units; up >= std::max(needed, 0); --up) sum += binomial(units, up, availability);
  return std::min(1.0, sum);
}

int binomial_quantile(int units, double share, double level) {
  double below = 0;
  for (int count = 0; count < units; ++count) {
    below += binomial(units, count, share);
    if (below >= level) return count;
  }
  return units;
}

int poisson_quantile(double mean, double level) {
  double below = 0;
  for (int count = 0;; ++count) {
    const double add =
        mean > 0.0 ? std::exp(count * std::log(mean) - mean - std::lgamma(count + 1)) : 1.0;
    below += add;
    if (below >= level || (count > mean && add <= 0.0)) return count;
  }
}

std::vector<double> machine_repair(int machines, int spares, int crews, base::Rate failure,
                                   base::Rate repair, double idle) {
  const int all = machines + spares;
  std::vector<double> logs(static_cast<std::size_t>(all) + 1, 0.0);
  for (int down = 0; down < all; ++down) {
    const int working = std::min(machines, all - down);
    const double up = working + idle * (all - down - working);
    const int busy = crews > 0 ? std::min(down + 1, crews) : down + 1;
    const auto at = static_cast<std::size_t>(down);
    logs[at + 1] = logs[at] + std::log(up * (failure / repair) / busy);
  }
  const double highest = *std::max_element(logs.begin(), logs.end());
  double sum = 0;
  for (double& value : logs) sum += value = std::exp(value - highest);
  for (double& value : logs) value /= sum;
  return logs;
}

std::vector<double> frail_counts(double expected, double variance, int most) {
  std::vector<double> counts;
  const double size = 1.0 / variance;
  const double stop = size / (size + expected);
  for (int k = 0; k <= most; ++k) {
    counts.push_back(std::exp(std::lgamma(size + k) - std::lgamma(size) - std::lgamma(k + 1.0) +
                              size * std::log(stop) + k * std::log1p(-stop)));
  }
  return counts;
}

base::Time first_failure_scale(const WeibullShape& weibull, double units) {
  return weibull.scale * std::pow(units, -1.0 / weibull.shape);
}

base::Time job_mean_time(double nodes, base::Rate per_node) { return 1.0 / (nodes * per_node); }

double first_order_ettr(double nodes, base::Rate per_node, base::Time restart, base::Time interval,
                        base::Time write) {
  return (1.0 - nodes * per_node * (restart + interval / 2.0)) / (1.0 + write / interval);
}

double stall_only_ettr(base::Time between_on_wall, base::Time stall) {
  return (between_on_wall - stall) / between_on_wall;
}

double elastic_ettr(const ElasticLoss& loss) {
  const double every = (loss.stall + loss.rebuild / loss.replicas) / loss.between;
  if (loss.fatal <= 0.0) return 1.0 - every;
  const base::Time fatal = loss.between / loss.fatal;
  const double saved = std::sqrt(2.0 * (loss.pause / fatal));
  return 1.0 - every - saved - loss.recovery / fatal;
}

std::vector<std::string> closed_form_obstacles(const Scenario& scenario) {
  std::vector<std::string> obstacles;
  const auto unless = [&obstacles](bool holds, const char* what) {
    if (!holds) obstacles.emplace_back(what);
  };
  const auto& causes = scenario.causes;
  const auto all = [&causes](auto holds) {
    return std::all_of(causes.begin(), causes.end(), holds);
  };
  const auto& hosts = scenario.hosts;
  unless(all(has_one_hazard), "hazards that change with age or from unit to unit");
  unless(all([](const Cause& cause) { return cause.degraded <= 0.0; }), "degraded running");
  unless(all([](const Cause& cause) { return cause.silent <= 0.0; }), "silent corruption");
  unless(all([](const Cause& cause) { return cause.hang <= 0.0; }), "hangs");
  unless(hosts.unlimited, "a finite number of spares");
  unless(is_nothing(hosts.warm > 0 ? hosts.swap : hosts.provision), "time to get a spare");
  unless(scenario.elastic.mode == Elastic::kNone, "elastic data parallelism");
  unless(!scenario.maintenance, "planned maintenance");
  unless(are_fixed(scenario.stages[static_cast<std::size_t>(Stop::kCrash)]),
         "recovery of random length");
  unless(scenario.interval.rule != IntervalRule::kAdaptive, "an interval that adapts");
  const bool single = scenario.tiers.size() == 1 && scenario.tiers[0].every == 1;
  unless(single, "more than one tier of checkpoints");
  unless(single && survives_all(scenario.tiers[0]), "checkpoints that a failure may destroy");
  unless(single && scenario.tiers[0].load.is_fixed(), "loading of random length");
  constexpr double kTurns = 10;  // of the cycle, for a mean over turns to say anything
  const bool long_enough =
      !single ||
      scenario.horizon.window >=
          kTurns * (planned_interval(scenario) + scenario.tiers[0].pause + mean_recovery(scenario));
  unless(long_enough, "a window of few checkpoints");
  return obstacles;
}

double closed_form_ettr(const Scenario& scenario) {
  const auto obstacles = closed_form_obstacles(scenario);
  if (!obstacles.empty()) throw std::invalid_argument("campaign: no closed form: " + obstacles[0]);
  const auto& tier = scenario.tiers[0];
  const auto interval = std::max(planned_interval(scenario), tier.write);
  // With one checkpoint or less the run ends before the renewal sets in.
  return renewal_ettr(1.0 / stop_rate(scenario), std::min(interval, scenario.horizon.work),
                      tier.pause, mean_recovery(scenario) + tier.write);
}

}  // namespace weft::campaign
