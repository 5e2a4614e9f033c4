// What is shipped under configs/: chips are sound among each other, and every fact says where it
// comes from.

#include <set>

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::chips {
namespace {

using namespace testing;

const std::vector<std::string> kSourcedKinds = {"chip"};

constexpr std::size_t kTf32 = index_of(Precision::kTf32);
constexpr std::size_t kFp16 = index_of(Precision::kFp16);
constexpr std::size_t kFp8 = index_of(Precision::kFp8);
constexpr std::size_t kInt8 = index_of(Precision::kInt8);
constexpr std::size_t kFp4 = index_of(Precision::kFp4);

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

// A format of fewer bits is never slower. INT8 is left out: Blackwell Ultra nearly drops it.
TEST_P(EveryChip, IsFasterInNarrowerFormats) {
  const auto& peak = chip_.device.peaks.matrix;
  double last = 0;
  for (const std::size_t p : {kTf32, kFp16, kFp8, kFp4}) {
    if (peak[p].si() <= 0) continue;
    EXPECT_GE(peak[p].si(), last) << kPrecisionNames[p];
    last = peak[p].si();
  }
  EXPECT_GT(last, 0);
  if (peak[kBf16].si() > 0) {
    EXPECT_EQ(peak[kBf16], peak[kFp16]);
  }
  EXPECT_GT(peak[kFp16], chip_.device.peaks.vector_fp32);
}

TEST_P(EveryChip, HasPowerToComputeWith) {
  const auto& device = chip_.device;
  const auto busy = device.power.idle + device.power.active;
  EXPECT_GT(device.power.limit, busy);
  EXPECT_GT(device.power.idle.si(), 0);
  const auto& peak = device.peaks.matrix[kFp16];
  const auto computing =
      busy + device.power.per_flop[kFp16] * peak * device.kernels.gemm_efficiency[kFp16];
  EXPECT_GT(computing, device.power.limit * 0.5);
  EXPECT_LT(computing, device.power.limit * 1.4);
}

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
    wanted.push_back(std::string("gemm.efficiency.") + kPrecisionNames[p]);
  }
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
      {"b200_sxm", kBf16, 2250},      {"b200_sxm", kFp4, 9000},
      {"b300_sxm", kFp8, 4500},       {"gb200", kBf16, 2500},
      {"gb200", kFp4, 10000},         {"gb300", kFp4, 15000},
      {"gb300", kBf16, 2500},         {"l40s", kBf16, 362},
      {"rubin_vr200", kFp4, 35000},   {"ascend_910a", kFp16, 256},
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
      EXPECT_EQ(kernels.gemm_efficiency, expected.gemm_efficiency) << name;
      EXPECT_EQ(kernels.gemm_fixed, expected.gemm_fixed) << name;
      EXPECT_EQ(kernels.gemm_edge, expected.gemm_edge) << name;
      EXPECT_EQ(kernels.gemm_misaligned, expected.gemm_misaligned) << name;
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
