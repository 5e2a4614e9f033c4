// Plans of the tests of this room.
#pragma once

#include "weft/plan/plan.h"

namespace weft::step {

inline plan::Plan plan_of(int tensor, int pipeline, int chunks, int data) {
  plan::Plan plan;
  plan.tensor = tensor;
  plan.pipeline = pipeline;
  plan.virtual_stages = chunks;
  plan.data = data;
  plan.sequence_parallel = tensor > 1;
  return plan;
}

}  // namespace weft::step
