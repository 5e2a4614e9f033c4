#include "weft/step/kernel_cost.h"

#include <type_traits>
#include <utility>
#include <variant>

namespace weft::step {

chips::Device with_libraries(chips::Device device, const workload::Software& software) {
  if (software.gemm_waves) device.kernels.gemm.waves = *software.gemm_waves;
  return device;
}

chips::KernelCost kernel_cost(const chips::Device& device, const chips::OperatingPoint& point,
                              const workload::Software& software, const workload::Kernel& kernel) {
  auto cost = std::visit(
      [&](const auto& shape) {
        using Shape = std::decay_t<decltype(shape)>;
        if constexpr (std::is_same_v<Shape, chips::Gemm>) {
          return chips::gemm(device, point, shape);
        } else if constexpr (std::is_same_v<Shape, chips::GroupedGemm>) {
          return chips::grouped_gemm(device, point, shape);
        } else if constexpr (std::is_same_v<Shape, chips::Attention>) {
          return chips::attention(device, point, shape);
        } else if constexpr (std::is_same_v<Shape, chips::Quantise>) {
          return chips::quantise(device, point, shape);
        } else {
          return chips::memory_bound(device, point, shape);
        }
      },
      kernel.shape);
  if (std::holds_alternative<chips::Attention>(kernel.shape)) {
    const double portable = device.kernels.attention.portable;
    cost = (software.portable_attention ? portable : 1.0) * software.attention_time * cost;
  }
  if (kernel.is_scan) cost = software.scan_time * cost;
  return kernel.times == 1 ? cost : kernel.times * cost;
}

}  // namespace weft::step
