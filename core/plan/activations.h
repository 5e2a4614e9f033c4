// What a pipeline stage keeps from forward to backward, and what it works in.
#pragma once

#include "weft/base/quantity.h"
#include "weft/plan/plan.h"
#include "weft/workload/model.h"
#include "weft/workload/software.h"

namespace weft::plan {

// Saved by all layers of the stage for all micro-batches in flight, logits included.
base::Bytes activations_of_stage(const workload::Job& job, const workload::Software& software,
                                 const Plan& plan, int stage);

// What is held for a while: gathered inputs and weights, dummies of weight gradients, and the
// larger of the loss and of one layer in its backward pass, made again first if it must.
base::Bytes buffers_of_stage(const workload::Job& job, const workload::Software& software,
                             const Plan& plan, int stage);

}  // namespace weft::plan
