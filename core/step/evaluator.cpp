#include "weft/step/evaluator.h"

#include <algorithm>

#include "index.h"
#include "tables.h"
#include "weft/plan/memory.h"

namespace weft::step {

using workload::LayerKind;

Evaluator::Evaluator(const cluster::Cluster& cluster, const workload::Job& job,
                     const workload::Software& software)
    : cluster_(cluster), job_(job), software_(software), tables_(std::make_unique<Tables>()) {
  for (int part = 0; part < cluster.parts(); ++part) {
    parts_.push_back(std::make_unique<PartPrices>(cluster, part, job, software));
  }
}
Evaluator::Evaluator(Evaluator&&) noexcept = default;
Evaluator::~Evaluator() = default;

const workload::Software& Evaluator::software_of(int part) const {
  return parts_[at(part)]->software();
}

const LayerCost& Evaluator::cost_of(int part, LayerKind kind) const {
  return *costs_[at(part)]->costs[static_cast<std::size_t>(kind)];
}

const Handover* Evaluator::handover(int from, int to) const {
  return to == kNobody ? nullptr : &costs_[at(from)]->handovers[at(to)];
}

// With tied embeddings the first and the last stage sum the gradients of their copies of the table:
// half of it goes each way, then half of the sum.
base::Time Evaluator::tied_gradients(const plan::Plan& plan) {
  if (!job_.model.tied_embeddings || plan.pipeline == 1) return {};
  if (plan.shape(1).placement() != plan::Placement::kLoop) return {};  // both are on one stage
  const int first = plan.part_of(0);
  const int last = plan.part_of(plan.pipeline - 1);
  const auto bytes_of = [&](int part) {
    const auto table = cost_of(part, LayerKind::kEmbedding).parameters.dense;
    return base::Bytes(gradient_bytes(software_of(part), plan) * table);
  };
  if (first == last) {
    return parts_[at(first)]->sum_over_ends(plan, plan.stages_in(first), bytes_of(first));
  }
  const auto bytes = std::max(bytes_of(first), bytes_of(last));
  return cluster::joint_time(cluster_, first, last, plan.devices_of_stage(), bytes * 0.5) * 2.0;
}

// With a copy of the model for each way, stages i and p - 1 - i hold the same layers and sum their
// gradients, each rank its shard. They are on one part.
base::Time Evaluator::gradients_of_copies(const plan::Plan& plan,
                                          const workload::ShardedParameters& parameters) {
  const bool shards = plan.zero_traffic() >= 1;
  const double dense = shards ? parameters.dense / plan.shard_ranks() : parameters.dense;
  const double experts =
      shards ? parameters.experts / plan::expert_shard_ranks(plan) : parameters.experts;
  const double bytes = gradient_bytes(software_of(0), plan) * (dense + experts);
  return parts_.front()->sum_over_ends(plan, plan.pipeline, base::Bytes(bytes));
}

PipelineTimes Evaluator::times(const plan::Plan& plan) const {
  PipelineTimes times;
  times.stages = plan.pipeline;
  times.chunks = plan.virtual_stages;
  times.micro_batches = plan.micro_batches(job_);
  times.schedule = plan.schedule;
  times.forward = forward_;
  times.backward = backward_;
  times.start = start_;
  times.tail = tail_;
  times.weight = weight_;
  times.overlapped = pairs_;
  times.order = &plan.order;
  times.hands_forward = hands_forward_;
  times.hands_backward = hands_backward_;
  return times;
}

base::Time Evaluator::time(const plan::Plan& plan, Folding folding) {
  prepare(plan);
  return base::Time(replay(times(plan), folding, scratch_));
}

}  // namespace weft::step
