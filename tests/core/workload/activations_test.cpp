// Saved activations against Korthikanti et al., arXiv 2205.05198. Their layer keeps s b h (34 + 5 a
// s / h) bytes: 11 around attention with 5 a s / h of scores, 19 in the MLP, 4 of norms. Flash
// attention keeps no scores but 4 bytes of log-sum-exp per query and head, and no model here has
// dropout, whose two masks are 2 of the 34.

#include <gtest/gtest.h>

#include "fixtures.h"
#include "weft/workload/workspace.h"

namespace weft::workload {
namespace {

using namespace testing;

constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;

double saved(const Job& job, const Shard& shard, LayerKind kind = LayerKind::kDense) {
  return saved_activations(job, {}, kind, shard).none.si();
}

// s b h of a job, and a / h.
double stream(const Job& job, const Shard& shard) {
  return static_cast<double>(job.sequence * job.model.hidden) * shard.micro_batch;
}
double heads_per_width(const Job& job) {
  return job.model.heads / static_cast<double>(job.model.hidden);
}

TEST(SavedActivations, OfOneDeviceAre34LessMasksAndScores) {
  for (const char* name : {"megatron_22b", "gpt3_175b", "megatron_530b", "megatron_1t"}) {
    const auto job = shipped_job(name, 2048);
    EXPECT_DOUBLE_EQ(saved(job, {}), stream(job, {}) * (34 - 2 + 4 * heads_per_width(job))) << name;
  }
}

// Eq. 2: s b h (10 + 24 / t + 5 a s / (h t)); the masks are in the 10.
TEST(SavedActivations, UnderTensorParallelismAre10And24OverT) {
  const auto job = shipped_job("gpt3_175b", 2048);
  for (const int t : {2, 4, 8}) {
    const Shard shard{t, false, 1, 1, 1, 3};
    EXPECT_DOUBLE_EQ(saved(job, shard),
                     stream(job, shard) * (10 - 2 + (24 + 4 * heads_per_width(job)) / t));
  }
}

// Eq. 4: with sequence parallelism everything is split.
TEST(SavedActivations, UnderSequenceParallelismAreAllSplit) {
  const auto job = shipped_job("gpt3_175b", 2048);
  for (const int t : {2, 4, 8}) {
    EXPECT_DOUBLE_EQ(saved(job, shard_of(t)), saved(job, {}) / t);
  }
}

// Fig. 1, 22B at tensor 8 and micro-batch 4: 59.25 GiB, all 48 layers, nothing recomputed.
TEST(SavedActivations, OfTheMegatron22BFigureLessMasksAndScores) {
  const auto job = shipped_job("megatron_22b", 2048);
  const Shard shard{8, false, 1, 1, 1, 4};
  const double sbh = 48 * stream(job, shard);
  const double scores = 5 * heads_per_width(job) * 2048 / 8;
  EXPECT_NEAR(sbh * (10 + 24.0 / 8 + scores) / kGiB, 59.25, 0.005);  // the figure itself
  const double log_sums = 4 * heads_per_width(job) / 8;
  EXPECT_NEAR(48 * saved(job, shard) / kGiB, 59.25 - sbh * (2 + scores - log_sums) / kGiB, 0.005);
}

TEST(SavedActivations, OfFullRecomputationAreTheInput) {
  const auto job = shipped_job("gpt3_175b", 2048);
  EXPECT_DOUBLE_EQ(saved_activations(job, {}, LayerKind::kDense, {}).full.si(),
                   2 * stream(job, {}));
  EXPECT_DOUBLE_EQ(saved_activations(job, {}, LayerKind::kDense, shard_of(8)).full.si(),
                   2 * stream(job, {}) / 8);
}

// Norm outputs are 4 s b h, the activation product 2 s b f.
TEST(SavedActivations, OfSelectiveRecomputationLackNormsAndTheActivation) {
  const auto job = shipped_job("llama3_8b");
  const auto bytes = saved_activations(job, {}, LayerKind::kDense, {});
  EXPECT_DOUBLE_EQ((bytes.none - bytes.selective).si(), 4.0 * 4096 * 4096 + 2.0 * 4096 * 14336);
}

// Llama-3 8B: 2 norm inputs and outputs, Q K V O with 8 key-value heads, log-sums, gate, up,
// product.
TEST(SavedActivations, OfALlamaLayerByHand) {
  const auto job = shipped_job("llama3_8b");
  const double row = 2 * (4 * 4096 + 2 * 4096 + 2 * 1024 + 3 * 14336) + 4 * 32;
  EXPECT_DOUBLE_EQ(saved(job, {}), 4096 * row);
}

TEST(SavedActivations, ShrinkWithContextAndGrowWithTheMicroBatch) {
  for (const auto& name : model_names()) {
    const auto job = shipped_job(name, 8192);
    const auto kind = job.model.moe ? LayerKind::kMoe : LayerKind::kDense;
    const double one = saved(job, shard_of(1), kind);
    EXPECT_DOUBLE_EQ(saved(job, shard_of(1, 4), kind), one / 4) << name;
    Shard four;
    four.micro_batch = 4;
    EXPECT_DOUBLE_EQ(saved(job, four, kind), one * 4) << name;
    // What latent attention compresses is on every tensor rank.
    EXPECT_LT(saved(job, shard_of(4), kind), one / (job.model.latent ? 3 : 3.9)) << name;
  }
}

TEST(SavedActivations, AreOrderedByWhatIsRecomputed) {
  for (const auto& name : model_names()) {
    const auto job = shipped_job(name);
    const auto kind = job.model.moe ? LayerKind::kMoe : LayerKind::kDense;
    const auto bytes = saved_activations(job, {}, kind, shard_of(2));
    EXPECT_GT(bytes.none, bytes.selective) << name;
    EXPECT_GT(bytes.selective, bytes.full) << name;
    EXPECT_GT(bytes.full.si(), 0) << name;
  }
}

// Ranks beyond the key-value heads keep copies of one: 8 query heads and 1 key-value head.
TEST(SavedActivations, KeepAtLeastOneKeyValueHead) {
  const auto job = shipped_job("qwen3_235b_a22b");
  const auto keys = [&](int t) {
    Job fewer = job;
    fewer.model.kv_heads = 64;  // as many as queries, so none is copied
    const double more = saved(fewer, shard_of(t), LayerKind::kMoe);
    return (more - saved(job, shard_of(t), LayerKind::kMoe)) / (2.0 * 2 * 4096 * 128);
  };
  EXPECT_DOUBLE_EQ(keys(4), 16 - 1);
  EXPECT_DOUBLE_EQ(keys(8), 8 - 1);
}

// Mixtral, a routed row keeps its permuted input and output and the two or three widths.
TEST(SavedActivations, OfExpertsAreThoseOfTheRoutedRows) {
  const auto job = shipped_job("mixtral_8x7b");
  const double attention = 2 * (4 * 4096 + 2 * 4096 + 2 * 1024) + 4 * 32;
  const double routed = 2 * (2 * (2 * 4096 + 3 * 14336)) + 4 * 8;
  EXPECT_DOUBLE_EQ(saved(job, {}, LayerKind::kMoe), 4096 * (attention + routed));
  EXPECT_DOUBLE_EQ(saved(job, shard_of(1, 1, 8), LayerKind::kMoe), saved(job, {}, LayerKind::kMoe));
}

TEST(SavedActivations, OfTheHeadAreLogitsAndItsNorm) {
  const auto job = shipped_job("llama3_8b");
  const auto head = saved_activations(job, {}, LayerKind::kHead, shard_of(4));
  EXPECT_DOUBLE_EQ(head.none.si(), 6.0 * 4096 * 128256 / 4 + 2 * 2.0 * 4096 * 4096 / 4);
  EXPECT_EQ(head.none, head.full);
  EXPECT_EQ(saved_activations(job, {}, LayerKind::kEmbedding, {}).none.si(), 0);
}

// Scores without dropout are 2 bytes, with it 5; flash attention keeps 4 per query and head.
TEST(SavedActivations, OfUnfusedAttentionHaveItsScores) {
  const auto job = shipped_job("llama3_8b");
  Software unfused;
  unfused.attention = AttentionKernel::kUnfused;
  for (const double bytes : {2.0, 5.0}) {
    unfused.score_bytes = bytes;
    const auto with = saved_activations(job, unfused, LayerKind::kDense, {});
    EXPECT_DOUBLE_EQ(with.none.si() - saved(job, {}), bytes * 32 * 4096 * 4096 - 4.0 * 32 * 4096);
    EXPECT_DOUBLE_EQ((with.none - with.attention).si(), bytes * 32 * 4096 * 4096);
    const auto flash = saved_activations(job, {}, LayerKind::kDense, {});
    EXPECT_DOUBLE_EQ((flash.none - flash.attention).si(), 4.0 * 32 * 4096);
  }
}

// Both norms of a layer, dropped with their outputs.
TEST(SavedActivations, OfNormsThatAreNotFused) {
  const auto job = shipped_job("llama3_8b");
  Software software;
  software.norm_bytes = 12;
  const auto with = saved_activations(job, software, LayerKind::kDense, {});
  const auto without = saved_activations(job, {}, LayerKind::kDense, {});
  EXPECT_DOUBLE_EQ((with.none - without.none).si(), 2.0 * 12 * 4096 * 4096);
  EXPECT_EQ(with.selective, without.selective);
}

// Norm outputs and the activation product are inputs of GEMMs: one byte each. The output of
// attention stays, with a copy for the GEMM behind it.
TEST(SavedActivations, OfNarrowFormatsKeepNarrowInputs) {
  auto job = shipped_job("llama3_8b");
  const double wide = saved(job, {});
  job.precision = chips::Precision::kFp8;
  EXPECT_DOUBLE_EQ(wide - saved(job, {}), 4096.0 * (2 * 4096 + 14336 - 4096));
}

// DeepSeek-V3: queries and keys 128 + 64, values 128 wide, and the ranks before and after norms.
TEST(SavedActivations, OfLatentAttentionHaveTheRanks) {
  const auto job = shipped_job("deepseek_v3");
  const double attention = 2.0 * (2 * 192 + 2 * 128) * 128 + 4.0 * 128;
  const double ranks = 2.0 * (2 * 1536 + 2 * 512 + 64);
  const double rest = 2.0 * (4 * 7168 + 3 * 18432);
  EXPECT_DOUBLE_EQ(saved(job, {}), 4096 * (attention + ranks + rest));
}

TEST(SavedActivations, OfAHeadThatGathersItsLogits) {
  const auto job = shipped_job("llama3_8b");
  Software software;
  software.gathered_logit_bytes = 16;
  const double logits = 4096.0 * 128256;
  const auto head = [&](const Software& stack, int t) {
    return saved_activations(job, stack, LayerKind::kHead, shard_of(t)).none.si();
  };
  EXPECT_DOUBLE_EQ(head(software, 4) - head({}, 4), 16 * logits);
  EXPECT_DOUBLE_EQ(head(software, 1), head({}, 1));  // nothing to gather
}

// The gradient of the stream before and after, and of gate and up.
TEST(BackwardWorkspace, OfALayerIsItsWidestGradient) {
  const auto job = shipped_job("llama3_8b");
  EXPECT_DOUBLE_EQ(backward_workspace(job, {}, LayerKind::kDense, {}).si(),
                   2.0 * 4096 * (2 * 4096 + 2 * 14336));
  const auto moe = shipped_job("mixtral_8x7b");
  EXPECT_DOUBLE_EQ(backward_workspace(moe, {}, LayerKind::kMoe, {}).si(),
                   2.0 * 4096 * (2 * 4096 + 2 * (4096 + 2 * 14336)));
  EXPECT_EQ(backward_workspace(job, {}, LayerKind::kEmbedding, {}).si(), 0);
}

// Keys and values of 8 context ranks with their gradients, where that is more than the MLP needs.
TEST(BackwardWorkspace, HoldsGatheredKeys) {
  auto job = shipped_job("llama3_8b");
  job.model.kv_heads = 32;
  Shard shard = shard_of(1, 8);
  const double ring = backward_workspace(job, {}, LayerKind::kDense, shard).si();
  shard.context_exchange = ContextExchange::kAllGather;
  const double tokens = 4096.0 / 8;
  EXPECT_DOUBLE_EQ(backward_workspace(job, {}, LayerKind::kDense, shard).si() - ring,
                   2.0 * tokens * (2 * 8 * 2 * 4096 - 2 * 14336));
}

// 16-bit gradients of the logits and of the table, less the 4 bytes a logit that stand already.
TEST(BackwardWorkspace, OfTheHeadIsTheDummyOfItsTable) {
  const auto job = shipped_job("llama3_8b", 1024);
  Software software;
  EXPECT_EQ(backward_workspace(job, software, LayerKind::kHead, {}).si(), 0);
  software.dummy_weight_gradients = true;
  software.logit_bytes = 4;
  EXPECT_DOUBLE_EQ(backward_workspace(job, software, LayerKind::kHead, {}).si(),
                   128256.0 * (2 * 1024 + 2 * 4096 - 4 * 1024));
}

TEST(DummyGradients, AreOnePerShape) {
  Software software;
  const auto dense = shipped_job("llama3_8b");
  EXPECT_EQ(dummy_gradients(dense, software, LayerKind::kDense, {}).si(), 0);
  software.dummy_weight_gradients = true;
  EXPECT_DOUBLE_EQ(dummy_gradients(dense, software, LayerKind::kDense, {}).si(),
                   2 * sharded_parameters(dense.model, LayerKind::kDense, {}).dense);
  const auto moe = shipped_job("mixtral_8x7b");  // experts are alike
  const auto held = sharded_parameters(moe.model, LayerKind::kMoe, {});
  EXPECT_DOUBLE_EQ(dummy_gradients(moe, software, LayerKind::kMoe, {}).si(),
                   2 * (held.dense + held.experts / 8));
  EXPECT_EQ(dummy_gradients(dense, software, LayerKind::kHead, {}).si(), 0);
}

}  // namespace
}  // namespace weft::workload
