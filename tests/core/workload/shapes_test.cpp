// Windows, every n-th expert layer, and layers that predict further tokens.

#include <gtest/gtest.h>

#include <algorithm>

#include "fixtures.h"

namespace weft::workload {
namespace {

using namespace testing;

// Counted one query after the other.
double keys_counted(std::int64_t sequence, std::int64_t window) {
  double sum = 0;
  for (std::int64_t q = 1; q <= sequence; ++q) sum += static_cast<double>(std::min(q, window));
  return sum / static_cast<double>(sequence);
}

Model windowed(std::int64_t window, double share) {
  Model model = shipped("llama3_8b");
  model.window = window;
  model.windowed_share = share;
  return model;
}

TEST(MeanKeys, OfAWindowAreThoseCounted) {
  for (const std::int64_t window : {1, 2, 7, 100, 511, 512}) {
    for (const std::int64_t sequence : {512, 513, 1000}) {
      EXPECT_NEAR(mean_keys(windowed(window, 1), static_cast<double>(sequence)),
                  keys_counted(sequence, window), 1e-9)
          << window << ' ' << sequence;
    }
  }
}

TEST(MeanKeys, AreThoseOfTheMaskWithoutAWindowOrBehindALongOne) {
  const double causal = 4097 / 2.0;
  EXPECT_EQ(mean_keys(windowed(0, 0), 4096), causal);
  EXPECT_EQ(mean_keys(windowed(4096, 1), 4096), causal);
  EXPECT_EQ(mean_keys(windowed(1 << 20, 1), 4096), causal);
  EXPECT_EQ(mean_keys(windowed(128, 0), 4096), causal);
  EXPECT_NEAR(mean_keys(windowed(4095, 1), 4096), causal, 1e-3);
}

TEST(MeanKeys, OfALongSequenceTendToTheWindow) {
  EXPECT_NEAR(mean_keys(windowed(4096, 1), 1e9), 4096, 0.01);
  EXPECT_EQ(mean_keys(windowed(1, 1), 4096), 1);
}

// Gemma 2 has the window in every other layer.
TEST(MeanKeys, AreMeansOverTheLayers) {
  const double all = mean_keys(windowed(1024, 1), 8192);
  const double none = mean_keys(windowed(1024, 0), 8192);
  EXPECT_DOUBLE_EQ(mean_keys(windowed(1024, 0.5), 8192), (all + none) / 2);
}

TEST(Window, CutsAttentionAndNothingElse) {
  const auto plain = work(job_of(windowed(0, 0), 8192), LayerKind::kDense);
  const auto cut = work(job_of(windowed(1024, 1), 8192), LayerKind::kDense);
  EXPECT_DOUBLE_EQ(linear_flops(cut.forward), linear_flops(plain.forward));
  EXPECT_DOUBLE_EQ(attention_flops(cut.forward) / attention_flops(plain.forward),
                   keys_counted(8192, 1024) / (8193 / 2.0));
}

TEST(Window, CutsModelFlopsUnderTheMaskOnly) {
  const auto flops = [](const Model& model, FlopConvention convention) {
    return model_flops_per_token(model, 8192, convention);
  };
  EXPECT_LT(flops(windowed(1024, 1), FlopConvention::kCausalAttention),
            flops(windowed(0, 0), FlopConvention::kCausalAttention));
  EXPECT_EQ(flops(windowed(1024, 1), FlopConvention::kFullAttention),
            flops(windowed(0, 0), FlopConvention::kFullAttention));
}

TEST(SoftCap, MarksTheAttentionKernels) {
  auto job = shipped_job("llama3_8b");
  for (const bool caps : {false, true}) {
    job.model.score_soft_cap = caps;
    const auto layer = work(job, LayerKind::kDense);
    const auto again = done_again(layer.forward, kAttentionModules);
    for (const Pass* pass : {&layer.forward, &layer.backward, &again}) {
      for (const auto& kernel : pass->kernels) {
        const auto* attention = std::get_if<chips::Attention>(&kernel.shape);
        if (attention == nullptr) continue;
        EXPECT_EQ(attention->softmax_work > 1, caps);
      }
    }
  }
}

Model with_experts(int layers, int first_dense, int every) {
  Model model = shipped("mixtral_8x7b");
  model.layers = layers;
  model.moe->first_dense_layers = first_dense;
  model.moe->every = every;
  return model;
}

TEST(MoeLayers, AreCountedAsTheyStand) {
  for (const int layers : {1, 2, 12, 61}) {
    for (int first = 0; first <= layers; first += 3) {
      for (const int every : {1, 2, 3, 5}) {
        const Model model = with_experts(layers, first, every);
        int seen = 0;
        for (int layer = 0; layer < layers; ++layer) {
          const bool expected = layer >= first && (layer - first) % every == 0;
          EXPECT_EQ(model.is_moe_layer(layer), expected) << layer << ' ' << first << ' ' << every;
          EXPECT_EQ(model.moe_layers_of_first(layer), seen);
          seen += expected ? 1 : 0;
        }
        EXPECT_EQ(model.moe_layers(), seen);
      }
    }
  }
}

// Llama 4 Maverick: one dense layer, then every other one has experts.
TEST(MoeLayers, OfMaverickAreEveryOther) {
  const Model model = with_experts(48, 1, 2);
  EXPECT_EQ(model.moe_layers(), 24);
  EXPECT_FALSE(model.is_moe_layer(0));
  EXPECT_TRUE(model.is_moe_layer(1));
  EXPECT_TRUE(model.is_moe_layer(47));
}

TEST(MoeLayers, SetTheParameters) {
  const auto total = [](int every) { return count_parameters(with_experts(32, 0, every)).total; };
  const auto one = count_parameters(with_experts(32, 0, 1));
  const double swapped =
      one.experts_per_layer + one.shared_experts_per_layer - one.dense_mlp_per_layer;
  EXPECT_DOUBLE_EQ(total(1) - total(2), 16 * swapped);
  EXPECT_DOUBLE_EQ(total(1) - total(4), 24 * swapped);
}

TEST(SharedExperts, HaveAWidthOfTheirOwn) {
  Model model = shared_expert_model();
  model.moe->shared_ffn = model.moe->ffn;
  const auto narrow = count_parameters(model).shared_experts_per_layer;
  const auto flops = linear_flops(work(job_of(model), LayerKind::kMoe).forward);
  model.moe->shared_ffn = 2 * model.moe->ffn;
  const double width = 2.0 * static_cast<double>(model.moe->ffn);  // two of them, wider by ffn
  EXPECT_DOUBLE_EQ(count_parameters(model).shared_experts_per_layer - narrow, 3 * 4096 * width);
  EXPECT_DOUBLE_EQ(linear_flops(work(job_of(model), LayerKind::kMoe).forward) - flops,
                   2 * 4096.0 * 3 * 4096 * width);
}

TEST(PredictionLayers, AreLeftOutOfTheModelsSize) {
  Model model = shipped("deepseek_v3");
  const auto with = count_parameters(model);
  model.prediction_layers = 0;
  const auto without = count_parameters(model);
  EXPECT_EQ(with.total, without.total);
  EXPECT_EQ(with.active, without.active);
  EXPECT_EQ(without.prediction, 0);
  const double layer =
      without.attention_per_layer + without.experts_per_layer + without.shared_experts_per_layer;
  EXPECT_NEAR(with.prediction, layer + 2.0 * 7168 * 7168, 3.0 * 7168);  // and norms
}

// A further layer with its projection and head, and its scores.
TEST(PredictionLayers, AddTheirFlops) {
  Model model = shipped("deepseek_v3");
  const auto flops = [&](int layers) {
    model.prediction_layers = layers;
    return model_flops_per_token(model, 4096, FlopConvention::kCausalAttention).si();
  };
  const double one = flops(1) - flops(0);
  EXPECT_NEAR((flops(3) - flops(0)) / one, 3, 1e-9);
  const auto count = count_parameters(model);
  const double routed = count.experts_per_layer * 8 / 256 + count.shared_experts_per_layer;
  const double matrices = count.attention_per_layer + routed + 2.0 * 7168 * 7168 + 129280.0 * 7168;
  const double scores = 2.0 * 128 * (192 + 128) * 4097 / 2;
  EXPECT_NEAR(one / (3 * (2 * matrices + scores)), 1, 1e-9);
}

TEST(PredictionLayers, OfADenseModelAreDense) {
  Model model = shipped("llama3_8b");
  model.prediction_layers = 2;
  const auto count = count_parameters(model);
  EXPECT_NEAR(count.prediction,
              2 * (count.attention_per_layer + count.dense_mlp_per_layer + 2.0 * 4096 * 4096),
              2 * 3.0 * 4096);
}

}  // namespace
}  // namespace weft::workload
