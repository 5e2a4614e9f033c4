#include "weft/chips/attention.h"

#include <algorithm>
#include <cmath>

#include "power.h"

namespace weft::chips {

namespace {

constexpr double kQueryBlock = 128.0;  // queries of one head that a core works on at a time

// Keys that queries which see 1 ... `last` of them, but no more than `window`, see together.
double triangle(double last, double window) {
  if (last <= window) return 0.5 * last * (last + 1);
  return 0.5 * window * (window + 1) + (last - window) * window;
}

// (query, key) pairs of one head of one sequence.
double pairs(const AttentionSize& size) {
  const double window = size.window > 0 ? std::min(size.window, size.keys) : size.keys;
  if (!size.causal) return size.queries * window;
  // Queries before the first key see none.
  const double hidden = std::max(0.0, size.keys - size.queries);
  return triangle(size.keys, window) - triangle(hidden, window);
}

// Keys of one sequence that any of its queries sees.
double keys_read(const AttentionSize& size) {
  if (size.window <= 0) return size.keys;
  return std::min(size.keys, size.window + size.queries - 1);
}

// Blocks of queries are dealt out to the cores; in the last wave some have none.
double wave_factor(const Device& device, double queries) {
  const double waves = device.kernels.attention.waves;
  if (waves == 0 || device.cores == 0 || queries <= 0) return 1.0;
  const double blocks = std::max(1.0, queries / kQueryBlock);
  return std::pow(std::ceil(blocks / device.cores) * device.cores / blocks, waves);
}

}  // namespace

// Forward Q·K and P·V; backward recomputes Q·K and adds dV, dP, dQ, dK.
double flops_per_score(const Attention& shape) {
  if (!shape.backward) return 2.0 * (shape.head_dim + shape.value_head_dim);
  return 6.0 * shape.head_dim + 4.0 * shape.value_head_dim;
}

KernelCost attention(const Device& device, const OperatingPoint& point, const Attention& shape) {
  if (shape.scores <= 0) return {};
  const auto& kernels = device.kernels;
  const auto format = index_of(shape.precision);
  const double worked = shape.scores + kernels.attention.edge * shape.queries;
  const auto matrix = base::Work(worked * flops_per_score(shape)) /
                      (device.peaks.matrix[format] * kernels.gemm.efficiency[format]);
  const double factor = shape.backward ? kernels.attention.backward_overhead : 1.0;
  const auto softmax = kernels.attention.overhead * (worked * factor * shape.softmax_work);
  const double overlap = shape.overlap.value_or(kernels.attention.overlap);

  Activity activity;
  activity.precision = shape.precision;
  activity.matrix_work = base::Work(shape.scores * flops_per_score(shape));
  activity.memory_traffic = shape.traffic;
  activity.compute_time =
      (std::max(matrix, softmax) + std::min(matrix, softmax) * (1.0 - overlap)) *
      wave_factor(device, shape.queries);
  activity.memory_time = shape.traffic / (device.memory_bandwidth * kernels.memory.efficiency);
  activity.fixed = kernels.attention.fixed;
  activity.norm = kernels.gemm.norm;
  return resolve(device, point, activity);
}

Attention attention_of(const AttentionSize& size, Precision precision) {
  const double sequences = size.batch * size.heads;
  const double both = size.head_dim + size.value_head_dim;
  const double element = is_narrow(precision) ? bytes_of(precision) : 2.0;
  const double per_key = size.shares_keys_and_values ? size.head_dim : both;
  Attention shape;
  shape.scores = sequences * pairs(size);
  shape.queries = sequences * size.queries;
  shape.head_dim = size.head_dim;
  shape.value_head_dim = size.value_head_dim;
  shape.precision = precision;
  shape.traffic = base::Bytes(
      element * (shape.queries * both + size.batch * size.kv_heads * keys_read(size) * per_key));
  return shape;
}

}  // namespace weft::chips
