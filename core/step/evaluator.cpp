#include "weft/step/evaluator.h"

#include <algorithm>
#include <cmath>

#include "index.h"
#include "tables.h"
#include "weft/plan/memory.h"
#include "weft/step/pair_cost.h"
#include "weft/step/rank_groups.h"

namespace weft::step {

namespace {

using interconnect::Collective;
using workload::LayerKind;

}  // namespace

Evaluator::Evaluator(const cluster::Cluster& cluster, const workload::Job& job,
                     const workload::Software& software)
    : cluster_(cluster), job_(job), software_(software), tables_(std::make_unique<Tables>()) {}
Evaluator::Evaluator(Evaluator&&) noexcept = default;
Evaluator::~Evaluator() = default;

int Evaluator::intern(const interconnect::GroupShape& shape) {
  const auto found = std::find(shapes_.begin(), shapes_.end(), shape);
  if (found != shapes_.end()) return static_cast<int>(found - shapes_.begin());
  shapes_.push_back(shape);
  return static_cast<int>(shapes_.size()) - 1;
}

// size 0 asks for the worst pair at this stride.
int Evaluator::group(std::int64_t used, std::int64_t stride, int size) {
  const GroupKey key{{used, stride, size}};
  const auto found = groups_.find(key);
  if (found != groups_.end()) return found->second;
  const auto shape = size == 0 ? cluster_.fabric.neighbours(used, stride)
                               : cluster_.fabric.group(used, stride, size);
  const int index = intern(shape);
  groups_.emplace(key, index);
  return index;
}

void Evaluator::find_groups(const plan::Plan& plan) {
  if (plan.rank_order != plan::kTensorFirst) return find_reordered_groups(plan);
  const auto used = plan.devices();
  const std::int64_t stage = static_cast<std::int64_t>(plan.tensor) * plan.context * plan.data;
  in_use_.tensor = group(used, 1, plan.tensor);
  in_use_.context = group(used, plan.tensor, plan.context);
  in_use_.context_neighbour = intern(interconnect::slowest_hop(shapes_[at(in_use_.context)]));
  // Ranks that share an expert are the ranks of a tensor group.
  in_use_.expert = group(used, plan.expert_tensor > 1 ? plan.tensor : 1, plan.expert);
  const int data = plan.context * plan.data;
  const int shard = plan.shard_ranks();
  in_use_.data = group(used, plan.tensor, data);
  in_use_.shard = group(used, plan.tensor, shard);
  in_use_.replicas =
      group(used, static_cast<std::int64_t>(plan.tensor) * shard, std::max(data / shard, 1));
  in_use_.expert_data = group(used, static_cast<std::int64_t>(plan.expert) * plan.expert_tensor,
                              plan::expert_replicas(plan));
  in_use_.next_stage = plan.pipeline > 1 ? group(used, stage, 0) : in_use_.tensor;
}

void Evaluator::find_reordered_groups(const plan::Plan& plan) {
  const auto groups = rank_groups(cluster_.fabric, plan);
  in_use_.tensor = intern(groups.tensor);
  in_use_.context = intern(groups.context);
  in_use_.context_neighbour = intern(interconnect::slowest_hop(groups.context));
  in_use_.expert = intern(groups.expert);
  in_use_.data = intern(groups.data);
  in_use_.shard = intern(groups.shard);
  in_use_.replicas = intern(groups.replicas);
  in_use_.expert_data = intern(groups.expert_data);
  in_use_.next_stage = intern(groups.next_stage);
  in_use_.far_ends = intern(groups.far_ends);
}

const interconnect::GroupShape& Evaluator::far_ends(const plan::Plan& plan) {
  if (plan.rank_order != plan::kTensorFirst) return shapes_[at(in_use_.far_ends)];
  const auto stride =
      static_cast<std::int64_t>(plan.tensor) * plan.context * plan.data * (plan.pipeline - 1);
  return shapes_[at(group(plan.devices(), stride, 0))];
}

GroupShapes Evaluator::shapes() const {
  return {shapes_[at(in_use_.tensor)],
          shapes_[at(in_use_.context)],
          shapes_[at(in_use_.context_neighbour)],
          shapes_[at(in_use_.expert)],
          shapes_[at(in_use_.data)],
          shapes_[at(in_use_.shard)],
          shapes_[at(in_use_.replicas)],
          shapes_[at(in_use_.expert_data)]};
}

const LayerCost& Evaluator::layer(const plan::Plan& plan, LayerKind kind) {
  const int zero = plan.zero_traffic();
  const bool data = zero >= 2;
  const LayerKey key{{static_cast<int>(kind), plan.tensor, plan.context, plan.expert,
                      plan.expert_tensor, plan.micro_batch, plan.sequence_parallel ? 1 : 0,
                      in_use_.tensor, in_use_.context_neighbour, in_use_.expert, data ? zero : 0,
                      data ? in_use_.shard : shapes_[at(in_use_.data)].top_tier(),
                      data ? in_use_.expert_data : 0, plan.recomputed_modules().bits(),
                      plan.context_exchange == plan::ContextExchange::kRing ? 0 : in_use_.context,
                      static_cast<int>(plan.context_exchange), interweaves(plan) ? 1 : 0,
                      static_cast<int>(plan.gradient_bytes),
                      // A share is read to a millionth.
                      static_cast<int>(std::lround(1e6 * plan.activation_offload)),
                      plan.activation_offload > 0 ? static_cast<int>(plan.recompute) : 0,
                      software_.device_variation > 0 ? static_cast<int>(plan.devices()) : 0}};
  const auto found = layers_.find(key);
  if (found != layers_.end()) return found->second;
  auto cost = layer_cost(cluster_, job_, software_, kind, plan.shard(), zero, shapes(),
                         {plan.recomputed_modules(), plan.gradient_bytes, interweaves(plan),
                          plan.activation_offload, plan.recompute, plan.devices()});
  return layers_.emplace(key, cost).first->second;
}

// With tied embeddings the first and the last stage sum the gradients of their copies of the table.
interconnect::CollectiveCost Evaluator::tied_gradients(const plan::Plan& plan,
                                                       const plan::KindParameters& kinds) {
  if (!job_.model.tied_embeddings || plan.pipeline == 1) return {};
  if (plan.shape(1).placement() != plan::Placement::kLoop) return {};  // both are on one stage
  const auto table = kinds[static_cast<std::size_t>(LayerKind::kEmbedding)].dense;
  return cluster_.fabric.cost(Collective::kAllReduce, far_ends(plan),
                              base::Bytes(gradient_bytes(software_, plan) * table));
}

// With a copy of the model for each way, stages i and p - 1 - i hold the same layers and sum their
// gradients, each rank its shard.
base::Time Evaluator::gradients_of_copies(const plan::Plan& plan,
                                          const workload::ShardedParameters& parameters) {
  const bool shards = plan.zero_traffic() >= 1;
  const double dense = shards ? parameters.dense / plan.shard_ranks() : parameters.dense;
  const double experts =
      shards ? parameters.experts / plan::expert_replicas(plan) : parameters.experts;
  return cluster_.fabric
      .cost(Collective::kAllReduce, far_ends(plan),
            base::Bytes(gradient_bytes(software_, plan) * (dense + experts)))
      .time;
}

// A stage hands its result to the next one.
interconnect::CollectiveCost Evaluator::transfer_of(const plan::Plan& plan) {
  interconnect::CollectiveCost transfer;
  if (plan.pipeline == 1) return transfer;
  const double tokens =
      static_cast<double>(plan.micro_batch) * static_cast<double>(job_.sequence) / plan.context;
  const bool splits = plan.sequence_parallel || software_.splits_transfers;
  const base::Bytes whole(2.0 * tokens * static_cast<double>(job_.model.hidden));
  transfer = cluster_.fabric.cost(Collective::kPointToPoint, shapes_[at(in_use_.next_stage)],
                                  splits ? whole / plan.tensor : whole);
  if (!plan.sequence_parallel && software_.splits_transfers && plan.tensor > 1) {
    const auto gather = collective_cost(cluster_.fabric, software_, Collective::kAllGather,
                                        shapes_[at(in_use_.tensor)], whole);
    transfer.time += gather.time;
    for (std::size_t t = 0; t < gather.sent.size(); ++t) transfer.sent[t] += gather.sent[t];
  }
  return transfer;
}

// Of 1 micro-batch: whether a chunk hands its result to another stage.
double Evaluator::sends(const plan::PipelineShape& shape, int stage, int chunk,
                        bool forward) const {
  const int next = shape.virtual_stage(stage, chunk) + (forward ? 1 : -1);
  if (next < 0 || next == shape.model_chunks()) return 0;
  return plan::holder_of(shape, next, shape.ways() == 2 ? chunk : 0).stage == stage ? 0 : 1;
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
  times.transfer = software_.overlap_pipeline ? transfer_.time.si() : 0.0;
  return times;
}

base::Time Evaluator::time(const plan::Plan& plan, Folding folding) {
  prepare(plan);
  return base::Time(replay(times(plan), folding, scratch_));
}

}  // namespace weft::step
