#include "activations.h"

#include <algorithm>
#include <initializer_list>
#include <utility>
#include <vector>

#include "weft/plan/memory.h"
#include "weft/workload/layer.h"
#include "weft/workload/workspace.h"

namespace weft::plan {

namespace {

using workload::LayerKind;

constexpr double kElement = 2.0;

// Forward passes of a stage, over all its chunks, that are not yet undone by a backward pass, at
// most: those of the warm-up and the one at work. Of GPipe and 1F1B, whose orders need not be
// walked.
std::int64_t passes_in_flight(const PipelineShape& shape, int stage) {
  const auto steps = shape.micro_batches * shape.virtual_stages;
  if (shape.schedule == Schedule::kGPipe) return steps;
  const int behind = shape.stages - stage - 1;
  const std::int64_t warm_up =
      shape.virtual_stages == 1 ? behind : 2 * behind + (shape.virtual_stages - 1) * shape.stages;
  return std::min(warm_up + 1, steps);
}

// How many of them are of one chunk: the chunks take turns of `stages` micro-batches.
double micro_batches_in_flight(const PipelineShape& shape, std::int64_t passes, int chunk) {
  if (shape.virtual_stages == 1) return static_cast<double>(passes);
  const std::int64_t turn = shape.stages;
  const std::int64_t round = turn * shape.virtual_stages;
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
  const auto shape = plan.shape(1);
  for (int c = 0; c < shape.chunks(); ++c) {
    const auto chunk = chunk_of(plan, model, shape.virtual_stage(stage, c));
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

// What one micro-batch keeps of one chunk: until its backward pass, and from its input gradient to
// its weight gradient that is put off. The latter are inputs and output gradients of the linear
// layers, 32 of the 34 bytes of a token and channel (arXiv 2401.10241, Table 1): taken as all that
// a layer keeps, and whole where it was recomputed. The head's weight gradient is not put off.
struct ChunkBytes {
  base::Bytes kept;
  base::Bytes put_off;
  base::Bytes head;
};

class ChunkSizes {
 public:
  ChunkSizes(const workload::Job& job, const workload::Software& software, const Plan& plan)
      : job_(job), software_(software), plan_(plan), shard_(plan.shard()) {
    dense_ = saved_activations(job, software, LayerKind::kDense, shard_);
    if (job.model.moe) moe_ = saved_activations(job, software, LayerKind::kMoe, shard_);
  }

  [[nodiscard]] ChunkBytes of(int virtual_stage) const {
    const auto chunk = chunk_of(plan_, job_.model, virtual_stage);
    ChunkBytes bytes;
    bytes.kept = layers(dense_, chunk.dense_layers, chunk.recomputed_dense) +
                 layers(moe_, chunk.moe_layers, chunk.recomputed_moe);
    bytes.put_off = dense_.none * chunk.dense_layers + moe_.none * chunk.moe_layers;
    if (chunk.head) {
      bytes.head = saved_activations(job_, software_, LayerKind::kHead, shard_).none *
                   (1 + chunk.prediction_layers);
    }
    return bytes;
  }

 private:
  [[nodiscard]] base::Bytes layers(const workload::SavedActivations& saved, int count,
                                   int recomputed) const {
    return saved.none * (count - recomputed) + kept(saved, plan_.recompute) * recomputed;
  }

  const workload::Job& job_;
  const workload::Software& software_;
  const Plan& plan_;
  workload::Shard shard_;
  workload::SavedActivations dense_, moe_;
};

// Schedules that put weight gradients off, and given ones: the most that is held at once.
base::Bytes most_held(const PipelineShape& shape, int stage, const ChunkSizes& sizes) {
  std::vector<ChunkBytes> bytes;
  for (int c = 0; c < shape.chunks(); ++c) {
    bytes.push_back(sizes.of(shape.virtual_stage(stage, c)));
  }
  base::Bytes most;
  walk_in_flight(stage_order(shape, stage), shape.chunks(), [&](const InFlight& now) {
    base::Bytes sum;
    for (std::size_t c = 0; c < bytes.size(); ++c) {
      sum += (bytes[c].kept + bytes[c].head) * now.kept[c] + bytes[c].put_off * now.put_off[c];
    }
    most = std::max(most, sum);
  });
  return most;
}

}  // namespace

base::Bytes activations_of_stage(const workload::Job& job, const workload::Software& software,
                                 const Plan& plan, int stage) {
  const auto shape = plan.shape(plan.micro_batches(job));
  const ChunkSizes sizes(job, software, plan);
  const bool is_known =
      plan.schedule == Schedule::kOneForwardOneBackward || plan.schedule == Schedule::kGPipe;
  if (!is_known) return most_held(shape, stage, sizes);
  const auto passes = passes_in_flight(shape, stage);
  // Under 1F1B the backward pass of the head follows its forward pass at once.
  const double heads = plan.schedule == Schedule::kGPipe ? static_cast<double>(passes) : 1.0;
  base::Bytes sum;
  for (int c = 0; c < shape.chunks(); ++c) {
    const auto one = sizes.of(shape.virtual_stage(stage, c));
    sum += one.kept * micro_batches_in_flight(shape, passes, c) + one.head * heads;
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
