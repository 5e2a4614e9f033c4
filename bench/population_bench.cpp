// Clusters drawn from a population, by size.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

#include "weft/population/slow_down.h"
#include "weft/population/time_law.h"

namespace weft::population {
namespace {

Population harvested(const std::string& placement) {
  Population population;
  population.classes.resize(2);
  population.classes[0].share = 0.9;
  population.classes[1].share = 0.1;
  population.classes[1].time = 1.15;
  population.spread.sigma = 0.01;
  population.slow = {0.005, 0.9};
  population.placement = placement;
  population.samples = 10;
  return population;
}

Structure job_on(std::int64_t devices) {
  return {8, static_cast<int>(devices / 64), std::vector<double>(8, 1.0)};
}

double slowest(std::span<const double> factors) {
  return *std::max_element(factors.begin(), factors.end());
}

void draw(benchmark::State& state, const std::string& placement) {
  const auto population = harvested(placement);
  const auto structure = job_on(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(sampled_slow_down(population, structure, slowest, {0, 1, 0}));
  }
  state.SetItemsProcessed(state.iterations() * population.samples * state.range(0));
}

void expect(benchmark::State& state) {
  const auto population = harvested("random");
  const auto structure = job_on(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(TimeLaw(population).expected_pace(structure));
  }
}

BENCHMARK_CAPTURE(draw, random, "random")->Name("population_random")->Arg(1024)->Arg(131072);
BENCHMARK_CAPTURE(draw, slack, "slack")->Name("population_slack")->Arg(1024)->Arg(131072);
BENCHMARK(expect)->Name("population_closed_form")->Arg(1024)->Arg(131072);

}  // namespace
}  // namespace weft::population
