// GEMMs against closed forms on a device of round numbers.

#include "weft/chips/kernel.h"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::chips {
namespace {

using namespace testing;

TEST(Gemm, IsWorkOverAchievedPeakWhenMemoryNeverWaits) {
  Device device = compute_only_device();
  device.kernels.gemm.fixed = base::Time(10e-6);
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
  device.kernels.gemm.fixed = base::Time(0);
  const double x = 0.75 * 6 / 0.8e12 * 50e12 / 2;
  const double memory = 6 * x * x / 0.8e12;
  EXPECT_NEAR(gemm(device, kFree, square(x)).time.si() / memory, 1.25, 1e-12);
  device.kernels.gemm.norm = 1;
  EXPECT_NEAR(gemm(device, kFree, square(x)).time.si() / memory, 1.75, 1e-12);
  device.kernels.gemm.norm = 200;
  EXPECT_NEAR(gemm(device, kFree, square(x)).time.si() / memory, 1.0, 1e-12);
}

TEST(Gemm, StaysBetweenTheLargerAndTheSumOfItsTwoTimes) {
  Device device = round_device();
  std::mt19937_64 engine(1);
  for (int i = 0; i < 500; ++i) {
    const auto size = [&] { return std::exp2(static_cast<double>(engine() % 15)); };
    const Gemm shape{size(), size(), size(), 1, Precision::kBf16, 2};
    device.kernels.gemm.norm = 1 + static_cast<double>(engine() % 50) / 10;
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
  device.kernels.gemm.efficiency[fp8] = 0.5;
  const auto cost = gemm(device, kFree, square(1000, Precision::kFp8));
  EXPECT_DOUBLE_EQ(cost.memory_traffic.si(), 2e6 * 1 + 1e6 * 2);
}

TEST(GroupedGemm, IsOneKernelOfAllGroupsAtItsOwnEfficiency) {
  Device device = round_device();
  device.kernels.gemm.grouped = 0.5;
  const GroupedGemm shape{8, 100, 200, 300, Precision::kBf16, 2};
  const auto grouped = grouped_gemm(device, kFree, shape);
  Device slower = round_device();
  slower.kernels.gemm.efficiency[kBf16] = 0.25;
  const auto one = gemm(slower, kFree, {100, 200, 300, 1, Precision::kBf16, 2});
  EXPECT_NEAR(grouped.time.si(), 10e-6 + 8 * (one.time.si() - 10e-6), 1e-15);
  EXPECT_DOUBLE_EQ(grouped.matrix_work.si(), 8 * one.matrix_work.si());
  EXPECT_DOUBLE_EQ(grouped.memory_traffic.si(), 8 * one.memory_traffic.si());
}

TEST(GroupedGemm, OfOneGroupIsAGemm) {
  const auto device = round_device();
  const auto one = grouped_gemm(device, kFree, {1, 300, 400, 500, Precision::kBf16, 8, 30});
  const auto plain = gemm(device, kFree, {300, 400, 500, 1, Precision::kBf16, 8, 30});
  EXPECT_EQ(one.time, plain.time);
  EXPECT_EQ(one.energy, plain.energy);
  EXPECT_EQ(one.memory_traffic, plain.memory_traffic);
}

}  // namespace
}  // namespace weft::chips
