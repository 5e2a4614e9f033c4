// Weeks of a job, played by size: 90 days at Llama 3's hazards, thirteen causes, spares, repairs,
// reboots, slow hosts that are evicted. The cost goes with stops and checkpoints, not with devices.
#include <benchmark/benchmark.h>

#include <string>

#include "weft/campaign/outlook.h"

namespace weft::campaign {
namespace {

constexpr int kCauses = 13;
constexpr double kFitPerDevice = 19733;

Cause cause_of(int number, double devices) {
  Cause cause;
  cause.name = "cause " + std::to_string(number);
  cause.units = devices;
  cause.law = constant_law(base::kFit * (kFitPerDevice / kCauses));
  cause.scope = Scope::kDevice;
  cause.tolerated = 0.1;
  cause.hang = 0.1;
  cause.degraded = 0.05;
  cause.transient = 0.73;
  cause.degradation.slowdown = 1.1;
  cause.degradation.lasts = fixed(base::kHour);
  cause.degradation.evicted = true;
  return cause;
}

Scenario job_on(std::int64_t devices) {
  Scenario scenario;
  scenario.fleet.hosts = devices / 8;
  for (int i = 0; i < kCauses; ++i) {
    scenario.causes.push_back(cause_of(i, static_cast<double>(devices)));
  }
  for (auto& stages : scenario.stages) stages.restart = fixed(base::Time(300));
  scenario.hosts.unlimited = false;
  scenario.hosts.cold = static_cast<int>(devices * 3 / 800);
  scenario.hosts.reboot = lognormal(base::Time(1800), 0.6);
  scenario.hosts.out_of_band = lognormal(base::kHour * 10.5, 2.74, base::kDay * 60);
  Tier tier;
  tier.name = "storage";
  tier.pause = base::Time(2);
  scenario.tiers = {tier};
  scenario.horizon.window = base::kDay * 90;
  return scenario;
}

// Hosts differ: each that has failed is told apart from then on.
Scenario with_lemons(Scenario scenario) {
  for (auto& cause : scenario.causes) cause.frailty = {Frailty::Kind::kLemons, 0, 0.013, 50};
  return scenario;
}

void play(benchmark::State& state, const Scenario& scenario) {
  StepTimes step_times(proportional_throughput(1));
  std::uint64_t replica = 0;
  double stops = 0, checkpoints = 0;
  for (auto _ : state) {
    const auto result = simulate_replica(scenario, step_times, 1, replica++);
    for (const double one : result.interruptions) stops += one;
    checkpoints += result.checkpoints;
  }
  const auto count = static_cast<double>(state.iterations());
  state.counters["stops"] = stops / count;
  state.counters["checkpoints"] = checkpoints / count;
}

void campaign_replica(benchmark::State& state) { play(state, job_on(state.range(0))); }
void campaign_lemons(benchmark::State& state) { play(state, with_lemons(job_on(state.range(0)))); }

// 1,000 replicas on the cores there are.
void campaign_outlook(benchmark::State& state) {
  const auto scenario = job_on(state.range(0));
  StepTimes step_times(proportional_throughput(1));
  Sampling sampling;
  sampling.replicas = 1000;
  for (auto _ : state) {
    benchmark::DoNotOptimize(look_ahead(scenario, step_times, sampling).ettr.mean);
  }
}

BENCHMARK(campaign_replica)
    ->RangeMultiplier(10)
    ->Range(1000, 1000000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(campaign_lemons)->RangeMultiplier(10)->Range(1000, 100000)->Unit(benchmark::kMillisecond);
BENCHMARK(campaign_outlook)->Arg(100000)->Iterations(1)->UseRealTime()->Unit(benchmark::kSecond);

}  // namespace
}  // namespace weft::campaign
