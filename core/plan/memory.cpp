#include "weft/plan/memory.h"

#include <algorithm>

namespace weft::plan {

namespace {

using workload::LayerKind;

constexpr double kElement = 2.0;

workload::ShardedParameters operator*(double n, workload::ShardedParameters p) {
  return {n * p.dense, n * p.experts};
}

workload::ShardedParameters operator+(workload::ShardedParameters a,
                                      workload::ShardedParameters b) {
  return {a.dense + b.dense, a.experts + b.experts};
}

// Forward passes of a stage, over all its chunks, that are not yet undone by a backward pass, at
// most: those of the warm-up and the one at work.
std::int64_t passes_in_flight(const workload::Job& job, const Plan& plan, int stage) {
  const auto steps = plan.micro_batches(job) * plan.virtual_stages;
  if (plan.schedule == Schedule::kGPipe) return steps;
  const int behind = plan.pipeline - stage - 1;
  const std::int64_t warm_up =
      plan.virtual_stages == 1 ? behind : 2 * behind + (plan.virtual_stages - 1) * plan.pipeline;
  return std::min(warm_up + 1, steps);
}

// How many of them are of one chunk: the chunks take turns of `pipeline` micro-batches.
double micro_batches_in_flight(const Plan& plan, std::int64_t passes, int chunk) {
  if (plan.virtual_stages == 1) return static_cast<double>(passes);
  const std::int64_t turn = plan.pipeline;
  const std::int64_t round = turn * plan.virtual_stages;
  const auto last_round = std::clamp<std::int64_t>(passes % round - chunk * turn, 0, turn);
  const std::int64_t whole_rounds = passes / round;
  return static_cast<double>(whole_rounds * turn + last_round);
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
  const auto passes = passes_in_flight(job, plan, stage);
  const auto dense = kept(saved_activations(job, LayerKind::kDense, shard), plan.recompute);
  const auto moe = job.model.moe
                       ? kept(saved_activations(job, LayerKind::kMoe, shard), plan.recompute)
                       : base::Bytes(0);
  base::Bytes sum;
  for (int c = 0; c < plan.virtual_stages; ++c) {
    const auto chunk = chunk_of(plan, job.model, c * plan.pipeline + stage);
    sum += (dense * chunk.dense_layers + moe * chunk.moe_layers) *
           micro_batches_in_flight(plan, passes, c);
    if (!chunk.head) continue;
    // Under 1F1B the backward pass of the head follows its forward pass at once.
    const bool all = plan.schedule == Schedule::kGPipe;
    sum += saved_activations(job, LayerKind::kHead, shard).none *
           (all ? static_cast<double>(plan.micro_batches(job)) : 1.0);
  }
  return sum;
}

base::Bytes buffers_of_stage(const workload::Job& job, const Plan& plan) {
  base::Bytes sum;
  if (plan.sequence_parallel) {
    // Gathered inputs of a column-parallel layer, forward and backward.
    const double tokens =
        static_cast<double>(plan.micro_batch) * static_cast<double>(job.sequence) / plan.context;
    sum += base::Bytes(2 * kElement * tokens * static_cast<double>(job.model.hidden));
  }
  const auto saved = largest_layer(job, plan);
  if (plan.recompute == Recompute::kFull) sum += saved.none - saved.full;
  if (plan.recompute == Recompute::kSelective) sum += saved.none - saved.selective;
  if (plan.zero >= 2) {
    // The gradients of one layer, or of the output table, before they are scattered; under ZeRO-3
    // also what is gathered: the one at work and the one prefetched.
    const auto kinds = kind_parameters(job.model, plan.shard());
    const auto all = [](const workload::ShardedParameters& p) { return p.dense + p.experts; };
    const double layer = std::max(all(kinds[0]), all(kinds[1]));
    const double largest = std::max(layer, all(kinds[3]));
    sum += base::Bytes(kGradientBytes * largest);
    if (plan.zero == 3) sum += base::Bytes(kWeightBytes * (layer + largest));
  }
  return sum;
}

}  // namespace

int expert_replicas(const Plan& plan) {
  return plan.tensor * plan.context * plan.data / plan.expert;
}

KindParameters kind_parameters(const workload::Model& model, const workload::Shard& shard) {
  const auto of = [&](LayerKind kind) { return sharded_parameters(model, kind, shard); };
  return {of(LayerKind::kDense), model.moe ? of(LayerKind::kMoe) : workload::ShardedParameters{},
          of(LayerKind::kEmbedding), of(LayerKind::kHead)};
}

workload::ShardedParameters parameters_of_chunk(const workload::Model& model, const Chunk& chunk,
                                                const KindParameters& kinds) {
  auto sum = chunk.dense_layers * kinds[0] + chunk.moe_layers * kinds[1];
  if (chunk.embedding) sum = sum + kinds[2];
  if (chunk.head) {
    const bool shared = model.tied_embeddings && chunk.embedding;
    sum = sum +
          (shared ? workload::ShardedParameters{static_cast<double>(model.hidden), 0} : kinds[3]);
  }
  return sum;
}

workload::ShardedParameters parameters_of_stage(const workload::Job& job, const Plan& plan,
                                                int stage) {
  const auto kinds = kind_parameters(job.model, plan.shard());
  workload::ShardedParameters sum;
  for (int c = 0; c < plan.virtual_stages; ++c) {
    sum = sum + parameters_of_chunk(job.model, chunk_of(plan, job.model, c * plan.pipeline + stage),
                                    kinds);
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
  memory.weights = bytes(kWeightBytes, plan.zero >= 3);
  memory.gradients = bytes(kGradientBytes, plan.zero >= 2);
  memory.optimizer = bytes(kOptimizerBytes, plan.zero >= 1);
  memory.activations = activations_of_stage(job, plan, stage);
  memory.buffers = buffers_of_stage(job, plan);
  memory.reserve = software.reserved_fixed + memory.total() * software.reserved_fraction;
  return memory;
}

Memory peak_memory(const workload::Job& job, const workload::Software& software, const Plan& plan) {
  Memory peak = memory_of_stage(job, software, plan, 0);
  for (int stage = 1; stage < plan.pipeline; ++stage) {
    const auto memory = memory_of_stage(job, software, plan, stage);
    if (memory.total() > peak.total()) peak = memory;
  }
  return peak;
}

}  // namespace weft::plan
