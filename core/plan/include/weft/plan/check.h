// F0: is a plan legal, does it fit, and if not, why.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "weft/cluster/cluster.h"
#include "weft/plan/memory.h"
#include "weft/plan/plan.h"

namespace weft::plan {

enum class Problem {
  kPrecision,  // the chip does not have the format
  kTooManyDevices,
  kTensorHeads,       // tensor does not divide the heads
  kTensorKvHeads,     // neither divides the other
  kTensorWidth,       // tensor does not divide the MLP width or the hidden size
  kTensorVocabulary,  // more ranks than the padded vocabulary can give
  kSequenceSplit,     // context·tensor ranks do not divide the sequence
  kSequenceParallel,  // sequence parallelism without tensor parallelism; MoE needs it
  kBatchSplit,        // data · micro-batch does not divide the batch
  kPipelineDepth,     // fewer layers than virtual stages
  kLayerSplit,        // the given layers do not add up
  kInterleaving,      // virtual stages without a pipeline, or micro-batches not a multiple of it
  kSchedule,          // what the schedule itself asks for: see explain()
  kExpertSplit,  // expert ranks do not divide the experts or tensor·context·data; expert_tensor
                 // is neither 1 nor tensor
  kExpertWithoutMoe,
  kContextHeads,    // heads traded for tokens: tensor x context does not divide them
  kHostLink,        // offload, and the cluster does not say how devices reach the host's memory
  kPartialOffload,  // activations on the host beside layers that are recomputed only in part
  kShardSplit,      // zero_ranks do not divide the data and context ranks
  kParts,  // a stage on no part of a mixed cluster, or a part without a stage: see explain()
  kMemory,
};
inline constexpr int kProblemCount = 21;
const char* name_of(Problem problem);

// The first rule that the plan breaks, memory not looked at; nothing when it is legal.
std::optional<Problem> first_problem(const cluster::Cluster& cluster, const workload::Job& job,
                                     const Plan& plan);
// The same, and whether it fits the device's memory.
std::optional<Problem> first_problem(const cluster::Cluster& cluster, const workload::Job& job,
                                     const workload::Software& software, const Plan& plan);

// Offload over a link, or to a memory, that nobody has described.
bool offloads_in_vain(const cluster::Cluster& cluster, const Plan& plan);
// Activations on the host, and some layers recomputed that keep less than the others.
bool offloads_in_part(const Plan& plan);

// Whether a stage fits its device, and what it offloads the host, where the cluster says what that
// has.
bool fits(const cluster::Cluster& cluster, const Memory& memory);

// A sentence with the figures: "tensor: 7 does not divide 64 heads".
std::string explain(Problem problem, const cluster::Cluster& cluster, const workload::Job& job,
                    const workload::Software& software, const Plan& plan);

}  // namespace weft::plan
