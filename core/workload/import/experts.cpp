// Mixtures of experts and latent attention in a `config.json`.
#include <fmt/format.h>

#include <numeric>

#include "family.h"

namespace weft::imports::special {

namespace {

using workload::Experts;
using workload::Model;

struct ExpertKeys {
  std::string_view experts;
  std::string_view top_k;
  std::string_view ffn;  // empty: as wide as the dense MLP
};

Experts read_experts(Config& config, const Model& model, const ExpertKeys& keys,
                     const Experts& fallback) {
  const auto number = [](int value) { return value > 0 ? std::optional(value) : std::nullopt; };
  Experts moe;
  moe.experts = config.small(keys.experts, 2, number(fallback.experts));
  moe.top_k = config.small(keys.top_k, 1, number(fallback.top_k));
  moe.ffn = model.ffn;
  if (!keys.ffn.empty()) {
    moe.ffn = config.number(keys.ffn, 1, number(static_cast<int>(fallback.ffn)));
  }
  moe.shared_ffn = moe.ffn;
  if (moe.top_k > moe.experts) config.fail(keys.top_k, "more experts are used than there are");
  return moe;
}

// Layer i is MoE when i >= first and i is a multiple of step (DeepSeek).
void place_by_multiples(Experts& moe, int first, int step) {
  moe.every = step;
  moe.first_dense_layers = (first + step - 1) / step * step;
}

// Layer i is MoE when i + 1 is a multiple of step (Qwen, Llama 4).
void place_at_ends(Experts& moe, int step) {
  moe.every = step;
  moe.first_dense_layers = step - 1;
}

// Layers that are dense whatever the step: only a run at the start can be held.
void place_dense_list(Config& config, Experts& moe, std::string_view key) {
  const auto dense = config.numbers(key);
  for (std::size_t i = 0; i < dense.size(); ++i) {
    if (dense[i] == static_cast<std::int64_t>(i) && moe.every == 1) continue;
    config.fail(key, "only a run of dense layers in front of all others can be held");
    return;
  }
  moe.first_dense_layers = std::max(moe.first_dense_layers, static_cast<int>(dense.size()));
}

// Routing limited to the best of some groups of experts.
void read_groups(Config& config, Experts& moe) {
  const auto groups = config.value("n_group");
  const auto limit = config.value("topk_group");
  if (!groups || !limit || groups->text() == "1" || groups->text() == "0") return;
  const int all = config.small("n_group", 1, 1);
  const int top = config.small("topk_group", 1, 1);
  if (moe.experts % all != 0 || top > all || moe.top_k > moe.experts / all * top) {
    config.fail("n_group", "groups must divide the experts, and the top ones hold those used");
    return;
  }
  moe.groups = all;
  moe.top_groups = top;
}

void read_latent_keys(Config& config, Model& model, const workload::LatentAttention& fallback) {
  const auto number = [](int value) { return value > 0 ? std::optional(value) : std::nullopt; };
  workload::LatentAttention latent;
  const auto rank = config.find("q_lora_rank");
  // A null says that queries are not compressed.
  const bool uncompressed = rank && rank->is_null();
  latent.query_rank =
      uncompressed ? 0 : config.small("q_lora_rank", 0, number(fallback.query_rank));
  latent.key_value_rank = config.small("kv_lora_rank", 1, number(fallback.key_value_rank));
  latent.rotary_dim = config.small("qk_rope_head_dim", 0, number(fallback.rotary_dim));
  latent.value_dim = config.small("v_head_dim", 1, number(fallback.value_dim));
  model.head_dim = config.small("qk_nope_head_dim", 1, number(fallback.value_dim));
  model.latent = latent;
}

void read_deepseek_experts(Config& config, Model& model, const Experts& fallback) {
  if (!config.value("n_routed_experts") && fallback.experts == 0) return;  // a dense model
  auto moe =
      read_experts(config, model,
                   {"n_routed_experts", "num_experts_per_tok", "moe_intermediate_size"}, fallback);
  const auto shared = config.value("n_shared_experts");
  moe.shared =
      shared || fallback.shared > 0 ? config.small("n_shared_experts", 0, fallback.shared) : 0;
  const int first = config.small("first_k_dense_replace", 0, fallback.first_dense_layers);
  const bool spaced = config.value("moe_layer_freq").has_value();
  place_by_multiples(moe, first, spaced ? config.small("moe_layer_freq", 1, 1) : 1);
  read_groups(config, moe);
  if (config.value("num_nextn_predict_layers")) {
    model.prediction_layers = config.small("num_nextn_predict_layers", 0, 0);
  }
  model.moe = moe;
}

Experts defaults(int experts, int top_k, int ffn, int shared = 0, int first_dense = 0) {
  Experts moe;
  moe.experts = experts;
  moe.top_k = top_k;
  moe.ffn = ffn;
  moe.shared = shared;
  moe.first_dense_layers = first_dense;
  return moe;
}

}  // namespace

void mixtral(Config& config, Model& model) {
  model.moe = read_experts(config, model, {"num_local_experts", "num_experts_per_tok", ""},
                           defaults(8, 2, 0));
  maybe_window(config, model);
}

void phimoe(Config& config, Model& model) {
  model.moe = read_experts(config, model, {"num_local_experts", "num_experts_per_tok", ""},
                           defaults(16, 2, 0));
  maybe_window(config, model);
}

void qwen2_moe(Config& config, Model& model) {
  auto moe =
      read_experts(config, model, {"num_experts", "num_experts_per_tok", "moe_intermediate_size"},
                   defaults(60, 4, 1408));
  moe.shared = 1;
  moe.shared_ffn = config.number("shared_expert_intermediate_size", 1, 5632);
  place_at_ends(
      moe, config.value("decoder_sparse_step") ? config.small("decoder_sparse_step", 1, 1) : 1);
  place_dense_list(config, moe, "mlp_only_layers");
  model.moe = moe;
  qwen2(config, model);
}

void qwen3_moe(Config& config, Model& model) {
  auto moe = read_experts(
      config, model,
      {"num_experts|num_local_experts", "num_experts_per_tok", "moe_intermediate_size"},
      defaults(128, 8, 768));
  place_at_ends(
      moe, config.value("decoder_sparse_step") ? config.small("decoder_sparse_step", 1, 1) : 1);
  place_dense_list(config, moe, "mlp_only_layers");
  model.moe = moe;
  qwen2(config, model);
}

void deepseek_moe(Config& config, Model& model) { read_deepseek_experts(config, model, {}); }

void deepseek_v2(Config& config, Model& model) {
  read_latent_keys(config, model, {});
  read_deepseek_experts(config, model, {});
}

void deepseek_v3(Config& config, Model& model) {
  read_latent_keys(config, model, {1536, 512, 64, 128});
  read_deepseek_experts(config, model, defaults(256, 8, 2048, 1, 3));
}

void glm4_moe(Config& config, Model& model) {
  read_deepseek_experts(config, model, defaults(128, 8, 1408, 1, 1));
}

void gpt_oss(Config& config, Model& model) {
  model.moe =
      read_experts(config, model, {"num_local_experts|num_experts", "num_experts_per_tok", ""},
                   defaults(128, 4, 0));
  read_window(config, model, "sliding_window", 128, (model.layers + 1) / 2);
}

void dbrx(Config& config, Model& model) {
  model.moe = read_experts(
      config, model, {"ffn_config.moe_num_experts", "ffn_config.moe_top_k", ""}, defaults(4, 1, 0));
}

void grok(Config& config, Model& model) {
  model.moe =
      read_experts(config, model, {"num_experts", "num_experts_per_tok", ""}, defaults(0, 0, 0));
  model.score_soft_cap = true;  // all of its attention scores (xai-org/grok-1 model.py)
}

void minicpm(Config& config, Model& model) {
  const auto experts = config.value("num_experts");
  if (!experts || experts->text() == "0") return;
  model.moe =
      read_experts(config, model, {"num_experts", "num_experts_per_tok", ""}, defaults(0, 2, 0));
}

void ernie_moe(Config& config, Model& model) {
  auto moe = read_experts(config, model, {"moe_num_experts", "moe_k", "moe_intermediate_size"},
                          defaults(64, 6, 1536));
  moe.shared = config.small("moe_num_shared_experts", 0, 2);
  const int start = config.small("moe_layer_start_index", 0, 1);
  const int step = config.small("moe_layer_interval", 1, 1);
  // Layer i is MoE when i + 1 is a multiple of the step, between two indices.
  moe.every = step;
  moe.first_dense_layers = (start + step) / step * step - 1;
  const auto end = config.value("moe_layer_end_index");
  const int last =
      end && end->text() != "-1" ? config.small("moe_layer_end_index", 0, 0) : model.layers - 1;
  if (last < model.layers - 1) {
    config.fail("moe_layer_end_index", "dense layers behind MoE layers cannot be held");
  }
  model.moe = moe;
}

void llama4(Config& config, Model& model) {
  auto moe =
      read_experts(config, model, {"num_local_experts", "num_experts_per_tok", "intermediate_size"},
                   defaults(16, 1, 8192));
  moe.shared = 1;
  const bool stepped = config.value("interleave_moe_layer_step").has_value();
  place_at_ends(moe, stepped ? config.small("interleave_moe_layer_step", 1, 1) : 1);
  const auto listed = config.numbers("moe_layers");
  for (std::size_t i = 0; i < listed.size(); ++i) {
    if (listed[i] == moe.first_dense_layers + static_cast<std::int64_t>(i) * moe.every) continue;
    config.fail("moe_layers", "these are not the layers that interleave_moe_layer_step says");
    break;
  }
  model.moe = moe;
  // No dense layer is as wide as intermediate_size_mlp where all layers are MoE.
  if (model.moe_layers() == model.layers) model.ffn = moe.ffn;
  // Chunks of the sequence on the layers that have rotary positions, three of four by default.
  const auto rotary = config.numbers("no_rope_layers");
  const bool spaced = config.value("no_rope_layer_interval").has_value();
  const int interval = spaced ? config.small("no_rope_layer_interval", 1, 4) : 4;
  int chunked = model.layers - model.layers / interval;
  if (!rotary.empty()) {
    chunked = static_cast<int>(std::accumulate(rotary.begin(), rotary.end(), std::int64_t{0}));
  }
  read_window(config, model, "attention_chunk_size", 8192, chunked);
  if (model.window > 0)
    config.comment("Chunks of attention are written as a window of that width.");
}

}  // namespace weft::imports::special
