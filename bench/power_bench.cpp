// The power of 100,000 devices over a day, a sample a second: what the profile of a step, the
// timeline of a campaign's day and its samples cost. The cost goes with pieces, events and samples.
#include <benchmark/benchmark.h>

#include <string>
#include <utility>

#include "weft/power_study/power_over_time.h"

namespace weft::power_study {
namespace {

study::Study day_of(const std::string& hosts, int replicas, const std::string& window) {
  base::Reading reading;
  const base::Catalog catalog({WEFT_CONFIGS});
  const auto document = base::Document::parse(
      "kind: study\n"
      "job: {model: llama3_405b, sequence: 8192, global_batch: " +
          std::to_string(8 * replicas) +
          ", tokens: 15.6 T}\n"
          "clusters: [{use: xai_colossus_100k, hosts: " +
          hosts +
          "}]\n"
          "plan: {tensor: 8, context: 1, data: " +
          std::to_string(replicas) +
          ", pipeline: 16, virtual_stages: 1, expert: 1, micro_batch: 1, zero: 1, recompute: "
          "selective}\n"
          "campaign: mature\n"
          "power: {window: " +
          window +
          ", floor: 40 %, storage: {power: 30 MW, energy: 5 MWh, efficiency: 90 %}, "
          "ramp_limit: 5 MW/s}\n",
      "bench.yaml");
  auto study = study::read_study(document, catalog, reading);
  reading.throw_if_any();
  return study;
}

void power_of(benchmark::State& state, const study::Study& study) {
  const auto results = study::run(study, base::ThreadTeam(1));
  std::size_t samples = 0;
  for (auto _ : state) {
    const auto answer = over_time(study, study.cases.front(), results.front());
    samples = answer.trace.site.power.size();
    benchmark::DoNotOptimize(answer.energy);
  }
  state.counters["samples"] = static_cast<double>(samples);
}

void power_of_a_day(benchmark::State& state) {
  const auto hosts = state.range(0);
  power_of(state, day_of(std::to_string(hosts), static_cast<int>(hosts / 16), "1 d"));
}
BENCHMARK(power_of_a_day)->Arg(512)->Arg(12288)->Unit(benchmark::kMillisecond);

void power_of_a_step(benchmark::State& state) { power_of(state, day_of("12288", 768, "1 step")); }
BENCHMARK(power_of_a_step)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weft::power_study
