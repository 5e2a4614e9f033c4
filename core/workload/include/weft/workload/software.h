// The training software: what it fuses, overlaps, keeps in memory and costs the host. One set of
// numbers per stack, never per run.
#pragma once

#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/base/quantity.h"

namespace weft::workload {

struct Software {
  std::string name;
  // Host side: time to issue one kernel, and the exponent of the soft maximum of host and device.
  base::Time launch;
  double launch_exponent = 4.0;
  // Traffic of norms, activations and residuals as a multiple of fully fused kernels.
  double elementwise_traffic = 1.0;
  base::Bytes loss_bytes_per_logit{8};
  // Whatever the mechanisms do not name, as a share of kernel time (fitted): with parameters held
  // whole (ZeRO-0 and ZeRO-1), and sharded (ZeRO-2, ZeRO-3, FSDP).
  double residual = 0.0;
  double residual_sharded = 0.0;
  // Tensor-parallel communication is cut into this many chunks that pipeline with the GEMM beside
  // it; 1: no overlap.
  int tensor_overlap_chunks = 1;
  // Whether gradient reduction runs behind the last backward pass, parameter gathering behind the
  // next forward pass, and stage-to-stage transfers behind compute.
  bool overlap_gradients = true;
  bool overlap_parameters = true;
  bool overlap_pipeline = false;
  // Share of a device's compute that a running collective takes away.
  double communication_tax = 0.0;
  // Memory the allocator and the runtime hold beside the tensors.
  base::Bytes reserved_fixed;
  double reserved_fraction = 0.0;
  // Where published runs stand behind these numbers: chips, by document name, and ZeRO stages.
  std::vector<std::string> fitted_chips;
  std::vector<int> fitted_zero;
};

Software read_software(const base::Document& document, base::Reading& reading);

}  // namespace weft::workload
