// Streams, and the operators that are streams.

#include "weft/chips/memory_bound.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::chips {
namespace {

using namespace testing;

TEST(MemoryBound, TakesTheLongerOfStreamAndVectorWorkAndOneFixedTimePerKernel) {
  MemoryBound shape;
  shape.traffic = base::Bytes(8e6);  // 10 us
  shape.kernels = 3;
  EXPECT_NEAR(memory_bound(round_device(), kFree, shape).time.si(), 40e-6, 1e-15);
  shape.vector_work = base::Work(100e6);  // 20 us at 5 TFLOP/s
  EXPECT_NEAR(memory_bound(round_device(), kFree, shape).time.si(), 50e-6, 1e-15);
  EXPECT_DOUBLE_EQ(memory_bound(round_device(), kFree, shape).memory_traffic.si(), 8e6);
}

double stream(const Device& device, double block) {
  MemoryBound shape;
  shape.traffic = base::Bytes(8e6);
  shape.block = base::Bytes(block);
  return memory_bound(device, kFree, shape).time.si() - 10e-6;
}

// 8 MB are 10 us as one stream, twice that in blocks of the half size.
TEST(MemoryBound, ShortBlocksReachPartOfTheBandwidth) {
  Device device = round_device();
  EXPECT_NEAR(stream(device, 128), 10e-6, 1e-15);  // of a chip that does not mind
  device.kernels.memory.half_block = base::Bytes(256);
  EXPECT_NEAR(stream(device, 0), 10e-6, 1e-15);
  EXPECT_NEAR(stream(device, 256), 20e-6, 1e-15);
  EXPECT_NEAR(stream(device, 128), 30e-6, 1e-15);
  EXPECT_NEAR(stream(device, 1e9), 10e-6, 1e-11);
  double last = stream(device, 1);
  for (double block = 2; block < 1e6; block *= 2) {
    EXPECT_LT(stream(device, block), last);
    last = stream(device, block);
  }
}

TEST(MemoryBound, BlocksDoNotSlowVectorWork) {
  Device device = round_device();
  device.kernels.memory.half_block = base::Bytes(256);
  MemoryBound shape;
  shape.vector_work = base::Work(1e9);
  shape.block = base::Bytes(16);
  EXPECT_NEAR(memory_bound(device, kFree, shape).time.si(), 10e-6 + 1e9 / 5e12, 1e-15);
}

TEST(Operators, AreNamedApartAndMoveSomething) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < kOperatorCount; ++i) {
    const auto& cost = cost_of(static_cast<Operator>(i));
    ASSERT_NE(cost.name, nullptr);
    names.insert(cost.name);
    EXPECT_GT(cost.reads, 0) << cost.name;
    EXPECT_GE(cost.writes, 0) << cost.name;
    EXPECT_GE(cost.work, 0) << cost.name;
    EXPECT_GE(cost.kernels, 1) << cost.name;
  }
  EXPECT_EQ(names.size(), kOperatorCount);
}

TEST(Operators, StandInTheOrderOfTheirEnumeration) {
  EXPECT_STREQ(cost_of(Operator::kCopy).name, "copy");
  EXPECT_STREQ(cost_of(Operator::kNorm).name, "norm");
  EXPECT_STREQ(cost_of(Operator::kTopK).name, "top_k");
  EXPECT_STREQ(cost_of(Operator::kAdam).name, "adam");
}

TEST(Operators, CountPassesAndOperationsPerElement) {
  const auto shape = operator_shape(Operator::kActivation, 1000, 2, base::Bytes(512));
  EXPECT_DOUBLE_EQ(shape.traffic.si(), 1000 * 2 * 3);
  EXPECT_DOUBLE_EQ(shape.vector_work.si(), 1000 * 10);
  EXPECT_DOUBLE_EQ(shape.block.si(), 512);
}

// As Megatron-LM keeps it: FP32 master weight and moments, read and written (24), FP32 gradient
// read (4), BF16 weight written (2).
TEST(Operators, AdamMoves30BytesPerParameter) {
  EXPECT_DOUBLE_EQ(operator_shape(Operator::kAdam, 1, 4).traffic.si(), 30);
}

// A 16-bit gradient read, an FP32 one read and written.
TEST(Operators, ScatteredGradientsMove10BytesPerElement) {
  EXPECT_DOUBLE_EQ(operator_shape(Operator::kScatterAdd, 1, 4).traffic.si(), 10);
}

// Vector units of Ascend are weak: an activation waits for them, an addition for memory.
TEST(Operators, WaitForVectorUnitsWhereTheseAreWeak) {
  const auto device = shipped("ascend_910b2").device;
  const auto waits_for_vector = [&](Operator op) {
    auto shape = operator_shape(op, 1e9, 2);
    const auto with = memory_bound(device, kFree, shape).time;
    shape.vector_work = base::Work(0);
    return with > memory_bound(device, kFree, shape).time;
  };
  EXPECT_FALSE(waits_for_vector(Operator::kAdd));
  EXPECT_FALSE(waits_for_vector(Operator::kCopy));
}

}  // namespace
}  // namespace weft::chips
