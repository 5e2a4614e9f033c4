// Chips as written, per die and per package, and the errors in them.

#include <algorithm>

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::chips {
namespace {

using namespace testing;

const std::string kText = R"(kind: chip
name: Two dies
vendor: nobody
package: {dies: 2, exposed_as: unified, die_to_die: {bandwidth: 300 GB/s, latency: 1 us, per: direction}}
die:
  area: 600 mm2
  cores: {built: 25, enabled: 24}
  matrix: {bf16: 100 TFLOP/s, fp8: 200 TFLOP/s}
  vector: {fp32: 5 TFLOP/s, fp16: 10 TFLOP/s}
  l2: {capacity: 50 MB}
memory: {stacks: 4, capacity: 64 GB, usable: 60 GB, bandwidth: 2 TB/s}
power:
  tdp: 800 W
  idle: 100 W
  active: 200 W
  per_flop: {bf16: 1 pJ/FLOP, fp8: 0.5 pJ/FLOP}
  per_memory_byte: 50 pJ/B
kernels:
  gemm: {efficiency: {bf16: 0.7, fp8: 0.6}, fixed: 3 us, norm: 2}
  attention: {overhead_per_score: 1 ps, backward_overhead: 2}
  memory: {efficiency: 0.8}
  vector: {efficiency: 0.5}
)";

std::string with(const std::string& old_text, const std::string& new_text) {
  std::string text = kText;
  const auto at = text.find(old_text);
  EXPECT_NE(at, std::string::npos) << old_text;
  return text.replace(at, old_text.size(), new_text);
}

Chip parsed(const std::string& text) {
  base::Reading reading;
  Chip chip = read_chip(base::Document::parse(text, "chip.yaml"), reading);
  reading.throw_if_any();
  return chip;
}

std::string complaint(const std::string& text) {
  try {
    parsed(text);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "";
}

// Whether an error says so, and stands where it should.
::testing::AssertionResult complains(const std::string& text, const std::string& place,
                                     const std::string& message) {
  const auto what = complaint(text);
  if (what.find("chip.yaml:" + place) == std::string::npos ||
      what.find(message) == std::string::npos) {
    return ::testing::AssertionFailure() << "not at " << place << " or not so: " << what;
  }
  return ::testing::AssertionSuccess();
}

TEST(UnifiedPackage, IsOneDeviceWithTheSumOfItsDies) {
  const Chip chip = parsed(with("300 GB/s", "3 TB/s"));
  EXPECT_EQ(chip.devices(), 1);
  EXPECT_EQ(chip.device.dies, 2);
  EXPECT_EQ(chip.device.devices_per_package, 1);
  EXPECT_DOUBLE_EQ(chip.device.peaks.matrix[kBf16].si(), 200e12);
  EXPECT_DOUBLE_EQ(chip.device.peaks.vector_fp32.si(), 10e12);
  EXPECT_DOUBLE_EQ(chip.device.memory_bandwidth.si(), 4e12);
  EXPECT_DOUBLE_EQ(chip.device.memory_capacity.si(), 128e9);
  EXPECT_DOUBLE_EQ(chip.device.memory_usable.si(), 120e9);
  EXPECT_DOUBLE_EQ(chip.device.l2.si(), 100e6);
  EXPECT_DOUBLE_EQ(chip.device.power.limit.si(), 800);
  EXPECT_EQ(chip.memory_stacks, 8);
}

TEST(SplitPackage, IsOneDevicePerDieWithItsShareOfThePower) {
  const Chip chip = parsed(with("unified", "split"));
  EXPECT_EQ(chip.devices(), 2);
  EXPECT_EQ(chip.device.dies, 1);
  EXPECT_EQ(chip.device.devices_per_package, 2);
  EXPECT_DOUBLE_EQ(chip.device.peaks.matrix[kBf16].si(), 100e12);
  EXPECT_DOUBLE_EQ(chip.device.memory_bandwidth.si(), 2e12);
  EXPECT_DOUBLE_EQ(chip.device.memory_usable.si(), 60e9);
  EXPECT_DOUBLE_EQ(chip.device.power.limit.si(), 400);
  EXPECT_DOUBLE_EQ(chip.device.power.idle.si(), 50);
  EXPECT_DOUBLE_EQ(chip.device.power.active.si(), 100);
  EXPECT_DOUBLE_EQ(chip.device.power.per_flop[kBf16].si(), 1e-12);  // an energy is not shared
  EXPECT_DOUBLE_EQ(chip.die_to_die.si(), 300e9);
  EXPECT_EQ(chip.memory_stacks, 8);
}

TEST(SplitPackage, AndUnifiedHaveTheSameSums) {
  const Chip unified = parsed(kText);
  const Chip split = parsed(with("unified", "split"));
  EXPECT_DOUBLE_EQ(split.device.power.limit.si() * split.devices(),
                   unified.device.power.limit.si());
  EXPECT_DOUBLE_EQ(split.device.memory_capacity.si() * split.devices(),
                   unified.device.memory_capacity.si());
}

TEST(Chip, UsesAllMemoryUnlessToldOtherwise) {
  EXPECT_EQ(parsed(with("usable: 60 GB, ", "")).device.memory_usable.si(), 128e9);
}

TEST(Chip, HasOnlyTheFormatsItNames) {
  const Chip chip = parsed(kText);
  EXPECT_TRUE(chip.device.has(Precision::kFp8));
  EXPECT_FALSE(chip.device.has(Precision::kNvfp4));
  EXPECT_FALSE(chip.device.has(Precision::kInt8));
}

TEST(BadChip, PowerWithoutUnit) {
  EXPECT_TRUE(complains(with("tdp: 800 W", "tdp: 800"), "13:8", "'800' has no unit"));
}

TEST(BadChip, UnknownKeyWithTheNearestKnownOne) {
  EXPECT_TRUE(complains(with("usable: 60 GB", "useable: 60 GB"), "11:", "did you mean 'usable'"));
}

TEST(BadChip, UnknownFormat) {
  EXPECT_TRUE(complains(with("fp8: 200", "fp9: 200"), "8:", "did you mean 'fp8'"));
}

TEST(BadChip, FormatsOfFourBitsHaveNamesOfTheirOwn) {
  EXPECT_TRUE(complains(with("fp8: 200", "fp4: 400 TFLOP/s, fp8: 200"), "8:36",
                        "fp4 is written mxfp4 or nvfp4"));
}

TEST(BadChip, OneFormatUnderTwoNames) {
  EXPECT_TRUE(complains(with("fp8: 200", "tf32: 5 TFLOP/s, hf32: 5 TFLOP/s, fp8: 200"),
                        "8:", "one format"));
}

TEST(BadChip, MissingMap) {
  EXPECT_TRUE(complains(with("memory: {stacks", "memry: {stacks"), "1:1", "'memory'"));
}

TEST(BadChip, SplitWithoutDieToDie) {
  EXPECT_TRUE(complains(
      with("unified, die_to_die: {bandwidth: 300 GB/s, latency: 1 us, per: direction}", "split"),
      "4:", "needs 'die_to_die'"));
}

TEST(BadChip, DuplexBandwidthIsRefused) {
  EXPECT_TRUE(complains(with("per: direction", "per: duplex"), "4:", "duplex"));
}

TEST(BadChip, AFormatWithoutEfficiencyWouldComputeWithZero) {
  const auto what = complaint(with("{bf16: 0.7, fp8: 0.6}", "{bf16: 0.7}"));
  EXPECT_NE(what.find("missing 'fp8': the chip has this format"), std::string::npos);
  EXPECT_NE(complaint(with("bf16: 0.7", "bf16: 70")), "");
}

TEST(BadChip, MissingEfficiencyIsLocated) {
  EXPECT_TRUE(complains(with("{bf16: 0.7, fp8: 0.6}", "{bf16: 0.7}"), "19:", "fp8"));
}

// Numbers that a kernel law divides by, or that mean nothing outside their range.
TEST(BadChip, NumbersOutOfRange) {
  EXPECT_NE(complaint(with("memory: {efficiency: 0.8}", "memory: {efficiency: 0}")), "");
  EXPECT_NE(complaint(with("memory: {efficiency: 0.8}", "memory: {efficiency: 80}")), "");
  EXPECT_NE(complaint(with("vector: {efficiency: 0.5}", "vector: {efficiency: -1}")), "");
  EXPECT_NE(complaint(with("norm: 2", "norm: 0")), "");
  EXPECT_NE(complaint(with("backward_overhead: 2", "backward_overhead: 2, overlap: 1.5")), "");
  EXPECT_NE(complaint(with("bandwidth: 2 TB/s", "bandwidth: 0 TB/s")), "");
  EXPECT_NE(complaint(with("tdp: 800 W", "tdp: 90 W")), "");  // below idle
  EXPECT_NE(complaint(with("usable: 60 GB", "usable: 65 GB")), "");
}

// Energy would silently be understated.
TEST(BadChip, AFormatWithoutEnergy) {
  EXPECT_NE(complaint(with("per_flop: {bf16: 1 pJ/FLOP, fp8: 0.5 pJ/FLOP}",
                           "per_flop: {bf16: 1 pJ/FLOP}")),
            "");
}

TEST(BadChip, AllErrorsAtOnce) {
  auto text = with("tdp: 800 W", "tdp: 800");
  text.replace(text.find("fixed: 3 us"), 11, "fixed: 3 GB");
  EXPECT_NE(complaint(text).find("chip.yaml:13:"), std::string::npos);
  EXPECT_NE(complaint(text).find("chip.yaml:19:"), std::string::npos);
}

TEST(BadChip, KernelNumbersOutOfRange) {
  for (const char* gemm : {"edge: -1", "misaligned: 0.5", "droop: -0.1", "waves: -1",
                           "sustained: 0", "sustained: 1.1", "grouped: 2"}) {
    EXPECT_TRUE(complains(with("norm: 2", std::string("norm: 2, ") + gemm), "19:", "expected here"))
        << gemm;
  }
  for (const char* attention : {"edge: -1", "portable: 0.9", "fixed: 3 GB"}) {
    EXPECT_TRUE(
        complains(with("backward_overhead: 2", std::string("backward_overhead: 2, ") + attention),
                  "20:", "expected here"))
        << attention;
  }
  EXPECT_TRUE(complains(kText + "  handover: 8 us\n", "23:", ""));
  EXPECT_TRUE(complains(kText + "  quantise: {tensr: {traffic: 5 B}}\n", "23:", "'tensor'"));
  EXPECT_TRUE(complains(with("latency: 1 us", "latency: 1 us, remote_share: 0"),
                        "4:", "more than 0 and at most 1"));
  EXPECT_TRUE(
      complains(with("area: 600 mm2", "area: 600 mm2\n  clock: 0 GHz"), "7:", "more than 0"));
}

TEST(Kernels, HaveDefaults) {
  const Device device = parsed(kText).device;
  const auto& kernels = device.kernels;
  EXPECT_EQ(kernels.gemm.droop, 0);
  EXPECT_EQ(kernels.gemm.waves, 0);
  EXPECT_EQ(kernels.gemm.sustained, 1);
  EXPECT_EQ(kernels.gemm.memory_efficiency[kBf16], 0.8);  // of streams
  EXPECT_EQ(kernels.attention.fixed, kernels.gemm.fixed);
  EXPECT_EQ(kernels.attention.edge, 0);
  EXPECT_EQ(kernels.attention.portable, 1);
  EXPECT_EQ(kernels.memory.half_block.si(), 0);
  EXPECT_EQ(kernels.handover.si(), 0);
  const auto cast = [&](Scaling scaling) { return kernels.quantise[std::size_t(scaling)]; };
  EXPECT_EQ(cast(Scaling::kTensor).traffic.si(), 5);
  EXPECT_DOUBLE_EQ(cast(Scaling::kTensor).fixed.si(), 6e-6);
  EXPECT_EQ(cast(Scaling::kBlock).traffic.si(), 3);
  EXPECT_DOUBLE_EQ(cast(Scaling::kBlock).fixed.si(), 3e-6);
}

TEST(Kernels, AreReadAsWritten) {
  auto text = with("norm: 2",
                   "norm: 2, memory: {bf16: 0.7, fp8: 0.6}, droop: 0.1, waves: 0.5, "
                   "sustained: 0.9");
  text.replace(text.find("backward_overhead: 2"), 20,
               "backward_overhead: 2, fixed: 15 us, edge: 30, portable: 1.7");
  text.replace(text.find("{efficiency: 0.8}"), 17, "{efficiency: 0.8, half_block: 207 B}");
  text += "  quantise: {tensor: {traffic: 7 B}, block: {fixed: 4 us}}\n  handover: 8 B\n";
  const auto kernels = parsed(text).device.kernels;
  EXPECT_EQ(kernels.gemm.memory_efficiency[kBf16], 0.7);
  EXPECT_EQ(kernels.gemm.memory_efficiency[index_of(Precision::kMxfp8)], 0.6);
  EXPECT_EQ(kernels.gemm.memory_efficiency[index_of(Precision::kInt8)], 0.8);
  EXPECT_EQ(kernels.gemm.droop, 0.1);
  EXPECT_EQ(kernels.gemm.waves, 0.5);
  EXPECT_EQ(kernels.gemm.sustained, 0.9);
  EXPECT_DOUBLE_EQ(kernels.attention.fixed.si(), 15e-6);
  EXPECT_EQ(kernels.attention.edge, 30);
  EXPECT_EQ(kernels.attention.portable, 1.7);
  EXPECT_EQ(kernels.memory.half_block.si(), 207);
  EXPECT_EQ(kernels.quantise[0].traffic.si(), 7);
  EXPECT_DOUBLE_EQ(kernels.quantise[0].fixed.si(), 6e-6);
  EXPECT_DOUBLE_EQ(kernels.quantise[1].fixed.si(), 4e-6);
  EXPECT_EQ(kernels.handover.si(), 8);
}

TEST(Chip, KeepsClockCoresAndL2OfAllItsDies) {
  auto text =
      with("l2: {capacity: 50 MB}", "clock: 1.5 GHz\n  l2: {capacity: 50 MB, bandwidth: 3 TB/s}");
  const Chip unified = parsed(text);
  EXPECT_DOUBLE_EQ(unified.clock.si(), 1.5e9);
  EXPECT_EQ(unified.device.cores, 48);
  EXPECT_DOUBLE_EQ(unified.device.l2_bandwidth.si(), 6e12);
  text.replace(text.find("unified"), 7, "split");
  EXPECT_EQ(parsed(text).device.cores, 24);
  EXPECT_DOUBLE_EQ(parsed(text).device.l2_bandwidth.si(), 3e12);
}

// A scale per block is the kernel's affair; other scales need a unit that applies them.
TEST(Formats, Fp8GrantsItsBlockwiseKindAlone) {
  const Device device = parsed(kText).device;
  EXPECT_EQ(device.peaks.matrix[kFp8Block], device.peaks.matrix[kFp8]);
  EXPECT_EQ(device.kernels.gemm.efficiency[kFp8Block], device.kernels.gemm.efficiency[kFp8]);
  EXPECT_EQ(device.power.per_flop[kFp8Block], device.power.per_flop[kFp8]);
  EXPECT_FALSE(device.has(Precision::kMxfp8));
  const auto written =
      parsed(with("fp8: 200 TFLOP/s", "fp8: 200 TFLOP/s, fp8_block: 150 TFLOP/s")).device;
  EXPECT_DOUBLE_EQ(written.peaks.matrix[kFp8Block].si(), 300e12);
}

TEST(Formats, OfOneFamilyShareWhatIsNotWritten) {
  auto text =
      with("fp8: 200 TFLOP/s", "mxfp8: 200 TFLOP/s, mxfp4: 400 TFLOP/s, nvfp4: 400 TFLOP/s");
  text.replace(text.find("fp8: 0.6"), 8, "fp8_block: 0.6, nvfp4: 0.5");
  text.replace(text.find("fp8: 0.5 pJ"), 11, "fp8: 0.5 pJ/FLOP, mxfp4: 0.2 pJ");
  const Device device = parsed(text).device;
  EXPECT_FALSE(device.has(Precision::kFp8));
  EXPECT_FALSE(device.has(Precision::kFp8Block));
  EXPECT_EQ(device.kernels.gemm.efficiency[index_of(Precision::kMxfp8)], 0.6);
  EXPECT_EQ(device.kernels.gemm.efficiency[index_of(Precision::kMxfp4)], 0.5);
  EXPECT_DOUBLE_EQ(device.power.per_flop[index_of(Precision::kNvfp4)].si(), 0.2e-12);
}

TEST(Formats, AscendsHf32IsTf32) {
  auto text = with("{bf16: 100 TFLOP/s", "{hf32: 50 TFLOP/s, bf16: 100 TFLOP/s");
  text.replace(text.find("{bf16: 0.7"), 10, "{hf32: 0.6, bf16: 0.7");
  text.replace(text.find("{bf16: 1 pJ"), 11, "{tf32: 2 pJ/FLOP, bf16: 1 pJ");
  EXPECT_DOUBLE_EQ(parsed(text).device.peaks.matrix[index_of(Precision::kTf32)].si(), 100e12);
}

// Two dies of 2 TB/s; half of it crosses a bridge of 300 GB/s a direction, a quarter each way.
TEST(UnifiedPackage, IsHeldBackByItsBridge) {
  const auto bandwidth = [](const std::string& more) {
    return parsed(with("latency: 1 us", "latency: 1 us" + more)).device.memory_bandwidth.si();
  };
  EXPECT_DOUBLE_EQ(bandwidth(""), 2 * 0.3e12 / 0.5);
  EXPECT_DOUBLE_EQ(bandwidth(", efficiency: 0.8"), 2 * 0.3e12 * 0.8 / 0.5);
  EXPECT_DOUBLE_EQ(bandwidth(", remote_share: 0.2"), 2 * 0.3e12 / 0.2);
  EXPECT_DOUBLE_EQ(bandwidth(", remote_share: 0.1"), 4e12);
  EXPECT_DOUBLE_EQ(parsed(kText).remote_share, 0.5);
}

TEST(ShippedChips, AreAllListedHere) {
  auto names = base::Catalog({WEFT_CONFIGS}).names("chip");
  auto known = shipped_names();
  std::sort(known.begin(), known.end());
  std::erase_if(names, [](const auto& name) { return name.find(".fit") != std::string::npos; });
  EXPECT_EQ(names, known);
}

TEST(ShippedChips, AreSound) {
  for (const auto& name : shipped_names()) {
    const Chip chip = shipped(name);
    const Device& device = chip.device;
    EXPECT_GT(device.power.limit, device.power.idle + device.power.active) << name;
    EXPECT_LE(device.memory_usable, device.memory_capacity) << name;
    EXPECT_LE(chip.cores_enabled, chip.cores_built) << name;
    for (std::size_t p = 0; p < kPrecisionCount; ++p) {
      if (device.peaks.matrix[p].si() <= 0) continue;
      EXPECT_GT(device.power.per_flop[p].si(), 0) << name << ' ' << kPrecisionNames[p];
      EXPECT_GT(device.kernels.gemm.efficiency[p], 0.3) << name << ' ' << kPrecisionNames[p];
      EXPECT_LT(device.kernels.gemm.efficiency[p], 0.95) << name << ' ' << kPrecisionNames[p];
    }
  }
}

// One Cube does 16³ multiply-adds a cycle; headlines add the vector units.
TEST(ShippedChips, AscendPeaksAreThoseOfTheCube) {
  const auto peak = [](const char* name) {
    return shipped(name).device.peaks.matrix[kBf16].si() / 1e12;
  };
  EXPECT_NEAR(peak("ascend_910b2"), 24 * 8192 * 1.8e-3, 0.05);
  EXPECT_NEAR(peak("ascend_910b3"), 20 * 8192 * 1.8e-3, 0.05);
  EXPECT_NEAR(peak("ascend_910c"), 24 * 8192 * 1.8e-3, 0.05);
}

// Dense data-sheet figures of a package.
TEST(ShippedChips, NvidiaPeaksAreDense) {
  const auto package = [](const char* name, Precision p) {
    return shipped(name).device.peaks.matrix[index_of(p)].si() / 1e12;
  };
  EXPECT_DOUBLE_EQ(package("a100_80g", Precision::kBf16), 312);
  EXPECT_DOUBLE_EQ(package("h100_sxm5", Precision::kBf16), 989);
  EXPECT_DOUBLE_EQ(package("h100_sxm5", Precision::kFp8), 1979);
  EXPECT_DOUBLE_EQ(package("b200_sxm", Precision::kBf16), 2250);
  EXPECT_DOUBLE_EQ(package("gb200", Precision::kFp8), 5000);
  EXPECT_DOUBLE_EQ(shipped("b200_sxm").device.memory_capacity.si(), 180 * kGiB);
  EXPECT_DOUBLE_EQ(shipped("gb200").device.memory_bandwidth.si(), 7.7e12);
}

TEST(ShippedChips, The910CIsTwoDevicesAndTheB200One) {
  EXPECT_EQ(shipped("ascend_910c").devices(), 2);
  EXPECT_EQ(shipped("ascend_910c").memory_stacks, 8);
  EXPECT_DOUBLE_EQ(shipped("ascend_910c").device.power.limit.si(), 390);
  EXPECT_EQ(shipped("b200_sxm").devices(), 1);
  EXPECT_EQ(shipped("b200_sxm").dies, 2);
}

TEST(Precision, NamesAndBytesAgree) {
  EXPECT_EQ(precision_names().size(), kPrecisionCount);
  EXPECT_STREQ(name_of(Precision::kNvfp4), "nvfp4");
  EXPECT_STREQ(name_of(Precision::kFp8Block), "fp8_block");
  EXPECT_EQ(bytes_of(Precision::kTf32), 4);
  EXPECT_EQ(bytes_of(Precision::kFp8), 1);
  EXPECT_EQ(bytes_of(Precision::kNvfp4), 0.5 + 1.0 / 16);  // a scale of one byte to 16 elements
  EXPECT_TRUE(is_narrow(Precision::kInt8));
  EXPECT_FALSE(is_narrow(Precision::kFp16));
  EXPECT_EQ(scaling_of(Precision::kInt8), Scaling::kTensor);
  EXPECT_EQ(scaling_of(Precision::kFp8Block), Scaling::kBlock);
}

}  // namespace
}  // namespace weft::chips
