// How each kind of model writes its shape into a `config.json`, internal to the library.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "config.h"
#include "weft/workload/model.h"

namespace weft::imports {

// Names of the keys in one schema; empty where it has none.
struct ShapeKeys {
  std::string_view layers;
  std::string_view hidden;
  std::string_view heads;
  std::string_view kv_heads;
  std::string_view head_dim;
  std::string_view ffn;
  std::string_view vocabulary;
};

// A default: a number, or one of these.
inline constexpr int kRequired = 0;  // no default is documented
inline constexpr int kDerived = -1;  // kv_heads = heads, head_dim = hidden / heads, ffn = 4 hidden

struct ShapeDefaults {
  int layers = kRequired;
  int hidden = kRequired;
  int heads = kRequired;
  int kv_heads = kDerived;
  int head_dim = kDerived;
  int ffn = kRequired;
  int vocabulary = kRequired;
};

struct Family {
  std::string_view type;  // `model_type`
  const ShapeKeys* keys;
  ShapeDefaults defaults;
  bool gated;
  bool tied;  // default of tie_word_embeddings
  // Reads what is special: experts, latent attention, windows. Null without.
  void (*special)(Config& config, workload::Model& model);
};

const std::vector<Family>& families();

// Specials, named for the schema; a row of the table may chain them.
namespace special {
void mixtral(Config& config, workload::Model& model);
void phimoe(Config& config, workload::Model& model);
void qwen2(Config& config, workload::Model& model);
void qwen2_moe(Config& config, workload::Model& model);
void qwen3_moe(Config& config, workload::Model& model);
void deepseek_moe(Config& config, workload::Model& model);
void deepseek_v2(Config& config, workload::Model& model);
void deepseek_v3(Config& config, workload::Model& model);
void glm4_moe(Config& config, workload::Model& model);
void gpt_oss(Config& config, workload::Model& model);
void llama4(Config& config, workload::Model& model);
void dbrx(Config& config, workload::Model& model);
void grok(Config& config, workload::Model& model);
void minicpm(Config& config, workload::Model& model);
void ernie_moe(Config& config, workload::Model& model);
void mistral(Config& config, workload::Model& model);
void maybe_window(Config& config, workload::Model& model);
void gemma2(Config& config, workload::Model& model);
void gemma3(Config& config, workload::Model& model);
void falcon(Config& config, workload::Model& model);
void mpt(Config& config, workload::Model& model);
void opt(Config& config, workload::Model& model);
void multi_query(Config& config, workload::Model& model);
void chatglm(Config& config, workload::Model& model);
void qwen1(Config& config, workload::Model& model);
void nemotron_h(Config& config, workload::Model& model);
}  // namespace special

// Windows, shared by several schemas. `layer_types` lists each layer's kind; without it `fallback`
// layers have the window.
void read_window(Config& config, workload::Model& model, std::string_view key,
                 std::int64_t default_tokens, int fallback_layers);

}  // namespace weft::imports
