#include "weft/plan/memory.h"

#include <algorithm>
#include <numeric>

#include "activations.h"
#include "weft/chips/precision.h"
#include "weft/workload/workspace.h"

namespace weft::plan {

namespace {

using workload::LayerKind;

constexpr double kHalfGradientBytes = 2.0;

workload::ShardedParameters operator*(double n, workload::ShardedParameters p) {
  return {n * p.dense, n * p.experts};
}

workload::ShardedParameters operator+(workload::ShardedParameters a,
                                      workload::ShardedParameters b) {
  return {a.dense + b.dense, a.experts + b.experts};
}

// Multi-token prediction joins the stream with the next token's embedding through a 2h x h
// projection, and off the first stage it has a copy of the table (DeepSeek-V3, arXiv 2412.19437
// §2.2).
workload::ShardedParameters prediction_parameters(const workload::Model& model, const Chunk& chunk,
                                                  const KindParameters& kinds) {
  const auto hidden = static_cast<double>(model.hidden);
  const auto& table = kinds[static_cast<std::size_t>(LayerKind::kEmbedding)];
  const double share = table.dense / (static_cast<double>(model.vocabulary) * hidden);
  const workload::ShardedParameters joints{
      chunk.prediction_layers * (2 * hidden * hidden * share + 2 * hidden), 0};
  return chunk.beside_embedding ? joints : joints + table;
}

}  // namespace

StateBytes state_bytes(const workload::Job& job, const workload::Software& software,
                       const Plan& plan) {
  if (job.training == workload::Training::kLowRank) return {kWeightBytes, 0.0, 0.0};
  const bool half = plan.gradient_bytes > 0 ? plan.gradient_bytes < kGradientBytes
                                            : software.gradient_bytes < kGradientBytes ||
                                                  job.precision == chips::Precision::kFp16;
  const bool gathers = plan.zero_traffic() >= 3;
  StateBytes state;
  state.gradients = half ? kHalfGradientBytes : kGradientBytes;
  if (!half && software.keeps_half_gradients) state.gradients += kHalfGradientBytes;
  // Sharded FP32 parameters are the master weights themselves.
  if (gathers && !half) state.weights = 0;
  // 16-bit gradients are copied to FP32 for the optimizer.
  if (half && !gathers) state.optimizer += kGradientBytes;
  if (software.optimizer_bytes > 0) state.optimizer = software.optimizer_bytes;
  const bool casts = software.casts_weights_once && chips::is_narrow(job.precision) && !gathers;
  if (casts) state.copies = software.cast_copies * chips::bytes_of(job.precision);
  return state;
}

int expert_replicas(const Plan& plan) {
  return plan.tensor * plan.context * plan.data / (plan.expert * plan.expert_tensor);
}

int expert_shard_ranks(const Plan& plan) {
  const int replicas = expert_replicas(plan);
  return replicas / std::gcd(replicas, plan.context * plan.data / plan.shard_ranks());
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
  if (chunk.prediction_layers > 0) sum = sum + prediction_parameters(model, chunk, kinds);
  if (chunk.head) {
    const bool shared = model.tied_embeddings && chunk.beside_embedding;
    sum = sum +
          (shared ? workload::ShardedParameters{static_cast<double>(model.hidden), 0} : kinds[3]);
  }
  return sum;
}

namespace {

workload::ShardedParameters sum_of_stage(const workload::Model& model, const Plan& plan, int stage,
                                         const KindParameters& kinds) {
  const auto shape = plan.shape(1);
  workload::ShardedParameters sum;
  for (int c = 0; c < shape.chunks(); ++c) {
    const auto chunk = chunk_of(plan, model, shape.virtual_stage(stage, c));
    sum = sum + parameters_of_chunk(model, chunk, kinds);
  }
  return sum;
}

// Weights of linear layers that are cast: all but tables.
double cast_weights(const StageLayers& layers, const KindParameters& kinds) {
  return layers.dense * (kinds[0].dense + kinds[0].experts) +
         layers.moe * (kinds[1].dense + kinds[1].experts);
}

}  // namespace

workload::ShardedParameters parameters_of_stage(const workload::Job& job, const Plan& plan,
                                                int stage) {
  return sum_of_stage(job.model, plan, stage, kind_parameters(job.model, plan.shard()));
}

MemoryParts memory_parts(const workload::Job& job, const workload::Software& software,
                         const Plan& plan) {
  MemoryParts parts;
  const auto shard = plan.shard();
  parts.parameters = kind_parameters(job.model, shard);
  for (const auto kind : {LayerKind::kDense, LayerKind::kMoe, LayerKind::kHead}) {
    if (kind == LayerKind::kMoe && !job.model.moe) continue;
    parts.layers[static_cast<std::size_t>(kind)] = {
        saved_activations(job, software, kind, shard, plan.recomputed_modules()),
        backward_workspace(job, software, kind, shard),
        dummy_gradients(job, software, kind, shard)};
  }
  return parts;
}

base::Bytes held_bytes(const workload::ShardedParameters& parameters, const Plan& plan,
                       double per_parameter, bool sharded) {
  if (!sharded) return base::Bytes(per_parameter * (parameters.dense + parameters.experts));
  return base::Bytes(per_parameter * (parameters.dense / plan.shard_ranks() +
                                      parameters.experts / expert_shard_ranks(plan)));
}

Memory memory_of_stage(const workload::Job& job, const workload::Software& software,
                       const Plan& plan, int stage) {
  const auto& stack = software.of_part(plan.part_of(stage));
  return memory_of_stage(job, stack, plan, stage, state_bytes(job, stack, plan));
}

Memory memory_of_stage(const workload::Job& job, const workload::Software& software,
                       const Plan& plan, int stage, const StateBytes& state) {
  return memory_of_stage(job, software, plan, stage, state, memory_parts(job, software, plan));
}

Memory memory_of_content(const workload::Job& job, const workload::Software& software,
                         const Plan& plan, const StageContent& content, const StateBytes& state,
                         const MemoryParts& parts) {
  const auto& [parameters, layers, held] = content;
  const int zero = plan.zero_traffic();
  Memory memory;
  memory.weights = held_bytes(parameters, plan, state.weights, zero >= 3) +
                   base::Bytes(state.copies * cast_weights(layers, parts.parameters));
  memory.gradients = held_bytes(parameters, plan, state.gradients, zero >= 2);
  auto optimizer = held_bytes(parameters, plan, state.optimizer, zero >= 1);
  // The ranks of both copies of a layer share its optimizer.
  if (zero >= 1) optimizer *= 1.0 / plan.shape(1).ways();
  memory.optimizer = optimizer * (1.0 - plan.optimizer_offload);
  memory.activations = held.device;
  memory.host = held.host + optimizer * plan.optimizer_offload;
  memory.buffers = buffers_of_stage(job, software, plan, parts, layers).all();
  memory.fixed = software.reserved_fixed;
  memory.reserve = memory.fixed + memory.allocated() * software.reserved_fraction;
  return memory;
}

Memory memory_of_stage(const workload::Job& job, const workload::Software& software,
                       const Plan& plan, int stage, const StateBytes& state,
                       const MemoryParts& parts) {
  const StageContent content{sum_of_stage(job.model, plan, stage, parts.parameters),
                             layers_of_stage(job.model, plan, stage),
                             activations_of_stage(job, plan, parts, stage)};
  auto memory = memory_of_content(job, software, plan, content, state, parts);
  memory.stage = stage;
  memory.part = plan.part_of(stage);
  return memory;
}

std::vector<Memory> memory_of_stages(const workload::Job& job, const workload::Software& software,
                                     const Plan& plan) {
  std::vector<Memory> stages(static_cast<std::size_t>(plan.pipeline));
  for (int part = 0, left = plan.pipeline; left > 0; ++part) {
    const auto& stack = software.of_part(part);
    const auto state = state_bytes(job, stack, plan);
    const auto parts = memory_parts(job, stack, plan);
    for (int stage = 0; stage < plan.pipeline; ++stage) {
      if (plan.part_of(stage) != part) continue;
      stages[static_cast<std::size_t>(stage)] =
          memory_of_stage(job, stack, plan, stage, state, parts);
      --left;
    }
  }
  return stages;
}

Memory fullest_stage(const cluster::Cluster& cluster, const workload::Job& job,
                     const workload::Software& software, const Plan& plan) {
  const auto over = [&](const Memory& memory) {
    return memory.total() - cluster.part(memory.part).device().memory_usable;
  };
  const auto stages = memory_of_stages(job, software, plan);
  return *std::max_element(stages.begin(), stages.end(),
                           [&](const Memory& a, const Memory& b) { return over(a) < over(b); });
}

Memory peak_memory(const workload::Job& job, const workload::Software& software, const Plan& plan) {
  const auto stages = memory_of_stages(job, software, plan);
  return *std::max_element(stages.begin(), stages.end(),
                           [](const Memory& a, const Memory& b) { return a.total() < b.total(); });
}

}  // namespace weft::plan
