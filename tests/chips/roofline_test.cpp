// Roofs of a device, and what bins and joined dies make of them.

#include "weft/chips/roofline.h"

#include <cmath>
#include <limits>
#include <stdexcept>

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::chips {
namespace {

using namespace testing;

// Half of 100 TFLOP/s over 0.8 of 1 TB/s.
TEST(Roofs, MeetWhereTheirRatesDo) {
  const auto roofs = roofline(round_device());
  ASSERT_EQ(roofs.roofs.size(), 1U);
  EXPECT_DOUBLE_EQ(roofs.bandwidth.si(), 0.8e12);
  EXPECT_DOUBLE_EQ(roofs.vector_fp32.si(), 10e12);
  EXPECT_DOUBLE_EQ(roofs.roofs[0].peak.si(), 100e12);
  EXPECT_DOUBLE_EQ(roofs.roofs[0].achieved.si(), 50e12);
  EXPECT_DOUBLE_EQ(roofs.roofs[0].ridge, 62.5);
}

TEST(Roofs, StandInTheOrderOfTheirHeight) {
  for (const auto& name : shipped_names()) {
    const auto roofs = roofline(shipped(name).device);
    ASSERT_FALSE(roofs.roofs.empty()) << name;
    base::WorkRate below;
    for (const auto& roof : roofs.roofs) {
      EXPECT_LE(roof.achieved, roof.peak) << name;
      EXPECT_DOUBLE_EQ(roof.ridge * roofs.bandwidth.si(), roof.achieved.si()) << name;
      EXPECT_GE(roof.achieved, below) << name;
      below = roof.achieved;
    }
  }
}

// At the ridge both times are equal: the p-norm of 1 and 1 is 2^(1/p).
TEST(Attainable, IsTheNormOfBothRoofs) {
  Device device = round_device();
  EXPECT_NEAR(attainable(device, Precision::kBf16, 62.5).si(), 50e12 / std::sqrt(2), 1);
  device.kernels.gemm.norm = 1;
  EXPECT_NEAR(attainable(device, Precision::kBf16, 62.5).si(), 25e12, 1);
  EXPECT_NEAR(attainable(device, Precision::kBf16, 125).si(), 50e12 / 1.5, 1);
  device.kernels.gemm.memory_efficiency[kBf16] = 0.4;
  EXPECT_NEAR(attainable(device, Precision::kBf16, 125).si(), 25e12, 1);
  EXPECT_EQ(attainable(device, Precision::kFp8, 125).si(), 0);
  EXPECT_EQ(attainable(device, Precision::kBf16, 0).si(), 0);
}

TEST(Attainable, RisesWithIntensityUpToTheRoof) {
  for (const auto& name : shipped_names()) {
    const Device device = shipped(name).device;
    for (const auto& roof : roofline(device).roofs) {
      double before = 0;
      for (double intensity = 1e-3; intensity < 1e7; intensity *= 1.5) {
        const double rate = attainable(device, roof.precision, intensity).si();
        EXPECT_GE(rate, before) << name;
        before = rate;
      }
      EXPECT_LE(before, roof.achieved.si()) << name;
      EXPECT_NEAR(before / roof.achieved.si(), 1, 1e-2) << name;
    }
  }
}

// The same law as the kernel's, but for its fixed time.
TEST(Attainable, IsTheRateOfALargeGemm) {
  Device device = round_device();
  device.kernels.gemm.fixed = base::Time(0);
  const auto cost = gemm(device, {}, square(300));
  const double intensity = cost.matrix_work.si() / cost.memory_traffic.si();
  EXPECT_NEAR(attainable(device, Precision::kBf16, intensity).si(),
              cost.matrix_work.si() / cost.time.si(), 1e-9 * 50e12);
}

TEST(Binned, WithAllCoresAtItsOwnClockIsTheSame) {
  for (const auto& name : shipped_names()) {
    const Chip chip = shipped(name);
    const Chip same = binned(chip, chip.cores_enabled, chip.clock);
    EXPECT_EQ(same.device.peaks.matrix, chip.device.peaks.matrix) << name;
    EXPECT_EQ(same.device.l2_bandwidth, chip.device.l2_bandwidth) << name;
    EXPECT_EQ(same.device.power.active, chip.device.power.active) << name;
    EXPECT_EQ(same.device.kernels.attention.overhead, chip.device.kernels.attention.overhead);
    EXPECT_EQ(same.device.cores, chip.device.cores) << name;
  }
}

// Half of the cores at half of the clock: a quarter of every roof but that of memory.
TEST(Binned, ScalesEveryRoofOnTheDie) {
  const Chip chip = shipped("ascend_910c");
  const Chip bin = binned(chip, 12, chip.clock * 0.5);
  for (std::size_t p = 0; p < kPrecisionCount; ++p) {
    EXPECT_DOUBLE_EQ(bin.device.peaks.matrix[p].si(), chip.device.peaks.matrix[p].si() / 4);
  }
  EXPECT_DOUBLE_EQ(bin.device.peaks.vector_fp32.si(), chip.device.peaks.vector_fp32.si() / 4);
  EXPECT_DOUBLE_EQ(bin.device.peaks.vector_fp16.si(), chip.device.peaks.vector_fp16.si() / 4);
  EXPECT_DOUBLE_EQ(bin.device.l2_bandwidth.si(), chip.device.l2_bandwidth.si() / 4);
  EXPECT_DOUBLE_EQ(bin.device.kernels.attention.overhead.si(),
                   chip.device.kernels.attention.overhead.si() * 4);
  EXPECT_EQ(bin.device.cores, 12);
  EXPECT_EQ(bin.cores_enabled, 12);
  EXPECT_DOUBLE_EQ(bin.clock.si(), 0.9e9);
  EXPECT_EQ(bin.device.memory_bandwidth, chip.device.memory_bandwidth);
  EXPECT_EQ(bin.device.power.limit, chip.device.power.limit);
  EXPECT_EQ(bin.device.power.idle, chip.device.power.idle);
}

// Parts of one die: 20 cores are a B3, 20 cores at 1.5 GHz a B4; at 1.65 GHz in between.
TEST(Binned, MakesTheSmallerPartsOfThe910B2) {
  const Chip whole = shipped("ascend_910b2");
  const auto peak = [](const Chip& chip) { return chip.device.peaks.matrix[kBf16].si(); };
  const auto near = [&](const Chip& bin, const char* part) {
    EXPECT_NEAR(peak(bin), peak(shipped(part)), 0.02 * peak(bin)) << part;
    EXPECT_NEAR(
        bin.device.kernels.attention.overhead / shipped(part).device.kernels.attention.overhead, 1,
        0.02)
        << part;
    const double vector = bin.device.peaks.vector_fp32 / shipped(part).device.peaks.vector_fp32;
    EXPECT_NEAR(vector, 1, 0.02) << part;
  };
  near(binned(whole, 20, whole.clock), "ascend_910b3");
  near(binned(whole, 20, base::Rate(1.5e9)), "ascend_910b4");
  EXPECT_NEAR(peak(binned(whole, 20, base::Rate(1.65e9))), 20 * 8192 * 1.65e9, 0.02 * 270e12);
  EXPECT_NEAR(peak(binned(shipped("h100_sxm5"), 78, base::Rate(1.83e9))) / 1e12, 584, 1);
}

TEST(Binned, IsNeverFasterWithFewerCores) {
  const Chip chip = shipped("h100_sxm5");
  auto before = gemm(chip.device, {}, square(8192)).time;
  for (int cores = chip.cores_enabled - 1; cores > 0; --cores) {
    const auto time = gemm(binned(chip, cores, chip.clock).device, {}, square(8192)).time;
    EXPECT_GE(time, before) << cores;
    before = time;
  }
}

TEST(Binned, RefusesWhatIsNotThere) {
  const Chip chip = shipped("ascend_910b2");
  EXPECT_NO_THROW(binned(chip, 25, chip.clock));
  EXPECT_THROW(binned(chip, 26, chip.clock), std::invalid_argument);
  EXPECT_THROW(binned(chip, 0, chip.clock), std::invalid_argument);
  EXPECT_THROW(binned(chip, 24, base::Rate(0)), std::invalid_argument);
  EXPECT_THROW(binned(chip, 24, base::Rate(-1)), std::invalid_argument);
  EXPECT_THROW(binned(chip, 24, base::Rate(std::numeric_limits<double>::quiet_NaN())),
               std::invalid_argument);
  const Chip unknown = shipped("k100_ai");  // no clock is published
  EXPECT_NO_THROW(binned(unknown, 60, unknown.clock));
  EXPECT_THROW(binned(unknown, 120, base::Rate(1e9)), std::invalid_argument);
}

// 2 × 1.6 TB/s; a quarter of all bytes goes each way over 270 GB/s.
TEST(Unified, The910CIsTwiceItsDiesBehindTheirBridge) {
  const Chip chip = shipped("ascend_910c");
  const Chip one = unified(chip, 0.5);
  EXPECT_EQ(one.devices(), 1);
  EXPECT_EQ(one.device.dies, 2);
  EXPECT_EQ(one.device.devices_per_package, 1);
  EXPECT_EQ(one.device.cores, 48);
  EXPECT_DOUBLE_EQ(one.device.peaks.matrix[kBf16].si(), 2 * chip.device.peaks.matrix[kBf16].si());
  EXPECT_DOUBLE_EQ(one.device.peaks.vector_fp32.si(), 2 * chip.device.peaks.vector_fp32.si());
  EXPECT_DOUBLE_EQ(one.device.memory_capacity.si(), 2 * chip.device.memory_capacity.si());
  EXPECT_DOUBLE_EQ(one.device.l2_bandwidth.si(), 2 * chip.device.l2_bandwidth.si());
  EXPECT_DOUBLE_EQ(one.device.power.limit.si(), 780);
  EXPECT_DOUBLE_EQ(one.device.memory_bandwidth.si(), 4 * 270e9);
  EXPECT_DOUBLE_EQ(unified(chip, 1).device.memory_bandwidth.si(), 2 * 270e9);
  EXPECT_DOUBLE_EQ(unified(chip, 0.1).device.memory_bandwidth.si(), 3.2e12);
  EXPECT_DOUBLE_EQ(one.device.kernels.attention.overhead.si(),
                   chip.device.kernels.attention.overhead.si() / 2);
}

// What is written as unified is what a split package becomes.
TEST(Unified, IsWhatReadingMakesOfIt) {
  const base::Catalog catalog({WEFT_CONFIGS}, base::Fits::kIgnore);
  const auto split = catalog.load("chip", "ascend_910c", std::nullopt);
  const auto over = base::Document::parse("package: {exposed_as: unified}", "over.yaml");
  base::Reading reading;
  const Chip written = read_chip(base::merge(split, over), reading);
  reading.throw_if_any();
  const Chip made = unified(shipped("ascend_910c"), 0.5);
  EXPECT_EQ(written.device.peaks.matrix, made.device.peaks.matrix);
  EXPECT_EQ(written.device.memory_bandwidth, made.device.memory_bandwidth);
  EXPECT_EQ(written.device.memory_usable, made.device.memory_usable);
  EXPECT_EQ(written.device.cores, made.device.cores);
  EXPECT_EQ(written.device.l2, made.device.l2);
  EXPECT_EQ(written.device.power.idle, made.device.power.idle);
}

TEST(Unified, OfAPackageThatIsSoAlreadyChangesItsBridgeAlone) {
  const Chip chip = shipped("b200_sxm");
  EXPECT_EQ(unified(chip, 0.5).device.peaks.matrix[kFp8], chip.device.peaks.matrix[kFp8]);
  EXPECT_EQ(unified(chip, 0.5).device.memory_bandwidth, chip.device.memory_bandwidth);
  EXPECT_EQ(unified(chip, 0.5).device.power.limit, chip.device.power.limit);
}

TEST(Unified, RefusesOneDieAndSharesThatAreNone) {
  EXPECT_THROW(unified(shipped("h100_sxm5"), 0.5), std::invalid_argument);
  const Chip chip = shipped("ascend_910c");
  for (const double share : {0.0, -0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THROW(unified(chip, share), std::invalid_argument) << share;
  }
}

}  // namespace
}  // namespace weft::chips
