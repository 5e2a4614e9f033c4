#include "activations.h"

#include <algorithm>
#include <utility>

#include "weft/plan/timeline.h"
#include "weft/workload/layer.h"

namespace weft::plan {

namespace {

using workload::LayerKind;

constexpr double kElement = 2.0;
// Layers whose activations come back from the host: the one at work and the next.
constexpr double kFetchedLayers = 2.0;

// Layers that are made again together keep one input.
int inputs_kept(const Plan& plan, int recomputed) {
  if (plan.recompute != Recompute::kFull) return recomputed;
  return (recomputed + plan.recompute_group - 1) / plan.recompute_group;
}

base::Bytes kept_layers(const Plan& plan, const workload::SavedActivations& saved, int count,
                        int recomputed) {
  return saved.none * (count - recomputed) +
         kept_of(saved, plan.recompute) * inputs_kept(plan, recomputed);
}

// Of the first `passes` of a stage under 1F1B, those of one chunk: chunks take turns of `stages`.
std::int64_t passes_of_chunk(const PipelineShape& shape, std::int64_t passes, int chunk) {
  const std::int64_t turn = shape.stages;
  const std::int64_t round = turn * shape.virtual_stages;
  return passes / round * turn + std::clamp<std::int64_t>(passes % round - chunk * turn, 0, turn);
}

// 1F1B: after `forward` forward passes and all but `in_flight` backward ones.
template <class BytesOf>
base::Bytes held_after(const PipelineShape& shape, std::int64_t forward, std::int64_t in_flight,
                       const BytesOf& bytes_of) {
  base::Bytes sum;
  for (int c = 0; c < shape.virtual_stages; ++c) {
    const auto done = passes_of_chunk(shape, forward - in_flight, shape.virtual_stages - 1 - c);
    sum += bytes_of(c) * static_cast<double>(passes_of_chunk(shape, forward, c) - done);
  }
  return sum;
}

// 1F1B holds the passes of the warm-up and the one at work. Which chunks they are of changes from
// turn to turn; between two ends of turns what is held rises or falls evenly.
template <class BytesOf>
base::Bytes most_under_1f1b(const PipelineShape& shape, int stage, const BytesOf& bytes_of) {
  const auto all = shape.micro_batches * shape.virtual_stages;
  const int behind = shape.stages - stage - 1;
  const std::int64_t warm_up =
      shape.virtual_stages == 1
          ? behind
          : 2 * behind + std::int64_t{shape.virtual_stages - 1} * shape.stages;
  const auto in_flight = std::min(warm_up + 1, all);
  auto most = held_after(shape, in_flight, in_flight, bytes_of);
  if (shape.virtual_stages == 1) return most;
  const std::int64_t turn = shape.stages;
  const auto last = std::min(all, in_flight + turn * shape.virtual_stages);
  for (auto end = in_flight / turn * turn + turn; end <= last; end += turn) {
    most = std::max(most, held_after(shape, end, in_flight, bytes_of));
  }
  for (auto end = in_flight + turn; end <= last; end += turn) {
    most = std::max(most, held_after(shape, end, in_flight, bytes_of));
  }
  return std::max(most, held_after(shape, last, in_flight, bytes_of));
}

template <class BytesOf>
base::Bytes most_held(const Plan& plan, const PipelineShape& shape, int stage,
                      const BytesOf& bytes_of) {
  if (plan.schedule == Schedule::kGPipe) {
    return bytes_of(0) * static_cast<double>(shape.micro_batches);
  }
  return most_under_1f1b(shape, stage, bytes_of);
}

double parameters_in(const workload::ShardedParameters& held) { return held.dense + held.experts; }

// Whole gradients and weights of the layer at work and of the largest one beside it.
base::Bytes gathered(const StateBytes& state, const Plan& plan, const MemoryParts& parts) {
  if (plan.zero_traffic() < 2) return {};
  const auto& kinds = parts.parameters;
  const double layer = std::max(parameters_in(kinds[0]), parameters_in(kinds[1]));
  const double largest = std::max(layer, parameters_in(kinds[3]));
  double bytes = state.gradients * largest;
  if (plan.zero_traffic() == 3) bytes += kWeightBytes * (layer + largest);
  return base::Bytes(bytes);
}

// Beyond what layers keep, at the end of a forward pass and in the backward pass of one layer.
base::Bytes work_of_stage(const Plan& plan, const MemoryParts& parts, const StageLayers& held) {
  base::Bytes layer;
  const auto look_at = [&](LayerKind kind, int count, int recomputed) {
    if (count == 0) return;
    const auto& one = parts.of(kind);
    auto need = one.workspace;
    if (recomputed > 0) {
      const bool full = plan.recompute == Recompute::kFull;
      const int together = full ? std::min(plan.recompute_group, recomputed) : 1;
      need += one.saved.none * together - kept_of(one.saved, plan.recompute);
    }
    layer = std::max(layer, need);
  };
  look_at(LayerKind::kDense, held.dense, held.recomputed_dense);
  look_at(LayerKind::kMoe, held.moe, held.recomputed_moe);
  if (held.heads == 0) return layer;
  // The loss is done with when the last layer turns back; its bytes stand with the activations.
  const auto& head = parts.of(LayerKind::kHead);
  return std::max(head.workspace, layer - head.saved.none * held.heads);
}

}  // namespace

base::Bytes kept_of(const workload::SavedActivations& saved, Recompute recompute) {
  switch (recompute) {
    case Recompute::kFull:
      return saved.full;
    case Recompute::kSelective:
      return saved.selective;
    case Recompute::kAttention:
      return saved.attention;
    case Recompute::kModules:
      return saved.modules;
    case Recompute::kNone:
      break;
  }
  return saved.none;
}

void StageLayers::add(const Chunk& chunk, int times) {
  dense += times * chunk.dense_layers;
  moe += times * chunk.moe_layers;
  recomputed_dense += times * chunk.recomputed_dense;
  recomputed_moe += times * chunk.recomputed_moe;
  if (chunk.head) heads += times * (1 + chunk.prediction_layers);
}

StageLayers layers_of_stage(const workload::Model& model, const Plan& plan, int stage) {
  StageLayers held;
  const auto shape = plan.shape(1);
  for (int c = 0; c < shape.chunks(); ++c) {
    held.add(chunk_of(plan, model, shape.virtual_stage(stage, c)), 1);
  }
  return held;
}

ChunkBytes chunk_bytes(const workload::Job& job, const Plan& plan, const MemoryParts& parts,
                       int virtual_stage) {
  return chunk_bytes(plan, parts, chunk_of(plan, job.model, virtual_stage));
}

ChunkBytes chunk_bytes(const Plan& plan, const MemoryParts& parts, const Chunk& chunk) {
  const auto& dense = parts.of(LayerKind::kDense).saved;
  const auto& moe = parts.of(LayerKind::kMoe).saved;
  const auto kept = kept_layers(plan, dense, chunk.dense_layers, chunk.recomputed_dense) +
                    kept_layers(plan, moe, chunk.moe_layers, chunk.recomputed_moe);
  ChunkBytes bytes;
  bytes.away = kept * plan.activation_offload;
  bytes.kept = kept - bytes.away;
  bytes.put_off = dense.put_off * chunk.dense_layers + moe.put_off * chunk.moe_layers;
  if (chunk.head) {
    bytes.head = parts.of(LayerKind::kHead).saved.none * (1 + chunk.prediction_layers);
  }
  return bytes;
}

Held activations_of_stage(const workload::Job& job, const Plan& plan, const MemoryParts& parts,
                          int stage) {
  const auto shape = plan.shape(plan.micro_batches(job));
  const bool is_known =
      plan.schedule == Schedule::kOneForwardOneBackward || plan.schedule == Schedule::kGPipe;
  if (!is_known) return most_held_in_order(job, plan, parts, stage);
  Held held;
  held.device = most_held(plan, shape, stage, [&](int chunk) {
    const auto bytes = chunk_bytes(job, plan, parts, shape.virtual_stage(stage, chunk));
    return bytes.kept + bytes.head;
  });
  if (plan.activation_offload > 0) {
    held.host = most_held(plan, shape, stage, [&](int chunk) {
      return chunk_bytes(job, plan, parts, shape.virtual_stage(stage, chunk)).away;
    });
  }
  return held;
}

Buffers buffers_of_stage(const workload::Job& job, const workload::Software& software,
                         const Plan& plan, const MemoryParts& parts, const StageLayers& layers) {
  Buffers buffers;
  buffers.any_pass = gathered(state_bytes(job, software, plan), plan, parts);
  if (plan.sequence_parallel) {
    // Gathered inputs of a column-parallel layer, forward and backward.
    const double tokens =
        static_cast<double>(plan.micro_batch) * static_cast<double>(job.sequence) / plan.context;
    buffers.any_pass += base::Bytes(2 * kElement * tokens * static_cast<double>(job.model.hidden));
  }
  buffers.backward = work_of_stage(plan, parts, layers);
  base::Bytes dummies;
  base::Bytes fetched;
  for (const auto& [kind, count] :
       {std::pair{LayerKind::kDense, layers.dense}, std::pair{LayerKind::kMoe, layers.moe}}) {
    if (count == 0) continue;
    const auto& one = parts.of(kind);
    dummies = std::max(dummies, one.dummies);
    fetched = std::max(fetched, kept_of(one.saved, plan.recompute));
  }
  buffers.backward += dummies + fetched * (kFetchedLayers * plan.activation_offload);
  return buffers;
}

}  // namespace weft::plan
