#include "weft/chips/kernel.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "power.h"

namespace weft::chips {

namespace {

// Matrix FLOPs of one score: forward Q·K and P·V; backward recomputes Q·K and adds dV, dP, dQ, dK
// (Dao, FlashAttention-2, arXiv 2307.08691, §3.1: five products against two).
double flops_per_score(const Attention& shape) {
  if (!shape.backward) return 2.0 * (shape.head_dim + shape.value_head_dim);
  return 6.0 * shape.head_dim + 4.0 * shape.value_head_dim;
}

base::Time streaming(const Device& device, base::Bytes traffic) {
  return traffic / (device.memory_bandwidth * device.kernels.memory_efficiency);
}

// How much longer a GEMM takes for the form of its matrices.
double shape_factor(const KernelParameters& kernels, double m, double n, double k) {
  const double edge = 1.0 + kernels.gemm_edge * (1.0 / m + 1.0 / n + 1.0 / k);
  const bool is_aligned = std::fmod(n, 8.0) == 0.0 && std::fmod(k, 8.0) == 0.0;
  return is_aligned ? edge : edge * kernels.gemm_misaligned;
}

Activity product(const Device& device, Precision precision, double efficiency, double flops,
                 double bytes) {
  Activity activity;
  const auto p = index_of(precision);
  activity.precision = precision;
  activity.matrix_work = base::Work(flops);
  activity.memory_traffic = base::Bytes(bytes);
  activity.compute_time = activity.matrix_work / (device.peaks.matrix[p] * efficiency);
  activity.memory_time = streaming(device, activity.memory_traffic);
  activity.fixed = device.kernels.gemm_fixed;
  activity.norm = device.kernels.roofline_norm;
  return activity;
}

}  // namespace

KernelCost gemm(const Device& device, const OperatingPoint& point, const Gemm& shape) {
  const double element = bytes_of(shape.precision);
  const double flops = 2.0 * shape.m * shape.n * shape.k;
  const double bytes =
      (shape.m * shape.k + shape.k * shape.n) * element + shape.m * shape.n * shape.output_bytes;
  if (flops <= 0) return {};
  const double efficiency = device.kernels.gemm_efficiency[index_of(shape.precision)] /
                            shape_factor(device.kernels, shape.m, shape.n, shape.k);
  return shape.count *
         resolve(device, point, product(device, shape.precision, efficiency, flops, bytes));
}

KernelCost grouped_gemm(const Device& device, const OperatingPoint& point,
                        const GroupedGemm& shape) {
  const double element = bytes_of(shape.precision);
  const double flops = 2.0 * shape.groups * shape.m * shape.n * shape.k;
  const double bytes = shape.groups * ((shape.m * shape.k + shape.k * shape.n) * element +
                                       shape.m * shape.n * shape.output_bytes);
  if (flops <= 0) return {};
  const double efficiency = device.kernels.gemm_efficiency[index_of(shape.precision)] *
                            device.kernels.grouped_gemm_efficiency /
                            shape_factor(device.kernels, shape.m, shape.n, shape.k);
  return resolve(device, point, product(device, shape.precision, efficiency, flops, bytes));
}

KernelCost attention(const Device& device, const OperatingPoint& point, const Attention& shape) {
  if (shape.scores <= 0) return {};
  const auto& kernels = device.kernels;
  const double flops = shape.scores * flops_per_score(shape);
  auto activity =
      product(device, shape.precision, kernels.gemm_efficiency[index_of(shape.precision)], flops,
              shape.traffic.si());
  const double factor = shape.backward ? kernels.attention_backward_overhead : 1.0;
  const auto softmax = kernels.attention_overhead * (shape.scores * factor * shape.softmax_work);
  // overlap 0: the sum (ordinary library kernel); overlap 1: the larger (best hand-tuned kernel).
  const auto both = std::min(activity.compute_time, softmax);
  activity.compute_time =
      std::max(activity.compute_time, softmax) + both * (1.0 - kernels.attention_overlap);
  return resolve(device, point, activity);
}

KernelCost memory_bound(const Device& device, const OperatingPoint& point,
                        const MemoryBound& shape) {
  if (shape.traffic.si() <= 0 && shape.vector_work.si() <= 0) return {};
  Activity activity;
  activity.memory_traffic = shape.traffic;
  activity.memory_time = streaming(device, shape.traffic);
  activity.compute_time =
      shape.vector_work / (device.peaks.vector_fp32 * device.kernels.vector_efficiency);
  // Vector issue and memory streams overlap fully inside one kernel: the longer of the two.
  activity.norm = std::numeric_limits<double>::infinity();
  activity.fixed = device.kernels.gemm_fixed * shape.kernels;
  return resolve(device, point, activity);
}

}  // namespace weft::chips
