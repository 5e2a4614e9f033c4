// The passes of layers in an operation of the schedule. Internal to the room.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "layer_work.h"
#include "weft/step_chakra/step_chakra.h"

namespace weft::step_chakra {

inline std::size_t number_of(step::Part part) { return static_cast<std::size_t>(part); }

// One pass of one layer, with what the timeline says of its time: s.
struct LayerPass {
  workload::LayerKind kind = workload::LayerKind::kDense;
  PassKind pass = PassKind::kForward;
  int layer = step::kNoLayer;
  double begin = 0, end = 0;                       // of its kernels
  std::array<double, step::kPartCount> exposed{};  // by step::Part, with waits
  std::array<double, step::kPartCount> hidden{};
  [[nodiscard]] std::string name() const;
};

struct OperationPasses {
  std::vector<LayerPass> passes;  // in the order in which their kernels begin
  double sending = 0;             // s, for which the device waits at the end
};

// `hidden` are the spans of this operation in StageTimeline::hidden.
OperationPasses passes_of(const TracedStep& step, int stage, const step::OperationSpan& operation,
                          const std::vector<const step::HiddenSpan*>& hidden, LayerWork& work);

}  // namespace weft::step_chakra
