// Memory of a stage over the operations of a step.
#pragma once

#include <vector>

#include "weft/base/quantity.h"
#include "weft/plan/memory.h"
#include "weft/plan/plan.h"
#include "weft/plan/schedule.h"

namespace weft::plan {

// While one operation of a stage runs.
struct MemoryMoment {
  Operation operation;
  base::Bytes kept;     // activations that wait for their backward pass, with those it adds
  base::Bytes put_off;  // what waits for weight gradients
  base::Bytes buffers;  // gathered inputs and weights, the layer at work
  base::Bytes total;    // with weights, gradients, optimizer and reserve
};

// One moment for each operation, in the order of the stage; the largest total is that of
// memory_of_stage(). What is held while an input gradient runs is the larger of what stands before
// it and behind it.
std::vector<MemoryMoment> memory_timeline(const workload::Job& job,
                                          const workload::Software& software, const Plan& plan,
                                          int stage);

// All operations of a stage in a step, with the rounds of the steady state written out.
std::vector<Operation> operations_of(const PipelineShape& shape, int stage);

struct Held;
// The most that is held at once, for schedules without a closed form.
Held most_held_in_order(const workload::Job& job, const Plan& plan, const MemoryParts& parts,
                        int stage);

}  // namespace weft::plan
