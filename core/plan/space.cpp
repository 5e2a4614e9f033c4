#include "weft/plan/space.h"

#include <algorithm>
#include <cmath>

namespace weft::plan {

namespace {

double steps_between(int a, int b) {
  return std::abs(std::log2(static_cast<double>(a)) - std::log2(static_cast<double>(b)));
}

// Changes weigh what they move: a doubled degree one, another kind of recomputation a half.
double distance(const Plan& a, const Plan& b) {
  double sum = steps_between(a.tensor, b.tensor) + steps_between(a.context, b.context) +
               steps_between(a.data, b.data) + steps_between(a.pipeline, b.pipeline) +
               steps_between(a.virtual_stages, b.virtual_stages) +
               steps_between(a.expert, b.expert) + steps_between(a.micro_batch, b.micro_batch);
  sum += 0.5 * std::abs(a.zero - b.zero);
  sum += a.recompute == b.recompute ? 0.0 : 0.5;
  sum += a.schedule == b.schedule && a.layers == b.layers ? 0.0 : 0.5;
  sum += a.sequence_parallel == b.sequence_parallel ? 0.0 : 0.25;
  return sum;
}

}  // namespace

bool Request::is_complete() const {
  return tensor && context && data && pipeline && virtual_stages && expert && micro_batch && zero &&
         recompute && !open.any();
}

const Plan* SpaceCount::example_of(Problem problem) const {
  for (const auto& [of, plan] : examples) {
    if (of == problem) return &plan;
  }
  return nullptr;
}

SpaceCount& SpaceCount::operator+=(const SpaceCount& other) {
  considered += other.considered;
  legal += other.legal;
  by_state += other.by_state;
  for (std::size_t p = 0; p < refused.size(); ++p) refused[p] += other.refused[p];
  for (const auto& [problem, plan] : other.examples) {
    if (example_of(problem) == nullptr) examples.emplace_back(problem, plan);
  }
  if (other.nearest_miss && (!nearest_miss || other.least_needed < least_needed)) {
    nearest_miss = other.nearest_miss;
    least_needed = other.least_needed;
  }
  return *this;
}

Axes Axes::wide() {
  Axes axes;
  axes.schedules = {Schedule::kOneForwardOneBackward, Schedule::kZeroBubbleH1,
                    Schedule::kZeroBubbleV, Schedule::kDualPipeV};
  axes.rank_orders = {kTensorFirst, kPipelineInside};
  axes.exchanges = {ContextExchange::kRing, ContextExchange::kAllGather, ContextExchange::kUlysses};
  axes.optimizer_offload = axes.activation_offload = {0, 1};
  axes.expert_tensor = true;
  return axes;
}

std::vector<Plan> legal_plans(const cluster::Cluster& cluster, const workload::Job& job,
                              const workload::Software& software, const Request& request,
                              SpaceCount& count) {
  std::vector<Plan> plans;
  const auto list = [&](const Request& wanted) {
    const Space space(cluster, job, software, wanted);
    Fitting fitting(cluster, job, software);
    for (std::size_t cell = 0; cell < space.cells().size(); ++cell) {
      space.walk(cell, fitting, count,
                 [&](const Plan& plan, std::uint64_t) { plans.push_back(plan); });
    }
  };
  list(request);
  if (plans.empty() && request.axes.least_used > 0) {
    count = {};
    auto fewer = request;
    fewer.axes.least_used = 0;
    list(fewer);
  }
  return plans;
}

std::optional<Plan> nearest_legal(const cluster::Cluster& cluster, const workload::Job& job,
                                  const workload::Software& software, const Plan& plan) {
  SpaceCount count;
  std::optional<Plan> nearest;
  Request request;
  request.axes = Axes::usual(software);
  for (const auto& candidate : legal_plans(cluster, job, software, request, count)) {
    if (!nearest || distance(candidate, plan) < distance(*nearest, plan)) nearest = candidate;
  }
  return nearest;
}

}  // namespace weft::plan
