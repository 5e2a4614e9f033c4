#include "weft/workload/model.h"

#include <algorithm>

namespace weft::workload {

namespace {

double mlp_parameters(const Model& model, double hidden, double width) {
  return (model.gated ? 3.0 : 2.0) * hidden * width;
}

double experts_per_token(const Model& model, const ParameterCount& count) {
  return count.experts_per_layer / model.moe->experts * model.moe->top_k;
}

// All layers, with `experts` parameters of the routed ones in each MoE layer.
double in_layers(const Model& model, const ParameterCount& count, double experts) {
  const auto h = static_cast<double>(model.hidden);
  const double moe = count.shared_experts_per_layer + experts;
  if (model.is_hybrid()) {
    // One norm for each mixer; that of attention has two.
    return model.layers_with(Mixer::kStateSpace) * count.state_space_per_layer +
           model.layers_with(Mixer::kAttention) * (count.attention_per_layer - h) +
           model.layers_with(Mixer::kMlp) * (count.dense_mlp_per_layer + h) +
           model.layers_with(Mixer::kExperts) * (moe + h);
  }
  const double dense_layers = model.layers - model.moe_layers();
  return model.layers * count.attention_per_layer + dense_layers * count.dense_mlp_per_layer +
         model.moe_layers() * moe;
}

// Parameters that multiply each token: the matrices, without the input table (a look-up).
double multiplied_per_token(const Model& model, const ParameterCount& count) {
  const auto h = static_cast<double>(model.hidden);
  const double head = static_cast<double>(model.vocabulary) * h * model.predicted_share;
  const double routed = model.moe ? experts_per_token(model, count) : 0;
  // Further predictions: a projection 2h -> h, a layer and a head each.
  const double mlp =
      model.moe ? routed + count.shared_experts_per_layer : count.dense_mlp_per_layer;
  const double prediction = 2 * h * h + count.attention_per_layer + mlp + head;
  return in_layers(model, count, routed) + head + model.prediction_layers * prediction;
}

constexpr double kScanFlops = 7;

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

double state_space_parameters(const Model& model, double tensor) {
  const auto& mixer = *model.state_space;
  const auto h = static_cast<double>(model.hidden);
  const double width = mixer.width() / tensor;
  const double heads = mixer.heads / tensor;
  const double groups = std::max(1.0, mixer.groups / tensor);
  const double convolved = width + 2 * groups * mixer.state;
  const double in = h * (width + convolved + heads);
  // Step size, decay and skip of each head; kernel and bias of the convolution; two norms.
  return in + width * h + 3 * heads + convolved * (mixer.convolution + 1) + width + h;
}

double mean_keys(const Model& model, double sequence) {
  const double seen = model.causal ? (sequence + 1.0) / 2.0 : sequence;
  const auto window = static_cast<double>(model.window);
  if (window <= 0 || window >= sequence) return seen;
  // Before the window is full the first queries see a triangle, or its other half too.
  const double missed = model.causal ? window * (window - 1.0) / (2.0 * sequence) : 0.0;
  return model.windowed_share * (window - missed) + (1.0 - model.windowed_share) * seen;
}

ParameterCount count_parameters(const Model& model) {
  ParameterCount count;
  const auto h = static_cast<double>(model.hidden);
  count.attention_per_layer = attention_parameters(model, 1);
  count.dense_mlp_per_layer = mlp_parameters(model, h, static_cast<double>(model.ffn));
  if (model.state_space) count.state_space_per_layer = state_space_parameters(model, 1);
  if (model.moe) {
    const auto& moe = *model.moe;
    const auto seen = static_cast<double>(model.expert_hidden());
    count.experts_per_layer =
        moe.experts * mlp_parameters(model, seen, static_cast<double>(moe.ffn));
    count.shared_experts_per_layer =
        moe.shared * mlp_parameters(model, h, static_cast<double>(moe.shared_ffn)) +
        h * moe.experts + 2 * h * static_cast<double>(moe.latent);
  }
  count.embedding = static_cast<double>(model.vocabulary) * h;
  count.head = model.tied_embeddings ? 0.0 : count.embedding;

  const double ends = count.embedding + count.head + h;
  count.total = in_layers(model, count, count.experts_per_layer) + ends;
  count.active = in_layers(model, count, model.moe ? experts_per_token(model, count) : 0) + ends;
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
                        (model.attention_layers() + model.prediction_layers);
  double scans = 0;
  if (model.state_space) {
    scans = kScanFlops * model.state_space->width() * model.state_space->state *
            model.layers_with(Mixer::kStateSpace);
  }
  return base::Work(3.0 * (2.0 * multiplied_per_token(model, count) + scores + scans));
}

base::Work model_flops_per_token(const Job& job, double padded_capacity,
                                 FlopConvention convention) {
  const auto& model = job.model;
  const auto all = model_flops_per_token(model, static_cast<double>(job.sequence), convention);
  if (!model.moe) return all;
  const bool active = convention == FlopConvention::kSixN;
  const int layers = model.moe_layers() + (active ? 0 : model.prediction_layers);
  const double dropped = 1.0 - kept_share(job, padded_capacity);
  return all -
         base::Work(6.0 * dropped * layers * experts_per_token(model, count_parameters(model)));
}

}  // namespace weft::workload
