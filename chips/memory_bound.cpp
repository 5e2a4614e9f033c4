#include "weft/chips/memory_bound.h"

#include <limits>

#include "power.h"

namespace weft::chips {

namespace {

// Of the bandwidth of long streams, what accesses of `block` bytes reach.
double block_share(const Device& device, base::Bytes block) {
  if (block.si() <= 0) return 1.0;
  return block / (block + device.kernels.memory.half_block);
}

}  // namespace

KernelCost memory_bound(const Device& device, const OperatingPoint& point,
                        const MemoryBound& shape) {
  if (shape.traffic.si() <= 0 && shape.vector_work.si() <= 0) return {};
  const auto& kernels = device.kernels;
  Activity activity;
  activity.memory_traffic = shape.traffic;
  activity.memory_time = shape.traffic / (device.memory_bandwidth * kernels.memory.efficiency *
                                          block_share(device, shape.block));
  activity.compute_time =
      shape.vector_work / (device.peaks.vector_fp32 * kernels.vector_efficiency);
  // Vector issue and memory streams overlap fully inside one kernel: the longer of the two.
  activity.norm = std::numeric_limits<double>::infinity();
  activity.fixed = kernels.gemm.fixed * shape.kernels;
  return resolve(device, point, activity);
}

}  // namespace weft::chips
