#include "activations.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "weft/plan/memory.h"
#include "weft/workload/layer.h"
#include "weft/workload/workspace.h"

namespace weft::plan {

namespace {

using workload::LayerKind;

constexpr double kElement = 2.0;

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
  switch (recompute) {
    case Recompute::kFull:
      return saved.full;
    case Recompute::kSelective:
      return saved.selective;
    case Recompute::kAttention:
      return saved.attention;
    case Recompute::kNone:
      break;
  }
  return saved.none;
}

// Layers of a stage by kind, and what its ends add.
struct Held {
  int dense = 0, moe = 0;
  int recomputed_dense = 0, recomputed_moe = 0;
  int heads = 0;  // the head, and one for each layer of multi-token prediction
};

Held held_by(const workload::Model& model, const Plan& plan, int stage) {
  Held held;
  for (int c = 0; c < plan.virtual_stages; ++c) {
    const auto chunk = chunk_of(plan, model, c * plan.pipeline + stage);
    held.dense += chunk.dense_layers;
    held.moe += chunk.moe_layers;
    held.recomputed_dense += chunk.recomputed_dense;
    held.recomputed_moe += chunk.recomputed_moe;
    if (chunk.head) held.heads += 1 + chunk.prediction_layers;
  }
  return held;
}

// Beyond what layers keep, at the end of a forward pass and in the backward pass of one layer.
base::Bytes work_of_stage(const workload::Job& job, const workload::Software& software,
                          const Plan& plan, const Held& held) {
  const auto shard = plan.shard();
  base::Bytes layer;
  const auto look_at = [&](LayerKind kind, int count, int recomputed) {
    if (count == 0) return;
    auto need = backward_workspace(job, software, kind, shard);
    const auto saved = saved_activations(job, software, kind, shard);
    if (recomputed > 0) need += saved.none - kept(saved, plan.recompute);
    layer = std::max(layer, need);
  };
  look_at(LayerKind::kDense, held.dense, held.recomputed_dense);
  look_at(LayerKind::kMoe, held.moe, held.recomputed_moe);
  if (held.heads == 0) return layer;
  // The loss is done with when the last layer turns back; its bytes stand with the activations.
  const auto head = saved_activations(job, software, LayerKind::kHead, shard).none * held.heads;
  return std::max(backward_workspace(job, software, LayerKind::kHead, shard), layer - head);
}

double parameters(const workload::ShardedParameters& held) { return held.dense + held.experts; }

// Whole gradients and weights of the layer at work and of the largest one beside it.
base::Bytes gathered(const workload::Job& job, const workload::Software& software,
                     const Plan& plan) {
  if (plan.zero_traffic() < 2) return {};
  const auto kinds = kind_parameters(job.model, plan.shard());
  const double layer = std::max(parameters(kinds[0]), parameters(kinds[1]));
  const double largest = std::max(layer, parameters(kinds[3]));
  double bytes = state_bytes(job, software, plan).gradients * largest;
  if (plan.zero_traffic() == 3) bytes += kWeightBytes * (layer + largest);
  return base::Bytes(bytes);
}

}  // namespace

base::Bytes activations_of_stage(const workload::Job& job, const workload::Software& software,
                                 const Plan& plan, int stage) {
  const auto shard = plan.shard();
  const auto passes = passes_in_flight(job, plan, stage);
  const auto dense = saved_activations(job, software, LayerKind::kDense, shard);
  const auto moe = job.model.moe ? saved_activations(job, software, LayerKind::kMoe, shard)
                                 : workload::SavedActivations{};
  const auto layers = [&](const workload::SavedActivations& saved, int count, int recomputed) {
    return saved.none * (count - recomputed) + kept(saved, plan.recompute) * recomputed;
  };
  base::Bytes sum;
  for (int c = 0; c < plan.virtual_stages; ++c) {
    const auto chunk = chunk_of(plan, job.model, c * plan.pipeline + stage);
    sum += (layers(dense, chunk.dense_layers, chunk.recomputed_dense) +
            layers(moe, chunk.moe_layers, chunk.recomputed_moe)) *
           micro_batches_in_flight(plan, passes, c);
    if (!chunk.head) continue;
    // Under 1F1B the backward pass of the head follows its forward pass at once.
    const bool all = plan.schedule == Schedule::kGPipe;
    sum += saved_activations(job, software, LayerKind::kHead, shard).none *
           ((all ? static_cast<double>(plan.micro_batches(job)) : 1.0) *
            (1 + chunk.prediction_layers));
  }
  return sum;
}

base::Bytes buffers_of_stage(const workload::Job& job, const workload::Software& software,
                             const Plan& plan, int stage) {
  const auto shard = plan.shard();
  const auto held = held_by(job.model, plan, stage);
  base::Bytes sum = work_of_stage(job, software, plan, held) + gathered(job, software, plan);
  if (plan.sequence_parallel) {
    // Gathered inputs of a column-parallel layer, forward and backward.
    const double tokens =
        static_cast<double>(plan.micro_batch) * static_cast<double>(job.sequence) / plan.context;
    sum += base::Bytes(2 * kElement * tokens * static_cast<double>(job.model.hidden));
  }
  base::Bytes dummies;
  for (const auto& [kind, count] :
       {std::pair{LayerKind::kDense, held.dense}, std::pair{LayerKind::kMoe, held.moe}}) {
    if (count > 0) dummies = std::max(dummies, dummy_gradients(job, software, kind, shard));
  }
  return sum + dummies;
}

}  // namespace weft::plan
