#include "weft/plan/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "options_text.h"
#include "weft/plan/parts.h"

namespace weft::plan {

const char* name_of(Recompute recompute) {
  constexpr std::array kNames = {"none", "selective", "attention", "full", "modules"};
  return kNames[static_cast<std::size_t>(recompute)];
}

std::string recompute_text(const Plan& plan) {
  return plan.recompute == Recompute::kModules ? workload::to_text(plan.modules)
                                               : name_of(plan.recompute);
}

std::string schedule_text(const Plan& plan) {
  const bool interleaved =
      plan.schedule == Schedule::kOneForwardOneBackward && plan.virtual_stages > 1;
  return (interleaved ? "interleaved " : "") + std::string(title_of(plan.schedule));
}

std::string layout_text(const Plan& plan) {
  std::string text = fmt::format("TP{}", plan.tensor);
  if (plan.sequence_parallel) text += "+SP";
  if (plan.context > 1) text += fmt::format(" CP{}", plan.context) + exchange_text(plan);
  text += fmt::format(" PP{}", plan.pipeline);
  if (plan.virtual_stages > 1) text += fmt::format("x{}", plan.virtual_stages);
  text += parts_text(plan);
  text += fmt::format(" DP{}", plan.data);
  if (plan.expert > 1) text += fmt::format(" EP{}", plan.expert);
  if (plan.pipeline > 1 && plan.schedule != Schedule::kOneForwardOneBackward) {
    text += fmt::format(" {}", title_of(plan.schedule));
  }
  return text + options_text(plan);
}

std::string to_text(const Plan& plan) {
  return fmt::format("{} ZeRO-{}, micro-batch {}, recompute {}", layout_text(plan), plan.zero,
                     plan.micro_batch, recompute_text(plan));
}

namespace {

// Layers before and in a virtual stage.
struct Range {
  int first = 0;
  int count = 0;
};

// `behind` further layers stand behind the last one: its virtual stage gets fewer others.
Range range_of(const Plan& plan, int layers, int behind, int virtual_stage) {
  if (!plan.layers.empty()) {
    const auto begin = plan.layers.begin();
    return {std::accumulate(begin, begin + virtual_stage, 0),
            plan.layers[static_cast<std::size_t>(virtual_stage)]};
  }
  const int chunks = plan.chunks();
  const int even = (layers + behind) / chunks;
  const int extra = (layers + behind) % chunks;
  // Virtual stages 1 … extra hold one layer more: the first has the embedding, the last the head.
  const auto first_of = [&](int stage) {
    return std::min(stage * even + std::clamp(stage - 1, 0, extra), layers);
  };
  const int first = first_of(virtual_stage);
  return {first, first_of(virtual_stage + 1) - first};
}

// A stage shares what it recomputes among its chunks as evenly as it goes.
int recomputed_layers(const Plan& plan, int virtual_stage, int layers) {
  if (plan.recompute == Recompute::kNone) return 0;
  if (plan.recompute_layers.empty()) return layers;
  const auto holder = holder_of(plan.shape(1), virtual_stage, 0);
  const auto stage = static_cast<std::size_t>(holder.stage);
  const int chunk = holder.chunk;
  const int total = plan.recompute_layers[std::min(stage, plan.recompute_layers.size() - 1)];
  const int share = total / plan.virtual_stages + (chunk < total % plan.virtual_stages ? 1 : 0);
  return std::min(share, layers);
}

}  // namespace

std::vector<int> layers_with_ends(const workload::Model& model, int virtual_stages, bool embedding,
                                  bool loss) {
  const int behind = model.prediction_layers + (loss ? 1 : 0);
  const int slots = model.layers + behind + (embedding ? 1 : 0);
  const int each = slots / virtual_stages;
  if (slots % virtual_stages != 0 || each < std::max(behind, 1)) return {};
  std::vector<int> layers(static_cast<std::size_t>(virtual_stages), each);
  layers.front() -= embedding ? 1 : 0;
  layers.back() -= behind;
  return layers.back() < 0 ? std::vector<int>{} : layers;
}

Chunk chunk_of(const Plan& plan, const workload::Model& model, int virtual_stage) {
  const auto range = range_of(plan, model.layers, model.prediction_layers, virtual_stage);
  Chunk chunk;
  chunk.moe_layers =
      model.moe_layers_of_first(range.first + range.count) - model.moe_layers_of_first(range.first);
  chunk.dense_layers = range.count - chunk.moe_layers;
  chunk.embedding = virtual_stage == 0;
  chunk.head = virtual_stage == plan.chunks() - 1;
  if (chunk.head) {
    chunk.beside_embedding = chunk.embedding || plan.shape(1).placement() != Placement::kLoop;
    chunk.prediction_layers = model.prediction_layers;
    (model.moe ? chunk.moe_layers : chunk.dense_layers) += model.prediction_layers;
    // Of a hybrid model: a mixer and experts each.
    if (model.moe && model.is_hybrid()) chunk.dense_layers += model.prediction_layers;
  }
  const int recomputed = recomputed_layers(plan, virtual_stage, chunk.layers());
  chunk.recomputed_moe = std::min(recomputed, chunk.moe_layers);
  chunk.recomputed_dense = recomputed - chunk.recomputed_moe;
  return chunk;
}

}  // namespace weft::plan
