// What one pipeline stage does in a step: its passes, and the data-parallel work around them.
#pragma once

#include "weft/step/layer_cost.h"

namespace weft::step {

// Gradient reduction, parameter gathering and the optimizer of one stage.
struct DataParallelCost {
  Communication gradients;   // after the last backward pass
  Communication parameters;  // before the first forward pass
  base::Time optimizer;
  base::Energy optimizer_energy;
  Traffic sent{};
};

// Of one gradient that is kept and reduced.
inline double gradient_bytes(const workload::Software& software, const plan::Plan& plan) {
  return plan.gradient_bytes > 0 ? plan.gradient_bytes : software.gradient_bytes;
}

// The collective and optimizer times of a stage, before overlap. With `copies` of the model the
// ranks of all of them share the optimizer of a layer when it is sharded.
struct DataParallelWork {
  base::Time gradients;
  base::Time to_host;  // of gradients whose optimizer is there
  base::Time parameters;
  base::Time optimizer;
  double updated = 0;  // parameters that one device's optimizer updates
  base::Energy optimizer_energy;
  Traffic sent{};
};
DataParallelWork data_parallel_work(const cluster::Cluster& cluster,
                                    const workload::Software& software, int zero,
                                    double gradient_bytes,
                                    const workload::ShardedParameters& parameters,
                                    const GroupShapes& shapes, int copies);

// Buckets are reduced layer by layer behind the last backward pass: a reduction that fits is
// exposed for its last layer only; the same for gathering behind the first forward pass.
DataParallelCost overlapped(const DataParallelWork& work, const workload::Software& software,
                            base::Time forward, base::Time backward, double layers);

}  // namespace weft::step
