// Memory of one device, by part.
#pragma once

#include <array>
#include <vector>

#include "weft/base/quantity.h"
#include "weft/cluster/cluster.h"
#include "weft/plan/plan.h"
#include "weft/workload/model.h"
#include "weft/workload/software.h"

namespace weft::plan {

// Bytes of a parameter: the 16-bit weight, its FP32 gradient, and the FP32 master weight with two
// moments.
inline constexpr double kWeightBytes = 2.0;
inline constexpr double kGradientBytes = 4.0;
inline constexpr double kOptimizerBytes = 12.0;
// What Adam reads and writes of each besides the gradient that it reads: master weight and moments
// both ways, the 16-bit weight written.
inline constexpr double kAdamTraffic = 2 * kOptimizerBytes + kWeightBytes;

// What is held of each parameter. Mixed precision with Adam: 2 + 4 + 12 (with a distributed
// optimizer 6 + 12/(DP·CP)); with 16-bit gradients 2 + 2 + 16, of which 4 are their FP32 copy;
// under ZeRO-3 16 in all; of frozen weights 2.
struct StateBytes {
  double weights = kWeightBytes;
  double gradients = kGradientBytes;
  double optimizer = kOptimizerBytes;
  double copies = 0;  // narrow ones of the weights of linear layers, cast once a step
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
  base::Bytes host;     // of the host's memory: what is offloaded
  int stage = 0;        // the pipeline stage it is for
  int part = 0;         // of a mixed cluster, on which that stage is
  // Weights, gradients and optimizer.
  [[nodiscard]] base::Bytes state() const { return weights + gradients + optimizer; }
  // What tensors take, what the allocator holds for them, and what the device reports.
  [[nodiscard]] base::Bytes allocated() const { return state() + activations + buffers; }
  [[nodiscard]] base::Bytes reserved() const { return total() - fixed; }
  [[nodiscard]] base::Bytes total() const { return allocated() + reserve; }
};

// Parameters of one layer of each kind, by workload::LayerKind.
using KindParameters = std::array<workload::ShardedParameters, 4>;
KindParameters kind_parameters(const workload::Model& model, const workload::Shard& shard);

// One layer of one micro-batch.
struct LayerMemory {
  workload::SavedActivations saved;
  base::Bytes workspace;
  base::Bytes dummies;
};

// What the memory of stages is summed up from. Depends on Plan::shard() and
// Plan::recomputed_modules() only, so that a search can keep it.
struct MemoryParts {
  KindParameters parameters;
  std::array<LayerMemory, 4> layers;  // by workload::LayerKind; the embedding has none
  [[nodiscard]] const LayerMemory& of(workload::LayerKind kind) const {
    return layers[static_cast<std::size_t>(kind)];
  }
};
MemoryParts memory_parts(const workload::Job& job, const workload::Software& software,
                         const Plan& plan);

// Without allocation under 1F1B and GPipe.
Memory memory_of_stage(const workload::Job& job, const workload::Software& software,
                       const Plan& plan, int stage, const StateBytes& state,
                       const MemoryParts& parts);
// What a layer keeps under a kind of recomputation.
base::Bytes kept_of(const workload::SavedActivations& saved, Recompute recompute);

Memory memory_of_stage(const workload::Job& job, const workload::Software& software,
                       const Plan& plan, int stage);
// With other bytes per parameter than the stack's: a master weight that reuses the 16-bit one, an
// optimizer on the host.
Memory memory_of_stage(const workload::Job& job, const workload::Software& software,
                       const Plan& plan, int stage, const StateBytes& state);
// Of every stage, in their order; each on the stack of its part.
std::vector<Memory> memory_of_stages(const workload::Job& job, const workload::Software& software,
                                     const Plan& plan);
// The stage that needs most; on a mixed cluster the one that has least left of its device.
Memory fullest_stage(const cluster::Cluster& cluster, const workload::Job& job,
                     const workload::Software& software, const Plan& plan);
// The stage that needs most.
Memory peak_memory(const workload::Job& job, const workload::Software& software, const Plan& plan);

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
// Of these, the ranks over which ZeRO shards an expert, neighbours first. Hybrid sharding cuts them
// into as many groups as the data and context ranks, or into the most that goes (Megatron-Core's
// groups of partial expert-data ranks, NVIDIA/Megatron-LM megatron/core/parallel_state.py).
int expert_shard_ranks(const Plan& plan);

}  // namespace weft::plan
