// Stages on devices that are not alike.
#include <algorithm>

#include "index.h"
#include "stage_map.h"
#include "weft/step/evaluator.h"

namespace weft::step {

std::vector<base::Time> Evaluator::stage_times(const plan::Plan& plan) {
  prepare(plan);
  std::vector<base::Time> times;
  for (const int stage : map_->stage_of) times.emplace_back(alike_[at(stage)].work);
  return times;
}

// Of two stages that hold the same layers, the one whose passes take longer.
const Evaluator& Evaluator::slower_copy(const plan::PipelineShape& shape, std::size_t stage,
                                        std::span<Evaluator* const> by_stage) const {
  const auto* own = by_stage[stage];
  if (shape.ways() == 1) return *own;
  const auto* other = by_stage[at(shape.stages) - 1 - stage];
  const auto held = at(map_->stage_of[stage]);
  return other->alike_[held].work > own->alike_[held].work ? *other : *own;
}

base::Time Evaluator::time(const plan::Plan& plan, std::span<Evaluator* const> by_stage) {
  prepare(plan);
  for (auto* other : by_stage) {
    if (other != this) other->prepare(plan);
  }
  const auto shape = plan.shape(1);
  const auto chunks = at(shape.chunks());
  auto forward = forward_, backward = backward_, weight = weight_, pairs = pairs_;
  auto start = start_, tail = tail_;
  for (std::size_t s = 0; s < start.size(); ++s) {
    const auto& from = slower_copy(shape, s, by_stage);
    start[s] = from.start_[s];
    tail[s] = from.tail_[s];
    for (int c = 0; c < shape.chunks(); ++c) {
      const auto vs = at(shape.virtual_stage(static_cast<int>(s), c));
      forward[vs] = from.forward_[vs];
      backward[vs] = from.backward_[vs];
      weight[vs] = from.weight_[vs];
      if (pairs.empty()) continue;
      std::copy_n(&from.pairs_[vs * chunks], chunks, &pairs[vs * chunks]);
    }
  }
  auto merged = times(plan);
  merged.forward = forward;
  merged.backward = backward;
  merged.weight = weight;
  merged.overlapped = pairs;
  merged.start = start;
  merged.tail = tail;
  return base::Time(replay(merged, Folding::kFolded, scratch_));
}

}  // namespace weft::step
