#include "weft/workload/model.h"

#include <algorithm>

namespace weft::workload {

namespace {

double mlp_parameters(const Model& model, double width) {
  return (model.gated ? 3.0 : 2.0) * static_cast<double>(model.hidden) * width;
}

// Parameters that multiply each token: the matrices, without the input table (a look-up).
double multiplied_per_token(const Model& model, const ParameterCount& count) {
  const auto h = static_cast<double>(model.hidden);
  const double head = static_cast<double>(model.vocabulary) * h;
  double moe_layer = 0;
  if (model.moe) {
    const double routed = count.experts_per_layer / model.moe->experts * model.moe->top_k;
    moe_layer = routed + count.shared_experts_per_layer;
  }
  const double dense_layers = model.layers - model.moe_layers();
  const double layers = model.layers * count.attention_per_layer +
                        dense_layers * count.dense_mlp_per_layer + model.moe_layers() * moe_layer;
  // Further predictions: a projection 2h -> h, a layer and a head each.
  const double mlp = model.moe ? moe_layer : count.dense_mlp_per_layer;
  const double prediction = 2 * h * h + count.attention_per_layer + mlp + head;
  return layers + head + model.prediction_layers * prediction;
}

}  // namespace

double attention_parameters(const Model& model, double tensor) {
  const auto h = static_cast<double>(model.hidden);
  const double heads = model.heads / tensor;
  const double out = heads * model.value_dim() * h;
  const double norms = 2 * h;
  if (!model.latent) {
    const double kv_heads = std::max(1.0, model.kv_heads / tensor);
    return h * model.head_dim * (heads + 2 * kv_heads) + out + norms;
  }
  const auto& latent = *model.latent;
  const double queries = heads * model.key_dim();
  const double rank = latent.query_rank;
  const double query = rank > 0 ? rank * (h + queries + 1) : h * queries;
  const double down = h * (latent.key_value_rank + latent.rotary_dim);
  const double up = heads * (model.head_dim + latent.value_dim);
  return query + down + latent.key_value_rank * (up + 1) + out + norms;
}

double mean_keys(const Model& model, double sequence) {
  const double causal = (sequence + 1.0) / 2.0;
  const auto window = static_cast<double>(model.window);
  if (window <= 0 || window >= sequence) return causal;
  // The first `window` queries see a triangle, all others a full window.
  const double windowed = window - window * (window - 1.0) / (2.0 * sequence);
  return model.windowed_share * windowed + (1.0 - model.windowed_share) * causal;
}

ParameterCount count_parameters(const Model& model) {
  ParameterCount count;
  const auto h = static_cast<double>(model.hidden);
  count.attention_per_layer = attention_parameters(model, 1);
  count.dense_mlp_per_layer = mlp_parameters(model, static_cast<double>(model.ffn));
  if (model.moe) {
    const auto& moe = *model.moe;
    const double one = mlp_parameters(model, static_cast<double>(moe.ffn));
    count.experts_per_layer = moe.experts * one;
    count.shared_experts_per_layer =
        moe.shared * mlp_parameters(model, static_cast<double>(moe.shared_ffn)) + h * moe.experts;
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
  // Each joins two norms of width h by a projection 2h -> h in front of an ordinary layer.
  const double layer = model.moe ? count.experts_per_layer + count.shared_experts_per_layer
                                 : count.dense_mlp_per_layer;
  count.prediction = model.prediction_layers * (count.attention_per_layer + layer + 2 * h * h);
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
  const double keys =
      convention == FlopConvention::kFullAttention ? sequence : mean_keys(model, sequence);
  const double scores = 2.0 * model.heads * (model.key_dim() + model.value_dim()) * keys *
                        (model.layers + model.prediction_layers);
  return base::Work(3.0 * (2.0 * multiplied_per_token(model, count) + scores));
}

}  // namespace weft::workload
