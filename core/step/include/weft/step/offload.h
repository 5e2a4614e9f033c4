// What lives in the host's memory: the time of its transfers, and of the optimizer there.
#pragma once

#include "weft/cluster/cluster.h"
#include "weft/step/layer_cost.h"
#include "weft/step/stage_cost.h"

namespace weft::step {

// Moves a share of the optimizer to the host (ZeRO-Offload, arXiv 2101.06840): reduced gradients go
// there, Adam runs on its CPUs as fast as its memory and beside what is left on the device, and
// 16-bit weights come back behind it. A transfer has the device's link to the host to itself; the
// device draws `waiting` while nothing is left for it to do.
void offload_optimizer(const cluster::Host& host, double share, double gradient_bytes,
                       base::Power waiting, DataParallelWork& work);

// One way of `bytes` of activations: behind the pass that makes or needs them, but for what is
// longer than it, and at the cost of `tax` of what runs behind it.
Communication offload_activations(const cluster::Host& host, base::Bytes bytes, base::Time pass,
                                  double tax);

}  // namespace weft::step
