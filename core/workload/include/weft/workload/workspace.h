// What a layer needs while it is at work, beside what it keeps.
#pragma once

#include "weft/base/quantity.h"
#include "weft/workload/layer.h"
#include "weft/workload/model.h"
#include "weft/workload/software.h"

namespace weft::workload {

inline constexpr double kElement = 2.0;  // bytes of BF16 or FP16

// Backward pass of one layer: the gradient of the stream on both sides of the MLP and of the inputs
// of its activation, or around attention what context ranks gather. The head: what it holds beyond
// saved_activations() while it makes the gradient of its table.
base::Bytes backward_workspace(const Job& job, const Software& software, LayerKind kind,
                               const Shard& shard);

// 16-bit dummies of the weight gradients of one layer, one per shape: experts share theirs. Zero
// where the software makes none.
base::Bytes dummy_gradients(const Job& job, const Software& software, LayerKind kind,
                            const Shard& shard);

}  // namespace weft::workload
