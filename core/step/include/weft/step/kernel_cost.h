// One kernel of a layer as a step has it.
#pragma once

#include "weft/chips/kernel.h"
#include "weft/workload/layer.h"
#include "weft/workload/software.h"

namespace weft::step {

// The device as the libraries of a stack use it.
chips::Device with_libraries(chips::Device device, const workload::Software& software);

// All `times` of a kernel of a pass on a device with_libraries().
chips::KernelCost kernel_cost(const chips::Device& device, const chips::OperatingPoint& point,
                              const workload::Software& software, const workload::Kernel& kernel);

}  // namespace weft::step
