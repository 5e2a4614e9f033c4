#include "weft/plan/memory.h"

#include <algorithm>

namespace weft::plan {

namespace {

using workload::LayerKind;

constexpr double kWeight = 2.0;
constexpr double kGradient = 4.0;
constexpr double kOptimizer = 12.0;
constexpr double kElement = 2.0;

workload::ShardedParameters operator*(double n, workload::ShardedParameters p) {
  return {n * p.dense, n * p.experts};
}

workload::ShardedParameters operator+(workload::ShardedParameters a,
                                      workload::ShardedParameters b) {
  return {a.dense + b.dense, a.experts + b.experts};
}

workload::ShardedParameters parameters_of_chunk(const workload::Job& job, const Plan& plan,
                                                const Chunk& chunk) {
  const auto shard = plan.shard();
  const auto of = [&](LayerKind kind) { return sharded_parameters(job.model, kind, shard); };
  workload::ShardedParameters sum;
  if (chunk.dense_layers > 0) sum = sum + chunk.dense_layers * of(LayerKind::kDense);
  if (chunk.moe_layers > 0) sum = sum + chunk.moe_layers * of(LayerKind::kMoe);
  if (chunk.embedding) sum = sum + of(LayerKind::kEmbedding);
  const bool shared = job.model.tied_embeddings && chunk.embedding;
  if (chunk.head && !shared) sum = sum + of(LayerKind::kHead);
  return sum;
}

// Micro-batch chunks whose activations a stage holds at most: warm-up forwards and the one at work.
std::int64_t chunks_in_flight(const workload::Job& job, const Plan& plan, int stage) {
  const auto steps = plan.micro_batches(job) * plan.virtual_stages;
  if (plan.schedule == Schedule::kGPipe) return steps;
  const int behind = plan.pipeline - stage - 1;
  const std::int64_t warm_up =
      plan.virtual_stages == 1 ? behind : 2 * behind + (plan.virtual_stages - 1) * plan.pipeline;
  return std::min(warm_up + 1, steps);
}

base::Bytes kept(const workload::SavedActivations& saved, Recompute recompute) {
  if (recompute == Recompute::kFull) return saved.full;
  return recompute == Recompute::kSelective ? saved.selective : saved.none;
}

// The layer kind of the model that keeps most, for the one layer made again.
workload::SavedActivations largest_layer(const workload::Job& job, const Plan& plan) {
  const auto dense = saved_activations(job, LayerKind::kDense, plan.shard());
  if (!job.model.moe) return dense;
  const auto moe = saved_activations(job, LayerKind::kMoe, plan.shard());
  return moe.none > dense.none ? moe : dense;
}

base::Bytes activations_of_stage(const workload::Job& job, const Plan& plan, int stage) {
  const auto shard = plan.shard();
  base::Bytes layers;
  bool head = false;
  for (int c = 0; c < plan.virtual_stages; ++c) {
    const auto chunk = chunk_of(plan, job.model, c * plan.pipeline + stage);
    if (chunk.dense_layers > 0) {
      layers += kept(saved_activations(job, LayerKind::kDense, shard), plan.recompute) *
                chunk.dense_layers;
    }
    if (chunk.moe_layers > 0) {
      layers +=
          kept(saved_activations(job, LayerKind::kMoe, shard), plan.recompute) * chunk.moe_layers;
    }
    head = head || chunk.head;
  }
  const auto in_flight = static_cast<double>(chunks_in_flight(job, plan, stage));
  auto sum = layers * (in_flight / plan.virtual_stages);
  // The backward pass of the head follows its forward pass at once: one micro-batch.
  if (head) sum += saved_activations(job, LayerKind::kHead, shard).none;
  return sum;
}

base::Bytes buffers_of_stage(const workload::Job& job, const Plan& plan) {
  base::Bytes sum;
  if (plan.sequence_parallel) {
    // Gathered inputs of a column-parallel layer, forward and backward.
    const double tokens = static_cast<double>(plan.micro_batch) *
                          static_cast<double>(job.sequence) / plan.context;
    sum += base::Bytes(2 * kElement * tokens * static_cast<double>(job.model.hidden));
  }
  const auto saved = largest_layer(job, plan);
  if (plan.recompute == Recompute::kFull) sum += saved.none - saved.full;
  if (plan.recompute == Recompute::kSelective) sum += saved.none - saved.selective;
  if (plan.zero == 3) {
    // Two layers gathered at a time: the one at work and the one prefetched.
    const auto kind = job.model.moe ? LayerKind::kMoe : LayerKind::kDense;
    const auto layer = sharded_parameters(job.model, kind, plan.shard());
    sum += base::Bytes(2 * kWeight * (layer.dense + layer.experts));
  }
  return sum;
}

}  // namespace

int expert_replicas(const Plan& plan) {
  return plan.tensor * plan.context * plan.data / plan.expert;
}

workload::ShardedParameters parameters_of_stage(const workload::Job& job, const Plan& plan,
                                                int stage) {
  workload::ShardedParameters sum;
  for (int c = 0; c < plan.virtual_stages; ++c) {
    sum = sum +
          parameters_of_chunk(job, plan, chunk_of(plan, job.model, c * plan.pipeline + stage));
  }
  return sum;
}

Memory memory_of_stage(const workload::Job& job, const workload::Software& software,
                       const Plan& plan, int stage) {
  const auto parameters = parameters_of_stage(job, plan, stage);
  const double dense_ranks = static_cast<double>(plan.data) * plan.context;
  const double expert_ranks = expert_replicas(plan);
  const auto bytes = [&](double per_parameter, bool sharded) {
    if (!sharded) return base::Bytes(per_parameter * (parameters.dense + parameters.experts));
    return base::Bytes(per_parameter *
                       (parameters.dense / dense_ranks + parameters.experts / expert_ranks));
  };
  Memory memory;
  memory.stage = stage;
  memory.weights = bytes(kWeight, plan.zero >= 3);
  memory.gradients = bytes(kGradient, plan.zero >= 2);
  memory.optimizer = bytes(kOptimizer, plan.zero >= 1);
  memory.activations = activations_of_stage(job, plan, stage);
  memory.buffers = buffers_of_stage(job, plan);
  memory.reserve = software.reserved_fixed + memory.total() * software.reserved_fraction;
  return memory;
}

Memory peak_memory(const workload::Job& job, const workload::Software& software,
                   const Plan& plan) {
  Memory peak = memory_of_stage(job, software, plan, 0);
  for (int stage = 1; stage < plan.pipeline; ++stage) {
    const auto memory = memory_of_stage(job, software, plan, stage);
    if (memory.total() > peak.total()) peak = memory;
  }
  return peak;
}

}  // namespace weft::plan
