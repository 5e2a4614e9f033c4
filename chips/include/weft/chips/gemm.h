// Matrix products.
//
//   t = t0 + (t_c^p + t_m^p)^(1/p)
//   t_c = 2·m·n·k / (e_c·peak) · ((waves·cores/tiles)^waves + edge·(1/m + 1/n + 1/k))
//         · misaligned · (1 + droop·(1 - L2/working set))
//   t_m = bytes / (e_m·bandwidth)
//
// The p-norm roofline is a fit to measured kernels on A100 ... GB300 and Ascend 910B
// (ai-dynamo/aiconfigurator @095f58a, FlagOpen/FlagPerf @1b5a030, hw-native-sys/pto-isa @3186c38);
// wave quantisation as in NVIDIA, "Matrix Multiplication Background User's Guide".
#pragma once

#include <optional>

#include "weft/chips/kernel_cost.h"

namespace weft::chips {

// C[m,n] += A[m,k] · B[k,n], `batch` of them in one kernel, `count` kernels. `output_bytes` is per
// element of C, all passes over it counted (2 for a BF16 write, 8 for an FP32 read-modify-write).
struct Gemm {
  double m = 0, n = 0, k = 0;
  double count = 1;
  Precision precision = Precision::kBf16;
  double output_bytes = 2;
  double epilogue = 0;  // FP32 vector operations per element of C, fused (activation, dequantise)
  // Of matrix and vector units in an epilogue; unset: 1 where they share buffers, else 0.
  std::optional<double> overlap{};
  double batch = 1;
};
KernelCost gemm(const Device& device, const OperatingPoint& point, const Gemm& shape);
// The time alone of one of them, at the device's own limit; 0 for an empty product.
base::Time gemm_time(const Device& device, const Gemm& shape);

// `groups` products of [m,k]·[k,n] in one kernel (experts); m is the mean over groups.
struct GroupedGemm {
  double groups = 0;
  double m = 0, n = 0, k = 0;
  Precision precision = Precision::kBf16;
  double output_bytes = 2;
  double epilogue = 0;
  std::optional<double> overlap{};
};
KernelCost grouped_gemm(const Device& device, const OperatingPoint& point,
                        const GroupedGemm& shape);

// The device as kernels are measured: one kernel by itself, again and again, nothing else running.
Device measured_alone(Device device);

}  // namespace weft::chips
