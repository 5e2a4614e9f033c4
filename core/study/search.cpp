#include "weft/study/search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "frontier.h"
#include "step_energy.h"

namespace weft::study {

namespace {

// Cells and plans between two looks at the incumbent. Constants, so that the set of replayed plans
// does not depend on the number of threads.
constexpr std::size_t kCells = 16;
constexpr std::size_t kReplays = 64;
// Shares of the two goals in the products that pick the first plans of a front.
constexpr std::array<double, 5> kMixes = {0, 0.25, 0.5, 0.75, 1};

struct Bounded {
  plan::Plan plan;
  std::uint64_t place = 0;
  Goals bound;
};

// The plan of the least value so far.
struct Least {
  double value = std::numeric_limits<double>::infinity();
  Bounded plan;
  void look_at(double other, const plan::Plan& at, std::uint64_t place, const Goals& bound) {
    if (other < value || (other == value && place < plan.place)) {
      value = other;
      plan = {at, place, bound};
    }
  }
  void look_at(const Least& other) {
    if (other.value < std::numeric_limits<double>::infinity()) {
      look_at(other.value, other.plan.plan, other.plan.place, other.plan.bound);
    }
  }
};

// What the first walk keeps of a cell.
struct CellSummary {
  Goals least = {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  std::vector<Bounded> best;               // of the objective, sorted
  std::array<Least, kMixes.size()> mixes;  // of the front
  std::array<std::vector<std::pair<int, Least>>, kFamilyAxisCount> families;
  plan::SpaceCount count;
};

// One thread's tools.
struct Worker {
  Worker(const cluster::Cluster& cluster, const workload::Job& job,
         const workload::Software& software)
      : evaluator(cluster, job, software), fitting(cluster, job, software) {}
  step::Evaluator evaluator;
  plan::Fitting fitting;
};

class Searcher {
 public:
  Searcher(const cluster::Cluster& cluster, const workload::Job& job,
           const workload::Software& software, const plan::Request& request,
           const SearchOptions& options, const base::ThreadTeam& team)
      : options_(options),
        team_(team),
        space_(cluster, job, software, request),
        is_mixed_(cluster.is_mixed()),
        frontier_(options),
        needs_energy_(options.objective != Objective::kSpeed),
        energy_(cluster, options.site) {
    for (int t = 0; t < team.size(); ++t) {
      workers_.push_back(std::make_unique<Worker>(cluster, job, software));
    }
  }

  Search run() {
    summarise();
    search_.bounded = search_.count.legal;
    replay(first_plans());
    look_again();
    frontier_.finish(search_);
    return std::move(search_);
  }

 private:
  Worker& worker(int thread) { return *workers_[static_cast<std::size_t>(thread)]; }

  // Stages of a mixed cluster get layers by the time that each part needs for one.
  [[nodiscard]] plan::Space::Split split_by(Worker& worker) const {
    if (!is_mixed_) return {};
    return [&worker](plan::Plan& plan) { return worker.evaluator.split_layers(plan); };
  }

  [[nodiscard]] Goals bound_of(Worker& worker, const plan::Plan& plan) const {
    if (!needs_energy_) return {worker.evaluator.quick_bound(plan).si(), 0};
    const auto bounds = worker.evaluator.bounds(plan);
    return {bounds.step.si(), energy_.bound(plan.devices(), bounds.energy, bounds.step).si()};
  }

  // First walk: bounds of all plans, of which each cell keeps the least.
  void summarise() {
    cells_.resize(space_.cells().size());
    team_.for_each(cells_.size(), [&](std::size_t cell, int thread) {
      auto& tools = worker(thread);
      auto& summary = cells_[cell];
      space_.walk(
          cell, tools.fitting, summary.count,
          [&](const plan::Plan& plan, std::uint64_t place) {
            look_at(summary, plan, place, bound_of(tools, plan));
          },
          split_by(tools));
      tools.evaluator.forget();
      tools.fitting.forget();
    });
    for (const auto& cell : cells_) search_.count += cell.count;
  }

