#include "weft/step/pair_cost.h"

#include <algorithm>

namespace weft::step {

bool interweaves(const plan::Plan& plan) {
  if (plan.pipeline == 1) return false;
  if (plan.schedule != plan::Schedule::kGiven) return plan::traits_of(plan.schedule).interweaves;
  const auto& stages = plan.order.stages;
  return std::any_of(stages.begin(), stages.end(), [](const auto& operations) {
    return std::any_of(operations.begin(), operations.end(),
                       [](const auto& op) { return op.task == plan::Task::kPair; });
  });
}

PairSaving pair_saving(const Openings& forward, const Openings& backward, double tax) {
  const double kept = 1.0 - tax;
  return {std::min(forward.expert, backward.open) * kept,
          std::min(backward.expert, forward.open) * kept};
}

}  // namespace weft::step
