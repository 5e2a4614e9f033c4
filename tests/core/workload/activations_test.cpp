// Saved activations against Korthikanti et al., arXiv 2205.05198. Their layer keeps s b h (34 + 5 a
// s / h) bytes: 11 around attention with 5 a s / h of scores, 19 in the MLP, 4 of norms. Flash
// attention keeps no scores but 4 bytes of log-sum-exp per query and head, and no model here has
// dropout, whose two masks are 2 of the 34.

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::workload {
namespace {

using namespace testing;

constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;

double saved(const Job& job, const Shard& shard, LayerKind kind = LayerKind::kDense) {
  return saved_activations(job, kind, shard).none.si();
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
    const Shard shard{t, false, 1, 1, 3};
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
  const Shard shard{8, false, 1, 1, 4};
  const double sbh = 48 * stream(job, shard);
  const double scores = 5 * heads_per_width(job) * 2048 / 8;
  EXPECT_NEAR(sbh * (10 + 24.0 / 8 + scores) / kGiB, 59.25, 0.005);  // the figure itself
  const double log_sums = 4 * heads_per_width(job) / 8;
  EXPECT_NEAR(48 * saved(job, shard) / kGiB, 59.25 - sbh * (2 + scores - log_sums) / kGiB, 0.005);
}

TEST(SavedActivations, OfFullRecomputationAreTheInput) {
  const auto job = shipped_job("gpt3_175b", 2048);
  EXPECT_DOUBLE_EQ(saved_activations(job, LayerKind::kDense, {}).full.si(), 2 * stream(job, {}));
  EXPECT_DOUBLE_EQ(saved_activations(job, LayerKind::kDense, shard_of(8)).full.si(),
                   2 * stream(job, {}) / 8);
}

// Norm outputs are 4 s b h, the activation product 2 s b f.
TEST(SavedActivations, OfSelectiveRecomputationLackNormsAndTheActivation) {
  const auto job = shipped_job("llama3_8b");
  const auto bytes = saved_activations(job, LayerKind::kDense, {});
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
    EXPECT_DOUBLE_EQ(saved(job, shard_of(1, 1, 1, 4), kind), one * 4) << name;
    EXPECT_LT(saved(job, shard_of(4), kind), one / 3.9) << name;
  }
}

TEST(SavedActivations, AreOrderedByWhatIsRecomputed) {
  for (const auto& name : model_names()) {
    const auto job = shipped_job(name);
    const auto kind = job.model.moe ? LayerKind::kMoe : LayerKind::kDense;
    const auto bytes = saved_activations(job, kind, shard_of(2));
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
  const auto head = saved_activations(job, LayerKind::kHead, shard_of(4));
  EXPECT_DOUBLE_EQ(head.none.si(), 6.0 * 4096 * 128256 / 4 + 2 * 2.0 * 4096 * 4096 / 4);
  EXPECT_EQ(head.none, head.full);
  EXPECT_EQ(saved_activations(job, LayerKind::kEmbedding, {}).none.si(), 0);
}

}  // namespace
}  // namespace weft::workload
