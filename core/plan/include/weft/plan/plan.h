// How a job is split over devices.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "weft/plan/schedule.h"
#include "weft/workload/layer.h"
#include "weft/workload/model.h"

namespace weft::plan {

// kSelective: norm outputs and the activation product (Megatron-Core modules layernorm and
// mlp_act); kAttention: the scores and what follows up to the values (Korthikanti et al., arXiv
// 2205.05198 §5, module core_attn).
enum class Recompute { kNone, kSelective, kAttention, kFull };
inline constexpr int kRecomputeCount = 4;
const char* name_of(Recompute recompute);

// Degrees multiply to the devices in use; expert parallelism takes its ranks from tensor, context
// and data ranks. Rank order, innermost first: tensor, context, data, pipeline (Megatron's
// default).
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
  // Layers of each virtual stage in the order of the model; empty: as even as they go, the stages
  // with the embedding and the head last to get one more.
  std::vector<int> layers;
  // With Schedule::kGiven: what each stage does, for as many micro-batches as the job has.
  GivenOrder order;

  [[nodiscard]] std::int64_t devices() const {
    return static_cast<std::int64_t>(tensor) * context * data * pipeline;
  }
  [[nodiscard]] int chunks() const { return pipeline * virtual_stages; }
  [[nodiscard]] std::int64_t micro_batches(const workload::Job& job) const {
    return job.global_batch / (static_cast<std::int64_t>(data) * micro_batch);
  }
  [[nodiscard]] PipelineShape shape(std::int64_t micro_batches) const {
    return {schedule, pipeline, virtual_stages, micro_batches, &order};
  }
  [[nodiscard]] workload::Shard shard() const {
    return {tensor, sequence_parallel, context, expert, expert_tensor, micro_batch};
  }
  // The ZeRO stage by what is sent: in a pipeline, ZeRO-2 and ZeRO-3 gather once a step and scatter
  // once a step, as ZeRO-1 does, and keep what they gathered until then.
  [[nodiscard]] int zero_traffic() const { return pipeline > 1 ? std::min(zero, 1) : zero; }
  // Ranks that hold one shard each.
  [[nodiscard]] int shard_ranks() const {
    return zero_ranks > 0 ? std::min(zero_ranks, context * data) : context * data;
  }
  friend bool operator==(const Plan&, const Plan&) = default;
};

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
};
Chunk chunk_of(const Plan& plan, const workload::Model& model, int virtual_stage);

}  // namespace weft::plan
