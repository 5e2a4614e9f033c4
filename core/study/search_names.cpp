#include <fmt/format.h>

#include "weft/study/search.h"

namespace weft::study {

const char* name_of(Objective objective) {
  constexpr const char* kNames[] = {"speed", "energy", "pareto"};
  return kNames[static_cast<std::size_t>(objective)];
}

const char* name_of(FamilyAxis axis) {
  constexpr const char* kNames[] = {"tensor",        "context",     "pipeline", "expert",
                                    "expert_tensor", "micro_batch", "schedule", "zero",
                                    "recompute",     "offload"};
  return kNames[static_cast<std::size_t>(axis)];
}

int value_of(FamilyAxis axis, const plan::Plan& plan) {
  switch (axis) {
    case FamilyAxis::kTensor:
      return plan.tensor;
    case FamilyAxis::kContext:
      return plan.context;
    case FamilyAxis::kPipeline:
      return plan.pipeline;
    case FamilyAxis::kExpert:
      return plan.expert;
    case FamilyAxis::kExpertTensor:
      return plan.expert_tensor;
    case FamilyAxis::kMicroBatch:
      return plan.micro_batch;
    case FamilyAxis::kSchedule: {
      if (plan.pipeline == 1) return -1;
      const bool interleaves =
          plan.schedule == plan::Schedule::kOneForwardOneBackward && plan.virtual_stages > 1;
      return interleaves ? plan::kScheduleCount : static_cast<int>(plan.schedule);
    }
    case FamilyAxis::kZero:
      return plan.zero;
    case FamilyAxis::kRecompute:
      return static_cast<int>(plan.recompute);
    case FamilyAxis::kOffload:
      return (plan.optimizer_offload > 0 ? 1 : 0) + (plan.activation_offload > 0 ? 2 : 0);
  }
  return 0;
}

std::string family_text(FamilyAxis axis, const plan::Plan& plan) {
  const int value = value_of(axis, plan);
  switch (axis) {
    case FamilyAxis::kTensor:
      return fmt::format("TP{}", value);
    case FamilyAxis::kContext:
      return fmt::format("CP{}", value);
    case FamilyAxis::kPipeline:
      return fmt::format("PP{}", value);
    case FamilyAxis::kExpert:
      return fmt::format("EP{}", value);
    case FamilyAxis::kExpertTensor:
      return fmt::format("expert TP{}", value);
    case FamilyAxis::kMicroBatch:
      return fmt::format("micro-batch {}", value);
    case FamilyAxis::kSchedule:
      if (value < 0) return "no pipeline";
      return value == plan::kScheduleCount ? "interleaved" : plan::title_of(plan.schedule);
    case FamilyAxis::kZero:
      return fmt::format("ZeRO-{}", value);
    case FamilyAxis::kRecompute:
      return fmt::format("recompute {}", plan::recompute_text(plan));
    case FamilyAxis::kOffload: {
      constexpr const char* kWhat[] = {"no offload", "optimizer on host", "activations on host",
                                       "optimizer, activations on host"};
      return kWhat[value];
    }
  }
  return "";
}

}  // namespace weft::study
