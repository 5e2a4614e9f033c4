#include "weft/study/degraded_steps.h"

#include <fmt/format.h>

#include <algorithm>

#include "weft/plan/check.h"
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
      sound_(step_of(study_case.cluster, job, plan)) {}

base::Time DegradedSteps::step_of(const cluster::Cluster& cluster, const workload::Job& job,
                                  const plan::Plan& plan) const {
  return step::Evaluator(cluster, job, case_->software).time(plan);
}

// One for each tier that the slow link may be in.
std::vector<cluster::Cluster> DegradedSteps::clusters_in(const campaign::Signature& state) const {
  auto cluster = state.device_slowdown > 1 ? with_slow_device(case_->cluster, state.device_slowdown)
                                           : case_->cluster;
  if (state.link_slowdown <= 1) return {cluster};
  std::vector<cluster::Cluster> all;
  for (const int tier : tiers_of_slow_links(cluster.fabric)) {
    all.push_back(with_slow_tier(cluster, tier, state.link_slowdown));
  }
  return all;
}

// A plan with fewer replicas may break a rule that the whole one keeps.
double DegradedSteps::with_fewer(const campaign::Signature& state) {
  auto plan = *plan_;
  auto job = *job_;
  plan.data -= state.lost_replicas;
  if (plan.data < 1) return 0.0;
  const double share = static_cast<double>(plan.data) / plan_->data;
  job.global_batch = job.global_batch / plan_->data * plan.data;
  if (const auto problem = plan::first_problem(case_->cluster, job, case_->software, plan)) {
    notes_.insert(fmt::format("fewer replicas count in proportion: the plan without them breaks {}",
                              plan::name_of(*problem)));
    campaign::Signature whole = state;
    whole.lost_replicas = 0;
    return share * relative(whole);
  }
  base::Time longest;
  for (const auto& cluster : clusters_in(state)) {
    longest = std::max(longest, step_of(cluster, job, plan));
  }
  return share * (sound_ / longest);
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
  return std::clamp(peers * with_fewer(state), 0.0, 1.0);
}

}  // namespace weft::study
