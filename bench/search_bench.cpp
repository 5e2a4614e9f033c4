// The search for plans: GPT-3 175B on 4,096 A100 and DeepSeek-V3 on 2,048 H800.
//
// Items are plans or candidates. `warm` sees plans in a random order with all tables made; `cold`
// makes them.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/parallel.h"
#include "weft/plan/check.h"
#include "weft/plan/space.h"
#include "weft/step/evaluator.h"
#include "weft/study/search.h"

namespace weft {
namespace {

struct Scene {
  cluster::Cluster cluster;
  workload::Job job;
  workload::Software software;
};

Scene scene(const std::string& cluster, const std::string& model, std::int64_t sequence,
            std::int64_t batch, const std::string& software) {
  const base::Catalog catalog({WEFT_CONFIGS});
  base::Reading reading;
  Scene result;
  const auto document = base::Document::parse(cluster + "\n", "bench");
  base::Fields use(document.root(), reading, "bench");
  result.cluster = cluster::read_cluster(use, catalog);
  result.job.model = workload::read_model(catalog.load("model", model, std::nullopt), reading);
  result.software =
      workload::read_software(catalog.load("software", software, std::nullopt), reading);
  reading.throw_if_any();
  result.job.sequence = sequence;
  result.job.global_batch = batch;
  result.job.tokens = 1e12;
  return result;
}

Scene gpt3() {
  return scene("{use: dgx_a100_80g, hosts: 512}", "gpt3_175b", 2048, 4096, "megatron_core");
}
Scene deepseek_v3() {
  return scene("{use: h800_ib, hosts: 256}", "deepseek_v3", 4096, 15360, "deepseek");
}

// All that plans of GPT-3 may vary beside the defaults, so that the space is large.
plan::Request everything() {
  plan::Request request;
  request.axes.every_micro_batch = request.axes.plain_tensor = request.axes.every_zero = true;
  return request;
}

std::vector<plan::Plan> shuffled_plans(const Scene& s, const plan::Request& request) {
  plan::SpaceCount count;
  auto plans = plan::legal_plans(s.cluster, s.job, s.software, request, count);
  std::mt19937_64 engine(3);
  std::shuffle(plans.begin(), plans.end(), engine);
  return plans;
}

template <class Bound>
void over_warm_plans(benchmark::State& state, Bound bound) {
  const auto s = gpt3();
  const auto plans = shuffled_plans(s, everything());
  step::Evaluator evaluator(s.cluster, s.job, s.software);
  for (const auto& plan : plans) benchmark::DoNotOptimize(bound(evaluator, plan));
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(bound(evaluator, plans[next]));
    if (++next == plans.size()) next = 0;
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["plans"] = static_cast<double>(plans.size());
}

void plan_f1_warm(benchmark::State& state) {
  over_warm_plans(state, [](auto& e, const auto& plan) { return e.lower_bound(plan); });
}
BENCHMARK(plan_f1_warm);

void plan_f1_with_energy_warm(benchmark::State& state) {
  over_warm_plans(state, [](auto& e, const auto& plan) { return e.bounds(plan).energy; });
}
BENCHMARK(plan_f1_with_energy_warm);

void plan_f1_cold(benchmark::State& state) {
  const auto s = gpt3();
  const auto plans = shuffled_plans(s, everything());
  for (auto _ : state) {
    step::Evaluator evaluator(s.cluster, s.job, s.software);
    for (const auto& plan : plans) benchmark::DoNotOptimize(evaluator.lower_bound(plan));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(plans.size()));
}
BENCHMARK(plan_f1_cold)->Unit(benchmark::kMillisecond);

void plan_fits_warm(benchmark::State& state) {
  const auto s = gpt3();
  const auto plans = shuffled_plans(s, everything());
  plan::Fitting fitting(s.cluster, s.job, s.software);
  for (const auto& plan : plans) benchmark::DoNotOptimize(fitting.fits(plan));
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(fitting.fits(plans[next]));
    if (++next == plans.size()) next = 0;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(plan_fits_warm);

// Candidates that no plan can come of: refused by a rule, or by memory.
void candidates_refused(benchmark::State& state) {
  auto s = gpt3();
  s.cluster.chip.device.memory_usable = base::Bytes(1e9);
  const auto request = everything();
  std::size_t considered = 0;
  for (auto _ : state) {
    plan::SpaceCount count;
    benchmark::DoNotOptimize(plan::legal_plans(s.cluster, s.job, s.software, request, count));
    considered += count.considered;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(considered));
}
BENCHMARK(candidates_refused)->Unit(benchmark::kMillisecond);

void search(benchmark::State& state, const Scene& s, const plan::Request& request) {
  const base::ThreadTeam team(static_cast<int>(state.range(0)));
  std::size_t considered = 0;
  study::Search last;
  for (auto _ : state) {
    last = study::best_plans(s.cluster, s.job, s.software, request, {}, team);
    considered += last.count.considered;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(considered));
  state.counters["candidates"] = static_cast<double>(last.count.considered);
  state.counters["legal"] = static_cast<double>(last.count.legal);
  state.counters["replayed"] = static_cast<double>(last.replayed);
}

void search_gpt3(benchmark::State& state) { search(state, gpt3(), everything()); }
BENCHMARK(search_gpt3)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();

void search_deepseek_v3(benchmark::State& state) {
  plan::Request request;
  request.axes = plan::Axes::wide();
  search(state, deepseek_v3(), request);
}
BENCHMARK(search_deepseek_v3)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();

// The grid of calculon-ai/calculon (optimal_execution.py @1886c88) for the same job: 7,126,368
// candidates, each checked for legality and memory and timed at F1 by itself, though several are
// one plan here: what overlaps and which network a group uses are the stack's and the fabric's.
class CalculonGrid {
 public:
  explicit CalculonGrid(const Scene& s) : s_(s) {
    for (int tp = 1; tp <= kDevices; ++tp) {
      if (kDevices % tp != 0 || s.job.model.hidden % tp != 0 || s.job.model.heads % tp != 0) {
        continue;
      }
      const int most = std::min(kDevices / tp, s.job.model.layers);
      for (int pp = 1; pp <= most; ++pp) {
        if (most % pp == 0 && kDevices % (tp * pp) == 0 && s.job.model.layers % pp == 0) {
          splits_.push_back({tp, pp, kDevices / (tp * pp)});
        }
      }
    }
  }

  struct Seen {
    std::size_t candidates = 0, feasible = 0;
    double best = 1e300;  // s
  };
  struct Split {
    int tensor, pipeline, data;
  };
  [[nodiscard]] const std::vector<Split>& splits() const { return splits_; }

  Seen walk(const Split& split, step::Evaluator& evaluator, plan::Fitting& fitting) const {
    Seen seen;
    plan::Plan plan;
    plan.tensor = split.tensor;
    plan.pipeline = split.pipeline;
    plan.data = split.data;
    const auto share = static_cast<int>(s_.job.global_batch / split.data);
    const int chunks = split.pipeline == 1 ? 1 : s_.job.model.layers / split.pipeline;
    for (plan.virtual_stages = 1; plan.virtual_stages <= chunks; ++plan.virtual_stages) {
      if (chunks % plan.virtual_stages != 0) continue;
      for (plan.micro_batch = 1; plan.micro_batch <= share; ++plan.micro_batch) {
        if (share % plan.micro_batch == 0) kinds(plan, evaluator, fitting, seen);
      }
    }
    return seen;
  }

 private:
  static constexpr int kDevices = 4096;

  void kinds(plan::Plan& plan, step::Evaluator& evaluator, plan::Fitting& fitting,
             Seen& seen) const {
    using plan::Recompute;
    for (const auto recompute : {Recompute::kFull, Recompute::kAttention, Recompute::kNone}) {
      plan.recompute = recompute;
      const bool full = recompute == Recompute::kFull;
      for (plan.zero = plan.data > 1 ? 1 : 0; plan.zero >= 0; --plan.zero) {
        for (int exchange = 0; exchange < 3; ++exchange) {  // all-reduce, two with scattering
          plan.sequence_parallel = plan.tensor > 1 && exchange > 0;
          const int again = exchange == 2 && !full ? 2 : 1;
          const int networks =
              (plan.tensor > 1 ? 2 : 1) * (plan.pipeline > 1 ? 2 : 1) * (plan.data > 1 ? 2 : 1);
          const int overlaps = (plan.data > 1 ? 2 : 1) * (plan.tensor > 1 ? 3 : 1);
          const int alike = again * networks * overlaps * 2;  // weights on the host or not
          for (int on_host = 0; on_host < (full ? 2 : 4); ++on_host) {
            plan.optimizer_offload = on_host % 2;
            plan.activation_offload = on_host / 2;
            for (int k = 0; k < alike; ++k) look_at(plan, evaluator, fitting, seen);
          }
        }
      }
    }
  }

  void look_at(const plan::Plan& plan, step::Evaluator& evaluator, plan::Fitting& fitting,
               Seen& seen) const {
    ++seen.candidates;
    if (plan::first_problem(s_.cluster, s_.job, plan) || !fitting.fits(plan)) return;
    ++seen.feasible;
    seen.best = std::min(seen.best, evaluator.lower_bound(plan).si());
  }

  const Scene& s_;
  std::vector<Split> splits_;
};

void calculon_grid(benchmark::State& state) {
  const auto s = gpt3();
  const CalculonGrid grid(s);
  const base::ThreadTeam team(static_cast<int>(state.range(0)));
  CalculonGrid::Seen all;
  for (auto _ : state) {
    std::vector<step::Evaluator> evaluators;
    std::vector<plan::Fitting> fittings;
    for (int t = 0; t < team.size(); ++t) {
      evaluators.emplace_back(s.cluster, s.job, s.software);
      fittings.emplace_back(s.cluster, s.job, s.software);
    }
    std::vector<CalculonGrid::Seen> seen(grid.splits().size());
    team.for_each(seen.size(), [&](std::size_t i, int thread) {
      const auto t = static_cast<std::size_t>(thread);
      seen[i] = grid.walk(grid.splits()[i], evaluators[t], fittings[t]);
    });
    all = {};
    for (const auto& one : seen) {
      all.candidates += one.candidates;
      all.feasible += one.feasible;
      all.best = std::min(all.best, one.best);
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(all.candidates));
  state.counters["candidates"] = static_cast<double>(all.candidates);
  state.counters["feasible"] = static_cast<double>(all.feasible);
  state.counters["best_s"] = all.best;
}
BENCHMARK(calculon_grid)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace weft
