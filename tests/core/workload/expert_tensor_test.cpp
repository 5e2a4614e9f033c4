// Experts that tensor ranks share: what each holds, works on and exchanges.

#include <gtest/gtest.h>

#include <algorithm>

#include "fixtures.h"

namespace weft::workload {
namespace {

using namespace testing;

constexpr double kStream = 4096.0 * 4096 * 2;  // tokens x hidden in 16 bits

Shard shared_by(int tensor, int expert, bool sequence_parallel = true) {
  Shard shard = shard_of(tensor, 1, expert);
  shard.sequence_parallel = sequence_parallel;
  shard.expert_tensor = tensor;
  return shard;
}

LayerWork moe(const Shard& shard) {
  return work(shipped_job("mixtral_8x7b"), LayerKind::kMoe, shard);
}

double grouped_flops(const Pass& pass) {
  double sum = 0;
  for (const auto& kernel : pass.kernels) {
    if (const auto* grouped = std::get_if<chips::GroupedGemm>(&kernel.shape)) {
      sum += MatrixFlops{}(*grouped);
    }
  }
  return sum;
}

TEST(ExpertTensor, SplitsEachExpert) {
  const auto model = shipped("mixtral_8x7b");
  const double experts = count_parameters(model).experts_per_layer;
  for (const int tensor : {1, 2, 4}) {
    for (const int expert : {1, 2, 8}) {
      const auto held = sharded_parameters(model, LayerKind::kMoe, shared_by(tensor, expert));
      EXPECT_DOUBLE_EQ(held.experts, experts / (tensor * expert));
      EXPECT_DOUBLE_EQ(
          held.dense,
          sharded_parameters(model, LayerKind::kMoe, shard_of(tensor, 1, expert)).dense);
    }
  }
}

// Each rank sees the rows of all ranks that share with it, at a part of the width.
TEST(ExpertTensor, GathersRowsAndNarrowsExperts) {
  for (const bool sequence_parallel : {true, false}) {
    const int tensor = 4;
    const int expert = 2;
    int products = 0;
    for (const auto& kernel : moe(shared_by(tensor, expert, sequence_parallel)).forward.kernels) {
      const auto* grouped = std::get_if<chips::GroupedGemm>(&kernel.shape);
      if (grouped == nullptr) continue;
      EXPECT_DOUBLE_EQ(grouped->groups, 8.0 / expert);
      EXPECT_DOUBLE_EQ(grouped->groups * grouped->m, 4096.0 * 2);
      const double width = 14336.0 / tensor;
      EXPECT_DOUBLE_EQ(grouped->n, products == 0 ? 2 * width : 4096);  // gate and up, then down
      EXPECT_DOUBLE_EQ(grouped->k, products == 0 ? 4096 : width);
      ++products;
    }
    EXPECT_EQ(products, 2);
  }
}

TEST(ExpertTensor, DoesTheWorkOnce) {
  const double whole = grouped_flops(moe({}).forward);
  for (const int tensor : {2, 4, 8}) {
    for (const bool sequence_parallel : {true, false}) {
      const auto layer = moe(shared_by(tensor, 2, sequence_parallel));
      EXPECT_NEAR(tensor * grouped_flops(layer.forward) / whole, 1, 1e-12);
      EXPECT_NEAR(tensor * grouped_flops(layer.backward) / whole, 2, 1e-12);
    }
  }
}

// One gather and one scatter around the experts in each pass, beside those of attention.
TEST(ExpertTensor, GathersAndScattersRows) {
  const auto shares = moe(shared_by(4, 2));
  const auto whole = moe(shard_of(4, 1, 2));
  for (const auto pass : {&LayerWork::forward, &LayerWork::backward}) {
    for (const auto kind : {ExchangeKind::kAllGather, ExchangeKind::kReduceScatter}) {
      EXPECT_EQ(times(shares.*pass, Group::kTensor, kind),
                times(whole.*pass, Group::kTensor, kind) + 1);
    }
  }
  // Two copies of every token of the group, each of them sent out once before.
  EXPECT_DOUBLE_EQ(shares.forward.exchanges.back().bytes.si(), 2 * kStream / 4);
  double largest = 0;
  for (const auto& exchange : shares.forward.exchanges) {
    if (exchange.group == Group::kTensor) largest = std::max(largest, exchange.bytes.si());
  }
  EXPECT_DOUBLE_EQ(largest, 2 * kStream);
}

// With all experts here, a token is gathered once and copied afterwards.
TEST(ExpertTensor, WithoutExpertRanksGathersTokensOnce) {
  for (const auto& exchange : moe(shared_by(4, 1)).forward.exchanges) {
    EXPECT_EQ(exchange.group, Group::kTensor);
    EXPECT_DOUBLE_EQ(exchange.bytes.si(), kStream);
  }
}

TEST(ExpertTensor, WithoutSequenceParallelismReducesOutputs) {
  const auto layer = moe(shared_by(4, 1, false));
  EXPECT_EQ(times(layer.forward, Group::kTensor, ExchangeKind::kAllReduce), 2);
  EXPECT_EQ(times(layer.backward, Group::kTensor, ExchangeKind::kAllReduce), 2);
  EXPECT_EQ(times(layer.forward, Group::kTensor, ExchangeKind::kAllGather), 0);
}

// The same products, in as many kernels as there are experts here.
TEST(UngroupedExperts, DoTheSameWorkOneByOne) {
  Software one_by_one;
  one_by_one.groups_experts = false;
  const auto job = shipped_job("mixtral_8x7b");
  for (const int expert : {1, 2, 8}) {
    const auto apart = layer_work(job, one_by_one, LayerKind::kMoe, shard_of(1, 1, expert));
    const auto grouped = work(job, LayerKind::kMoe, shard_of(1, 1, expert));
    EXPECT_NEAR(linear_flops(apart.forward) / linear_flops(grouped.forward), 1, 1e-12);
    EXPECT_NEAR(linear_flops(apart.backward) / linear_flops(grouped.backward), 1, 1e-12);
    EXPECT_EQ(grouped_flops(apart.forward), 0);
    const auto more = static_cast<std::size_t>(2 * (8 / expert - 1));
    EXPECT_EQ(apart.forward.kernels.size(), grouped.forward.kernels.size() + more);
    EXPECT_EQ(apart.backward.kernels.size(), grouped.backward.kernels.size() + 2 * more);
  }
}

TEST(ExpertCapacity, ScalesTheRowsOfExperts) {
  Software padded;
  padded.expert_capacity = 1.25;
  const auto job = shipped_job("mixtral_8x7b");
  const auto with = layer_work(job, padded, LayerKind::kMoe, shard_of(1, 1, 8));
  const auto without = work(job, LayerKind::kMoe, shard_of(1, 1, 8));
  EXPECT_NEAR(grouped_flops(with.forward) / grouped_flops(without.forward), 1.25, 1e-12);
  EXPECT_NEAR(grouped_flops(with.backward) / grouped_flops(without.backward), 1.25, 1e-12);
  for (std::size_t i = 0; i < with.forward.exchanges.size(); ++i) {
    EXPECT_NEAR(with.forward.exchanges[i].bytes / without.forward.exchanges[i].bytes, 1.25, 1e-12);
  }
}

TEST(ExpertCapacity, ScalesWhatExpertsKeep) {
  Software padded;
  padded.expert_capacity = 2;
  const auto job = shipped_job("mixtral_8x7b");
  EXPECT_GT(saved_activations(job, padded, LayerKind::kMoe, {}).none,
            saved_activations(job, {}, LayerKind::kMoe, {}).none);
}

TEST(Dispatch, MayBeNarrowOnTheWayOut) {
  Software narrow;
  narrow.dispatch_bytes = 1;
  const auto job = shipped_job("mixtral_8x7b");
  const auto layer = layer_work(job, narrow, LayerKind::kMoe, shard_of(1, 1, 8));
  std::vector<double> forward;
  std::vector<double> backward;
  for (const auto& e : layer.forward.exchanges) forward.push_back(e.bytes.si());
  for (const auto& e : layer.backward.exchanges) backward.push_back(e.bytes.si());
  EXPECT_EQ(forward, (std::vector<double>{kStream, 2 * kStream}));
  EXPECT_EQ(backward, forward);
  for (const auto& e : layer.forward.exchanges) EXPECT_EQ(e.copies, 2);
}

}  // namespace
}  // namespace weft::workload
