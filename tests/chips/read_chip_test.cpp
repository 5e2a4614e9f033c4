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
  const Chip chip = parsed(kText);
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
  EXPECT_FALSE(chip.device.has(Precision::kFp4));
  EXPECT_FALSE(chip.device.has(Precision::kInt8));
}

TEST(BadChip, PowerWithoutUnit) {
  EXPECT_TRUE(complains(with("tdp: 800 W", "tdp: 800"), "13:8", "'800' has no unit"));
}

TEST(BadChip, UnknownKeyWithTheNearestKnownOne) {
  EXPECT_TRUE(complains(with("usable: 60 GB", "useable: 60 GB"), "11:", "did you mean 'usable'"));
}

TEST(BadChip, UnknownFormat) { EXPECT_TRUE(complains(with("fp8: 200", "fp9: 200"), "8:", "fp9")); }

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

// It is said at the first line of the file now.
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
      EXPECT_GT(device.kernels.gemm_efficiency[p], 0.3) << name << ' ' << kPrecisionNames[p];
      EXPECT_LT(device.kernels.gemm_efficiency[p], 0.95) << name << ' ' << kPrecisionNames[p];
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
  EXPECT_STREQ(name_of(Precision::kFp4), "fp4");
  EXPECT_EQ(bytes_of(Precision::kTf32), 4);
  EXPECT_EQ(bytes_of(Precision::kFp4), 0.5);
}

}  // namespace
}  // namespace weft::chips
