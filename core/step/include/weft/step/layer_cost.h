// Time, energy and traffic of one layer of one micro-batch, forward and backward.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "weft/base/quantity.h"
#include "weft/cluster/cluster.h"
#include "weft/interconnect/fabric.h"
#include "weft/plan/plan.h"
#include "weft/workload/layer.h"
#include "weft/workload/software.h"

namespace weft::step {

using Traffic = std::array<base::Bytes, interconnect::kMaxTiers>;

// Communication of one cause: what is waited for, and what runs behind compute.
struct Communication {
  base::Time exposed;
  base::Time hidden;
};

// One pass of one layer. `total` is the sum of kernels, exposed communication and host wait.
struct PassCost {
  base::Time kernels;
  base::Time host;
  Communication tensor, context, expert, data, offload;
  base::Time stragglers;  // until the slowest device has done the kernels
  base::Time total;
  base::Time weight;    // of `kernels`, the weight gradients of linear layers
  base::Time window;    // in which data-parallel communication may run beside it
  base::Time open;      // in which an expert exchange of another pass may
  base::Energy energy;  // of the kernels
  Traffic sent{};

  PassCost& add(const PassCost& other, double times);
  [[nodiscard]] base::Time exposed() const {
    return tensor.exposed + context.exposed + expert.exposed + data.exposed + offload.exposed;
  }
};

struct LayerCost {
  PassCost forward;
  PassCost backward;
  PassCost selective_recompute;
  PassCost attention_recompute;
  PassCost module_recompute;
  PassCost full_recompute;  // the forward pass with parameters that are there for the backward pass
  workload::ShardedParameters parameters;

  // What is done again; `recompute` is not kNone.
  [[nodiscard]] const PassCost& recomputed(plan::Recompute recompute) const;
};

// The layers of a chunk by kind, and how many of them are recomputed.
struct ChunkPart {
  workload::LayerKind kind = workload::LayerKind::kDense;
  int count = 0;
  int recomputed = 0;
};
inline std::array<ChunkPart, 4> parts_of(const plan::Chunk& chunk) {
  using workload::LayerKind;
  return {{{LayerKind::kDense, chunk.dense_layers, chunk.recomputed_dense},
           {LayerKind::kMoe, chunk.moe_layers, chunk.recomputed_moe},
           {LayerKind::kEmbedding, chunk.embedding ? 1 : 0, 0},
           {LayerKind::kHead, chunk.head ? 1 + chunk.prediction_layers : 0, 0}}};
}

// The groups of a plan, as indices of interned shapes.
struct Groups {
  int tensor = 0;
  int context = 0;
  int context_neighbour = 0;
  int expert = 0;
  int data = 0;           // data · context: replicas of dense parameters
  int shard = 0;          // of these, the ranks over which ZeRO shards
  int replicas = 0;       // ranks that hold the same shard; one rank unless sharding is hybrid
  int expert_data = 0;    // replicas of experts
  int expert_shard = 0;   // of these, the ranks over which ZeRO shards
  int expert_copies = 0;  // ranks that hold the same shard of experts
  int next_stage = 0;
  int far_ends = 0;  // the first and the last stage; one rank without a pipeline
};

// The shapes themselves.
struct GroupShapes {
  const interconnect::GroupShape& tensor;
  const interconnect::GroupShape& context;
  const interconnect::GroupShape& context_neighbour;
  const interconnect::GroupShape& expert;
  const interconnect::GroupShape& data;
  const interconnect::GroupShape& shard;
  const interconnect::GroupShape& replicas;
  const interconnect::GroupShape& expert_data;
  const interconnect::GroupShape& expert_shard;
  const interconnect::GroupShape& expert_copies;
};

// One collective by the algorithm that the stack has for it.
interconnect::CollectiveCost collective_cost(const interconnect::Fabric& fabric,
                                             const workload::Software& software,
                                             interconnect::Collective collective,
                                             const interconnect::GroupShape& shape,
                                             base::Bytes bytes);

// What a plan asks of its layers beside how they are cut.
struct LayerOptions {
  workload::Modules modules;  // what plan::Recompute::kModules makes again
  double gradient_bytes = 0;  // of one gradient; 0: what the stack does
  // Passes are interwoven in pairs (pair_cost.h): what runs alone hides no expert exchange behind
  // another micro-batch.
  bool in_pairs = false;
  // Share of the activations kept under `recompute` that is copied to the host and back; layers
  // that are not recomputed are taken to keep as much as those that are.
  double offloaded = 0;
  plan::Recompute recompute = plan::Recompute::kNone;
};

// Costs of a layer kind. ZeRO-3 gathers parameters in both passes, ZeRO-2 and ZeRO-3 scatter
// gradients in every backward pass; both prefetch one layer ahead, so they are hidden up to the
// length of a pass.
LayerCost layer_cost(const cluster::Cluster& cluster, const workload::Job& job,
                     const workload::Software& software, workload::LayerKind kind,
                     const workload::Shard& shard, int zero, const GroupShapes& shapes,
                     const LayerOptions& options = {});

// Cache keys: plain integers, compared and hashed whole.
struct LayerKey {
  std::array<std::int32_t, 21> values{};
  friend bool operator==(const LayerKey&, const LayerKey&) = default;
};
struct GroupKey {
  std::array<std::int64_t, 3> values{};  // used, stride, size (0: neighbours)
  friend bool operator==(const GroupKey&, const GroupKey&) = default;
};
struct KeyHash {
  template <class Key>
  std::size_t operator()(const Key& key) const {
    std::uint64_t hash = 1469598103934665603ULL;
    for (const auto value : key.values) {
      hash = (hash ^ static_cast<std::uint64_t>(value)) * 1099511628211ULL;
    }
    return static_cast<std::size_t>(hash ^ (hash >> 32U));
  }
};

}  // namespace weft::step