  void look_at(CellSummary& cell, const plan::Plan& plan, std::uint64_t place,
               const Goals& bound) const {
    cell.least.step = std::min(cell.least.step, bound.step);
    cell.least.energy = std::min(cell.least.energy, bound.energy);
    if (options_.objective == Objective::kPareto) {
      for (std::size_t m = 0; m < kMixes.size(); ++m) {
        const double mixed =
            std::pow(bound.step, kMixes[m]) * std::pow(bound.energy, 1 - kMixes[m]);
        cell.mixes[m].look_at(mixed, plan, place, bound);
      }
      return;
    }
    const double value = frontier_.value_of(bound);
    keep_best(cell.best, value, plan, place, bound);
    if (!options_.families) return;
    for (std::size_t a = 0; a < cell.families.size(); ++a) {
      const int key = value_of(static_cast<FamilyAxis>(a), plan);
      auto& known = cell.families[a];
      auto family = std::find_if(known.begin(), known.end(),
                                 [key](const auto& one) { return one.first == key; });
      if (family == known.end()) family = known.insert(family, {key, Least{}});
      family->second.look_at(value, plan, place, bound);
    }
  }

  // As many as are asked for.
  void keep_best(std::vector<Bounded>& best, double value, const plan::Plan& plan,
                 std::uint64_t place, const Goals& bound) const {
    const auto most = static_cast<std::size_t>(options_.top);
    if (best.size() == most && value >= frontier_.value_of(best.back().bound)) return;
    if (best.size() == most) best.pop_back();
    const auto after = std::find_if(best.begin(), best.end(), [&](const Bounded& known) {
      return frontier_.value_of(known.bound) > value;
    });
    best.insert(after, {plan, place, bound});
  }

  // The plans of least bounds: what is near to them is looked at again.
  [[nodiscard]] std::vector<Bounded> first_plans() const {
    std::vector<Bounded> all;
    std::array<Least, kMixes.size()> mixes;
    std::array<std::map<int, Least>, kFamilyAxisCount> families;
    for (const auto& cell : cells_) {
      all.insert(all.end(), cell.best.begin(), cell.best.end());
      for (std::size_t m = 0; m < mixes.size(); ++m) mixes[m].look_at(cell.mixes[m]);
      for (std::size_t a = 0; a < families.size(); ++a) {
        for (const auto& [key, least] : cell.families[a]) families[a][key].look_at(least);
      }
    }
    sort(all);
    all.resize(std::min(all.size(), static_cast<std::size_t>(options_.top)));
    const auto add = [&all](const Least& least) {
      if (least.value < std::numeric_limits<double>::infinity()) all.push_back(least.plan);
    };
    for (const auto& mix : mixes) add(mix);
    for (const auto& axis : families) {
      for (const auto& [key, least] : axis) add(least);
    }
    return all;
  }

  void sort(std::vector<Bounded>& plans) const {
    std::sort(plans.begin(), plans.end(), [&](const Bounded& a, const Bounded& b) {
      return std::pair(frontier_.value_of(a.bound), a.place) <
             std::pair(frontier_.value_of(b.bound), b.place);
    });
  }

  [[nodiscard]] bool may_improve(const CellSummary& cell) const {
    if (cell.count.legal == 0) return false;
    if (frontier_.may_improve(cell.least)) return true;
    for (std::size_t a = 0; a < cell.families.size(); ++a) {
      for (const auto& [key, least] : cell.families[a]) {
        if (frontier_.may_improve(static_cast<FamilyAxis>(a), key, least.value)) return true;
      }
    }
    return false;
  }

  // Second walk: cells that may hold something better, the most promising first.
  void look_again() {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      if (may_improve(cells_[i])) order.push_back(i);
    }
    const auto value = [&](std::size_t i) { return frontier_.value_of(cells_[i].least); };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return value(a) < value(b); });
    for (std::size_t begin = 0; begin < order.size(); begin += kCells) {
      std::vector<std::vector<Bounded>> near(std::min(kCells, order.size() - begin));
      team_.for_each(near.size(), [&](std::size_t i, int thread) {
        const auto cell = order[begin + i];
        if (may_improve(cells_[cell])) near[i] = near_plans(worker(thread), cell);
      });
      std::vector<Bounded> all;
      for (auto& plans : near) {
        all.insert(all.end(), std::make_move_iterator(plans.begin()),
                   std::make_move_iterator(plans.end()));
      }
      replay(std::move(all));
    }
  }

