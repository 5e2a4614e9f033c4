// Flash and unfused attention, and attention that is computed again.

#include <gtest/gtest.h>

#include <algorithm>

#include "fixtures.h"

namespace weft::workload {
namespace {

using namespace testing;

Software unfused(double score_bytes = 10) {
  Software software;
  software.attention = AttentionKernel::kUnfused;
  software.unfused_score_bytes = base::Bytes(score_bytes);
  return software;
}

LayerWork layer(const Software& software, const Shard& shard = {}, std::int64_t sequence = 4096) {
  return layer_work(shipped_job("llama3_8b", sequence), software, LayerKind::kDense, shard);
}

int attention_kernels(const Pass& pass) {
  int count = 0;
  for (const auto& kernel : pass.kernels) count += is_attention(kernel) ? 1 : 0;
  return count;
}

double score_flops(const Software& software, const Shard& shard, const Pass LayerWork::*pass) {
  return batched_flops(layer(software, shard).*pass);
}

// 32 heads of 128: Q·K and P·V over all s² scores, twice as much backward.
TEST(UnfusedAttention, ComputesTheWholeSquare) {
  const double products = 4.0 * 32 * 128 * 4096 * 4096;
  EXPECT_NEAR(score_flops(unfused(), {}, &LayerWork::forward) / products, 1, 1e-12);
  EXPECT_NEAR(score_flops(unfused(), {}, &LayerWork::backward) / (2 * products), 1, 1e-12);
  EXPECT_EQ(attention_kernels(layer(unfused()).forward), 0);
  EXPECT_EQ(attention_kernels(layer(unfused()).backward), 0);
}

// All heads and sequences of a product are one kernel.
TEST(UnfusedAttention, HasTwoProductsForwardAndFourBackward) {
  const auto products = [](const Pass& pass) {
    return std::count_if(pass.kernels.begin(), pass.kernels.end(), is_batched);
  };
  const auto both = layer(unfused(), shard_of(4, 1, 1, 2));
  EXPECT_EQ(products(both.forward), 2);
  EXPECT_EQ(products(both.backward), 4);
  for (const auto& kernel : both.forward.kernels) {
    if (!is_batched(kernel)) continue;
    EXPECT_EQ(std::get<chips::Gemm>(kernel.shape).batch, 2 * 32 / 4);
    EXPECT_EQ(std::get<chips::Gemm>(kernel.shape).count, 1);
  }
}

// Every token sees all of them: twice the triangle, less the diagonal.
TEST(FlashAttention, OfBertComputesTheSquare) {
  auto job = shipped_job("bert_large", 512);
  const double square = attention_flops(work(job, LayerKind::kDense).forward);
  EXPECT_DOUBLE_EQ(square, 4.0 * 1024 * 512 * 512);
  job.model.causal = true;
  EXPECT_DOUBLE_EQ(attention_flops(work(job, LayerKind::kDense).forward), square * 513 / 1024);
}

// 15 % of the tokens are looked up in the table.
TEST(Head, OfBertIsOfMaskedTokens) {
  auto job = shipped_job("bert_large", 512);
  const double masked = linear_flops(work(job, LayerKind::kHead).forward);
  const double kept = saved_activations(job, {}, LayerKind::kHead, {}).none.si();
  job.model.predicted_share = 1;
  EXPECT_DOUBLE_EQ(masked, 0.15 * linear_flops(work(job, LayerKind::kHead).forward));
  EXPECT_LT(kept, 0.2 * saved_activations(job, {}, LayerKind::kHead, {}).none.si());
}

TEST(FlashAttention, ComputesTheTriangle) {
  const double square = score_flops(unfused(), {}, &LayerWork::forward);
  EXPECT_NEAR(attention_flops(layer({}).forward) / square, 4097.0 / (2 * 4096), 1e-12);
  EXPECT_EQ(attention_kernels(layer({}).forward), 1);
}

TEST(UnfusedAttention, MovesItsScores) {
  const double scores = 32.0 * 4096 * 4096;
  for (const double bytes : {6.0, 28.0}) {
    const auto with = layer(unfused(bytes));
    const auto flash = layer({});
    EXPECT_NEAR(streamed_bytes(with.forward) - streamed_bytes(flash.forward), bytes * scores, 1);
    EXPECT_NEAR(streamed_bytes(with.backward) - streamed_bytes(flash.backward), bytes * scores, 1);
  }
}

// Q, K, V and O of the forward kernel; backward those and their gradients.
TEST(FlashAttention, MovesNoScores) {
  for (const auto& kernel : layer({}).forward.kernels) {
    if (!is_attention(kernel)) continue;
    const double bytes = std::get<chips::Attention>(kernel.shape).traffic.si();
    EXPECT_DOUBLE_EQ(bytes, 2.0 * 4096 * 128 * (2 * 32 + 2 * 8));
  }
}

TEST(UnfusedAttention, OverAllShardsIsDoneOnce) {
  const double whole = score_flops(unfused(), {}, &LayerWork::forward);
  const double bytes = streamed_bytes(layer(unfused()).forward) - streamed_bytes(layer({}).forward);
  for (const int tensor : {1, 4}) {
    for (const int context : {1, 2, 8}) {
      const auto shard = shard_of(tensor, context, 1, 2);
      const double parts = tensor * context / 2.0;  // two sequences at once
      EXPECT_NEAR(score_flops(unfused(), shard, &LayerWork::forward) * parts / whole, 1, 1e-12);
      const double streamed = streamed_bytes(layer(unfused(), shard).forward) -
                              streamed_bytes(layer({}, shard).forward);
      EXPECT_NEAR(streamed * parts / bytes, 1, 1e-9);
    }
  }
}

TEST(UnfusedAttention, GrowsWithTheSquareOfTheSequence) {
  const auto added = [](std::int64_t sequence) {
    return streamed_bytes(layer(unfused(), {}, sequence).forward) -
           streamed_bytes(layer({}, {}, sequence).forward);
  };
  EXPECT_NEAR(added(8192) / added(4096), 4, 1e-9);
}

Pass attention_again(const LayerWork& work) { return done_again(work.forward, kAttentionModules); }

// Nothing else of the layer is done again; keys and values travel again.
TEST(AttentionRecompute, IsTheForwardAttentionAlone) {
  const auto flash = layer({});
  EXPECT_DOUBLE_EQ(attention_flops(attention_again(flash)), attention_flops(flash.forward));
  EXPECT_EQ(linear_flops(attention_again(flash)), 0);
  EXPECT_EQ(streamed_bytes(attention_again(flash)), 0);
  const auto scores = layer(unfused());
  EXPECT_NEAR(batched_flops(attention_again(scores)),
              score_flops(unfused(), {}, &LayerWork::forward), 1e3);
  EXPECT_DOUBLE_EQ(streamed_bytes(attention_again(scores)), 10 * 32.0 * 4096 * 4096);
  for (const auto& software : {Software{}, unfused()}) {
    EXPECT_TRUE(attention_again(layer(software, shard_of(4))).exchanges.empty());
    const auto split = attention_again(layer(software, shard_of(4, 2)));
    ASSERT_EQ(split.exchanges.size(), 1u);
    EXPECT_EQ(split.exchanges.front().group, Group::kContext);
    EXPECT_FALSE(split.kernels.empty());
  }
}

Job low_rank(Job job) {
  job.training = Training::kLowRank;
  return job;
}

// Frozen weights: gradients pass through them, none are made of them.
TEST(LowRank, BackwardIsForwardInTheLinearLayers) {
  for (const char* name : {"llama3_8b", "deepseek_v3"}) {
    const auto job = low_rank(shipped_job(name));
    for (const auto kind : {LayerKind::kDense, LayerKind::kHead}) {
      for (const int tensor : {1, 4}) {
        const auto layer = work(job, kind, shard_of(tensor));
        EXPECT_DOUBLE_EQ(linear_flops(layer.backward), linear_flops(layer.forward)) << name;
      }
    }
  }
}

TEST(LowRank, BackwardIsForwardInExpertLayersToo) {
  const auto layer = work(low_rank(shipped_job("mixtral_8x7b")), LayerKind::kMoe);
  EXPECT_DOUBLE_EQ(linear_flops(layer.backward), linear_flops(layer.forward));
}

TEST(LowRank, KeepsAttentionAsItIs) {
  const auto job = shipped_job("llama3_8b");
  const auto frozen = work(low_rank(job), LayerKind::kDense);
  const auto full = work(job, LayerKind::kDense);
  EXPECT_EQ(attention_flops(frozen.backward), attention_flops(full.backward));
  EXPECT_EQ(linear_flops(frozen.forward), linear_flops(full.forward));
  EXPECT_EQ(frozen.backward.exchanges.size(), full.backward.exchanges.size());
}

TEST(LowRank, AccumulatesNoGradient) {
  for (const auto kind :
       {LayerKind::kDense, LayerKind::kMoe, LayerKind::kEmbedding, LayerKind::kHead}) {
    for (const auto& kernel : work(low_rank(shipped_job("mixtral_8x7b")), kind).backward.kernels) {
      const auto* gemm = std::get_if<chips::Gemm>(&kernel.shape);
      const auto* grouped = std::get_if<chips::GroupedGemm>(&kernel.shape);
      EXPECT_FALSE(gemm && gemm->output_bytes == 8);
      EXPECT_FALSE(grouped && grouped->output_bytes == 8);
    }
  }
  EXPECT_TRUE(
      work(low_rank(shipped_job("llama3_8b")), LayerKind::kEmbedding).backward.kernels.empty());
}

}  // namespace
}  // namespace weft::workload
