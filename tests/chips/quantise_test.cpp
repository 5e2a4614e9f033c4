// Casts to narrow formats.

#include "weft/chips/quantise.h"

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::chips {
namespace {

using namespace testing;

constexpr auto kTensor = static_cast<std::size_t>(Scaling::kTensor);
constexpr auto kBlockScaling = static_cast<std::size_t>(Scaling::kBlock);

// 800 GB/s: 1.25 ps a byte.
Device casting_device() {
  Device device = round_device();
  device.kernels.quantise[kTensor] = {base::Bytes(5), base::Time(20e-6)};
  device.kernels.quantise[kBlockScaling] = {base::Bytes(3), base::Time(10e-6)};
  return device;
}

TEST(Quantise, IsAClosedFormByTheScalingOfTheFormat) {
  const auto device = casting_device();
  for (const auto to : {Precision::kFp8, Precision::kInt8}) {
    const auto cost = quantise(device, {}, {1e9, to});
    EXPECT_NEAR(cost.time.si(), 20e-6 + 5e9 / 0.8e12, 1e-15);
    EXPECT_DOUBLE_EQ(cost.memory_traffic.si(), 5e9);
  }
  for (const auto to :
       {Precision::kFp8Block, Precision::kMxfp8, Precision::kMxfp4, Precision::kNvfp4}) {
    const auto cost = quantise(device, {}, {1e9, to});
    EXPECT_NEAR(cost.time.si(), 10e-6 + 3e9 / 0.8e12, 1e-15);
    EXPECT_DOUBLE_EQ(cost.memory_traffic.si(), 3e9);
  }
}

TEST(Quantise, DoesNoMatrixWork) {
  EXPECT_EQ(quantise(casting_device(), {}, {1e9, Precision::kFp8}).matrix_work.si(), 0);
}

TEST(Quantise, IsNothingForWideFormatsAndForNoElements) {
  for (const auto to : {Precision::kFp32, Precision::kTf32, Precision::kBf16, Precision::kFp16}) {
    EXPECT_EQ(quantise(casting_device(), {}, {1e9, to}).time.si(), 0) << name_of(to);
  }
  EXPECT_EQ(quantise(casting_device(), {}, {0, Precision::kFp8}).energy.si(), 0);
}

TEST(Quantise, BillsTheEnergyOfItsTraffic) {
  const auto cost = quantise(casting_device(), {}, {1e9, Precision::kFp8});
  EXPECT_NEAR(cost.energy.si(), 150 * cost.time.si() + 50e-12 * 5e9, 1e-9);
}

TEST(Quantise, HasAPrecisionOfItsOwnOnShippedChips) {
  const auto device = shipped("h100_sxm5").device;
  const auto tensor = quantise(device, {}, {1e8, Precision::kFp8});
  const auto block = quantise(device, {}, {1e8, Precision::kFp8Block});
  EXPECT_GT(tensor.time, block.time);
  EXPECT_GT(block.time.si(), 0);
}

}  // namespace
}  // namespace weft::chips
