// What the form of its matrices costs a GEMM: edges, packs of 8, the cache, waves, the epilogue.

#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::chips {
namespace {

using namespace testing;

// Only compute counts, so that a time is FLOPs over a rate and a factor.
Device with_edge(double edge, double misaligned = 1) {
  Device device = compute_only_device();
  device.kernels.gemm.edge = edge;
  device.kernels.gemm.misaligned = misaligned;
  return device;
}

double seconds(const Device& device, double m, double n, double k) {
  return gemm(device, {}, {m, n, k, 1, Precision::kBf16, 2}).time.si();
}

// 1 + edge · (1/m + 1/n + 1/k), whichever of the three is the small one.
TEST(GemmEdge, IsAClosedForm) {
  const double rate = 50 * kTera;
  for (const double edge : {0.0, 1.0, 134.0}) {
    for (const auto& [m, n, k] : {std::array{4096.0, 4096.0, 4096.0},
                                  std::array{128.0, 8192.0, 512.0}, std::array{1.0, 8.0, 1024.0}}) {
      const double expected = 2 * m * n * k / rate * (1 + edge * (1 / m + 1 / n + 1 / k));
      EXPECT_NEAR(seconds(with_edge(edge), m, n, k) / expected, 1, 1e-9) << edge << ' ' << m;
    }
  }
  const auto device = with_edge(134);
  EXPECT_DOUBLE_EQ(seconds(device, 64, 512, 2048), seconds(device, 2048, 64, 512));
}

TEST(GemmEdge, VanishesForLargeMatrices) {
  const double plain = seconds(with_edge(0), 1 << 20, 1 << 20, 1 << 20);
  EXPECT_NEAR(seconds(with_edge(134), 1 << 20, 1 << 20, 1 << 20) / plain, 1, 1e-3);
  EXPECT_GT(seconds(with_edge(134), 128, 128, 128), 4 * seconds(with_edge(0), 128, 128, 128));
}

TEST(GemmEdge, CostsTimeButNoWork) {
  const Gemm shape{256, 256, 256, 3, Precision::kBf16, 2};
  const auto plain = gemm(with_edge(0), {}, shape);
  const auto edged = gemm(with_edge(134), {}, shape);
  EXPECT_EQ(edged.matrix_work, plain.matrix_work);
  EXPECT_EQ(edged.memory_traffic, plain.memory_traffic);
  EXPECT_GT(edged.time, plain.time);
}

TEST(GemmEdge, HoldsForEachOfAGroup) {
  const auto grouped = [](double edge) {
    return grouped_gemm(with_edge(edge), {}, {8, 64, 512, 256, Precision::kBf16, 2}).time.si();
  };
  EXPECT_NEAR(grouped(10) / grouped(0), 1 + 10 * (1 / 64.0 + 1 / 512.0 + 1 / 256.0), 1e-9);
}

// Rows may be as many as they like; widths and depths are in packs of 8.
TEST(Misaligned, WidthsAndDepthsAreSlower) {
  const auto device = with_edge(0, 1.6);
  const auto slower = [&](double m, double n, double k) {
    return seconds(device, m, n, k) / seconds(with_edge(0), m, n, k);
  };
  EXPECT_NEAR(slower(1024, 1024, 1024), 1, 1e-12);
  EXPECT_NEAR(slower(1001, 1024, 1024), 1, 1e-12);
  EXPECT_NEAR(slower(1024, 1001, 1024), 1.6, 1e-9);
  EXPECT_NEAR(slower(1024, 1024, 1001), 1.6, 1e-9);
  EXPECT_NEAR(slower(1024, 1001, 1001), 1.6, 1e-9);    // once
  EXPECT_NEAR(slower(1024, 1024.5, 1024), 1.6, 1e-9);  // a share of a width
  EXPECT_NEAR(slower(1024, 50257, 4096), 1.6, 1e-9);   // the table of GPT-2 before it is padded
}

TEST(Misaligned, MultipliesTheEdge) {
  EXPECT_NEAR(seconds(with_edge(134, 1.5), 512, 100, 512) / seconds(with_edge(134), 512, 100, 512),
              1.5, 1e-9);
}

// Both are of compute: a product that waits for memory does not notice.
TEST(GemmShape, IsHiddenBehindMemory) {
  Device device = compute_only_device();
  device.memory_bandwidth = base::Bandwidth(1e6);
  const double plain = seconds(device, 64, 64, 64);
  device.kernels.gemm.edge = 134;
  device.kernels.gemm.misaligned = 1.5;
  EXPECT_NEAR(seconds(device, 64, 64, 64) / plain, 1, 1e-3);
}

TEST(GemmShape, IsNeverFasterThanAnEdgelessOne) {
  for (const auto& name : shipped_names()) {
    auto device = shipped(name).device;
    EXPECT_GE(device.kernels.gemm.edge, 0) << name;
    EXPECT_GE(device.kernels.gemm.misaligned, 1) << name;
    const auto shape = large_gemm(device);
    const auto with = gemm(device, {}, shape).time;
    device.kernels.gemm.edge = 0;
    EXPECT_LE(gemm(device, {}, shape).time, with) << name;
  }
}

// 1 + droop·(1 - L2/working set); 1000 x 2000 x 3000 holds 22 MB in 16 bits.
TEST(Droop, GrowsWithWhatExceedsTheCache) {
  Device device = with_edge(0);
  const double plain = seconds(device, 1000, 2000, 3000);
  device.kernels.gemm.droop = 0.1;
  EXPECT_EQ(seconds(device, 1000, 2000, 3000), plain);  // the cache is not known
  device.l2 = base::Bytes(22e6);
  EXPECT_DOUBLE_EQ(seconds(device, 1000, 2000, 3000), plain);
  device.l2 = base::Bytes(5.5e6);
  EXPECT_NEAR(seconds(device, 1000, 2000, 3000) / plain, 1 + 0.1 * 0.75, 1e-12);
}

// Of a group each product has the cache for itself.
TEST(Droop, IsOfOneProductOfAGroup) {
  Device device = with_edge(0);
  device.l2 = base::Bytes(5.5e6);
  const GroupedGemm shape{8, 1000, 2000, 3000, Precision::kBf16, 2};
  const double plain = grouped_gemm(device, {}, shape).time.si();
  device.kernels.gemm.droop = 0.1;
  EXPECT_NEAR(grouped_gemm(device, {}, shape).time.si() / plain, 1.075, 1e-12);
}

// By how much waves over `cores` cores slow it down.
double in_waves(double m, double n, int cores, double waves = 1) {
  Device device = with_edge(0);
  const double plain = seconds(device, m, n, 512);
  device.cores = cores;
  device.kernels.gemm.waves = waves;
  return seconds(device, m, n, 512) / plain;
}

TEST(Waves, AreWholeTilesOnAllCores) {
  EXPECT_NEAR(in_waves(1024, 1024, 24), 2 * 24.0 / 32, 1e-12);  // 32 tiles
  EXPECT_NEAR(in_waves(1024, 1024, 24, 0.5), std::sqrt(1.5), 1e-12);
  EXPECT_NEAR(in_waves(1024, 1024, 16), 1, 1e-12);              // two full waves
  EXPECT_NEAR(in_waves(1024, 1024, 32), 1, 1e-12);              // one
  EXPECT_NEAR(in_waves(1024, 1024, 100), 1, 1e-12);             // less than one: left to the edge
  EXPECT_NEAR(in_waves(1024, 1024, 0), 1, 1e-12);               // cores are not known
  EXPECT_NEAR(in_waves(1025, 1024, 24), 1536 / 1025.0, 1e-12);  // 36 tiles, two waves of 48
  EXPECT_NEAR(in_waves(64, 8192, 24), 2 * 24.0 / 32, 1e-12);    // low tiles for few rows
  EXPECT_LT(in_waves(16384, 16384, 24), 1.003);
}

TEST(Waves, RunThroughAGroup) {
  Device device = with_edge(0);
  const GroupedGemm shape{3, 128, 2048, 512, Precision::kBf16, 2};  // 24 tiles
  const double plain = grouped_gemm(device, {}, shape).time.si();
  device.cores = 20;
  device.kernels.gemm.waves = 1;
  EXPECT_NEAR(grouped_gemm(device, {}, shape).time.si() / plain, 40 / 24.0, 1e-12);
}

TEST(Sustained, DividesComputeTimeAndIsLeftOutAlone) {
  Device device = with_edge(0);
  const double alone = seconds(device, 512, 512, 512);
  device.kernels.gemm.sustained = 0.8;
  EXPECT_NEAR(seconds(device, 512, 512, 512), alone / 0.8, 1e-15);
  EXPECT_EQ(seconds(measured_alone(device), 512, 512, 512), alone);
  device.peaks.matrix[kBf16] = base::WorkRate(1e40);
  device.memory_bandwidth = base::Bandwidth(1e12);
  EXPECT_EQ(seconds(device, 512, 512, 512), seconds(measured_alone(device), 512, 512, 512));
}

TEST(GemmMemory, HasAnEfficiencyPerFormat) {
  Device device = round_device();
  device.peaks.matrix[kBf16] = base::WorkRate(1e40);
  const double bytes = 3 * 2e6;
  EXPECT_NEAR(seconds(device, 1000, 1000, 1000), 10e-6 + bytes / 0.8e12, 1e-15);
  device.kernels.gemm.memory_efficiency[kBf16] = 0.5;
  EXPECT_NEAR(seconds(device, 1000, 1000, 1000), 10e-6 + bytes / 0.5e12, 1e-15);
}

// 1000³ are 2 GFLOP, 40 us at 50 TFLOP/s; 500 operations on each of 10⁶ elements at 5 TFLOP/s 100.
TEST(Epilogue, HidesUnderTheProductWhereUnitsShareBuffers) {
  const auto device = compute_only_device();
  Gemm shape{1000, 1000, 1000, 1, Precision::kBf16, 2};
  shape.epilogue = 100;
  EXPECT_NEAR(gemm(device, {}, shape).time.si(), 40e-6, 1e-12);
  shape.epilogue = 500;
  EXPECT_NEAR(gemm(device, {}, shape).time.si(), 100e-6, 1e-12);
  shape.overlap = 0;  // a kernel that does one after the other
  EXPECT_NEAR(gemm(device, {}, shape).time.si(), 140e-6, 1e-12);
}

TEST(Epilogue, FollowsTheProductWhereDataGoThroughL2) {
  Device device = compute_only_device();
  device.kernels.handover = base::Bytes(8);
  Gemm shape{1000, 1000, 1000, 1, Precision::kBf16, 2};
  EXPECT_NEAR(gemm(device, {}, shape).time.si(), 40e-6, 1e-12);  // nothing to hand over
  shape.epilogue = 100;
  EXPECT_NEAR(gemm(device, {}, shape).time.si(), 60e-6, 1e-12);
  device.l2_bandwidth = base::Bandwidth(2e11);  // 8 MB in 40 us
  EXPECT_NEAR(gemm(device, {}, shape).time.si(), 80e-6, 1e-12);
  shape.overlap = 0.5;  // half of it by hand
  EXPECT_NEAR(gemm(device, {}, shape).time.si(), 60e-6, 1e-12);
  const GroupedGemm grouped{2, 1000, 1000, 1000, Precision::kBf16, 2, 100, {}};
  EXPECT_NEAR(grouped_gemm(device, {}, grouped).time.si(), 160e-6, 1e-12);
}

}  // namespace
}  // namespace weft::chips
