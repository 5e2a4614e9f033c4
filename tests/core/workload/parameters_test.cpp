// Parameter counts against the published models, and over shards.

#include <gtest/gtest.h>

#include "fixtures.h"

namespace weft::workload {
namespace {

using namespace testing;

double total(const char* name) { return count_parameters(shipped(name)).total; }
double active(const char* name) { return count_parameters(shipped(name)).active; }

// Numbers of parameters in the published weights.
TEST(Parameters, OfLlama3AreExact) {
  EXPECT_EQ(total("llama3_8b"), 8'030'261'248);
  EXPECT_EQ(total("llama3_70b"), 70'553'706'496);
  EXPECT_EQ(total("llama3_405b"), 405'853'388'800);
}

TEST(Parameters, OfMixtralAreExact) {
  EXPECT_EQ(total("mixtral_8x7b"), 46'702'792'704);
  EXPECT_NEAR(active("mixtral_8x7b"), 12.9e9, 0.05e9);
}

// The weights hold 235 093 634 560: with a norm of 128 each for queries and keys in 94 layers,
// which the model leaves out.
TEST(Parameters, OfQwen3LackItsQueryAndKeyNorms) {
  EXPECT_EQ(total("qwen3_235b_a22b"), 235'093'634'560 - 94 * 2 * 128);
  EXPECT_NEAR(active("qwen3_235b_a22b"), 22.2e9, 0.1e9);
}

// 12 l h² (1 + V / (12 l h)), Narayanan et al., arXiv 2104.04473, less biases and positions.
TEST(Parameters, OfGptFollowTheFormulaOfMegatron) {
  for (const char* name : {"gpt3_175b", "megatron_22b", "megatron_530b", "megatron_1t"}) {
    const Model model = shipped(name);
    const auto h = static_cast<double>(model.hidden);
    const double formula = 12 * model.layers * h * h + static_cast<double>(model.vocabulary) * h;
    EXPECT_NEAR(total(name) / formula, 1, 1e-4) << name;
  }
  EXPECT_NEAR(total("gpt3_175b"), 174.6e9, 0.05e9);
  EXPECT_NEAR(total("megatron_530b"), 529.6e9, 0.5e9);
  EXPECT_NEAR(total("megatron_1t"), 1008e9, 1e9);
}

TEST(Parameters, OfATiedTableAreCountedOnce) {
  Model model = shipped("llama3_8b");
  const double untied = count_parameters(model).total;
  model.tied_embeddings = true;
  EXPECT_EQ(untied - count_parameters(model).total, 128256.0 * 4096);
}

TEST(Parameters, OfADenseModelAreAllActive) {
  for (const auto& name : model_names()) {
    const auto count = count_parameters(shipped(name));
    EXPECT_EQ(shipped(name).moe.has_value(), count.active < count.total) << name;
  }
}

// Experts 3 h f each; shared ones count for every token.
TEST(Parameters, OfSharedExpertsAreActive) {
  const Model model = shared_expert_model();
  const auto count = count_parameters(model);
  const double expert = 3.0 * 4096 * 14336;
  EXPECT_EQ(count.experts_per_layer, 8 * expert);
  EXPECT_EQ(count.shared_experts_per_layer, 2 * expert + 4096 * 8);
  EXPECT_EQ(count.total - count.active, 31 * 6 * expert);
}

// What the ranks of a tensor and an expert group hold, without what they all hold.
double parts_summed(const Model& model, LayerKind kind, int tensor, int expert) {
  const auto whole = sharded_parameters(model, kind, shard_of(1));
  const auto part = sharded_parameters(model, kind, shard_of(tensor, 1, expert));
  const auto h = static_cast<double>(model.hidden);
  double common = 0;
  if (kind == LayerKind::kDense) common = 2 * h;
  if (kind == LayerKind::kMoe) common = 2 * h + h * model.moe->experts;
  if (kind == LayerKind::kHead) common = h;
  EXPECT_LE(part.dense, whole.dense);
  return (part.dense - common) * tensor + common + part.experts * expert;
}

TEST(ShardedParameters, SumToTheLayerOverTensorAndExpertRanks) {
  const Model model = shared_expert_model();
  for (const auto kind :
       {LayerKind::kDense, LayerKind::kMoe, LayerKind::kEmbedding, LayerKind::kHead}) {
    const auto whole = sharded_parameters(model, kind, shard_of(1));
    for (const int tensor : {1, 2, 4, 8}) {
      for (const int expert : {1, 2, 8}) {
        if (kind != LayerKind::kMoe && expert > 1) continue;
        EXPECT_DOUBLE_EQ(parts_summed(model, kind, tensor, expert), whole.dense + whole.experts)
            << tensor << ' ' << expert;
      }
    }
  }
}

TEST(ShardedParameters, OfAllLayersSumToTheModel) {
  for (const auto& name : model_names()) {
    const Model model = shipped(name);
    double sum = 0;
    for (int layer = 0; layer < model.layers; ++layer) {
      const auto kind = model.is_moe_layer(layer) ? LayerKind::kMoe : LayerKind::kDense;
      const auto one = sharded_parameters(model, kind, {});
      sum += one.dense + one.experts;
    }
    const auto table = sharded_parameters(model, LayerKind::kEmbedding, {}).dense;
    sum += table + sharded_parameters(model, LayerKind::kHead, {}).dense;
    if (model.tied_embeddings) sum -= table;
    EXPECT_NEAR(sum / count_parameters(model).total, 1, 1e-13) << name;
  }
}

// Eight ranks share four key-value heads in pairs: 2 · 8 · 128 rows of K and V, not 2 · 4 · 128.
// The kernels and the saved activations count the copies.
TEST(ShardedParameters, CopyKeyValueHeadsBeyondTheirNumber) {
  const Model model = shipped("qwen3_235b_a22b");
  const double h = 4096;
  const auto part = sharded_parameters(model, LayerKind::kMoe, shard_of(8));
  const double attention = h * (8 + 2 * 1) * 128 + 8 * 128 * h + 2 * h;
  EXPECT_DOUBLE_EQ(part.dense, attention + h * 128);
}

}  // namespace
}  // namespace weft::workload
