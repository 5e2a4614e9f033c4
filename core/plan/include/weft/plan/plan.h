// How a job is split over devices.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "weft/plan/schedule.h"
#include "weft/workload/layer.h"
#include "weft/workload/model.h"

namespace weft::plan {

// kSelective: norm outputs and the activation product (Megatron-Core modules layernorm and
// mlp_act); kAttention: the scores and what follows up to the values (Korthikanti et al., arXiv
// 2205.05198 §5, module core_attn); kModules: those in Plan::modules.
enum class Recompute { kNone, kSelective, kAttention, kFull, kModules };
inline constexpr int kRecomputeCount = 4;  // without kModules, of which there are many
const char* name_of(Recompute recompute);

using workload::ContextExchange;
using workload::kContextExchangeCount;

// Which ranks stand next to each other, innermost first.
enum class Axis : std::uint8_t { kTensor, kContext, kData, kPipeline };
using RankOrder = std::array<Axis, 4>;
inline constexpr RankOrder kTensorFirst = {Axis::kTensor, Axis::kContext, Axis::kData,
                                           Axis::kPipeline};  // Megatron's default

// Degrees multiply to the devices in use; expert parallelism takes its ranks from tensor, context
// and data ranks, in their order.
struct Plan {
  int tensor = 1;
  int context = 1;
  int data = 1;
  int pipeline = 1;
  int virtual_stages = 1;  // model chunks per pipeline stage
  int expert = 1;
  int expert_tensor = 1;  // ranks that share each expert: 1, or as many as tensor
  int micro_batch = 1;    // sequences
  int zero = 1;           // ZeRO stage 0 … 3, over data and context ranks
  // Ranks over which ZeRO shards, neighbours first (hybrid sharding); 0: all data and context
  // ranks.
  int zero_ranks = 0;
  bool sequence_parallel = false;
  Recompute recompute = Recompute::kNone;
  // Layers that each pipeline stage recomputes; the last entry holds for all stages that follow;
  // empty: all layers.
  std::vector<int> recompute_layers;
  Schedule schedule = Schedule::kOneForwardOneBackward;
  // Layers of each virtual stage in the order of the model: 0 where there is nothing but the
  // embedding or the loss; empty: as even as they go, the stages with these last to get one more.
  std::vector<int> layers;
  ContextExchange context_exchange = ContextExchange::kRing;
  RankOrder rank_order = kTensorFirst;
  // Shares that live in the host's memory: of the optimizer, which then runs there; of the
  // activations kept for the backward pass, which are fetched again.
  double optimizer_offload = 0;
  double activation_offload = 0;
  double gradient_bytes = 0;  // of one gradient that is kept and reduced; 0: what the stack does
  // With Schedule::kGiven: what each stage does, for as many micro-batches as the job has.
  GivenOrder order;
  workload::Modules modules{};  // with Recompute::kModules: what is dropped and made again
  // With Recompute::kFull: layers that keep one input together (Megatron's method uniform).
  int recompute_group = 1;
  // On a mixed cluster: the part of each pipeline stage. Groups of tensor, context, data and expert
  // ranks then lie inside one part, whose devices count through its own stages in their order.
  std::vector<int> parts;

  [[nodiscard]] std::int64_t devices() const {
    return static_cast<std::int64_t>(tensor) * context * data * pipeline;
  }
  // Of one stage.
  [[nodiscard]] std::int64_t devices_of_stage() const {
    return static_cast<std::int64_t>(tensor) * context * data;
  }
  [[nodiscard]] int part_of(int stage) const {
    return parts.empty() ? 0 : parts[static_cast<std::size_t>(stage)];
  }
  // How many stages a part has.
  [[nodiscard]] int stages_in(int part) const {
    if (parts.empty()) return part == 0 ? pipeline : 0;
    return static_cast<int>(std::count(parts.begin(), parts.end(), part));
  }
  [[nodiscard]] int chunks() const { return pipeline * virtual_stages; }
  [[nodiscard]] std::int64_t micro_batches(const workload::Job& job) const {
    return job.global_batch / (static_cast<std::int64_t>(data) * micro_batch);
  }
  [[nodiscard]] PipelineShape shape(std::int64_t micro_batches) const {
    return {schedule, pipeline, virtual_stages, micro_batches, &order};
  }
  [[nodiscard]] workload::Shard shard() const {
    return {tensor,        sequence_parallel, context,         expert,
            expert_tensor, micro_batch,       context_exchange};
  }
  // The ZeRO stage by what is sent: in a pipeline, ZeRO-2 and ZeRO-3 gather once a step and scatter
  // once a step, as ZeRO-1 does, and keep what they gathered until then.
  [[nodiscard]] int zero_traffic() const { return pipeline > 1 ? std::min(zero, 1) : zero; }
  // Ranks that hold one shard each.
  [[nodiscard]] int shard_ranks() const {
    return zero_ranks > 0 ? std::min(zero_ranks, context * data) : context * data;
  }
  // The modules that are not of a named kind.
  [[nodiscard]] workload::Modules recomputed_modules() const {
    return recompute == Recompute::kModules ? modules : workload::Modules{};
  }
  friend bool operator==(const Plan&, const Plan&) = default;
};

// "selective", "layernorm, moe_act".
std::string recompute_text(const Plan& plan);
// "1F1B", "interleaved 1F1B", "ZB-V".
std::string schedule_text(const Plan& plan);
// "TP8+SP PP4x2 DP12", then also " ZeRO-1, micro-batch 1, recompute none".
std::string layout_text(const Plan& plan);
std::string to_text(const Plan& plan);

// A run of layers on one virtual stage.
struct Chunk {
  int dense_layers = 0;
  int moe_layers = 0;
  int recomputed_dense = 0;  // of these, layers that are recomputed
  int recomputed_moe = 0;
  int prediction_layers = 0;  // of multi-token prediction, with a head each
  bool embedding = false;
  bool head = false;
  bool beside_embedding = false;  // with the head: its device has the input table too
  [[nodiscard]] int layers() const { return dense_layers + moe_layers; }
  friend bool operator==(const Chunk&, const Chunk&) = default;
};
// Plan::layers where the embedding, the loss or both count as one layer (Megatron-LM
// --account-for-embedding-in-pipeline-split, --account-for-loss-in-pipeline-split), and layers of
// multi-token prediction, which are the last virtual stage's: all virtual stages have as many.
// Empty where that does not come out even.
std::vector<int> layers_with_ends(const workload::Model& model, int virtual_stages, bool embedding,
                                  bool loss);
Chunk chunk_of(const Plan& plan, const workload::Model& model, int virtual_stage);

}  // namespace weft::plan
