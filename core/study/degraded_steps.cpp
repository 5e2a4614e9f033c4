#include "weft/study/degraded_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "weft/plan/check.h"
#include "weft/plan/remedy.h"
#include "weft/population/population.h"
#include "weft/step/evaluator.h"

namespace weft::study {

namespace {

cluster::Cluster with_slow_device(cluster::Cluster cluster, double slowdown) {
  cluster.chip.device = population::slowed(cluster.chip.device, slowdown);
  return cluster;
}

cluster::Cluster with_slow_tier(cluster::Cluster cluster, int tier, double slowdown) {
  auto tiers = cluster.fabric.tiers();
  auto& link = tiers[static_cast<std::size_t>(tier)].link;
  link.bandwidth = link.bandwidth / slowdown;
  cluster.fabric = interconnect::Fabric(std::move(tiers));
  return cluster;
}

bool makes_only_more_again(const plan::Plan& plan, plan::Plan other) {
  other.recompute = plan.recompute;
  other.modules = plan.modules;
  other.recompute_layers = plan.recompute_layers;
  other.recompute_group = plan.recompute_group;
  return other == plan;
}

}  // namespace

std::vector<int> tiers_of_slow_links(const interconnect::Fabric& fabric) {
  const auto inventory = fabric.inventory();
  std::vector<int> tiers;
  for (std::size_t t = 0; t < inventory.size(); ++t) {
    // Bandwidths of a graph are its own.
    if (fabric.tiers()[t].kind == interconnect::TierKind::kGraph) continue;
    if (inventory[t].optical_modules > 0) tiers.push_back(static_cast<int>(t));
  }
  if (tiers.empty() && !inventory.empty()) tiers.push_back(static_cast<int>(inventory.size()) - 1);
  return tiers;
}

DegradedSteps::DegradedSteps(const workload::Job& job, const Case& study_case,
                             const plan::Plan& plan)
    : job_(&job),
      case_(&study_case),
      plan_(&plan),
      sound_(step::Evaluator(study_case.cluster, job, study_case.software).time(plan)) {}

// One for each tier that the slow link may be in; none when all is sound.
std::vector<cluster::Cluster> DegradedSteps::clusters_in(const campaign::Signature& state) const {
  if (state.device_slowdown <= 1 && state.link_slowdown <= 1) return {};
  auto cluster = state.device_slowdown > 1 ? with_slow_device(case_->cluster, state.device_slowdown)
                                           : case_->cluster;
  if (state.link_slowdown <= 1) return {cluster};
  std::vector<cluster::Cluster> all;
  for (const int tier : tiers_of_slow_links(cluster.fabric)) {
    all.push_back(with_slow_tier(cluster, tier, state.link_slowdown));
  }
  return all;
}

// One stage on the degraded cluster, the others on the sound one.
base::Time DegradedSteps::step_in(const campaign::Signature& state, const workload::Job& job,
                                  const plan::Plan& plan) const {
  step::Evaluator sound(case_->cluster, job, case_->software);
  auto longest = sound.time(plan);
  for (const auto& cluster : clusters_in(state)) {
    step::Evaluator degraded(cluster, job, case_->software);
    for (int stage = 0; stage < plan.pipeline; ++stage) {
      std::vector<step::Evaluator*> by_stage(static_cast<std::size_t>(plan.pipeline), &sound);
      by_stage[static_cast<std::size_t>(stage)] = &degraded;
      longest = std::max(longest, degraded.time(plan, by_stage));
    }
  }
  return longest;
}

DegradedSteps::Shrunk DegradedSteps::shrunk_to(int replicas, bool keeps_batch) const {
  Shrunk shrunk{*plan_, *job_, 1.0};
  shrunk.plan.data = replicas;
  const auto before = plan_->micro_batches(*job_);
  const auto set = [&](std::int64_t micro_batches) {
    shrunk.job.global_batch = micro_batches * plan_->micro_batch * replicas;
  };
  if (!keeps_batch) {
    set(before);
    shrunk.done = static_cast<double>(replicas) / plan_->data;
    return shrunk;
  }
  // Those with a micro-batch less than the others wait for them, and a schedule may need a number
  // that its stages divide.
  auto each = (before * plan_->data + replicas - 1) / replicas;
  set(each);
  for (int more = 1; more < plan_->pipeline; ++more) {
    const auto problem = plan::first_problem(case_->cluster, shrunk.job, shrunk.plan);
    if (problem != plan::Problem::kInterleaving && problem != plan::Problem::kSchedule) break;
    set(each + more);
  }
  return shrunk;
}

bool DegradedSteps::fit(Shrunk& shrunk) {
  std::optional<plan::Plan> best;
  base::Time shortest;
  std::string change;
  step::Evaluator evaluator(case_->cluster, shrunk.job, case_->software);
  for (const auto& remedy :
       plan::remedies(case_->cluster, shrunk.job, case_->software, shrunk.plan)) {
    if (!makes_only_more_again(shrunk.plan, remedy.plan)) continue;
    const auto time = evaluator.time(remedy.plan);
    if (best && time >= shortest) continue;
    best = remedy.plan;
    shortest = time;
    change = remedy.change;
  }
  if (!best) return false;
  shrunk.plan = *best;
  made_again_.emplace(plan_->data - shrunk.plan.data, change);
  return true;
}

std::optional<DegradedSteps::Shrunk> DegradedSteps::with_fewer(const campaign::Signature& state) {
  const int left = plan_->data - state.lost_replicas;
  for (int replicas = left; replicas >= 1; --replicas) {
    auto shrunk = shrunk_to(replicas, state.keeps_batch);
    const auto problem =
        plan::first_problem(case_->cluster, shrunk.job, case_->software, shrunk.plan);
    if (!problem || (*problem == plan::Problem::kMemory && fit(shrunk))) return shrunk;
    // Still fewer hold still more.
    if (*problem == plan::Problem::kMemory) break;
  }
  too_few_ = std::min(too_few_.value_or(state.lost_replicas), state.lost_replicas);
  return std::nullopt;
}

std::set<std::string> DegradedSteps::notes() const {
  auto notes = notes_;
  if (!made_again_.empty()) {
    const auto& [lost, change] = *made_again_.begin();
    notes.insert(fmt::format(
        "without {} of {} replicas the plan fits the memory with more made again: {}",
        made_again_.size() > 1 ? fmt::format("{} or more", lost) : fmt::format("{}", lost),
        plan_->data, change));
  }
  if (too_few_) {
    notes.insert(fmt::format(
        "without {} or more of {} replicas no plan is legal and fits: the job waits for hosts",
        *too_few_, plan_->data));
  }
  return notes;
}

double DegradedSteps::relative(const campaign::Signature& state) {
  const auto found = known_.find(state);
  if (found != known_.end()) return found->second;
  const double answer = simulated(state);
  known_.emplace(state, answer);
  return answer;
}

double DegradedSteps::simulated(const campaign::Signature& state) {
  double peers = 1.0;
  if (state.rerouted_hosts > 0) {
    notes_.insert("rerouted micro-batches count in proportion to the peers that are left");
    peers = std::max(0.0, plan_->data - 1.0) / plan_->data;
  }
  if (case_->cluster.is_mixed()) {
    notes_.insert("degraded states of a mixed cluster count in proportion");
    campaign::Signature rest = state;
    rest.rerouted_hosts = 0;
    return peers * campaign::proportional_throughput(plan_->data)(rest);
  }
  std::optional<Shrunk> runs = Shrunk{*plan_, *job_, 1.0};
  if (state.lost_replicas > 0) runs = with_fewer(state);
  if (!runs) return 0.0;
  const auto step = step_in(state, runs->job, runs->plan);
  return std::clamp(peers * runs->done * (sound_ / step), 0.0, 1.0);
}

}  // namespace weft::study
