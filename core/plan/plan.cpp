#include "weft/plan/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace weft::plan {

const char* name_of(Recompute recompute) {
  constexpr std::array<const char*, kRecomputeCount> kNames = {"none", "selective", "full"};
  return kNames[static_cast<std::size_t>(recompute)];
}

const char* name_of(Schedule schedule) {
  constexpr std::array<const char*, kScheduleCount> kNames = {"1f1b", "gpipe"};
  return kNames[static_cast<std::size_t>(schedule)];
}

std::string layout_text(const Plan& plan) {
  std::string text = fmt::format("TP{}", plan.tensor);
  if (plan.sequence_parallel) text += "+SP";
  if (plan.context > 1) text += fmt::format(" CP{}", plan.context);
  text += fmt::format(" PP{}", plan.pipeline);
  if (plan.virtual_stages > 1) text += fmt::format("x{}", plan.virtual_stages);
  text += fmt::format(" DP{}", plan.data);
  if (plan.expert > 1) text += fmt::format(" EP{}", plan.expert);
  if (plan.pipeline > 1 && plan.schedule == Schedule::kGPipe) text += " GPipe";
  return text;
}

std::string to_text(const Plan& plan) {
  return fmt::format("{} ZeRO-{}, micro-batch {}, recompute {}", layout_text(plan), plan.zero,
                     plan.micro_batch, name_of(plan.recompute));
}

namespace {

// Layers before and in a virtual stage.
struct Range {
  int first = 0;
  int count = 0;
};

Range range_of(const Plan& plan, int layers, int virtual_stage) {
  if (!plan.layers.empty()) {
    const auto begin = plan.layers.begin();
    return {std::accumulate(begin, begin + virtual_stage, 0),
            plan.layers[static_cast<std::size_t>(virtual_stage)]};
  }
  const int chunks = plan.chunks();
  const int even = layers / chunks;
  const int extra = layers % chunks;
  // Virtual stages 1 … extra hold one layer more: the first has the embedding, the last the head.
  const int before = std::clamp(virtual_stage - 1, 0, extra);
  const bool more = virtual_stage >= 1 && virtual_stage <= extra;
  return {virtual_stage * even + before, even + (more ? 1 : 0)};
}

}  // namespace

Chunk chunk_of(const Plan& plan, const workload::Model& model, int virtual_stage) {
  const auto range = range_of(plan, model.layers, virtual_stage);
  Chunk chunk;
  const int first_moe = model.moe ? model.moe->first_dense_layers : model.layers;
  chunk.dense_layers = std::clamp(first_moe - range.first, 0, range.count);
  chunk.moe_layers = range.count - chunk.dense_layers;
  chunk.embedding = virtual_stage == 0;
  chunk.head = virtual_stage == plan.chunks() - 1;
  return chunk;
}

}  // namespace weft::plan
