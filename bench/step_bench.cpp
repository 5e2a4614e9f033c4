// Evaluations of one step: F1, F2, F2 with its ledger; a plan search; a YAML load.
//
// Items per second are evaluations per second on one core. `cached` is what a search sees: the
// layer costs of a plan's shape are known from its neighbours. `cold` starts an evaluator for each
// plan.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/parallel.h"
#include "weft/plan/space.h"
#include "weft/step/evaluator.h"
#include "weft/study/run.h"

namespace weft {
namespace {

study::Study quickstart() {
  const base::Catalog catalog({WEFT_CONFIGS});
  const auto document =
      catalog.load_file(std::string(WEFT_CONFIGS) + "/studies/quickstart.yaml", "study");
  base::Reading reading;
  auto study = study::read_study(document, catalog, reading);
  reading.throw_if_any();
  return study;
}

struct Fixture {
  study::Study study = quickstart();
  const study::Case& c = study.cases[2];
  std::vector<plan::Plan> plans;
  explicit Fixture(bool pipelined = false) {
    plan::SpaceCount count;
    for (const auto& plan :
         plan::legal_plans(c.cluster, study.job, c.software, plan::Request{}, count)) {
      if (!pipelined || plan.pipeline >= 4) plans.push_back(plan);
    }
  }
  step::Evaluator evaluator() const { return {c.cluster, study.job, c.software}; }
};

// Walks the whole space once and again, so that every shape is in the cache.
template <class Evaluate>
void over_plans(benchmark::State& state, const Fixture& fixture, Evaluate evaluate) {
  auto evaluator = fixture.evaluator();
  for (const auto& plan : fixture.plans) benchmark::DoNotOptimize(evaluator.lower_bound(plan));
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(evaluate(evaluator, fixture.plans[next]));
    next = (next + 1) % fixture.plans.size();
  }
  state.SetItemsProcessed(state.iterations());
}

void step_f1_cached(benchmark::State& state) {
  over_plans(state, Fixture(), [](auto& e, const auto& plan) { return e.lower_bound(plan); });
}
BENCHMARK(step_f1_cached);

void step_f2_cached(benchmark::State& state) {
  over_plans(state, Fixture(), [](auto& e, const auto& plan) { return e.time(plan); });
}
BENCHMARK(step_f2_cached);

void step_f2_pipelined_cached(benchmark::State& state) {
  over_plans(state, Fixture(true), [](auto& e, const auto& plan) { return e.time(plan); });
}
BENCHMARK(step_f2_pipelined_cached);

void step_f2_pipelined_unfolded(benchmark::State& state) {
  over_plans(state, Fixture(true),
             [](auto& e, const auto& plan) { return e.time(plan, step::Folding::kUnfolded); });
}
BENCHMARK(step_f2_pipelined_unfolded);

void step_ledger_cached(benchmark::State& state) {
  over_plans(state, Fixture(), [](auto& e, const auto& plan) { return e.simulate(plan); });
}
BENCHMARK(step_ledger_cached);

void step_f2_cold(benchmark::State& state) {
  const Fixture fixture;
  std::size_t next = 0;
  for (auto _ : state) {
    auto evaluator = fixture.evaluator();
    benchmark::DoNotOptimize(evaluator.time(fixture.plans[next]));
    next = (next + 1) % fixture.plans.size();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(step_f2_cold);

void plan_space(benchmark::State& state) {
  const Fixture fixture;
  std::size_t considered = 0;
  for (auto _ : state) {
    plan::SpaceCount count;
    benchmark::DoNotOptimize(plan::legal_plans(fixture.c.cluster, fixture.study.job,
                                               fixture.c.software, plan::Request{}, count));
    considered += count.considered;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(considered));
}
BENCHMARK(plan_space)->Unit(benchmark::kMillisecond);

void plan_search_one_thread(benchmark::State& state) {
  const Fixture fixture;
  const base::ThreadTeam team(1);
  std::size_t considered = 0;
  for (auto _ : state) {
    const auto search = study::best_plan(fixture.c.cluster, fixture.study.job, fixture.c.software,
                                         plan::Request{}, team);
    considered += search.count.considered;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(considered));
}
BENCHMARK(plan_search_one_thread)->Unit(benchmark::kMillisecond);

void yaml_study_load(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(quickstart());
}
BENCHMARK(yaml_study_load)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weft
