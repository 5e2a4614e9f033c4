// Memory of one device, by part.
#pragma once

#include <array>

#include "weft/base/quantity.h"
#include "weft/plan/plan.h"
#include "weft/workload/model.h"
#include "weft/workload/software.h"

namespace weft::plan {

// Bytes of a parameter: the 16-bit weight, its FP32 gradient, and the FP32 master weight with two
// moments.
inline constexpr double kWeightBytes = 2.0;
inline constexpr double kGradientBytes = 4.0;
inline constexpr double kOptimizerBytes = 12.0;

// Mixed precision with Adam: 16-bit weights, FP32 gradients, 12 byte/parameter of FP32 master
// weight and moments (18 byte/parameter unsharded; with a distributed optimizer 6 + 12/(DP·CP)).
struct Memory {
  base::Bytes weights;
  base::Bytes gradients;
  base::Bytes optimizer;
  base::Bytes activations;
  base::Bytes buffers;  // gathered weights (ZeRO-3), gathered inputs, one layer made again
  base::Bytes reserve;  // runtime and allocator
  int stage = 0;        // the pipeline stage it is for
  [[nodiscard]] base::Bytes total() const {
    return weights + gradients + optimizer + activations + buffers + reserve;
  }
};

Memory memory_of_stage(const workload::Job& job, const workload::Software& software,
                       const Plan& plan, int stage);
// The stage that needs most.
Memory peak_memory(const workload::Job& job, const workload::Software& software, const Plan& plan);

// Parameters of one layer of each kind, by workload::LayerKind.
using KindParameters = std::array<workload::ShardedParameters, 4>;
KindParameters kind_parameters(const workload::Model& model, const workload::Shard& shard);
// Parameters of a chunk. A tied head beside its embedding adds its norm only; on another stage it
// holds a copy of the table.
workload::ShardedParameters parameters_of_chunk(const workload::Model& model, const Chunk& chunk,
                                                const KindParameters& kinds);

// Parameters held by the devices of a stage: replicated over data·context ranks (dense), or over
// expert-data ranks (experts).
workload::ShardedParameters parameters_of_stage(const workload::Job& job, const Plan& plan,
                                                int stage);
// Ranks over which one expert is replicated.
int expert_replicas(const Plan& plan);

}  // namespace weft::plan
