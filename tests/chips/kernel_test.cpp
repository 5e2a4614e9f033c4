// The kernel laws against closed forms on a device of round numbers.

#include "weft/chips/kernel.h"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::chips {
namespace {

using namespace testing;

const OperatingPoint kFree;

TEST(Gemm, IsWorkOverAchievedPeakWhenMemoryNeverWaits) {
  Device device = compute_only_device();
  device.kernels.gemm_fixed = base::Time(10e-6);
  const auto cost = gemm(device, kFree, {1000, 2000, 3000, 1, Precision::kBf16, 2});
  EXPECT_DOUBLE_EQ(cost.matrix_work.si(), 12e9);
  EXPECT_DOUBLE_EQ(cost.time.si(), 10e-6 + 12e9 / 50e12);
}

TEST(Gemm, IsTrafficOverAchievedBandwidthWhenComputeNeverWaits) {
  Device device = round_device();
  device.peaks.matrix[kBf16] = base::WorkRate(1e40);
  const auto cost = gemm(device, kFree, {1000, 2000, 3000, 1, Precision::kBf16, 8});
  const double bytes = (1000.0 * 3000 + 3000.0 * 2000) * 2 + 1000.0 * 2000 * 8;
  EXPECT_DOUBLE_EQ(cost.memory_traffic.si(), bytes);
  EXPECT_DOUBLE_EQ(cost.time.si(), 10e-6 + bytes / 0.8e12);
}

// m = n = k = x with 2-byte elements: compute 2 x³ / 50e12, memory 6 x² / 0.8e12; equal to 3 : 4 at
// x = 140625, where the norm of 2 gives 5.
TEST(Gemm, JoinsComputeAndMemoryByTheNorm) {
  Device device = round_device();
  device.kernels.gemm_fixed = base::Time(0);
  const double x = 0.75 * 6 / 0.8e12 * 50e12 / 2;
  const double memory = 6 * x * x / 0.8e12;
  EXPECT_NEAR(gemm(device, kFree, square(x)).time.si() / memory, 1.25, 1e-12);
  device.kernels.roofline_norm = 1;
  EXPECT_NEAR(gemm(device, kFree, square(x)).time.si() / memory, 1.75, 1e-12);
  device.kernels.roofline_norm = 200;
  EXPECT_NEAR(gemm(device, kFree, square(x)).time.si() / memory, 1.0, 1e-12);
}

TEST(Gemm, StaysBetweenTheLargerAndTheSumOfItsTwoTimes) {
  Device device = round_device();
  std::mt19937_64 engine(1);
  for (int i = 0; i < 500; ++i) {
    const auto size = [&] { return std::exp2(static_cast<double>(engine() % 15)); };
    const Gemm shape{size(), size(), size(), 1, Precision::kBf16, 2};
    device.kernels.roofline_norm = 1 + static_cast<double>(engine() % 50) / 10;
    const auto cost = gemm(device, kFree, shape);
    const double compute = cost.matrix_work.si() / 50e12;
    const double memory = cost.memory_traffic.si() / 0.8e12;
    const double joined = cost.time.si() - 10e-6;
    EXPECT_GE(joined, std::max(compute, memory) - 1e-15);
    EXPECT_LE(joined, (compute + memory) * (1 + 1e-12) + 1e-15);
  }
}

TEST(Gemm, CountMultipliesEverything) {
  Gemm shape = square(512);
  const auto once = gemm(round_device(), kFree, shape);
  shape.count = 7;
  const auto often = gemm(round_device(), kFree, shape);
  EXPECT_DOUBLE_EQ(often.time.si(), 7 * once.time.si());
  EXPECT_DOUBLE_EQ(often.energy.si(), 7 * once.energy.si());
  EXPECT_DOUBLE_EQ(often.matrix_work.si(), 7 * once.matrix_work.si());
  EXPECT_DOUBLE_EQ(often.memory_traffic.si(), 7 * once.memory_traffic.si());
}

TEST(Gemm, OfNothingCostsNothing) {
  EXPECT_EQ(gemm(round_device(), kFree, Gemm{}).time.si(), 0);
  EXPECT_EQ(grouped_gemm(round_device(), kFree, GroupedGemm{}).energy.si(), 0);
  EXPECT_EQ(attention(round_device(), kFree, Attention{}).time.si(), 0);
  EXPECT_EQ(memory_bound(round_device(), kFree, MemoryBound{}).time.si(), 0);
}

TEST(Gemm, NarrowFormatsReadFewerBytes) {
  Device device = round_device();
  const auto fp8 = index_of(Precision::kFp8);
  device.peaks.matrix[fp8] = base::WorkRate(200 * kTera);
  device.kernels.gemm_efficiency[fp8] = 0.5;
  const auto cost = gemm(device, kFree, square(1000, Precision::kFp8));
  EXPECT_DOUBLE_EQ(cost.memory_traffic.si(), 2e6 * 1 + 1e6 * 2);
}

TEST(GroupedGemm, IsOneKernelOfAllGroupsAtItsOwnEfficiency) {
  Device device = round_device();
  device.kernels.grouped_gemm_efficiency = 0.5;
  const GroupedGemm shape{8, 100, 200, 300, Precision::kBf16, 2};
  const auto grouped = grouped_gemm(device, kFree, shape);
  Device slower = round_device();
  slower.kernels.gemm_efficiency[kBf16] = 0.25;
  const auto one = gemm(slower, kFree, {100, 200, 300, 1, Precision::kBf16, 2});
  EXPECT_NEAR(grouped.time.si(), 10e-6 + 8 * (one.time.si() - 10e-6), 1e-15);
  EXPECT_DOUBLE_EQ(grouped.matrix_work.si(), 8 * one.matrix_work.si());
  EXPECT_DOUBLE_EQ(grouped.memory_traffic.si(), 8 * one.memory_traffic.si());
}

Attention scores(double count, bool backward = false) {
  Attention shape;
  shape.scores = count;
  shape.head_dim = 128;
  shape.value_head_dim = 128;
  shape.backward = backward;
  return shape;
}

// 10⁹ scores of head size 128: 512e9 FLOPs at 50 TFLOP/s are 10.24 ms, their softmax 5 ms.
TEST(Attention, AddsMatrixAndVectorTimeUnlessTheyOverlap) {
  Device device = round_device();
  device.kernels.gemm_fixed = base::Time(0);
  EXPECT_NEAR(attention(device, kFree, scores(1e9)).time.si(), 15.24e-3, 1e-12);
  device.kernels.attention_overlap = 0.5;
  EXPECT_NEAR(attention(device, kFree, scores(1e9)).time.si(), 12.74e-3, 1e-12);
  device.kernels.attention_overlap = 1;
  EXPECT_NEAR(attention(device, kFree, scores(1e9)).time.si(), 10.24e-3, 1e-12);
  device.kernels.attention_overhead = base::Time(20 * kPico);
  EXPECT_NEAR(attention(device, kFree, scores(1e9)).time.si(), 20e-3, 1e-12);
}

// FlashAttention-2 (arXiv 2307.08691): two products forward, five backward.
TEST(Attention, BackwardIsFiveProductsAndItsOwnSoftmaxMultiple) {
  Device device = round_device();
  device.kernels.gemm_fixed = base::Time(0);
  const auto forward = attention(device, kFree, scores(1e9));
  const auto backward = attention(device, kFree, scores(1e9, true));
  EXPECT_DOUBLE_EQ(forward.matrix_work.si(), 4.0 * 128 * 1e9);
  EXPECT_DOUBLE_EQ(backward.matrix_work.si(), 10.0 * 128 * 1e9);
  EXPECT_NEAR(backward.time.si(), 25.6e-3 + 3 * 5e-3, 1e-12);
}

// Q·K, dQ and dK contract or give the key size, P·V, dV and dP the value size; Q·K is made twice.
TEST(Attention, CountsKeyAndValueHeadSizesApart) {
  Attention shape = scores(1);
  shape.head_dim = 192;
  EXPECT_DOUBLE_EQ(attention(round_device(), kFree, shape).matrix_work.si(), 2 * 192 + 2 * 128);
  shape.backward = true;
  EXPECT_DOUBLE_EQ(attention(round_device(), kFree, shape).matrix_work.si(), 6 * 192 + 4 * 128);
}

TEST(MemoryBound, TakesTheLongerOfStreamAndVectorWorkAndOneFixedTimePerKernel) {
  MemoryBound shape;
  shape.traffic = base::Bytes(8e6);  // 10 us
  shape.kernels = 3;
  EXPECT_NEAR(memory_bound(round_device(), kFree, shape).time.si(), 40e-6, 1e-15);
  shape.vector_work = base::Work(100e6);  // 20 us at 5 TFLOP/s
  EXPECT_NEAR(memory_bound(round_device(), kFree, shape).time.si(), 50e-6, 1e-15);
  EXPECT_DOUBLE_EQ(memory_bound(round_device(), kFree, shape).memory_traffic.si(), 8e6);
}

Device random_device(std::mt19937_64& engine) {
  const auto factor = [&] { return std::exp2(static_cast<double>(engine() % 600) / 100 - 3); };
  Device device = round_device();
  device.peaks.matrix[kBf16] *= factor();
  device.peaks.vector_fp32 *= factor();
  device.memory_bandwidth *= factor();
  device.kernels.roofline_norm = 1 + static_cast<double>(engine() % 40) / 10;
  device.kernels.attention_overlap = static_cast<double>(engine() % 11) / 10;
  return device;
}

std::vector<double> times(const Device& device) {
  Attention shape = scores(1e7);
  shape.traffic = base::Bytes(1e8);
  MemoryBound stream;
  stream.traffic = base::Bytes(1e7);
  stream.vector_work = base::Work(5e7);
  return {gemm(device, kFree, {300, 4000, 5000, 1, Precision::kBf16, 2}).time.si(),
          grouped_gemm(device, kFree, {16, 40, 4000, 500, Precision::kBf16, 2}).time.si(),
          attention(device, kFree, shape).time.si(), memory_bound(device, kFree, stream).time.si()};
}

TEST(Uncapped, MorePeakOrBandwidthIsNeverSlower) {
  std::mt19937_64 engine(7);
  for (int i = 0; i < 300; ++i) {
    const Device device = random_device(engine);
    Device more_peak = device;
    more_peak.peaks.matrix[kBf16] *= 1.3;
    Device more_bandwidth = device;
    more_bandwidth.memory_bandwidth *= 1.3;
    const auto before = times(device);
    for (const Device& better : {more_peak, more_bandwidth}) {
      const auto after = times(better);
      for (std::size_t k = 0; k < before.size(); ++k) EXPECT_LE(after[k], before[k]);
    }
  }
}

}  // namespace
}  // namespace weft::chips
