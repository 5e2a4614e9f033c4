// Why a plan does not fit the memory of a device, and what would make it fit.
#pragma once

#include <string>
#include <vector>

#include "weft/base/quantity.h"
#include "weft/cluster/cluster.h"
#include "weft/plan/memory.h"
#include "weft/plan/plan.h"
#include "weft/workload/model.h"
#include "weft/workload/software.h"

namespace weft::plan {

// The stage that needs most, and where it goes over.
struct Misfit {
  Memory memory;
  base::Bytes over;       // what is missing
  const char* part = "";  // of weights, gradients, optimizer, buffers, activations, added up in
                          // this order, the one with which it no longer fits beside the reserve
  base::Bytes part_bytes;
  bool on_host = false;  // it is the host that has too little
};
Misfit misfit_of(const cluster::Cluster& cluster, const workload::Job& job,
                 const workload::Software& software, const Plan& plan);

// A legal plan that fits, with one thing changed, or two where no single change is enough.
struct Remedy {
  Plan plan;
  // The keys of `plan:` that differ, as a study takes them: "recompute: [layernorm, moe_act]".
  std::string change;
  base::Bytes saved;  // on the device of the stage that needs most
};
// Each kind of change as small as fits: of modules made again none can be left out, of layers made
// again, of the shares that are offloaded (in tenths), of ZeRO and of the factors by which ranks
// move from data to another degree none can be less, and no larger micro-batch divides the batch.
// In this order: less offload where the host is full, gradients in 16 bits, modules made again,
// smaller micro-batches, more ZeRO, ZeRO over more ranks, some layers made again, other schedules,
// offload, other degrees. Empty when nothing helps. Where the time of a step counts, see
// study::remedies_by_time(). Of two changes the first goes as far as it can.
std::vector<Remedy> remedies(const cluster::Cluster& cluster, const workload::Job& job,
                             const workload::Software& software, const Plan& plan);

// "needs 97.1 GB on stage 3, a device of H100 has 84.8 GB; it goes over with activations (31 GB)".
std::string misfit_text(const cluster::Cluster& cluster, const Misfit& misfit);
// The same, and the first of the remedies: "; what would fit: micro_batch: 1 (saves 20.1 GB)".
std::string misfit_text(const cluster::Cluster& cluster, const workload::Job& job,
                        const workload::Software& software, const Plan& plan);

}  // namespace weft::plan
