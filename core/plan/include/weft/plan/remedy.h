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
  const char* part = "";  // of weights, gradients, optimizer, reserve, buffers, activations, added
                          // up in this order, the one with which it no longer fits
  base::Bytes part_bytes;
  bool on_host = false;  // it is the host that has too little
};
Misfit misfit_of(const cluster::Cluster& cluster, const workload::Job& job,
                 const workload::Software& software, const Plan& plan);

// A legal plan that fits, with one thing changed, or two where no single change is enough.
struct Remedy {
  Plan plan;
  std::string change;  // "recompute: layernorm, moe_act"
  base::Bytes saved;   // on the device of the stage that needs most
};
// One of each kind, each as small as fits, those that cost least first: gradients in 16 bits,
// modules made again, a smaller micro-batch, more ZeRO, some layers made again, offload, more
// context, pipeline or tensor ranks in the place of data ranks. Empty when nothing helps.
std::vector<Remedy> remedies(const cluster::Cluster& cluster, const workload::Job& job,
                             const workload::Software& software, const Plan& plan);

// "stage 3 needs 97.1 GB of 84.8 GB, 31 GB of activations no longer fit; smallest change that
// fits: micro_batch: 1 (saves 20.1 GB)".
std::string misfit_text(const cluster::Cluster& cluster, const workload::Job& job,
                        const workload::Software& software, const Plan& plan);

}  // namespace weft::plan
