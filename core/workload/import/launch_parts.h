// The parts of a launch, one file each, internal to the library.
#pragma once

#include "options.h"
#include "weft/import/launch.h"

namespace weft::imports {

// The shape, with the layers that hold nothing (--noop-layers) left out.
workload::Model launched_model(const Options& options, const LaunchSettings& settings);
// Numbers of the layers that hold nothing.
std::vector<int> empty_layers(const Options& options);

// Fills `launch.plan` from the flags; `launch.job.model` and `launch.devices` are known.
void read_plan(const Options& options, Launch& launch);
// How layers are spread over virtual stages; the pipeline's degrees are known.
void read_stages(const Options& options, Launch& launch);
// What is made again; how layers are spread is known.
void read_recompute(const Options& options, Launch& launch);
// Exchanges of context ranks, the order of ranks, bytes of gradients, what lives on the host.
void read_host_and_order(const Options& options, Launch& launch);

}  // namespace weft::imports
