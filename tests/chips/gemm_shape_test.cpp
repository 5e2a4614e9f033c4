// What the form of its matrices costs a GEMM, and what a soft cap costs attention.

#include <array>

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::chips {
namespace {

using namespace testing;

// Only compute counts, so that a time is FLOPs over a rate and a factor.
Device with_edge(double edge, double misaligned = 1) {
  Device device = compute_only_device();
  device.kernels.gemm_edge = edge;
  device.kernels.gemm_misaligned = misaligned;
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
  EXPECT_NEAR(slower(1024, 1001, 1001), 1.6, 1e-9);   // once
  EXPECT_NEAR(slower(1024, 50257, 4096), 1.6, 1e-9);  // the table of GPT-2 before it is padded
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
  device.kernels.gemm_edge = 134;
  device.kernels.gemm_misaligned = 1.5;
  EXPECT_NEAR(seconds(device, 64, 64, 64) / plain, 1, 1e-3);
}

TEST(GemmShape, IsNeverFasterThanAnEdgelessOne) {
  for (const auto& name : shipped_names()) {
    auto device = shipped(name).device;
    EXPECT_GE(device.kernels.gemm_edge, 0) << name;
    EXPECT_GE(device.kernels.gemm_misaligned, 1) << name;
    const auto shape = large_gemm(device);
    const auto with = gemm(device, {}, shape).time;
    device.kernels.gemm_edge = 0;
    EXPECT_LE(gemm(device, {}, shape).time, with) << name;
  }
}

// Without overlap the softmax adds to the products: its share scales, they stay.
TEST(SoftCap, ScalesTheSoftmaxAlone) {
  const auto device = compute_only_device();
  const auto time = [&](double work, bool backward) {
    Attention shape;
    shape.scores = 1e9;
    shape.head_dim = shape.value_head_dim = 128;
    shape.softmax_work = work;
    shape.backward = backward;
    return attention(device, {}, shape).time.si();
  };
  const double softmax = 5 * kPico * 1e9;
  EXPECT_NEAR(time(2, false) - time(1, false), softmax, 1e-9 * softmax);
  EXPECT_NEAR(time(2, true) - time(1, true), 3 * softmax, 1e-9 * softmax);
  EXPECT_NEAR(time(0, false), 4.0 * 128 * 1e9 / (50 * kTera), 1e-9);
}

// A product that takes longer than the softmax hides it whole at overlap 1.
TEST(SoftCap, IsHiddenWhereTheProductsAreLonger) {
  auto device = compute_only_device();
  device.kernels.attention_overlap = 1;
  Attention shape;
  shape.scores = 1e9;
  shape.head_dim = shape.value_head_dim = 128;
  const auto plain = attention(device, {}, shape).time;
  shape.softmax_work = 2;
  EXPECT_EQ(attention(device, {}, shape).time, plain);
}

}  // namespace
}  // namespace weft::chips
