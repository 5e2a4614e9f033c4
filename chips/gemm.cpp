#include "weft/chips/gemm.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "power.h"

namespace weft::chips {

namespace {

constexpr std::int64_t kAligned = 8;  // elements: 16 bytes of 16-bit ones
// Rows and columns of C that a core works on at a time.
constexpr double kTileRows = 128.0;
constexpr double kTileColumns = 256.0;
constexpr double kStoredBytes = 2.0;  // of an element of C in the working set

// Products of a batch are a group.
using Product = GroupedGemm;

bool is_aligned(double size) {
  const auto whole = static_cast<std::int64_t>(size);
  return whole % kAligned == 0 && static_cast<double>(whole) == size;
}

double edge_share(const GemmParameters& gemm, const Product& p) {
  if (gemm.edge == 0) return 0.0;
  return gemm.edge * (p.n * p.k + p.m * p.k + p.m * p.n) / (p.m * p.n * p.k);
}

double alignment_factor(const GemmParameters& gemm, const Product& p) {
  if (gemm.misaligned == 1 || (is_aligned(p.n) && is_aligned(p.k))) return 1.0;
  return gemm.misaligned;
}

// Of one product: those of a group are worked off one after the other.
double droop_factor(const Device& device, const Product& p) {
  const auto& gemm = device.kernels.gemm;
  if (gemm.droop == 0 || device.l2.si() <= 0) return 1.0;
  const double working_set = (p.m + p.n) * p.k * bytes_of(p.precision) + p.m * p.n * kStoredBytes;
  return 1.0 + gemm.droop * std::max(0.0, 1.0 - device.l2.si() / working_set);
}

// Waves fill all cores with whole tiles, be there work for them or not. Less than one wave is a
// matter of the edge. For waves <= 1 the time never falls with a size: what is worked off in whole
// waves does not, nor does what is in C; the edge is added, since its share falls within a wave.
double wave_factor(const Device& device, const Product& p) {
  const auto& gemm = device.kernels.gemm;
  if (gemm.waves == 0 || device.cores == 0) return 1.0;
  const double tiles = p.groups * std::ceil(p.m / kTileRows) * std::ceil(p.n / kTileColumns);
  if (tiles <= device.cores) return 1.0;
  const double tile = std::min(p.m, kTileRows) * std::min(p.n, kTileColumns);
  const double waves = std::ceil(tiles / device.cores);
  const double worked_off = waves * device.cores * tile / (p.groups * p.m * p.n);
  return std::exp2(gemm.waves * std::log2(worked_off));
}

double flops_of(const Product& p) { return 2.0 * p.groups * p.m * p.n * p.k; }

double bytes_moved(const Product& p) {
  return p.groups * ((p.m * p.k + p.k * p.n) * bytes_of(p.precision) + p.m * p.n * p.output_bytes);
}

base::Time matrix_time(const Device& device, const Product& p) {
  const auto& gemm = device.kernels.gemm;
  const auto format = index_of(p.precision);
  const double factor = (wave_factor(device, p) + edge_share(gemm, p)) * alignment_factor(gemm, p) *
                        droop_factor(device, p);
  const double efficiency = gemm.efficiency[format] * gemm.sustained;
  return base::Work(flops_of(p) * factor) / (device.peaks.matrix[format] * efficiency);
}

// Of the epilogue: vector units at work, or waiting for what comes through L2.
base::Time epilogue_time(const Device& device, const Product& p) {
  const auto& kernels = device.kernels;
  const double elements = p.groups * p.m * p.n;
  const auto vector =
      base::Work(p.epilogue * elements) / (device.peaks.vector_fp32 * kernels.vector_efficiency);
  if (kernels.handover.si() <= 0 || device.l2_bandwidth.si() <= 0) return vector;
  return std::max(vector, kernels.handover * elements / device.l2_bandwidth);
}

base::Time compute_time(const Device& device, const Product& p) {
  const auto matrix = matrix_time(device, p);
  if (p.epilogue <= 0) return matrix;
  // Units that share buffers work on successive tiles side by side.
  const auto vector = epilogue_time(device, p);
  const double overlap = p.overlap.value_or(device.kernels.handover.si() > 0 ? 0.0 : 1.0);
  return std::max(matrix, vector) + std::min(matrix, vector) * (1.0 - overlap);
}

base::Time memory_time(const Device& device, const Product& p, double bytes) {
  const double own = device.kernels.gemm.memory_efficiency[index_of(p.precision)];
  const double efficiency = own > 0 ? own : device.kernels.memory.efficiency;
  return base::Bytes(bytes) / (device.memory_bandwidth * efficiency);
}

Product product_of(const Gemm& shape) {
  return {shape.batch,        shape.m,        shape.n,      shape.k, shape.precision,
          shape.output_bytes, shape.epilogue, shape.overlap};
}

Activity activity_of(const Device& device, const Product& p) {
  Activity activity;
  activity.precision = p.precision;
  activity.matrix_work = base::Work(flops_of(p));
  activity.memory_traffic = base::Bytes(bytes_moved(p));
  activity.compute_time = compute_time(device, p);
  activity.memory_time = memory_time(device, p, activity.memory_traffic.si());
  activity.fixed = device.kernels.gemm.fixed;
  activity.norm = device.kernels.gemm.norm;
  return activity;
}

}  // namespace

KernelCost gemm(const Device& device, const OperatingPoint& point, const Gemm& shape) {
  const auto product = product_of(shape);
  if (flops_of(product) <= 0) return {};
  return shape.count * resolve(device, point, activity_of(device, product));
}

base::Time gemm_time(const Device& device, const Gemm& shape) {
  const auto product = product_of(shape);
  if (flops_of(product) <= 0) return {};
  const auto& gemm = device.kernels.gemm;
  return gemm.fixed + joined(compute_time(device, product),
                             memory_time(device, product, bytes_moved(product)), gemm.norm);
}

KernelCost grouped_gemm(const Device& device, const OperatingPoint& point,
                        const GroupedGemm& shape) {
  if (flops_of(shape) <= 0) return {};
  auto activity = activity_of(device, shape);
  activity.compute_time = activity.compute_time / device.kernels.gemm.grouped;
  return resolve(device, point, activity);
}

Device measured_alone(Device device) {
  device.kernels.gemm.sustained = 1.0;
  return device;
}

}  // namespace weft::chips
