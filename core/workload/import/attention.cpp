// Windows, key-value heads and widths that a schema writes in a way of its own.
#include <fmt/format.h>

#include <algorithm>

#include "family.h"

namespace weft::imports {

void read_window(Config& config, workload::Model& model, std::string_view key,
                 std::int64_t default_tokens, int fallback_layers) {
  const auto node = config.find(key);
  if (node && node->is_null()) return;  // says: no window
  if (!node && default_tokens <= 0) return;
  const auto tokens =
      config.number(key, 1, default_tokens > 0 ? std::optional(default_tokens) : std::nullopt);
  int layers = fallback_layers;
  const auto kinds = config.texts("layer_types");
  if (!kinds.empty()) {
    layers = static_cast<int>(std::count_if(kinds.begin(), kinds.end(), [](const auto& kind) {
      return kind == "sliding_attention" || kind == "chunked_attention";
    }));
    const bool known = std::all_of(kinds.begin(), kinds.end(), [](const auto& kind) {
      return kind == "sliding_attention" || kind == "chunked_attention" || kind == "full_attention";
    });
    if (!known) config.fail("layer_types", "layers other than attention cannot be held");
    if (static_cast<int>(kinds.size()) != model.layers) {
      config.fail("layer_types", fmt::format("{} layers are expected here", model.layers));
    }
  }
  if (layers <= 0) return;
  model.window = tokens;
  model.windowed_share = std::min(1.0, static_cast<double>(layers) / model.layers);
}

namespace special {

using workload::Model;

namespace {

// A window as wide as the longest sequence is none.
void drop_wide_window(Config& config, Model& model) {
  const auto longest = config.value("max_position_embeddings");
  if (!longest || model.window <= 0) return;
  if (model.window < config.number("max_position_embeddings", 1, std::nullopt)) return;
  config.comment(
      fmt::format("A window of {} tokens is as long as the longest sequence: none.", model.window));
  model.window = 0;
  model.windowed_share = 0;
}

void set_kv_heads(Config& config, Model& model, std::string_view keys, int fallback) {
  model.kv_heads = config.small(keys, 1, fallback);
}

}  // namespace

void mistral(Config& config, Model& model) {
  // Files of later models switch the window off with a null.
  read_window(config, model, "sliding_window", 4096, model.layers);
  drop_wide_window(config, model);
}

void maybe_window(Config& config, Model& model) {
  read_window(config, model, "sliding_window", 0, model.layers);
  drop_wide_window(config, model);
}

void qwen2(Config& config, Model& model) {
  const bool used = config.flag("use_sliding_window", false);
  config.find("sliding_window");
  config.find("max_window_layers");
  config.find("layer_types");
  if (!used) return;
  const bool listed = config.value("layer_types").has_value();
  if (model.moe && !listed) {
    config.fail("use_sliding_window",
                "which layers have the window is not said: add 'layer_types'");
    return;
  }
  // The first max_window_layers layers see everything.
  const int full = listed ? 0 : config.small("max_window_layers", 0, 28);
  read_window(config, model, "sliding_window", 4096, std::max(0, model.layers - full));
}

void gemma2(Config& config, Model& model) {
  read_window(config, model, "sliding_window", 4096, (model.layers + 1) / 2);
  const auto cap = config.find("attn_logit_softcapping");
  model.score_soft_cap = !cap || !cap->is_null();
}

void gemma3(Config& config, Model& model) {
  // Each `pattern`th layer sees the whole sequence.
  const bool given = config.value("sliding_window_pattern|_sliding_window_pattern").has_value();
  const int pattern =
      given ? config.small("sliding_window_pattern|_sliding_window_pattern", 1, 6) : 6;
  read_window(config, model, "sliding_window", 4096, model.layers - model.layers / pattern);
  model.score_soft_cap = config.value("attn_logit_softcapping").has_value();
}

void falcon(Config& config, Model& model) {
  const bool grouped = config.flag("new_decoder_architecture", false);
  const bool single = config.flag("multi_query", true);
  if (grouped) {
    set_kv_heads(config, model, "num_kv_heads|n_head_kv", model.heads);
  } else {
    config.find("num_kv_heads|n_head_kv");
    model.kv_heads = single ? 1 : model.heads;
  }
}

void mpt(Config& config, Model& model) {
  model.ffn = model.hidden * config.number("expansion_ratio", 1, 4);
  if (config.value("ffn_config")) {
    config.fail("ffn_config", "MLPs other than mptmlp are not read");
  }
  const auto kind = config.text("attn_config.attn_type", "multihead_attention");
  config.find("attn_config.kv_n_heads");
  if (kind == "multiquery_attention") {
    model.kv_heads = 1;
  } else if (kind == "grouped_query_attention") {
    set_kv_heads(config, model, "attn_config.kv_n_heads", model.heads);
  } else if (kind != "multihead_attention") {
    config.fail("attn_config.attn_type", "this kind of attention is not known");
  }
  if (config.value("attn_config.sliding_window_size")) {
    const auto size = config.value("attn_config.sliding_window_size");
    if (size->text() != "-1") {
      config.understood("attn_config.sliding_window_size", "a window on all layers");
    }
  }
}

void opt(Config& config, Model& model) {
  const auto width = config.value("word_embed_proj_dim");
  if (width && config.number("word_embed_proj_dim", 1, std::nullopt) != model.hidden) {
    config.understood("word_embed_proj_dim", "a table narrower than the model");
  }
}

void multi_query(Config& config, Model& model) {
  if (config.flag("multi_query", true)) model.kv_heads = 1;
}

void chatglm(Config& config, Model& model) {
  config.find("multi_query_group_num");
  if (config.flag("multi_query_attention", false)) {
    set_kv_heads(config, model, "multi_query_group_num", 1);
  }
}

void qwen1(Config& config, Model& model) {
  // Both input projections of the MLP together.
  if (model.ffn % 2 != 0) config.fail("intermediate_size", "an even number is expected here");
  model.ffn /= 2;
}

}  // namespace special

}  // namespace weft::imports
