#include "weft/step/evaluator.h"

#include <algorithm>

#include "index.h"
#include "weft/plan/memory.h"

namespace weft::step {

namespace {

using interconnect::Collective;
using workload::LayerKind;

// Low-rank adapters: weights beside the frozen ones (LoRA, arXiv 2106.09685, §4.2: 0.01 % to 0.6
// %).
constexpr double kAdapterShare = 1e-3;

}  // namespace

Evaluator::Evaluator(const cluster::Cluster& cluster, const workload::Job& job,
                     const workload::Software& software)
    : cluster_(cluster), job_(job), software_(software) {}

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
                      data ? in_use_.expert_data : 0}};
  const auto found = layers_.find(key);
  if (found != layers_.end()) return found->second;
  auto cost = layer_cost(cluster_, job_, software_, kind, plan.shard(), zero, shapes());
  return layers_.emplace(key, cost).first->second;
}

// Times of every virtual stage, without the data-parallel work around them.
void Evaluator::prepare_passes(const plan::Plan& plan) {
  const int chunks = plan.chunks();
  chunks_.resize(at(chunks));
  forward_.assign(at(chunks), 0.0);
  backward_.assign(at(chunks), 0.0);
  weight_.assign(at(chunks), 0.0);
  for (int vs = 0; vs < chunks; ++vs) {
    const auto chunk = plan::chunk_of(plan, job_.model, vs);
    chunks_[at(vs)] = chunk;
    for (const auto& part : parts_of(chunk)) {
      if (part.count == 0) continue;
      const auto& cost = cost_of(part.kind);
      forward_[at(vs)] += part.count * cost.forward.total.si();
      backward_[at(vs)] += part.count * cost.backward.total.si();
      // Logits would have to be kept for the head's: it is not put off (assumed).
      if (part.kind == LayerKind::kDense || part.kind == LayerKind::kMoe) {
        weight_[at(vs)] += part.count * cost.backward.weight.si();
      }
      if (part.recomputed == 0) continue;
      backward_[at(vs)] += part.recomputed * cost.recomputed(plan.recompute).total.si();
    }
  }
}

// Adds what a chunk leaves open for data-parallel communication in one micro-batch.
void Evaluator::add_windows(const plan::Plan& plan, const plan::Chunk& chunk, base::Time& forward,
                            base::Time& backward) const {
  for (const auto& part : parts_of(chunk)) {
    if (part.count == 0) continue;
    const auto& cost = cost_of(part.kind);
    forward += cost.forward.window * part.count;
    backward += cost.backward.window * part.count;
    if (part.recomputed == 0) continue;
    backward += cost.recomputed(plan.recompute).window * part.recomputed;
  }
}

void Evaluator::prepare_data_parallel(const plan::Plan& plan) {
  start_.assign(at(plan.pipeline), 0.0);
  tail_.assign(at(plan.pipeline), 0.0);
  stages_.resize(at(plan.pipeline));
  plan::KindParameters kinds{};
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    if (costs_[k] != nullptr) kinds[k] = costs_[k]->parameters;
  }
  const auto tied = tied_gradients(plan, kinds);
  const auto shape = plan.shape(1);
  const int copies = shape.ways();
  const int held_chunks = copies * plan.virtual_stages;
  const bool in_turn = shape.placement() == plan::Placement::kLoop;
  workload::ShardedParameters known{-1, -1};
  DataParallelWork work;
  // Adapters are about a thousandth of the weights they stand beside.
  const double trained = job_.training == workload::Training::kLowRank ? kAdapterShare : 1.0;
  for (int i = 0; i < plan.pipeline; ++i) {
    workload::ShardedParameters parameters;
    double layers = 0;
    base::Time forward;
    base::Time backward;
    for (int c = 0; c < held_chunks; ++c) {
      const auto vs = at(in_turn ? c * plan.pipeline + i : shape.virtual_stage(i, c));
      const auto& chunk = chunks_[vs];
      const auto held = plan::parameters_of_chunk(job_.model, chunk, kinds);
      parameters.dense += held.dense * trained;
      parameters.experts += held.experts * trained;
      layers += chunk.layers();
      add_windows(plan, chunk, forward, backward);
    }
    // Inner stages are alike: their collectives are computed once.
    if (parameters.dense != known.dense || parameters.experts != known.experts) {
      work = data_parallel_work(cluster_, software_, plan.zero_traffic(), parameters, shapes(),
                                copies);
      if (copies > 1) work.gradients += gradients_of_copies(plan, parameters);
      known = parameters;
    }
    auto& stage = stages_[at(i)];
    const bool has_table = i == 0 || i == plan.pipeline - 1;
    stage.data = overlapped(work, software_, forward, backward, layers);
    if (has_table) stage.data.gradients.exposed += tied.time;
    start_[at(i)] = (stage.data.parameters.exposed + software_.per_step).si();
    tail_[at(i)] = (stage.data.gradients.exposed + stage.data.optimizer).si();
  }
}

