// Small jobs for the engine.
#pragma once

#include "weft/campaign/outlook.h"

namespace weft::campaign::testing {

inline Duration seconds(double value) { return fixed(base::Time(value)); }

// A job without hazards on `hosts` hosts, for 90 days: checkpoints every `interval` that stop it
// for `pause`, `recovery` after a failure, all in s.
inline Scenario quiet_job(double pause, double recovery, double interval, std::int64_t hosts = 64) {
  Scenario scenario;
  scenario.name = "test";
  scenario.fleet.hosts = hosts;
  for (auto& stages : scenario.stages) stages.restart = seconds(recovery);
  Tier tier;
  tier.name = "storage";
  tier.pause = base::Time(pause);
  tier.keep = 0;
  scenario.tiers = {tier};
  scenario.interval = {IntervalRule::kFixed, base::Time(interval)};
  scenario.interval.shortest = base::Time(1e-3);
  scenario.horizon.window = base::kDay * 90;
  return scenario;
}

// Failures of something, `mean` s apart in the whole job.
inline Cause failing(double mean, double units = 1, Scope scope = Scope::kJob) {
  Cause cause;
  cause.name = "part";
  cause.units = units;
  cause.law = constant_law(base::Rate(1.0 / (mean * units)));
  cause.scope = scope;
  return cause;
}

// The golden job of Llama 3's rate (M = 11135 s, δ = 20 s, R = 300 s, τ = 654.1 s).
inline Scenario golden_job() {
  auto scenario = quiet_job(20, 300, 654.1);
  scenario.causes = {failing(11135)};
  return scenario;
}

inline Outlook outlook_of(const Scenario& scenario, std::int64_t replicas = 200,
                          std::uint64_t seed = 1, int threads = 0) {
  StepTimes step_times(proportional_throughput(scenario.fleet.replicas));
  Sampling sampling;
  sampling.replicas = replicas;
  sampling.seed = seed;
  sampling.threads = threads;
  return look_ahead(scenario, step_times, sampling);
}

inline ReplicaResult replica_of(const Scenario& scenario, std::uint64_t replica = 0,
                                std::size_t timeline = 0, std::uint64_t seed = 1) {
  StepTimes step_times(proportional_throughput(scenario.fleet.replicas));
  return simulate_replica(scenario, step_times, seed, replica, timeline);
}

inline double share(const Outlook& outlook, TimeClass time_class) {
  return outlook.time_share[static_cast<std::size_t>(time_class)];
}
inline double time(const ReplicaResult& result, TimeClass time_class) {
  return result.times[static_cast<std::size_t>(time_class)];
}

}  // namespace weft::campaign::testing
