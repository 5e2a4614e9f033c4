// What is trained: the shape of a transformer, and the job that trains it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/base/quantity.h"
#include "weft/chips/precision.h"

namespace weft::workload {

// Mixture of experts: `experts` routed experts of width `ffn`, `top_k` per token, plus shared ones.
struct Experts {
  int experts = 0;
  int top_k = 0;
  int shared = 0;              // shared experts, each of width `ffn`
  std::int64_t ffn = 0;        // width of one expert
  int first_dense_layers = 0;  // layers before the first MoE layer
};

// A decoder-only transformer. Widths count elements.
struct Model {
  std::string name;
  int layers = 0;
  std::int64_t hidden = 0;
  int heads = 0;
  int kv_heads = 0;  // = heads: multi-head; fewer: grouped-query attention
  int head_dim = 0;
  std::int64_t ffn = 0;  // width of the dense MLP
  bool gated = true;     // SwiGLU-type MLP: two input projections
  std::int64_t vocabulary = 0;
  bool tied_embeddings = false;
  std::optional<Experts> moe;

  [[nodiscard]] bool is_moe_layer(int layer) const {
    return moe.has_value() && layer >= moe->first_dense_layers;
  }
  [[nodiscard]] int moe_layers() const { return moe ? layers - moe->first_dense_layers : 0; }
};

// Parameters by place. Norm weights are counted with the attention.
struct ParameterCount {
  double attention_per_layer = 0;
  double dense_mlp_per_layer = 0;
  double experts_per_layer = 0;         // all routed experts of one MoE layer
  double shared_experts_per_layer = 0;  // with the router
  double embedding = 0;                 // input table
  double head = 0;                      // output projection; 0 when tied
  double total = 0;
  double active = 0;  // touched per token (MoE: top-k and shared experts)
};
ParameterCount count_parameters(const Model& model);

// How FLOPs are counted for MFU. Published figures for one run differ by up to 35 % by this alone.
enum class FlopConvention {
  kCausalAttention,  // 3 x forward matrix products, scores under the causal mask only
  kFullAttention,    // the same with all scores
  kSixN,             // 6 x active parameters x tokens
};
const char* name_of(FlopConvention convention);

// Model FLOPs of one token, forward and backward, recomputation not counted.
base::Work model_flops_per_token(const Model& model, double sequence, FlopConvention convention);

// One training job. A batch is a whole number of sequences.
struct Job {
  Model model;
  std::int64_t sequence = 0;      // tokens
  std::int64_t global_batch = 0;  // sequences
  double tokens = 0;              // of the whole run
  chips::Precision precision = chips::Precision::kBf16;

  [[nodiscard]] double tokens_per_step() const {
    return static_cast<double>(sequence) * static_cast<double>(global_batch);
  }
  [[nodiscard]] double steps() const { return tokens / tokens_per_step(); }
};

// Documents of kind `model`, and the `job:` map of a study. Errors go to the reading.
Model read_model(const base::Document& document, base::Reading& reading);
Job read_job(base::Fields fields, const base::Catalog& catalog);

}  // namespace weft::workload
