// What is trained: the shape of a transformer, and the job that trains it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/base/quantity.h"
#include "weft/chips/precision.h"
#include "weft/workload/routing.h"

namespace weft::workload {

// Mixture of experts: `experts` routed experts of width `ffn`, `top_k` per token, plus shared ones.
struct Experts {
  int experts = 0;
  int top_k = 0;
  int shared = 0;               // shared experts, each of width `shared_ffn`
  std::int64_t ffn = 0;         // width of one routed expert
  std::int64_t shared_ffn = 0;  // = ffn where the model does not say
  // Width that routed experts see, with a projection down before and up behind the exchange of
  // tokens (LatentMoE, arXiv 2512.20848); 0: that of the model.
  std::int64_t latent = 0;
  int first_dense_layers = 0;  // layers before the first MoE layer
  int every = 1;               // of the layers from there on, each `every`th one is MoE
  // Routing limited to the best `top_groups` of `groups` neighbouring experts (DeepSeek-V3, arXiv
  // 2412.19437 §2.1.2); 1 of 1: no limit.
  int groups = 1;
  int top_groups = 1;
};

// Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434 §2.1): queries and key-values pass
// through low ranks; a part of each query and one shared key carry the position. `head_dim` of the
// model is then the part of a query or key without position.
struct LatentAttention {
  int query_rank = 0;  // 0: queries are not compressed
  int key_value_rank = 0;
  int rotary_dim = 0;
  int value_dim = 0;
};

// Mamba-2 (Dao and Gu, arXiv 2405.21060): each channel of a head keeps `state` numbers; heads of a
// group share what they write to them and read of them.
struct StateSpace {
  int heads = 0;
  int head_dim = 0;  // channels of a head
  int state = 0;
  int groups = 1;
  int convolution = 4;  // tokens that the convolution in front of the scan sees
  int chunk = 128;      // tokens that are worked on as one matrix

  [[nodiscard]] double width() const { return static_cast<double>(heads) * head_dim; }
};

// What a layer of a hybrid model has, as its pattern writes it (Nemotron-H, arXiv 2504.03624).
enum class Mixer : char { kStateSpace = 'M', kAttention = '*', kMlp = '-', kExperts = 'E' };

// A transformer, or a hybrid of it with state-space layers. Widths count elements.
struct Model {
  std::string name;
  int layers = 0;
  std::int64_t hidden = 0;
  int heads = 0;
  int kv_heads = 0;  // = heads: multi-head; fewer: grouped-query attention
  int head_dim = 0;
  std::optional<LatentAttention> latent;
  // Sliding-window attention: how many keys a query sees in the layers that have it, and the share
  // of the layers that do.
  std::int64_t window = 0;
  double windowed_share = 0;
  bool score_soft_cap = false;  // scores pass through a tanh (Gemma 2, Grok-1)
  bool causal = true;           // a token sees those before it only; else all of them (BERT)
  double predicted_share = 1;   // of the tokens, those whose prediction is trained (BERT's masked)
  std::int64_t ffn = 0;         // width of the dense MLP
  bool gated = true;            // SwiGLU-type MLP: two input projections
  std::int64_t vocabulary = 0;
  bool tied_embeddings = false;
  std::optional<Experts> moe;
  // Multi-token prediction (DeepSeek-V3, arXiv 2412.19437 §2.2): further layers with a head each
  // behind the last one, in training only.
  int prediction_layers = 0;
  // Hybrid models: the mixer of each layer. Empty: each has attention and an MLP or experts.
  std::string pattern;
  std::optional<StateSpace> state_space;

  [[nodiscard]] bool is_hybrid() const { return !pattern.empty(); }
  // Layers of a hybrid model that have a mixer.
  [[nodiscard]] int layers_with(Mixer mixer) const {
    return static_cast<int>(std::count(pattern.begin(), pattern.end(), static_cast<char>(mixer)));
  }
  // Of the layers of a hybrid model that are no MoE layers, those with a mixer.
  [[nodiscard]] double share_of(Mixer mixer) const {
    const int others = layers - moe_layers();
    return others > 0 ? static_cast<double>(layers_with(mixer)) / others : 0.0;
  }
  // Whether some layer has an MLP without experts.
  [[nodiscard]] bool has_mlp_layers() const {
    return is_hybrid() ? layers_with(Mixer::kMlp) > 0 : moe_layers() < layers;
  }
  [[nodiscard]] int attention_layers() const {
    return is_hybrid() ? layers_with(Mixer::kAttention) : layers;
  }

