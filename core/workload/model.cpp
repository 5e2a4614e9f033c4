#include "weft/workload/model.h"

namespace weft::workload {

namespace {

double mlp_parameters(const Model& model, double width) {
  return (model.gated ? 3.0 : 2.0) * static_cast<double>(model.hidden) * width;
}

// Parameters that multiply each token: the matrices, without the input table (a look-up).
double multiplied_per_token(const Model& model, const ParameterCount& count) {
  double sum = model.layers * count.attention_per_layer;
  sum += (model.layers - model.moe_layers()) * count.dense_mlp_per_layer;
  if (model.moe) {
    const auto& moe = *model.moe;
    const double routed = count.experts_per_layer / moe.experts * moe.top_k;
    sum += model.moe_layers() * (routed + count.shared_experts_per_layer);
  }
  return sum + static_cast<double>(model.vocabulary * model.hidden);
}

}  // namespace

ParameterCount count_parameters(const Model& model) {
  ParameterCount count;
  const auto h = static_cast<double>(model.hidden);
  const double attention_width = static_cast<double>(model.heads) * model.head_dim;
  const double kv_width = static_cast<double>(model.kv_heads) * model.head_dim;
  count.attention_per_layer = h * (attention_width + 2 * kv_width) + attention_width * h + 2 * h;
  count.dense_mlp_per_layer = mlp_parameters(model, static_cast<double>(model.ffn));
  if (model.moe) {
    const auto& moe = *model.moe;
    const double one = mlp_parameters(model, static_cast<double>(moe.ffn));
    count.experts_per_layer = moe.experts * one;
    count.shared_experts_per_layer = moe.shared * one + h * moe.experts;
  }
  count.embedding = static_cast<double>(model.vocabulary) * h;
  count.head = model.tied_embeddings ? 0.0 : count.embedding;

  const double dense_layers = model.layers - model.moe_layers();
  const double common =
      model.layers * count.attention_per_layer + dense_layers * count.dense_mlp_per_layer +
      model.moe_layers() * count.shared_experts_per_layer + count.embedding + count.head + h;
  count.total = common + model.moe_layers() * count.experts_per_layer;
  count.active = common;
  if (model.moe) {
    count.active +=
        model.moe_layers() * count.experts_per_layer / model.moe->experts * model.moe->top_k;
  }
  return count;
}

const char* name_of(FlopConvention convention) {
  switch (convention) {
    case FlopConvention::kCausalAttention:
      return "model FLOPs, causal attention, no recomputation";
    case FlopConvention::kFullAttention:
      return "model FLOPs, full attention, no recomputation";
    case FlopConvention::kSixN:
      return "6 x active parameters x tokens";
  }
  return "";
}

base::Work model_flops_per_token(const Model& model, double sequence, FlopConvention convention) {
  const auto count = count_parameters(model);
  if (convention == FlopConvention::kSixN) return base::Work(6.0 * count.active);
  // Keys per query: all of them, or on average (s + 1) / 2 under the causal mask.
  const double keys =
      convention == FlopConvention::kFullAttention ? sequence : (sequence + 1.0) / 2.0;
  const double scores = 4.0 * model.heads * model.head_dim * keys * model.layers;
  return base::Work(3.0 * (2.0 * multiplied_per_token(model, count) + scores));
}

}  // namespace weft::workload
