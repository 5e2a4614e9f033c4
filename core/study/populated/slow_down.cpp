#include "weft/populated/slow_down.h"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "weft/chips/kernel.h"
#include "weft/population/time_law.h"

namespace weft::populated {

namespace {

using population::Population;

base::Time kernel_time(const step::Ledger& ledger) {
  using step::Part;
  return ledger.part(Part::kForward) + ledger.part(Part::kBackward) +
         ledger.part(Part::kRecompute) + ledger.part(Part::kHead);
}

}  // namespace

// The evaluator refers to the cluster, and neither moves.
struct UnlikeSteps::Slowed {
  Slowed(const cluster::Cluster& own, double factor, const workload::Job& job,
         const workload::Software& software)
      : cluster(own), evaluator(with_slow_devices(factor), job, software) {}
  const cluster::Cluster& with_slow_devices(double factor) {
    if (factor != 1) cluster.chip.device = population::slowed(cluster.chip.device, factor);
    return cluster;
  }
  cluster::Cluster cluster;
  step::Evaluator evaluator;
};

UnlikeSteps::UnlikeSteps(const workload::Job& job, const cluster::Cluster& cluster,
                         const workload::Software& software, const plan::Plan& plan)
    : job_(job), cluster_(cluster), software_(software), plan_(plan) {
  if (cluster.is_mixed()) throw std::invalid_argument("a population is of one kind of chip");
}
UnlikeSteps::~UnlikeSteps() = default;

step::Evaluator& UnlikeSteps::evaluator(double factor) {
  auto& found = slowed_[factor];
  if (!found) found = std::make_unique<Slowed>(cluster_, factor, job_, software_);
  return found->evaluator;
}

base::Time UnlikeSteps::time(std::span<const double> stage_factors) {
  std::vector<step::Evaluator*> by_stage;
  for (const double factor : stage_factors) by_stage.push_back(&evaluator(factor));
  return evaluator(1.0).time(plan_, by_stage);
}

double UnlikeSteps::kernel_factor(const population::DeviceClass& kind) const {
  auto cluster = cluster_;
  // What it takes, whether it fits or not.
  auto& device = cluster.chip.device;
  device = population::device_of(cluster_.device(), kind);
  device.memory_capacity = cluster_.device().memory_capacity;
  device.memory_usable = cluster_.device().memory_usable;
  const auto here = step::Evaluator(cluster, job_, software_).simulate(plan_);
  const auto own = step::Evaluator(cluster_, job_, software_).simulate(plan_);
  return kernel_time(here) / kernel_time(own);
}

population::Structure UnlikeSteps::structure() {
  const int coupled = coupled_replicas(plan_);
  population::Structure structure;
  structure.group = plan_.tensor * plan_.context * coupled;
  structure.replicas = plan_.data / coupled;
  structure.stage_times.clear();
  for (const auto time : evaluator(1.0).stage_times(plan_)) {
    structure.stage_times.push_back(time.si());
  }
  return structure;
}

int coupled_replicas(const plan::Plan& plan) {
  const int ranks = plan.tensor * plan.context;
  int met = plan.expert * plan.expert_tensor;
  if (plan.zero_traffic() >= 3) met = std::max(met, plan.tensor * plan.shard_ranks());
  const int coupled = (met + ranks - 1) / ranks;
  return coupled < plan.data && plan.data % coupled == 0 ? coupled : plan.data;
}

Outcome populate(const workload::Job& job, const cluster::Cluster& cluster,
                 const workload::Software& software, const plan::Plan& plan, Population population,
                 int threads) {
  UnlikeSteps steps(job, cluster, software, plan);
  for (auto& kind : population.classes) {
    if (kind.compute != 1 || kind.bandwidth != 1) kind.time = steps.kernel_factor(kind);
  }
  Outcome outcome;
  outcome.structure = steps.structure();
  const population::StepTime step_time = [&](std::span<const double> factors) {
    return steps.time(factors).si();
  };
  population::SlowDownOptions options;
  options.hosts = cluster.hosts;
  options.threads = threads;
  options.resolution = population.is_discrete() ? 0 : kResolution;
  outcome.slow_down =
      population::sampled_slow_down(population, outcome.structure, step_time, options);
  const population::TimeLaw law(population);
  outcome.expected_group = law.expected_maximum(outcome.structure.group);
  outcome.expected_pace = law.expected_pace(outcome.structure);
  outcome.expected_step = population::expected_step(population, outcome.structure, step_time);
  outcome.early_life = population::early_life(population);
  outcome.population = std::move(population);
  return outcome;
}

step::Ledger on_unlike_devices(const Outcome& outcome, const cluster::Cluster& cluster,
                               const step::Ledger& alike) {
  auto ledger = alike;
  const auto waits = alike.step * (outcome.slow_down.step.mean - 1);
  ledger.step += waits;
  ledger.parts[static_cast<std::size_t>(step::Part::kStragglers)] += waits;
  ledger.energy[static_cast<std::size_t>(step::EnergyPart::kWaiting)] +=
      chips::waiting_power(cluster.device()) * waits;
  const double power = outcome.population.mean_power();
  for (auto& energy : ledger.energy) energy *= power;
  ledger.highest_phase *= power;
  return ledger;
}

}  // namespace weft::populated
