// What is shipped under configs/: chips are sound among each other, and every fact says where it
// comes from.

#include <set>

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::chips {
namespace {

using namespace testing;

const std::vector<std::string> kSourcedKinds = {"chip"};

std::vector<std::string> names_of(const std::string& kind) {
  return base::Catalog({WEFT_CONFIGS}).names(kind);
}

// What is missing, or nothing.
std::string unsourced(const base::Fact& fact) {
  if (fact.confidence.empty()) return "no confidence";
  if (fact.source.empty() && fact.confidence != "assumed") return "no source";
  return "";
}

class ShippedFacts : public ::testing::TestWithParam<std::string> {};

TEST_P(ShippedFacts, SayWhereTheyComeFrom) {
  const base::Catalog catalog({WEFT_CONFIGS}, base::Fits::kIgnore);
  for (const auto& name : names_of(GetParam())) {
    for (const auto& fact : base::facts(catalog.load(GetParam(), name, std::nullopt))) {
      EXPECT_EQ(unsourced(fact), "") << GetParam() << ' ' << name << ": " << fact.path;
    }
  }
}

TEST_P(ShippedFacts, SayWhereTheyComeFromWithFits) {
  const base::Catalog catalog({WEFT_CONFIGS});
  for (const auto& name : names_of(GetParam())) {
    for (const auto& fact : base::facts(catalog.load(GetParam(), name, std::nullopt))) {
      EXPECT_EQ(unsourced(fact), "") << GetParam() << ' ' << name << ": " << fact.path;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, ShippedFacts, ::testing::ValuesIn(kSourcedKinds),
                         [](const auto& kind) { return kind.param; });

TEST(ShippedFacts, AreAskedOfKindsThatExist) {
  for (const auto& kind : kSourcedKinds) {
    EXPECT_FALSE(names_of(kind).empty()) << kind;
    EXPECT_NE(kind, "study");
  }
}

class EveryChip : public ::testing::TestWithParam<std::string> {
 protected:
  base::Reading reading_;
  Chip chip_ =
      read_chip(base::Catalog({WEFT_CONFIGS}).load("chip", GetParam(), std::nullopt), reading_);
};

INSTANTIATE_TEST_SUITE_P(Shipped, EveryChip, ::testing::ValuesIn(names_of("chip")),
                         [](const auto& name) { return name.param; });

TEST_P(EveryChip, IsReadWithoutError) { EXPECT_NO_THROW(reading_.throw_if_any()); }

// The format of 16 bits that a chip has: TPUs have no FP16.
std::size_t sixteen_bits(const Device& device) {
  return device.peaks.matrix[kFp16].si() > 0 ? kFp16 : kBf16;
}

// A format of fewer bits is never slower. INT8 is left out: Blackwell Ultra nearly drops it.
TEST_P(EveryChip, IsFasterInNarrowerFormats) {
  const auto& peak = chip_.device.peaks.matrix;
  double last = 0;
  const auto half = sixteen_bits(chip_.device);
  for (const std::size_t p : {kTf32, half, kFp8, kNvfp4}) {
    if (peak[p].si() <= 0) continue;
    EXPECT_GE(peak[p].si(), last) << kPrecisionNames[p];
    last = peak[p].si();
  }
  EXPECT_GT(last, 0);
  if (peak[kBf16].si() > 0) {
    EXPECT_EQ(peak[kBf16], peak[half]);
  }
  EXPECT_GT(peak[half], chip_.device.peaks.vector_fp32);
}

TEST_P(EveryChip, HasPowerToComputeWith) {
  const auto& device = chip_.device;
  const auto busy = device.power.idle + device.power.active;
  EXPECT_GT(device.power.limit, busy);
  EXPECT_GT(device.power.idle.si(), 0);
  const auto half = sixteen_bits(device);
  const auto computing = busy + device.power.per_flop[half] * device.peaks.matrix[half] *
                                    device.kernels.gemm.efficiency[half];
  EXPECT_GT(computing, device.power.limit * 0.5);
  EXPECT_LT(computing, device.power.limit * 1.4);
}

// Formats whose efficiency is that of another one unless it is written.
constexpr PerPrecision<bool> kInherited = [] {
  PerPrecision<bool> inherited{};
  for (const auto p :
       {Precision::kFp8Block, Precision::kMxfp8, Precision::kMxfp4, Precision::kNvfp4}) {
    inherited[index_of(p)] = true;
  }
  return inherited;
}();

// A later fit starts from these ranges. An inherited one goes by the name of the file it stands in.
TEST_P(EveryChip, GivesRangesForWhatIsFitted) {
  std::set<std::string> uncertain;
  for (const auto& input : reading_.uncertain_inputs()) {
    EXPECT_LT(input.distribution.low, input.distribution.high) << input.path;
    uncertain.insert(input.path.substr(input.path.find('.') + 1));
  }
  std::vector<std::string> wanted = {"attention.overhead_per_score", "attention.backward_overhead",
                                     "memory.efficiency"};
  for (std::size_t p = 0; p < kPrecisionCount; ++p) {
    if (chip_.device.peaks.matrix[p].si() <= 0) continue;
    if (kInherited.at(p)) continue;
    wanted.push_back(std::string("gemm.efficiency.") + kPrecisionNames[p]);
  }
  wanted.emplace_back("gemm.sustained");
  for (const auto& path : wanted) EXPECT_TRUE(uncertain.contains("kernels." + path)) << path;
}

struct DataSheet {
  const char* chip;
  std::size_t precision;
  double tera;
};

// Dense figures of one package, as printed. Ascend: of its Cubes.
TEST(ShippedPeaks, AreThoseOfTheDataSheets) {
  const std::vector<DataSheet> sheets = {
      {"v100_sxm2_32g", kFp16, 125},  {"a100_40g", kBf16, 312},
      {"a100_80g", kTf32, 156},       {"a100_80g", kInt8, 624},
      {"a800_80g", kBf16, 312},       {"a100_pcie_80g", kBf16, 312},
      {"h100_sxm5", kBf16, 989},      {"h100_96g", kFp8, 1979},
      {"h800_sxm5", kFp8, 1979},      {"h200_sxm", kBf16, 989},
      {"h20_96g", kBf16, 148},        {"h20_96g", kFp8, 296},
      {"b200_sxm", kBf16, 2250},      {"b200_sxm", kNvfp4, 9000},
      {"b300_sxm", kFp8, 4500},       {"gb200", kBf16, 2500},
      {"gb200", kNvfp4, 10000},       {"gb300", kNvfp4, 15000},
      {"gb300", kBf16, 2500},         {"l40s", kBf16, 362},
      {"rubin_vr200", kNvfp4, 35000}, {"ascend_910a", kFp16, 256},
      {"ascend_910b1", kBf16, 363.7}, {"ascend_910b2", kBf16, 353.9},
      {"ascend_910b3", kBf16, 294.9}, {"ascend_910b4", kBf16, 245.8},
      {"ascend_910c", kBf16, 353.9},  {"ascend_950pr_32c", kFp8, 865},
      {"ascend_950dt", kBf16, 432.5}, {"ascend_960", kFp8, 2000},
      {"mi300x", kBf16, 1307.2},
  };
  for (const auto& sheet : sheets) {
    const double tera = shipped(sheet.chip).device.peaks.matrix[sheet.precision].si() / kTera;
    EXPECT_NEAR(tera, sheet.tera, 1e-6 * sheet.tera)
        << sheet.chip << ' ' << kPrecisionNames[sheet.precision];
  }
}

TEST(ShippedPeaks, OfAscend910BGoWithItsCores) {
  const auto peak = [](const char* name) {
    return shipped(name).device.peaks.matrix[kBf16].si() / kTera;
  };
  EXPECT_NEAR(peak("ascend_910b2") / peak("ascend_910b3"), 1.2, 1e-3);
  EXPECT_NEAR(peak("ascend_910b1"), 24 * 8192 * 1.85e-3, 0.05);
  EXPECT_NEAR(peak("ascend_910b4"), 20 * 8192 * 1.5e-3, 0.05);
  EXPECT_NEAR(peak("ascend_950pr_32c"), 32 * 8192 * 1.65e-3, 0.1);
  EXPECT_NEAR(peak("ascend_950pr_28c"), 28 * 8192 * 1.65e-3, 0.6);
}

// Scales of blocks of 32 or 16 elements are applied by the unit, which is of 2024 and later.
TEST(ShippedPeaks, OfMicroscaledFormatsAreOfTheirUnits) {
  for (const char* name : {"b200_sxm", "b300_sxm", "gb200", "gb300", "rubin_vr200"}) {
    const auto device = shipped(name).device;
    EXPECT_EQ(device.peaks.matrix[index_of(Precision::kMxfp8)], device.peaks.matrix[kFp8]) << name;
    EXPECT_EQ(device.peaks.matrix[index_of(Precision::kMxfp4)], device.peaks.matrix[kNvfp4])
        << name;
    EXPECT_TRUE(device.has(Precision::kNvfp4)) << name;
  }
  for (const char* name : {"ascend_950pr_32c", "ascend_950dt", "ascend_960", "ascend_970"}) {
    const auto device = shipped(name).device;
    EXPECT_TRUE(device.has(Precision::kMxfp8) && device.has(Precision::kMxfp4)) << name;
    EXPECT_FALSE(device.has(Precision::kNvfp4)) << name;
  }
  const auto hopper = shipped("h100_sxm5").device;
  EXPECT_TRUE(hopper.has(Precision::kFp8Block));
  EXPECT_FALSE(hopper.has(Precision::kMxfp8));
}

// 128 bytes at a time: 0.535 of 1.40 TB/s on 910B1, 0.342 of 1.60 TB/s on 950PR.
TEST(ShippedMemory, OfAscendIsSlowInSmallBlocks) {
  const auto share = [](const char* name) {
    const double half = shipped(name).device.kernels.memory.half_block.si();
    return 128 / (128 + half);
  };
  EXPECT_NEAR(share("ascend_910b1"), 0.535 / 1.40, 1e-3);
  EXPECT_NEAR(share("ascend_950pr_32c"), 0.342 / 1.60, 1e-3);
}

// A GELU behind the product of 8192 cubed takes 225 us more on 910B1, 16 to 49 us on 950PR.
TEST(ShippedHandover, GoesThroughL2WhereCubeAndVectorShareNoBuffers) {
  const auto time = [](const char* name) {
    const auto device = shipped(name).device;
    return 8192.0 * 8192 * (device.kernels.handover / device.l2_bandwidth).si();
  };
  EXPECT_NEAR(time("ascend_910b1"), 225e-6, 0.1 * 225e-6);
  EXPECT_EQ(time("ascend_950pr_32c"), 0);
}

// Published bridges of unified packages carry what their memory gives.
TEST(ShippedBridges, DoNotHoldBackMemory) {
  EXPECT_DOUBLE_EQ(shipped("b200_sxm").device.memory_bandwidth.si(), 7.7e12);
  EXPECT_DOUBLE_EQ(shipped("rubin_vr200").device.memory_bandwidth.si(), 22e12);
}

TEST(ShippedPeaks, AreMissingWhereTheHardwareHasNone) {
  for (const char* name : {"v100_sxm2_32g", "ascend_910a"}) {
    EXPECT_FALSE(shipped(name).device.has(Precision::kBf16)) << name;
  }
  for (const char* name : {"a100_80g", "ascend_910b2", "ascend_910c", "k100_ai"}) {
    EXPECT_FALSE(shipped(name).device.has(Precision::kFp8)) << name;
  }
}

// A fitted efficiency belongs to the silicon: parts cut from the same die inherit it.
TEST(ShippedSiblings, ShareTheKernelsOfTheirSilicon) {
  const std::vector<std::pair<const char*, std::vector<const char*>>> families = {
      {"a100_80g", {"a100_40g", "a800_80g"}},
      {"h100_sxm5", {"h800_sxm5", "h200_sxm"}},
      {"ascend_910b2", {"ascend_910b1", "ascend_910b3", "ascend_910b4", "ascend_910c"}},
      {"ascend_950pr_32c", {"ascend_950pr_28c", "ascend_950dt"}},
  };
  for (const auto& [base, siblings] : families) {
    const auto expected = shipped(base).device.kernels;
    for (const char* name : siblings) {
      const auto kernels = shipped(name).device.kernels;
      EXPECT_EQ(kernels.gemm.efficiency, expected.gemm.efficiency) << name;
      EXPECT_EQ(kernels.gemm.fixed, expected.gemm.fixed) << name;
      EXPECT_EQ(kernels.gemm.edge, expected.gemm.edge) << name;
      EXPECT_EQ(kernels.gemm.misaligned, expected.gemm.misaligned) << name;
      EXPECT_EQ(kernels.gemm.sustained, expected.gemm.sustained) << name;
    }
  }
}

TEST(ShippedSiblings, DifferInMemoryAndPower) {
  EXPECT_DOUBLE_EQ(shipped("a100_pcie_80g").device.power.limit.si(), 300);
  EXPECT_DOUBLE_EQ(shipped("a100_pcie_80g").device.memory_bandwidth.si(), 1.935e12);
  EXPECT_DOUBLE_EQ(shipped("a100_40g").device.memory_capacity.si(), 40 * kGiB);
  EXPECT_DOUBLE_EQ(shipped("h100_96g").device.power.limit.si(), 500);
  EXPECT_DOUBLE_EQ(shipped("h100_96g").device.memory_bandwidth.si(), 2.4e12);
  EXPECT_DOUBLE_EQ(shipped("h200_sxm").device.memory_bandwidth.si(), 4.8e12);
  EXPECT_DOUBLE_EQ(shipped("gb300").device.power.limit.si(), 1400);
}

}  // namespace
}  // namespace weft::chips