  [[nodiscard]] std::vector<Bounded> near_plans(Worker& tools, std::size_t cell) const {
    std::vector<Bounded> plans;
    plan::SpaceCount again;
    space_.walk(
        cell, tools.fitting, again,
        [&](const plan::Plan& plan, std::uint64_t place) {
          const auto bound = bound_of(tools, plan);
          if (frontier_.may_improve(plan, bound)) plans.push_back({plan, place, bound});
        },
        split_by(tools));
    return plans;
  }

  // Replays plans in the order of their bounds, as long as these may improve.
  void replay(std::vector<Bounded> plans) {
    sort(plans);
    std::vector<const Bounded*> batch;
    const auto flush = [&] {
      replay_batch(batch);
      batch.clear();
    };
    for (const auto& plan : plans) {
      if (!frontier_.may_improve(plan.plan, plan.bound)) continue;
      if (!known_.insert(plan.place).second) continue;
      batch.push_back(&plan);
      if (batch.size() == kReplays) flush();
    }
    flush();
  }

  struct Replayed {
    bool near = true;
    Found found;
  };
  void replay_batch(const std::vector<const Bounded*>& batch) {
    std::vector<Replayed> results(batch.size());
    team_.for_each(batch.size(), [&](std::size_t i, int thread) {
      results[i] = replayed(worker(thread).evaluator, *batch[i]);
    });
    for (std::size_t i = 0; i < batch.size(); ++i) {
      search_.tightened += has_longer_bound(batch[i]->plan) ? 1 : 0;
      if (!results[i].near) continue;
      ++search_.replayed;
      frontier_.add(results[i].found);
    }
  }
  [[nodiscard]] static bool has_longer_bound(const plan::Plan& plan) {
    return plan.schedule != plan::Schedule::kOneForwardOneBackward &&
           plan.schedule != plan::Schedule::kGPipe;
  }
  [[nodiscard]] Replayed replayed(step::Evaluator& evaluator, const Bounded& plan) const {
    Replayed result{true, {plan.plan, plan.place, {}, {}}};
    if (has_longer_bound(plan.plan)) {
      auto bound = plan.bound;
      bound.step = evaluator.lower_bound(plan.plan).si();
      result.near = frontier_.may_improve(plan.plan, bound);
      if (!result.near) return result;
    }
    if (!needs_energy_) {
      result.found.step = evaluator.time(plan.plan);
      return result;
    }
    const auto ledger = evaluator.simulate(plan.plan);
    result.found.step = ledger.step;
    result.found.energy = energy_.of(plan.plan.devices(), ledger.device_energy(), ledger.step);
    return result;
  }

  const SearchOptions& options_;
  const base::ThreadTeam& team_;
  const plan::Space space_;
  const bool is_mixed_;
  Frontier frontier_;
  const bool needs_energy_;
  const StepEnergy energy_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<CellSummary> cells_;
  std::set<std::uint64_t> known_;  // places of plans that were looked at
  Search search_;
};

}  // namespace

Search best_plans(const cluster::Cluster& cluster, const workload::Job& job,
                  const workload::Software& software, const plan::Request& request,
                  const SearchOptions& options, const base::ThreadTeam& team) {
  auto search = Searcher(cluster, job, software, request, options, team).run();
  if (!search.found.empty() || request.axes.least_used <= 0) return search;
  auto fewer = request;
  fewer.axes.least_used = 0;
  return Searcher(cluster, job, software, fewer, options, team).run();
}

Search best_plan(const cluster::Cluster& cluster, const workload::Job& job,
                 const workload::Software& software, const plan::Request& request,
                 const base::ThreadTeam& team) {
  return best_plans(cluster, job, software, request, SearchOptions{}, team);
}

}  // namespace weft::study
