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

// What is held of each parameter. Mixed precision with Adam: 2 + 4 + 12 (with a distributed
// optimizer 6 + 12/(DP·CP)); with 16-bit gradients 2 + 2 + 16, of which 4 are their FP32 copy;
// under ZeRO-3 16 in all; of frozen weights 2.
struct StateBytes {
  double weights = kWeightBytes;
  double gradients = kGradientBytes;
  double optimizer = kOptimizerBytes;
};
StateBytes state_bytes(const workload::Job& job, const workload::Software& software,
                       const Plan& plan);

struct Memory {
  base::Bytes weights;
  base::Bytes gradients;
  base::Bytes optimizer;
  base::Bytes activations;
  base::Bytes buffers;  // gathered weights and inputs, one layer at work or made again
  base::Bytes reserve;  // runtime and allocator
  base::Bytes fixed;    // of the reserve, what the allocator does not see: context, communication
  int stage = 0;        // the pipeline stage it is for
  // Weights, gradients and optimizer.
  [[nodiscard]] base::Bytes state() const { return weights + gradients + optimizer; }
  // What tensors take, what the allocator holds for them, and what the device reports.
  [[nodiscard]] base::Bytes allocated() const { return state() + activations + buffers; }
  [[nodiscard]] base::Bytes reserved() const { return total() - fixed; }
  [[nodiscard]] base::Bytes total() const { return allocated() + reserve; }
};

Memory memory_of_stage(const workload::Job& job, const workload::Software& software,
                       const Plan& plan, int stage);
// With other bytes per parameter than the stack's: a master weight that reuses the 16-bit one, an
// optimizer on the host.
Memory memory_of_stage(const workload::Job& job, const workload::Software& software,
                       const Plan& plan, int stage, const StateBytes& state);
// The stage that needs most.
Memory peak_memory(const workload::Job& job, const workload::Software& software, const Plan& plan);

// Parameters of one layer of each kind, by workload::LayerKind.
using KindParameters = std::array<workload::ShardedParameters, 4>;
KindParameters kind_parameters(const workload::Model& model, const workload::Shard& shard);
// Parameters of a chunk. A tied head beside its embedding adds its norm only; on another stage it
// holds a copy of the table.
workload::ShardedParameters parameters_of_chunk(const workload::Model& model, const Chunk& chunk,
                                                const KindParameters& kinds);

// Parameters held by the devices of a stage, both copies under DualPipe: replicated over
// data·context ranks (dense), or over expert-data ranks (experts).
workload::ShardedParameters parameters_of_stage(const workload::Job& job, const Plan& plan,
                                                int stage);
// Bytes of parameters on one device, if `sharded` over the ranks of ZeRO: experts over their
// replicas.
base::Bytes held_bytes(const workload::ShardedParameters& parameters, const Plan& plan,
                       double per_parameter, bool sharded);
// Ranks over which one expert is replicated.
int expert_replicas(const Plan& plan);

}  // namespace weft::plan