// With tied embeddings the first and the last stage sum the gradients of their copies of the table.
interconnect::CollectiveCost Evaluator::tied_gradients(const plan::Plan& plan,
                                                       const plan::KindParameters& kinds) {
  if (!job_.model.tied_embeddings || plan.pipeline == 1) return {};
  if (plan.shape(1).placement() != plan::Placement::kLoop) return {};  // both are on one stage
  const auto stride =
      static_cast<std::int64_t>(plan.tensor) * plan.context * plan.data * (plan.pipeline - 1);
  const int pair = group(plan.devices(), stride, 0);
  const auto table = kinds[static_cast<std::size_t>(LayerKind::kEmbedding)].dense;
  return cluster_.fabric.cost(Collective::kAllReduce, shapes_[at(pair)],
                              base::Bytes(software_.gradient_bytes * table));
}

// With a copy of the model for each way, stages i and p - 1 - i hold the same layers and sum their
// gradients, each rank its shard.
base::Time Evaluator::gradients_of_copies(const plan::Plan& plan,
                                          const workload::ShardedParameters& parameters) {
  const auto stride =
      static_cast<std::int64_t>(plan.tensor) * plan.context * plan.data * (plan.pipeline - 1);
  const int pair = group(plan.devices(), stride, 0);
  const bool shards = plan.zero_traffic() >= 1;
  const double dense = shards ? parameters.dense / plan.shard_ranks() : parameters.dense;
  const double experts =
      shards ? parameters.experts / plan::expert_replicas(plan) : parameters.experts;
  return cluster_.fabric
      .cost(Collective::kAllReduce, shapes_[at(pair)],
            base::Bytes(software_.gradient_bytes * (dense + experts)))
      .time;
}

// Of 1 micro-batch: whether a chunk hands its result to another stage.
double Evaluator::sends(const plan::PipelineShape& shape, int stage, int chunk,
                        bool forward) const {
  const int next = shape.virtual_stage(stage, chunk) + (forward ? 1 : -1);
  if (next < 0 || next == shape.model_chunks()) return 0;
  return plan::holder_of(shape, next, shape.ways() == 2 ? chunk : 0).stage == stage ? 0 : 1;
}

void Evaluator::prepare(const plan::Plan& plan) {
  find_groups(plan);
  costs_.fill(nullptr);
  costs_[at(static_cast<int>(LayerKind::kDense))] = &layer(plan, LayerKind::kDense);
  if (job_.model.moe) {
    costs_[at(static_cast<int>(LayerKind::kMoe))] = &layer(plan, LayerKind::kMoe);
  }
  costs_[at(static_cast<int>(LayerKind::kEmbedding))] = &layer(plan, LayerKind::kEmbedding);
  costs_[at(static_cast<int>(LayerKind::kHead))] = &layer(plan, LayerKind::kHead);
  prepare_passes(plan);
  prepare_data_parallel(plan);
  transfer_ = {};
  if (plan.pipeline > 1) {
    const double tokens =
        static_cast<double>(plan.micro_batch) * static_cast<double>(job_.sequence) / plan.context;
    const bool splits = plan.sequence_parallel || software_.splits_transfers;
    const base::Bytes whole(2.0 * tokens * static_cast<double>(job_.model.hidden));
    transfer_ = cluster_.fabric.cost(Collective::kPointToPoint, shapes_[at(in_use_.next_stage)],
                                     splits ? whole / plan.tensor : whole);
    if (!plan.sequence_parallel && software_.splits_transfers && plan.tensor > 1) {
      const auto gather = collective_cost(cluster_.fabric, software_, Collective::kAllGather,
                                          shapes_[at(in_use_.tensor)], whole);
      transfer_.time += gather.time;
      for (std::size_t t = 0; t < gather.sent.size(); ++t) transfer_.sent[t] += gather.sent[t];
    }
  }
  if (!software_.overlap_pipeline) {
    // The sender waits: forward to the next virtual stage, backward to the one before.
    // Where a folded model turns, the stage hands over to itself.
    const int turn = plan.shape(1).placement() == plan::Placement::kFold ? plan.pipeline : 0;
    for (int vs = 0; vs < plan.chunks(); ++vs) {
      const int next = vs + 1;
      if (next < plan.chunks() && next != turn) forward_[at(vs)] += transfer_.time.si();
      if (vs > 0 && vs != turn) backward_[at(vs)] += transfer_.time.si();
    }
  }
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
  times.order = &plan.order;
  times.transfer = software_.overlap_pipeline ? transfer_.time.si() : 0.0;
  return times;
}

base::Time Evaluator::lower_bound(const plan::Plan& plan) {
  prepare(plan);
  return base::Time(closed_form(times(plan), scratch_));
}

base::Time Evaluator::time(const plan::Plan& plan, Folding folding) {
  prepare(plan);
  return base::Time(replay(times(plan), folding, scratch_));
}

}  // namespace weft::step