  // MoE layers among the first `count` layers.
  [[nodiscard]] int moe_layers_of_first(int count) const {
    if (is_hybrid()) {
      return static_cast<int>(
          std::count(pattern.begin(), pattern.begin() + count, static_cast<char>(Mixer::kExperts)));
    }
    if (!moe || count <= moe->first_dense_layers) return 0;
    return (count - moe->first_dense_layers + moe->every - 1) / moe->every;
  }
  [[nodiscard]] int moe_layers() const { return moe_layers_of_first(layers); }
  [[nodiscard]] bool is_moe_layer(int layer) const {
    return moe_layers_of_first(layer + 1) > moe_layers_of_first(layer);
  }
  // Width of the dot product of a query and a key, and of a value.
  [[nodiscard]] int key_dim() const { return latent ? head_dim + latent->rotary_dim : head_dim; }
  [[nodiscard]] int value_dim() const { return latent ? latent->value_dim : head_dim; }
  // Width that routed experts see.
  [[nodiscard]] std::int64_t expert_hidden() const {
    return moe && moe->latent > 0 ? moe->latent : hidden;
  }
};

// Parameters by place. Norm weights are counted with the attention, in hybrid models with each
// mixer.
struct ParameterCount {
  double attention_per_layer = 0;
  double dense_mlp_per_layer = 0;
  double experts_per_layer = 0;         // all routed experts of one MoE layer
  double shared_experts_per_layer = 0;  // with the router and latent projections
  double state_space_per_layer = 0;
  double embedding = 0;  // input table
  double head = 0;       // output projection; 0 when tied
  double total = 0;
  double active = 0;      // touched per token (MoE: top-k and shared experts)
  double prediction = 0;  // layers of multi-token prediction; in neither total
};
ParameterCount count_parameters(const Model& model);

// Parameters of one attention block whose heads are split over `tensor` ranks, norms included;
// ranks beyond the number of key-value heads hold copies, as all do of the down projections of
// latent attention.
double attention_parameters(const Model& model, double tensor);

// Parameters of one Mamba-2 mixer whose heads are split over `tensor` ranks, its norms included;
// ranks beyond the number of groups hold copies of them.
double state_space_parameters(const Model& model, double tensor);

// Keys that a query meets under the model's mask, mean over queries and layers with attention.
double mean_keys(const Model& model, double sequence);

// How FLOPs are counted for MFU. Published figures for one run differ by up to 35 % by this alone.
enum class FlopConvention {
  kCausalAttention,  // 3 x forward matrix products, scores under the causal mask only
  kFullAttention,    // the same with all scores
  kSixN,             // 6 x active parameters x tokens
};
const char* name_of(FlopConvention convention);

// Model FLOPs of one token, forward and backward, recomputation not counted. A Mamba-2 scan counts
// 7 FLOPs per channel and number of its state, as in NVIDIA/Megatron-LM
// megatron/training/training.py.
base::Work model_flops_per_token(const Model& model, double sequence, FlopConvention convention);

// What is trained: all weights, or low-rank adapters beside frozen weights (LoRA, arXiv
// 2106.09685): then no gradients of the frozen weights are computed or kept.
enum class Training { kFull, kLowRank };

// One training job. A batch is a whole number of sequences.
struct Job {
  Model model;
  std::int64_t sequence = 0;      // tokens
  std::int64_t global_batch = 0;  // sequences
  double tokens = 0;              // of the whole run
  chips::Precision precision = chips::Precision::kBf16;
  Training training = Training::kFull;
  Routing routing;
  // Mean tokens of the documents that are packed into a sequence, each of which attends to itself
  // only; 0: attention over the whole sequence.
  std::int64_t document = 0;

  [[nodiscard]] double tokens_per_step() const {
    return static_cast<double>(sequence) * static_cast<double>(global_batch);
  }
  [[nodiscard]] double steps() const { return tokens / tokens_per_step(); }
};

// The same of a token of a job, without what experts would have done for rows that they have no
// places for (kept_share); published figures count these too, as Megatron-LM does.
base::Work model_flops_per_token(const Job& job, double padded_capacity, FlopConvention convention);

// Documents of kind `model`, and the `job:` map of a study. Errors go to the reading.
Model read_model(const base::Document& document, base::Reading& reading);
Job read_job(base::Fields fields, const base::Catalog& catalog);

}  // namespace weft::workload
