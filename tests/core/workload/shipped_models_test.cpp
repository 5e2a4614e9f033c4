// Every model in configs/models reads, and counts as many parameters as were published.

#include <gtest/gtest.h>

#include <cctype>

#include "fixtures.h"

namespace weft::workload {
namespace {

using namespace testing;

constexpr double kTolerance = 0.015;
constexpr double kActiveTolerance = 0.03;  // published with two digits

// Which of the two tables of the vocabulary a published number of active parameters holds.
enum class Tables { kBoth, kHeadOnly, kNeither };

struct Published {
  const char* model;
  double total;
  double active = 0;  // 0: dense, or not published
  Tables tables = Tables::kBoth;
};

// Sizes of the published weights, or of the paper, without layers that predict further tokens and
// without what looks at images.
const Published kPublished[] = {
    {"aleph_alpha_30b", 33.5e9},
    {"aleph_alpha_65b", 66.5e9},
    {"aquila2_34b", 33.69e9},
    {"aquila_7b", 7.3e9},
    {"baichuan2_13b", 13.897e9},
    {"baichuan2_7b", 7.506e9},
    {"baichuan_13b", 13.265e9},
    {"baichuan_7b", 7e9},
    {"bert_large", 0.335e9},
    {"bloom_176b", 176.25e9},
    {"bloom_7b1", 7.069e9},
    {"chatglm2_6b", 6.244e9},
    {"chatglm3_6b", 6.244e9},
    {"codellama_34b", 33.744e9},
    {"codeqwen1_5_7b", 7.25e9},
    {"dbrx_132b", 131.6e9, 36.5e9},
    {"deepseek_67b", 67.425e9},
    {"deepseek_7b", 6.91e9},
    {"deepseek_coder_33b", 33.343e9},
    {"deepseek_moe_16b", 16.4e9, 2.8e9},
    {"deepseek_v2", 236e9, 21.4e9},
    {"deepseek_v2_lite", 15.7e9, 2.4e9, Tables::kHeadOnly},
    {"deepseek_v3", 671e9, 37e9},
    {"falcon_180b", 179.5e9},
    {"falcon_40b", 41.3e9},
    {"gemma2_27b", 27.227e9},
    {"gemma2_9b", 9.242e9},
    {"gemma3_27b", 27e9},
    {"gemma_7b", 8.538e9},
    {"glm4_5_355b_a32b", 355e9, 32e9, Tables::kNeither},
    {"glm4_5_air_106b_a12b", 106e9, 12e9, Tables::kNeither},
    {"gpt3_13b", 12.85e9},
    {"gpt3_175b", 174.6e9},
    {"gpt3_1_3b", 1.3e9},
    {"gpt3_20b", 20.3e9},
    {"gpt3_2_7b", 2.65e9},
    {"gpt3_5b", 5.05e9},
    {"gpt3_6_7b", 6.66e9},
    {"gpt_neox_20b", 20.55e9},
    {"gpt_oss_120b", 116.83e9, 5.13e9, Tables::kHeadOnly},
    {"gpt_oss_20b", 20.91e9, 3.61e9, Tables::kHeadOnly},
    {"grok_1", 314e9, 86e9},
    {"internlm2_20b", 19.86e9},
    {"internlm2_7b", 7.738e9},
    {"internlm3_8b", 8.8e9},
    {"internlm_20b", 20.09e9},
    {"internlm_65b", 65.84e9},
    {"internlm_7b", 7.322e9},
    {"kimi_k2", 1026e9, 32.6e9},
    {"llama2_13b", 13.016e9},
    {"llama2_34b", 33.744e9},
    {"llama2_70b", 68.977e9},
    {"llama2_7b", 6.738e9},
    {"llama3_2_1b", 1.236e9},
    {"llama3_2_3b", 3.213e9},
    {"llama3_405b", 405.853e9},
    {"llama3_70b", 70.554e9},
    {"llama3_8b", 8.03e9},
    {"llama4_maverick", 400.7e9, 17.2e9},
    {"llama4_scout", 108.6e9, 17.2e9},
    {"llama_13b", 13.016e9},
    {"llama_33b", 32.529e9},
    {"llama_65b", 65.286e9},
    {"llama_7b", 6.738e9},
    {"megatron_119b", 119e9},
    {"megatron_145b", 145.6e9},
    {"megatron_177b", 177e9},
    {"megatron_18b", 18.4e9},
    {"megatron_1_2b", 1.16e9},
    {"megatron_1t", 1008e9},
    {"megatron_22b", 22.1e9},
    {"megatron_2b", 2.03e9},
    {"megatron_310b", 310.1e9},
    {"megatron_39b", 39.1e9},
    {"megatron_3_6b", 3.6e9},
    {"megatron_4_2b", 4.24e9},
    {"megatron_530b", 529.6e9},
    {"megatron_70b", 70e9},
    {"megatron_76b", 76.1e9},
    {"megatron_7_1b", 7.1e9},
    {"megatron_7_5b", 7.5e9},
    {"megatron_8_7b", 8.67e9},
    {"minicpm_2b", 2.725e9},
    {"minicpm_8x2b", 13.87e9, 4.32e9},
    {"mistral_7b", 7.242e9},
    {"mistral_large_123b", 122.6e9},
    {"mistral_small_24b", 23.57e9},
    {"mixtral_8x22b", 140.62e9, 39.1e9},
    {"mixtral_8x7b", 46.703e9, 12.9e9},
    {"moonlight_16b_a3b", 15.96e9, 2.24e9, Tables::kNeither},
    {"mpt_125m", 0.124e9},
    {"mpt_13b", 12.854e9},
    {"mpt_1b", 1.314e9},
    {"mpt_30b", 29.975e9},
    {"mpt_350m", 0.355e9},
    {"mpt_3b", 2.649e9},
    {"mpt_70b", 64.862e9},
    {"mpt_760m", 0.76e9},
    {"mpt_7b", 6.653e9},
    {"nanotron_3b", 3.57e9},
    {"nemotron3_5_lightning_30b_a3b", 31.6e9, 3.6e9},
    {"nemotron3_8b", 8.54e9},
    {"nemotron3_nano_30b_a3b", 31.6e9, 3.6e9},
    {"nemotron3_super_120b_a12b", 120.6e9, 12.7e9},
    {"nemotron4_15b", 15.6e9},
    {"nemotron4_340b", 341e9},
    {"nemotron_h_47b", 46.8e9},
    {"nemotron_h_4b", 4.49e9},
    {"nemotron_h_56b", 56.3e9},
    {"nemotron_h_8b", 8.1e9},
    {"nemotron_nano_12b_v2", 12.31e9},
    {"nemotron_nano_9b_v2", 8.89e9},
    {"opt_175b", 175e9},
    {"opt_66b", 66e9},
    {"pangu_alpha_200b", 206.6e9},
    {"pangu_alpha_2_6b", 2.6e9},
    {"pangu_pro_moe_72b_a16b", 71.99e9, 16.5e9},
    {"pangu_ultra_135b", 135e9},
    {"pangu_ultra_moe_718b", 718e9, 39e9, Tables::kHeadOnly},
    {"phi3_5_moe", 41.9e9, 6.6e9},
    {"qwen1_5_110b", 111.21e9},
    {"qwen1_5_14b", 14.167e9},
    {"qwen1_5_32b", 32.512e9},
    {"qwen1_5_72b", 72.288e9},
    {"qwen1_5_7b", 7.721e9},
    {"qwen1_5_moe_a2_7b", 14.3e9, 2.7e9},
    {"qwen2_0_5b", 0.494e9},
    {"qwen2_1_5b", 1.544e9},
    {"qwen2_57b_a14b", 57.4e9, 14.2e9},
    {"qwen2_5_14b", 14.77e9},
    {"qwen2_5_32b", 32.764e9},
    {"qwen2_5_72b", 72.706e9},
    {"qwen2_5_7b", 7.616e9},
    {"qwen2_72b", 72.706e9},
    {"qwen2_7b", 7.616e9},
    {"qwen3_14b", 14.768e9},
    {"qwen3_235b_a22b", 235.09e9, 22.2e9},
    {"qwen3_30b_a3b", 30.532e9, 3.35e9},
    {"qwen3_32b", 32.762e9},
    {"qwen3_8b", 8.191e9},
    {"qwen_14b", 14.167e9},
    {"qwen_72b", 72.288e9},
    {"qwen_7b", 7.721e9},
    {"starcoder_15b", 15.5e9},
    {"telechat2_39b_a12b", 39.33e9, 12.15e9},
    {"telechat_12b", 12.39e9},
    {"tinyllama_1_1b", 1.1e9},
    {"yi_34b", 34.389e9},
    {"yi_6b", 6.061e9},
};

double tables_left_out(const ParameterCount& count, Tables tables) {
  if (tables == Tables::kBoth) return 0;
  return count.embedding + (tables == Tables::kNeither ? count.head : 0);
}

TEST(ShippedModels, CountTheirPublishedParameters) {
  for (const auto& published : kPublished) {
    const auto count = count_parameters(shipped(published.model));
    EXPECT_NEAR(count.total / published.total, 1, kTolerance) << published.model;
    if (published.active == 0) continue;
    const double active = count.active - tables_left_out(count, published.tables);
    EXPECT_NEAR(active / published.active, 1, kActiveTolerance) << published.model;
  }
}

bool is_snake_case(const std::string& name) {
  for (const char c : name) {
    if (std::islower(c) == 0 && std::isdigit(c) == 0 && c != '_') return false;
  }
  return true;
}

TEST(ShippedModels, ReadAndAreNamedAlike) {
  const auto names = base::Catalog({WEFT_CONFIGS}).names("model");
  EXPECT_GE(names.size(), 65U);
  for (const auto& name : names) {
    const Model model = shipped(name);
    EXPECT_FALSE(model.name.empty()) << name;
    EXPECT_TRUE(is_snake_case(name)) << name;
    EXPECT_EQ(model.heads % model.kv_heads, 0) << name;
    EXPECT_EQ(model.window > 0, model.windowed_share > 0) << name;
  }
}

TEST(ShippedModels, SayWhereTheyComeFrom) {
  const base::Catalog catalog({WEFT_CONFIGS});
  for (const auto& name : catalog.names("model")) {
    for (const auto& fact : base::facts(catalog.load("model", name, std::nullopt))) {
      EXPECT_FALSE(fact.source.empty()) << name << ' ' << fact.path;
      EXPECT_FALSE(fact.confidence.empty()) << name << ' ' << fact.path;
    }
  }
}

TEST(ShippedModels, OfDeepSeekHaveLatentAttention) {
  for (const char* name : {"deepseek_v2", "deepseek_v2_lite", "deepseek_v3", "kimi_k2",
                           "moonlight_16b_a3b", "pangu_ultra_moe_718b"}) {
    const Model model = shipped(name);
    ASSERT_TRUE(model.latent.has_value()) << name;
    EXPECT_EQ(model.key_dim(), 192) << name;
    EXPECT_EQ(model.value_dim(), 128) << name;
  }
  EXPECT_EQ(shipped("deepseek_v3").prediction_layers, 1);
  EXPECT_EQ(shipped("deepseek_v3").moe_layers(), 58);
}

TEST(ShippedModels, OfGemmaAndGrokCapTheirScores) {
  for (const char* name : {"gemma2_9b", "gemma2_27b", "grok_1"}) {
    EXPECT_TRUE(shipped(name).score_soft_cap) << name;
  }
  EXPECT_EQ(shipped("gemma2_9b").window, 4096);
  EXPECT_DOUBLE_EQ(shipped("gemma2_9b").windowed_share, 0.5);
  EXPECT_EQ(shipped("mistral_7b").windowed_share, 1);
  EXPECT_EQ(shipped("llama4_maverick").moe_layers(), 24);
}

}  // namespace
}  // namespace weft::workload
