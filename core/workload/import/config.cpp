#include "config.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace weft::imports {

namespace {

// Keys that change neither a matrix nor what attention looks at.
constexpr std::string_view kNeutralKeys =
    " _attn_implementation _attn_implementation_autoset _class _comment _name_or_path "
    "_remove_final_layer_norm activation_dropout activation_function add_bias_linear "
    "add_cross_attention add_final_layer_norm add_qkv_bias add_router_probs alibi "
    "apply_query_key_layer_scaling apply_residual_connection_post_layernorm architectures "
    "attention_bias attention_dropout attention_dropout_prob attention_in_residual_scale "
    "attention_multiplier attention_probs_dropout_prob attention_softmax_in_fp32 attention_type "
    "attn_dropout_prob attn_implementation attn_output_multiplier attn_pdrop attn_scale "
    "attn_temperature_tuning attn_uses_sequence_id attribute_map auto_class auto_map "
    "aux_loss_alpha bf16 bias bias_dropout_fusion boi_token_id boi_token_index bos_token_id "
    "cache_implementation chunk_size_feed_forward classifier_dropout classifier_dropout_prob "
    "clip_qkv compression_ratio cross_attention_hidden_size decoder_start_token_id "
    "dim_model_base do_layer_norm_before do_sample dropout dtype emb_dropout_prob emb_pdrop "
    "embd_pdrop embedding_dropout embedding_fraction embedding_multiplier_scale enable_bias "
    "eoi_token_id eoi_token_index eos_token_id ep_size experts_per_token feed_forward_proj "
    "ffn_act_fn final_logit_softcapping finetuning_task floor_scale for_llm_class fp16 fp32 "
    "fp32_residual_connection fuse_attention_ffn fuse_attention_qkv gmask_token_id "
    "gradient_checkpointing hidden_act hidden_activation hidden_dropout hidden_dropout_prob "
    "id2label image_token_id image_token_index inference_runner inference_softmax_chunk_size "
    "init_config init_device init_std initial_context_length initializer_factor "
    "initializer_range input_jitter_noise interpolate_factor is_decoder is_encoder_decoder "
    "kv_cache_block_size kv_cache_dtype kv_dtype label2id layer_norm_bias layer_norm_eps "
    "layer_norm_epsilon layerdrop layernorm_epsilon learned_pos_emb lm_head_bias logit_scale "
    "logits_scaling logn_list low_cpu_mem_usage mask_token_id masked_softmax_fusion "
    "max_attn_value max_batch_size max_length max_position_embeddings max_seq_len "
    "max_sequence_length mlp_bias mm_tokens_per_image model_max_length model_type "
    "moe_aux_loss_coef moe_capacity moe_gate moe_jitter_eps moe_loss_weight "
    "moe_multimodal_launch_fused moe_norm_min moe_normalize_expert_weights moe_use_aux_free "
    "n_ctx n_positions new_decoder_bias no_bias no_rope_layer_list norm_eps norm_epsilon "
    "norm_topk_prob norm_type num_ln_in_parallel_attn offset_alibi onnx_safe "
    "original_max_position_embeddings original_rope output_attentions output_hidden_states "
    "output_multiplier_scale output_router_logits output_router_logits_loss pad_token_id "
    "parallel_attn partial_rotary_factor position_embedding_type post_layer_norm "
    "pre_allocate_kv_cache pre_seq_len prefix prefix_lm prefix_projection pretraining_tp "
    "problem_type qk_layernorm qk_ln qkv_bias quantization_bit quantization_config "
    "query_pre_attn_scalar reorder_and_upcast_attn resid_pdrop residual_multiplier rms_norm_eps "
    "rmsnorm rope_interleave rope_local_base_freq rope_parameters rope_pct rope_percent "
    "rope_ratio rope_scaling rope_theta rope_type rotary_emb_base rotary_emb_fraction "
    "rotary_pct rotary_percent routed_scaling_factor router_aux_loss_coef router_dtype "
    "router_jitter_noise scale_attention_softmax_in_fp32 scale_attn "
    "scale_attn_by_inverse_layer_idx scale_attn_weights scale_depth scale_emb scoring_func "
    "seq_aux seq_length skip_bias_add skip_bias_add_qkv sliding_window_size slow_but_exact "
    "softmax_in_fp32 softmax_scale summary_activation summary_first_dropout "
    "summary_proj_to_labels summary_type summary_use_proj swiglu_limit task_specific_params "
    "temperature tokenizer_class tokenizer_name topk_method torch_dtype torchscript "
    "transformers_version unk_index unk_token_id use_bfloat16 use_bias use_cache "
    "use_cache_kernel use_cache_kernels use_cache_quantization use_dynamic_ntk use_flash_attn "
    "use_logn_attn use_mrope use_parallel_residual use_qk_norm use_qkv_bias use_rmsnorm "
    "use_scaled_init validate_runner_input verbose vision_config visual word_embed_proj_bias "
    "z_loss_weight ";

template <class Visit>
void for_each_part(std::string_view text, char separator, Visit visit) {
  while (true) {
    const std::size_t end = text.find(separator);
    if (!visit(text.substr(0, end)) || end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

// "num_hidden_layers or n_layer" for a message.
std::string spoken(std::string_view keys) {
  std::string result(keys);
  for (std::size_t at = result.find('|'); at != std::string::npos; at = result.find('|')) {
    result.replace(at, 1, " or ");
  }
  return result;
}

}  // namespace

bool is_neutral(std::string_view key) {
  return kNeutralKeys.find(fmt::format(" {} ", key)) != std::string_view::npos;
}

Config::Config(base::Node root, base::Reading& reading, Notes& notes)
    : root_(std::move(root)), reading_(&reading), notes_(&notes) {}

std::optional<base::Node> Config::at_path(std::string_view path) {
  std::optional<base::Node> node = root_;
  std::string walked;
  for_each_part(path, '.', [&](std::string_view key) {
    walked += (walked.empty() ? "" : ".") + std::string(key);
    asked_.push_back(walked);
    node = node->is_map() ? node->find(key) : std::nullopt;
    return node.has_value();
  });
  return node;
}

std::optional<base::Node> Config::find(std::string_view keys) {
  std::optional<base::Node> found;
  for_each_part(keys, '|', [&](std::string_view path) {
    auto node = at_path(path);
    if (!found || (found->is_null() && node)) found = node;
    return true;  // all names count as known
  });
  return found;
}

std::optional<base::Node> Config::value(std::string_view keys) {
  auto node = find(keys);
  return node && !node->is_null() ? node : std::nullopt;
}

void Config::fail(std::string_view keys, std::string message, std::string hint) {
  const auto node = keys.empty() ? std::nullopt : find(keys);
  reading_->error(node.value_or(root_), std::move(message), std::move(hint));
}

void Config::understood(std::string_view keys, std::string why) {
  const auto node = value(keys);
  if (!node) return;
  notes_->understood.push_back({node->position(), spoken(keys), std::move(why)});
}

std::int64_t Config::number(std::string_view keys, std::int64_t minimum,
                            std::optional<std::int64_t> fallback) {
  const auto node = value(keys);
  if (!node && fallback) {
    comment(fmt::format("{} is not given: {}, its default.", spoken(keys), *fallback));
    return *fallback;
  }
  if (!node) {
    fail("", fmt::format("missing key '{}'", spoken(keys)));
    return std::max<std::int64_t>(minimum, 1);
  }
  const std::string_view text = node->text();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = node->is_scalar() && !node->is_quoted() && error == std::errc() &&
                     end == text.data() + text.size();
  if (whole && number >= minimum) return number;
  reading_->error(*node, fmt::format("a whole number of at least {} is expected here", minimum));
  return std::max<std::int64_t>(minimum, 1);
}

int Config::small(std::string_view keys, int minimum, std::optional<int> fallback) {
  const auto wide = number(keys, minimum, fallback);
  if (wide <= std::numeric_limits<int>::max()) return static_cast<int>(wide);
  fail(keys, "this number is too large");
  return minimum;
}

bool Config::flag(std::string_view keys, bool fallback) {
  const auto node = value(keys);
  if (!node) return fallback;
  if (node->is_scalar() && !node->is_quoted() && node->text() == "true") return true;
  if (node->is_scalar() && !node->is_quoted() && node->text() == "false") return false;
  reading_->error(*node, "true or false is expected here");
  return fallback;
}

std::string Config::text(std::string_view keys, const std::string& fallback) {
  const auto node = value(keys);
  if (!node) return fallback;
  if (node->is_scalar() && node->is_quoted()) return std::string(node->text());
  reading_->error(*node, "a text is expected here");
  return fallback;
}

std::vector<std::string> Config::texts(std::string_view keys) {
  std::vector<std::string> result;
  const auto node = value(keys);
  if (!node) return result;
  if (!node->is_list()) {
    reading_->error(*node, "a list is expected here");
    return result;
  }
  for (std::size_t i = 0; i < node->size(); ++i) result.emplace_back(node->item(i).text());
  return result;
}

std::vector<std::int64_t> Config::numbers(std::string_view keys) {
  std::vector<std::int64_t> result;
  for (const auto& text : texts(keys)) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) {
      result.push_back(number);
      continue;
    }
    fail(keys, fmt::format("'{}' is not a whole number", text));
    return {};
  }
  return result;
}

void Config::note_unknown_in(const base::Node& map) {
  const std::string prefix = map.path().empty() ? "" : map.path() + ".";
  const std::string root = root_.path().empty() ? "" : root_.path() + ".";
  for (std::size_t i = 0; i < map.size(); ++i) {
    const std::string key(map.key(i));
    const std::string path = (prefix + key).substr(root.size());
    if (is_neutral(key)) continue;
    if (std::find(asked_.begin(), asked_.end(), path) == asked_.end()) {
      notes_->unknown.push_back({map.key_position(i), path, ""});
    } else if (map.item(i).is_map()) {
      note_unknown_in(map.item(i));
    }
  }
}

void Config::note_unknown() { note_unknown_in(root_); }

}  // namespace weft::imports
