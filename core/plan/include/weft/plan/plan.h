// How a job is split over devices.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weft/workload/layer.h"
#include "weft/workload/model.h"

namespace weft::plan {

enum class Recompute { kNone, kSelective, kFull };
inline constexpr int kRecomputeCount = 3;
const char* name_of(Recompute recompute);

// kOneForwardOneBackward is interleaved when virtual_stages > 1 (Narayanan et al., arXiv
// 2104.04473).
enum class Schedule { kOneForwardOneBackward, kGPipe };
inline constexpr int kScheduleCount = 2;
const char* name_of(Schedule schedule);

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
  int micro_batch = 1;  // sequences
  int zero = 1;         // ZeRO stage 0 … 3, over data and context ranks
  bool sequence_parallel = false;
  Recompute recompute = Recompute::kNone;
  Schedule schedule = Schedule::kOneForwardOneBackward;
  // Layers of each virtual stage in the order of the model; empty: as even as they go, the stages
  // with the embedding and the head last to get one more.
  std::vector<int> layers;

  [[nodiscard]] std::int64_t devices() const {
    return static_cast<std::int64_t>(tensor) * context * data * pipeline;
  }
  [[nodiscard]] int chunks() const { return pipeline * virtual_stages; }
  [[nodiscard]] std::int64_t micro_batches(const workload::Job& job) const {
    return job.global_batch / (static_cast<std::int64_t>(data) * micro_batch);
  }
  [[nodiscard]] workload::Shard shard() const {
    return {tensor, sequence_parallel, context, expert, micro_batch};
  }
  friend bool operator==(const Plan&, const Plan&) = default;
};

// "TP8+SP PP4x2 DP12", then also " ZeRO-1, micro-batch 1, recompute none".
std::string layout_text(const Plan& plan);
std::string to_text(const Plan& plan);

// A run of layers on one virtual stage. Chunk c of pipeline stage i is virtual stage
// c · pipeline + i.
struct Chunk {
  int dense_layers = 0;
  int moe_layers = 0;
  bool embedding = false;
  bool head = false;
  [[nodiscard]] int layers() const { return dense_layers + moe_layers; }
};
Chunk chunk_of(const Plan& plan, const workload::Model& model, int virtual_stage);

}  // namespace weft::plan
