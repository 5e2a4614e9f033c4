// Layers for the stages of a plan on parts of different speed and memory.
#include <algorithm>

#include "index.h"
#include "tables.h"
#include "weft/plan/check.h"
#include "weft/plan/parts.h"

namespace weft::step {

namespace {

using workload::LayerKind;

double both_ways(const PartCosts& costs, LayerKind kind) {
  const auto& layer = costs.layers[static_cast<std::size_t>(kind)];
  return layer.pass.forward + layer.pass.backward + layer.again;
}

// The mean over the layers of the model.
double time_of_layer(const PartCosts& costs, const workload::Model& model) {
  const int moe = model.moe_layers();
  const int dense = model.layers - moe;
  double sum = dense > 0 ? dense * both_ways(costs, LayerKind::kDense) : 0.0;
  if (moe > 0) sum += moe * both_ways(costs, LayerKind::kMoe);
  return sum / model.layers;
}

}  // namespace

std::vector<plan::StageLoad> Evaluator::loads_of_stages(const plan::Plan& plan) const {
  const auto& model = job_.model;
  std::vector<plan::StageLoad> stages;
  for (int stage = 0; stage < plan.pipeline; ++stage) {
    const auto& costs = *costs_[at(plan.part_of(stage))];
    stages.push_back({time_of_layer(costs, model), 0, model.layers});
  }
  const auto shape = plan.shape(1);
  const int first = plan::holder_of(shape, 0, 0).stage;
  const int last = plan::holder_of(shape, plan.chunks() - 1, 0).stage;
  stages[at(first)].ends += both_ways(*costs_[at(plan.part_of(first))], LayerKind::kEmbedding);
  const auto& costs = *costs_[at(plan.part_of(last))];
  const int predicted = model.prediction_layers;
  stages[at(last)].ends +=
      (1 + predicted) * both_ways(costs, LayerKind::kHead) +
      predicted * both_ways(costs, model.moe ? LayerKind::kMoe : LayerKind::kDense);
  return stages;
}

// Lowers `most` of stages that do not fit, by no more than what is over. True when all fit.
bool Evaluator::limit_layers(const plan::Plan& plan, std::vector<plan::StageLoad>& stages) const {
  bool all_fit = true;
  const auto shape = plan.shape(1);
  for (const auto& memory : plan::memory_of_stages(job_, software_, plan)) {
    if (plan::fits(cluster_, memory)) continue;
    all_fit = false;
    int held = 0;
    for (int c = 0; c < shape.chunks(); ++c) {
      held += plan.layers[at(shape.virtual_stage(memory.stage, c))];
    }
    const auto over = memory.total() - cluster_.part(memory.part).device().memory_usable;
    const int fewer = std::max(static_cast<int>(over / memory.total() * held), 1);
    stages[at(memory.stage)].most = held - fewer;
  }
  return all_fit;
}

bool Evaluator::split_layers(plan::Plan& plan) {
  plan.layers.clear();
  look_up_parts(plan, rest_of(plan));
  auto stages = loads_of_stages(plan);
  const int chunks = plan.shape(1).chunks();
  for (;;) {
    plan.layers = plan::balanced_layers(plan, job_.model.layers, stages);
    if (limit_layers(plan, stages)) return true;
    // No stage can do with less than a layer for each of its chunks.
    int room = 0;
    for (const auto& stage : stages) {
      if (stage.most < chunks) return false;
      room += std::min(stage.most, job_.model.layers);
    }
    if (room < job_.model.layers) return false;
  }
}

}  // namespace weft::step
