// Fused attention against closed forms, and its size against counting.

#include "weft/chips/attention.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::chips {
namespace {

using namespace testing;

Attention scores(double count, bool backward = false) {
  Attention shape;
  shape.scores = count;
  shape.head_dim = 128;
  shape.value_head_dim = 128;
  shape.backward = backward;
  return shape;
}

// 10⁹ scores of head size 128: 512e9 FLOPs at 50 TFLOP/s are 10.24 ms, their softmax 5 ms.
TEST(Attention, AddsMatrixAndVectorTimeUnlessTheyOverlap) {
  Device device = round_device();
  device.kernels.attention.fixed = base::Time(0);
  EXPECT_NEAR(attention(device, {}, scores(1e9)).time.si(), 15.24e-3, 1e-12);
  device.kernels.attention.overlap = 0.5;
  EXPECT_NEAR(attention(device, {}, scores(1e9)).time.si(), 12.74e-3, 1e-12);
  device.kernels.attention.overlap = 1;
  EXPECT_NEAR(attention(device, {}, scores(1e9)).time.si(), 10.24e-3, 1e-12);
  device.kernels.attention.overhead = base::Time(20 * kPico);
  EXPECT_NEAR(attention(device, {}, scores(1e9)).time.si(), 20e-3, 1e-12);
}

// FlashAttention-2 (arXiv 2307.08691): two products forward, five backward.
TEST(Attention, BackwardIsFiveProductsAndItsOwnSoftmaxMultiple) {
  Device device = round_device();
  device.kernels.attention.fixed = base::Time(0);
  const auto forward = attention(device, {}, scores(1e9));
  const auto backward = attention(device, {}, scores(1e9, true));
  EXPECT_DOUBLE_EQ(forward.matrix_work.si(), 4.0 * 128 * 1e9);
  EXPECT_DOUBLE_EQ(backward.matrix_work.si(), 10.0 * 128 * 1e9);
  EXPECT_NEAR(backward.time.si(), 25.6e-3 + 3 * 5e-3, 1e-12);
}

// Q·K, dQ and dK contract or give the key size, P·V, dV and dP the value size; Q·K is made twice.
TEST(Attention, CountsKeyAndValueHeadSizesApart) {
  Attention shape = scores(1);
  shape.head_dim = 192;
  EXPECT_DOUBLE_EQ(attention(round_device(), {}, shape).matrix_work.si(), 2 * 192 + 2 * 128);
  shape.backward = true;
  EXPECT_DOUBLE_EQ(attention(round_device(), {}, shape).matrix_work.si(), 6 * 192 + 4 * 128);
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
  device.kernels.attention.overlap = 1;
  Attention shape;
  shape.scores = 1e9;
  shape.head_dim = shape.value_head_dim = 128;
  const auto plain = attention(device, {}, shape).time;
  shape.softmax_work = 2;
  EXPECT_EQ(attention(device, {}, shape).time, plain);
}

double seconds(const Device& device, const Attention& shape) {
  return attention(device, {}, shape).time.si();
}

TEST(Attention, HasItsOwnFixedTime) {
  Device device = round_device();
  const double with = seconds(device, scores(1e9));
  device.kernels.gemm.fixed = base::Time(1);
  EXPECT_EQ(seconds(device, scores(1e9)), with);
  device.kernels.attention.fixed = base::Time(25e-6);
  EXPECT_NEAR(seconds(device, scores(1e9)), with + 15e-6, 1e-12);
}

// Matrix and memory times of 3 to 4 give 5.
TEST(Attention, JoinsComputeAndMemoryByTheNormOfGemms) {
  Device device = round_device();
  device.kernels.attention.fixed = base::Time(0);
  Attention shape = scores(1e9);
  shape.traffic = base::Bytes(0.8e12 * 15.24e-3 * 4 / 3);
  EXPECT_NEAR(seconds(device, shape), 15.24e-3 * 5 / 3, 1e-12);
}

// Each query works off as many scores more as the edge says, in both units; no more FLOPs count.
TEST(Attention, QueriesCostAnEdge) {
  Device device = compute_only_device();
  device.kernels.attention.edge = 100;
  Attention shape = scores(1e6);
  shape.queries = 1e4;
  EXPECT_NEAR(seconds(device, shape) / (2e6 * 15.24e-12), 1, 1e-12);
  EXPECT_DOUBLE_EQ(attention(device, {}, shape).matrix_work.si(), 512e6);
  shape.queries = 0;
  EXPECT_NEAR(seconds(device, shape) / (1e6 * 15.24e-12), 1, 1e-12);
}

// 25 blocks of 128 queries on 10 cores take 3 waves, which 30 blocks would fill.
TEST(Attention, BlocksOfQueriesComeInWaves) {
  Device device = compute_only_device();
  device.cores = 10;
  Attention shape = scores(1e6);
  shape.queries = 25 * 128;
  const double plain = seconds(device, shape);
  device.kernels.attention.waves = 1;
  EXPECT_NEAR(seconds(device, shape) / plain, 30.0 / 25, 1e-12);
  device.kernels.attention.waves = 0.5;
  EXPECT_NEAR(seconds(device, shape) / plain, std::sqrt(30.0 / 25), 1e-12);
  shape.queries = 30 * 128;
  EXPECT_NEAR(seconds(device, shape) / plain, 1, 1e-12);
  double last = 0;  // never less for more queries
  for (double queries = 100; queries < 5000; queries += 50) {
    shape.queries = queries;
    shape.scores = queries * 1000;
    const double time = seconds(device, shape);
    EXPECT_GE(time, last * (1 - 1e-12)) << queries;
    last = time;
  }
}

TEST(Attention, OverlapOfTheStackComesBeforeThatOfTheChip) {
  Device device = compute_only_device();
  device.kernels.attention.overlap = 0.5;
  Attention shape = scores(1e9);
  EXPECT_NEAR(seconds(device, shape), 12.74e-3, 1e-12);
  shape.overlap = 0.0;
  EXPECT_NEAR(seconds(device, shape), 15.24e-3, 1e-12);
  shape.overlap = 1.0;
  EXPECT_NEAR(seconds(device, shape), 10.24e-3, 1e-12);
}

TEST(Attention, IsComputedInItsOwnFormat) {
  Device device = compute_only_device();
  device.peaks.matrix[kFp8] = base::WorkRate(200 * kTera);
  device.kernels.gemm.efficiency[kFp8] = 0.4;
  Attention shape = scores(1e9);
  shape.precision = Precision::kFp8;
  EXPECT_NEAR(seconds(device, shape), 512e9 / 80e12 + 5e-3, 1e-12);
}

// Measured points of portable kernels are the business of those who compare with them.
TEST(Attention, KnowsNothingOfPortableKernels) {
  Device device = round_device();
  const double own = seconds(device, scores(1e9));
  device.kernels.attention.portable = 1.6;
  EXPECT_EQ(seconds(device, scores(1e9)), own);
}

// Pairs of one head, one by one.
double counted(const AttentionSize& size) {
  double sum = 0;
  for (double query = 1; query <= size.queries; ++query) {
    double keys = size.causal ? std::max(0.0, size.keys - size.queries + query) : size.keys;
    if (size.window > 0) keys = std::min(keys, size.window);
    sum += keys;
  }
  return sum;
}

TEST(AttentionSize, CountsWhatTheMaskLeaves) {
  std::mt19937_64 engine(5);
  const auto upto = [&](unsigned n) { return static_cast<double>(engine() % n); };
  for (int i = 0; i < 2000; ++i) {
    AttentionSize size{1 + upto(4), 1 + upto(80), 1 + upto(80), 8, 2, 64, 64};
    size.causal = i % 3 != 0;
    size.window = i % 2 == 0 ? 0 : 1 + upto(90);
    const auto shape = attention_of(size, Precision::kBf16);
    EXPECT_DOUBLE_EQ(shape.scores, size.batch * 8 * counted(size))
        << size.queries << ' ' << size.keys << ' ' << size.window << ' ' << size.causal;
    EXPECT_DOUBLE_EQ(shape.queries, size.batch * 8 * size.queries);
  }
}

TEST(AttentionSize, OfATriangleAndOfOneNewQuery) {
  EXPECT_DOUBLE_EQ(attention_of({1, 4, 4, 1, 1, 64, 64}, Precision::kBf16).scores, 10);
  EXPECT_DOUBLE_EQ(attention_of({1, 1, 4096, 1, 1, 64, 64}, Precision::kBf16).scores, 4096);
  EXPECT_DOUBLE_EQ(attention_of({1, 2, 4, 1, 1, 64, 64}, Precision::kBf16).scores, 3 + 4);
}

// 2 sequences of 3 queries and 5 keys; 4 heads of queries, 2 of keys; 64 wide keys, 32 wide values.
TEST(AttentionSize, ReadsKeysAndValuesOncePerHeadOfTheirs) {
  AttentionSize size{2, 3, 5, 4, 2, 64, 32};
  const double queries = 2 * 4 * 3 * (64 + 32);
  const auto traffic = [&](Precision p) { return attention_of(size, p).traffic.si(); };
  EXPECT_DOUBLE_EQ(traffic(Precision::kBf16), 2 * (queries + 2 * 2 * 5 * (64 + 32)));
  EXPECT_DOUBLE_EQ(traffic(Precision::kFp8), queries + 2 * 2 * 5 * (64 + 32));
  size.window = 2;  // the first query sees keys 2 and 3 of 5, the last 4 and 5
  EXPECT_DOUBLE_EQ(traffic(Precision::kBf16), 2 * (queries + 2 * 2 * 4 * (64 + 32)));
}

// DeepSeek's latent attention that is not unfolded: one vector of 576 for all heads, of which the
// values are the first 512 (arXiv 2405.04434, §2.1).
TEST(AttentionSize, OfLatentAttentionReadsOneVectorPerKey) {
  AttentionSize size{1, 1, 4096, 128, 1, 576, 512};
  size.shares_keys_and_values = true;
  const auto shape = attention_of(size, Precision::kBf16);
  EXPECT_DOUBLE_EQ(shape.traffic.si(), 2 * (128 * (576 + 512) + 4096 * 576));
  EXPECT_DOUBLE_EQ(flops_per_score(shape), 2176);
}

TEST(AttentionSize, BlocksOfARingSumUpToTheWhole) {
  const auto pairs = [](double queries, double keys, bool causal) {
    AttentionSize size{1, queries, keys, 1, 1, 64, 64};
    size.causal = causal;
    return attention_of(size, Precision::kBf16).scores;
  };
  double sum = 0;
  for (int row = 0; row < 4; ++row) sum += row * pairs(256, 256, false) + pairs(256, 256, true);
  EXPECT_DOUBLE_EQ(sum, pairs(1024, 1024, true));
}

}  // namespace
}  // namespace weft::chips
