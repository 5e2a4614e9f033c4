#include "weft/chips/quantise.h"

#include "power.h"

namespace weft::chips {

KernelCost quantise(const Device& device, const OperatingPoint& point, const Quantise& shape) {
  if (!is_narrow(shape.to) || shape.elements <= 0) return {};
  const auto& cast = device.kernels.quantise[static_cast<std::size_t>(scaling_of(shape.to))];
  Activity activity;
  activity.memory_traffic = cast.traffic * shape.elements;
  activity.memory_time =
      activity.memory_traffic / (device.memory_bandwidth * device.kernels.memory.efficiency);
  activity.fixed = cast.fixed;
  return resolve(device, point, activity);
}

}  // namespace weft::chips
