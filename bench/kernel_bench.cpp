// Evaluations of the kernel models, one kernel at a time on one core; items are kernels.
#include <benchmark/benchmark.h>

#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "weft/chips/kernel.h"

namespace weft::chips {
namespace {

constexpr std::size_t kShapes = 4096;  // small enough for the caches, too many to predict
constexpr std::size_t kBf16 = index_of(Precision::kBf16);

// Of the size of an H100.
Device device_with_norm(double norm) {
  Device device;
  device.peaks.matrix[kBf16] = base::WorkRate(989e12);
  device.peaks.vector_fp32 = base::WorkRate(67e12);
  device.memory_bandwidth = base::Bandwidth(3.35e12);
  device.l2 = base::Bytes(50e6);
  device.cores = 132;
  auto& kernels = device.kernels;
  kernels.gemm.efficiency[kBf16] = 0.78;
  kernels.gemm.memory_efficiency[kBf16] = 0.75;
  kernels.gemm.fixed = base::Time(4e-6);
  kernels.gemm.norm = norm;
  kernels.gemm.edge = 30;
  kernels.gemm.misaligned = 1.5;
  kernels.gemm.droop = 0.1;
  kernels.attention.overhead = base::Time(0.15e-12);
  kernels.attention.fixed = base::Time(15e-6);
  kernels.memory = {0.85, base::Bytes(128)};
  kernels.vector_efficiency = 0.5;
  device.power.limit = base::Power(700);
  device.power.idle = base::Power(75);
  device.power.active = base::Power(200);
  device.power.per_flop[kBf16] = base::EnergyPerWork(0.62e-12);
  device.power.per_memory_byte = base::EnergyPerByte(65e-12);
  return device;
}

std::vector<Gemm> gemms() {
  std::mt19937_64 engine(1);
  const auto size = [&] {
    return std::floor(std::exp2(static_cast<double>(engine() % 1600) / 100));
  };
  std::vector<Gemm> shapes;
  for (std::size_t i = 0; i < kShapes; ++i) {
    shapes.push_back({size() + 1, 8 * size(), 8 * size(), 1, Precision::kBf16, 2});
  }
  return shapes;
}

// The time of each of `shapes` in turn.
template <class Shape, class Evaluate>
void over(benchmark::State& state, const std::vector<Shape>& shapes, Evaluate evaluate) {
  for (auto _ : state) {
    double sum = 0;
    for (const auto& shape : shapes) sum += evaluate(shape);
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(shapes.size()));
}

void kernel_gemm_time(benchmark::State& state, double norm) {
  const auto device = device_with_norm(norm);
  over(state, gemms(), [&](const Gemm& shape) { return gemm_time(device, shape).si(); });
}
BENCHMARK_CAPTURE(kernel_gemm_time, norm_1, 1.0);
BENCHMARK_CAPTURE(kernel_gemm_time, norm_2, 2.0);
BENCHMARK_CAPTURE(kernel_gemm_time, norm_2_5, 2.5);
BENCHMARK_CAPTURE(kernel_gemm_time, norm_4_3, 4.3);

void kernel_gemm_time_waves(benchmark::State& state) {
  auto device = device_with_norm(2.5);
  device.kernels.gemm.waves = 0.3;
  over(state, gemms(), [&](const Gemm& shape) { return gemm_time(device, shape).si(); });
}
BENCHMARK(kernel_gemm_time_waves);

void kernel_gemm(benchmark::State& state, double cap) {
  const auto device = device_with_norm(2.5);
  const OperatingPoint point{base::Power(cap)};
  over(state, gemms(), [&](const Gemm& shape) { return gemm(device, point, shape).energy.si(); });
}
BENCHMARK_CAPTURE(kernel_gemm, free, 0.0);
BENCHMARK_CAPTURE(kernel_gemm, capped, 400.0);

void kernel_attention(benchmark::State& state) {
  const auto device = device_with_norm(2.5);
  std::vector<Attention> shapes;
  for (const auto& gemm : gemms()) {
    shapes.push_back(attention_of({1, gemm.m, gemm.m + gemm.n, 32, 8, 128, 128}, Precision::kBf16));
  }
  over(state, shapes,
       [&](const Attention& shape) { return attention(device, {}, shape).energy.si(); });
}
BENCHMARK(kernel_attention);

void kernel_memory_bound(benchmark::State& state) {
  const auto device = device_with_norm(2.5);
  std::vector<MemoryBound> shapes;
  for (const auto& gemm : gemms()) {
    shapes.push_back(operator_shape(Operator::kPermute, gemm.m * gemm.n, 2, base::Bytes(gemm.k)));
  }
  over(state, shapes,
       [&](const MemoryBound& shape) { return memory_bound(device, {}, shape).energy.si(); });
}
BENCHMARK(kernel_memory_bound);

}  // namespace
}  // namespace weft::chips
