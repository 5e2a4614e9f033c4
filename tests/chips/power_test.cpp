// Power, energy and caps.

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::chips {
namespace {

using namespace testing;

double watts(const KernelCost& cost) { return cost.energy / cost.time / base::kWatt; }

// 50 TFLOP/s at 2 pJ/FLOP are 100 W, on top of 150 W: 250 W wanted, 200 W of it above idle.
double slowdown(double cap) {
  const auto device = compute_only_device();
  const auto free = gemm(device, {}, square(4096));
  return gemm(device, capped(cap), square(4096)).time / free.time;
}

TEST(Power, OfAGemmIsIdleActiveAndTheEnergyOfItsWorkAndTraffic) {
  const auto cost = gemm(round_device(), {}, square(2048));
  const double joules =
      150 * cost.time.si() + 2e-12 * cost.matrix_work.si() + 50e-12 * cost.memory_traffic.si();
  EXPECT_NEAR(cost.energy.si(), joules, 1e-12);
}

TEST(Power, IsClippedAtTheLimitWithoutSlowingMeasuredKernels) {
  Device device = compute_only_device();
  const auto below = gemm(device, {}, square(4096));
  device.power.limit = base::Power(200);  // of the 250 W wanted
  const auto at_limit = gemm(device, {}, square(4096));
  EXPECT_EQ(at_limit.time, below.time);
  EXPECT_NEAR(watts(at_limit), 200, 1e-9);
}

TEST(Cap, SlowsComputeByTheCubeRootDownToTheKneeAndLinearlyBelow) {
  EXPECT_NEAR(slowdown(210), std::pow(0.8, -1.0 / 3), 1e-12);
  EXPECT_NEAR(slowdown(170), std::pow(0.6, -1.0 / 3), 1e-12);
  EXPECT_NEAR(slowdown(110), std::pow(0.6, -1.0 / 3) / 0.4, 1e-12);  // y = 0.3
}

TEST(Cap, CountsFromTheLimitWhenMoreThanTheLimitIsWanted) {
  Device device = compute_only_device();
  device.power.limit = base::Power(210);  // y = 0.8 already, inside the measured efficiency
  const auto free = gemm(device, {}, square(4096));
  const auto cost = gemm(device, capped(170), square(4096));
  EXPECT_NEAR(cost.time / free.time, std::pow(0.8 / 0.6, 1.0 / 3), 1e-12);
  EXPECT_NEAR(gemm(device, capped(210 - 1e-9), square(4096)).time / free.time, 1, 1e-9);
}

TEST(Cap, AtOrAboveTheLimitChangesNothing) {
  for (const auto& name : shipped_names()) {
    const auto device = shipped(name).device;
    const auto free = gemm(device, {}, large_gemm(device));
    for (const double share : {1.0, 1.5}) {
      const auto cost = gemm(device, {device.power.limit * share}, large_gemm(device));
      EXPECT_EQ(cost.time, free.time) << name;
      EXPECT_EQ(cost.energy, free.energy) << name;
    }
  }
}

TEST(Cap, AboveWhatTheKernelWantsChangesNothing) {
  const auto free = gemm(compute_only_device(), {}, square(4096));
  const auto cost = gemm(compute_only_device(), capped(251), square(4096));
  EXPECT_EQ(cost.time, free.time);
  EXPECT_EQ(cost.energy, free.energy);
}

TEST(Cap, MakesEveryShippedChipSlowerStepByStepAndIsHeld) {
  for (const auto& name : shipped_names()) {
    const auto device = shipped(name).device;
    double last = gemm(device, {}, large_gemm(device)).time.si();
    for (double share = 0.9; share > 0.45; share -= 0.05) {
      const auto cap = device.power.limit * share;
      const auto cost = gemm(device, {cap}, large_gemm(device));
      EXPECT_LE(cost.energy / cost.time, cap * (1 + 1e-12)) << name << ' ' << share;
      EXPECT_GE(cost.time.si(), last) << name << ' ' << share;
      last = cost.time.si();
    }
    EXPECT_GT(last, 1.1 * gemm(device, {}, large_gemm(device)).time.si()) << name;
  }
}

TEST(Cap, IsHeldByEveryKindOfKernel) {
  const auto device = shipped("h100_sxm5").device;
  MemoryBound stream;
  stream.traffic = base::Bytes(1e9);
  Attention scores;
  scores.scores = 1e9;
  scores.head_dim = scores.value_head_dim = 128;
  for (const double cap : {150.0, 300.0, 500.0}) {
    for (const auto& cost :
         {memory_bound(device, capped(cap), stream), attention(device, capped(cap), scores),
          grouped_gemm(device, capped(cap), {8, 1024, 4096, 4096, Precision::kBf16, 2})}) {
      EXPECT_LE(watts(cost), cap * (1 + 1e-12));
      EXPECT_GT(cost.energy.si(), 0);
    }
    EXPECT_LE(communicating_power(device, capped(cap)).si(), cap);
  }
}

TEST(Cap, LeavesAPureStreamItsTime) {
  const auto device = shipped("h100_sxm5").device;
  MemoryBound stream;
  stream.traffic = base::Bytes(1e9);
  EXPECT_EQ(memory_bound(device, capped(300), stream).time, memory_bound(device, {}, stream).time);
}

// Whatever the clock, bytes cost what they cost: a cap that cannot pay for them must slow the
// stream.
TEST(Cap, NeverMovesBytesForLessThanTheirEnergy) {
  const auto device = shipped("h100_sxm5").device;
  MemoryBound stream;
  stream.traffic = base::Bytes(1e9);
  for (const double cap : {100.0, 150.0, 200.0}) {
    const auto cost = memory_bound(device, capped(cap), stream);
    const auto bytes = device.power.per_memory_byte * stream.traffic;
    EXPECT_GE(cost.energy, device.power.idle * cost.time + bytes) << cap;
  }
}

// A cap slows the clock of the vector units like that of the matrix units.
TEST(Cap, SlowsAKernelThatWaitsForVectorUnits) {
  Device device = round_device();
  MemoryBound shape;
  shape.vector_work = base::Work(1e9);
  EXPECT_GT(memory_bound(device, capped(100), shape).time, memory_bound(device, {}, shape).time);
}

// Not every improvement helps below a deep cap. The response to a cap is one of shares: of the
// power that the kernel would draw if nothing held it. More bandwidth shortens the uncapped kernel,
// so the same joules ask for more watts and the cap leaves a smaller share of them. Past the knee
// the clock falls faster than the share, and a kernel that compute dominates has won nothing from
// memory.
TEST(Cap, DeepBelowTheLimitMoreBandwidthCanBeSlower) {
  Device device = round_device();
  device.kernels.gemm.fixed = base::Time(0);
  device.power.active = base::Power(0);
  const Gemm balanced{1000, 4000, 4000, 1, Precision::kBf16, 2};
  Device better = device;
  better.memory_bandwidth *= 4.0;
  EXPECT_LT(gemm(better, {}, balanced).time, gemm(device, {}, balanced).time);
  const auto cap = capped(70);
  const double ratio = gemm(better, cap, balanced).time / gemm(device, cap, balanced).time;
  EXPECT_GT(ratio, 1.0);
  EXPECT_LT(ratio, 1.5);
}

// The same by more peak.
TEST(Cap, DeepBelowTheLimitMorePeakCanBeSlower) {
  Device device = compute_only_device();
  Device better = device;
  better.peaks.matrix[kBf16] *= 1.5;
  EXPECT_LT(gemm(better, {}, square(4096)).time, gemm(device, {}, square(4096)).time);
  EXPECT_GT(gemm(better, capped(90), square(4096)).time,
            gemm(device, capped(90), square(4096)).time);
}

TEST(Cap, AtEightyPercentOfTheLimitCostsAnH100LessThanTenPercentOfAGemm) {
  const auto device = shipped("h100_sxm5").device;
  const auto free = gemm(device, {}, square(8192));
  const auto cost = gemm(device, {device.power.limit * 0.8}, square(8192));
  EXPECT_GT(cost.time / free.time, 1.02);
  EXPECT_LT(cost.time / free.time, 1.10);
  EXPECT_LT(cost.energy, free.energy);
}

TEST(Power, FallsFromComputingOverCommunicatingToWaitingToIdle) {
  for (const auto& name : shipped_names()) {
    const auto device = shipped(name).device;
    const auto computing = gemm(device, {}, large_gemm(device));
    EXPECT_GT(computing.energy / computing.time, communicating_power(device, {})) << name;
    EXPECT_GT(communicating_power(device, {}), waiting_power(device)) << name;
    EXPECT_GT(waiting_power(device), device.power.idle) << name;
    EXPECT_LT(communicating_power(device, {}), device.power.limit) << name;
  }
}

}  // namespace
}  // namespace weft::chips
