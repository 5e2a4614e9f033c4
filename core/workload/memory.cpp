// Bytes and parameters that one device holds of one layer.
#include <algorithm>

#include "sizes.h"
#include "weft/workload/layer.h"
#include "weft/workload/workspace.h"

namespace weft::workload {

double input_bytes(const Job& job) {
  return chips::is_narrow(job.precision) ? chips::bytes_of(job.precision) : kElement;
}

Sizes sizes_of(const Job& job, const Shard& shard) {
  Sizes s{};
  s.tokens =
      static_cast<double>(shard.micro_batch) * static_cast<double>(job.sequence) / shard.context;
  s.local_tokens = shard.sequence_parallel ? s.tokens / shard.tensor : s.tokens;
  s.hidden = static_cast<double>(job.model.hidden);
  s.heads = static_cast<double>(job.model.heads) / shard.tensor;
  s.kv_heads = job.model.latent
                   ? s.heads
                   : std::max(1.0, static_cast<double>(job.model.kv_heads) / shard.tensor);
  s.tensor = shard.tensor;
  s.expert = shard.expert;
  s.expert_tensor = shard.expert_tensor;
  s.gathers_rows = shard.expert_tensor > 1 && shard.sequence_parallel;
  return s;
}

double expert_rows(const Job& job, const Software& software, const Sizes& sizes) {
  const auto load = expert_load(job, software.expert_capacity, sizes.expert);
  const double routed =
      sizes.local_tokens * job.model.moe->top_k * software.expert_capacity * load.fullest_rank;
  return sizes.gathers_rows ? routed * sizes.expert_tensor : routed;
}

double logits_of(const Job& job, const Sizes& sizes) {
  const double predicted = sizes.tokens * job.model.predicted_share;
  return predicted * static_cast<double>(job.model.vocabulary) / sizes.tensor;
}

double head_bytes(const Job& job, const Software& software, const Sizes& sizes) {
  const double gathered = sizes.tensor > 1 ? software.gathered_logit_bytes * sizes.tensor : 0;
  return (software.logit_bytes + gathered) * logits_of(job, sizes);
}

namespace {

// Of the layers of a hybrid model that are not MoE layers, the mean.
double mean_mixer_parameters(const Model& model, double mlp, double tensor) {
  const auto h = static_cast<double>(model.hidden);
  const double scan = model.state_space ? state_space_parameters(model, tensor) : 0;
  return model.share_of(Mixer::kStateSpace) * scan +
         model.share_of(Mixer::kAttention) * (attention_parameters(model, tensor) - h) +
         model.share_of(Mixer::kMlp) * (mlp / tensor + h);
}

}  // namespace

ShardedParameters sharded_parameters(const Model& model, LayerKind kind, const Shard& shard) {
  const auto count = count_parameters(model);
  const double t = shard.tensor;
  const auto hidden = static_cast<double>(model.hidden);
  const double attention = attention_parameters(model, t);
  switch (kind) {
    case LayerKind::kDense:
      if (model.is_hybrid()) return {mean_mixer_parameters(model, count.dense_mlp_per_layer, t), 0};
      return {attention + count.dense_mlp_per_layer / t, 0};
    case LayerKind::kMoe: {
      // The router and projections to a latent width are whole on every rank.
      const double whole =
          hidden * (model.moe->experts + 2 * static_cast<double>(model.moe->latent));
      const double mixer = model.is_hybrid() ? hidden : attention;
      return {mixer + (count.shared_experts_per_layer - whole) / t + whole,
              count.experts_per_layer / (shard.expert * shard.expert_tensor)};
    }
    case LayerKind::kEmbedding:
      return {count.embedding / t, 0};
    case LayerKind::kHead:
      return {static_cast<double>(model.vocabulary) * hidden / t + hidden, 0};
  }
  return {};
}

namespace {

// Keys and values of all context ranks, where they are gathered, and their gradients.
double gathered_keys(const Model& model, const Sizes& s, const Shard& shard) {
  if (shard.context == 1 || shard.context_exchange != ContextExchange::kAllGather) return 0;
  const double width = s.kv_heads * (model.key_dim() + model.value_dim());
  return 2 * kElement * s.tokens * shard.context * width;
}

// A scan that turns back: convolved inputs and states are made again, beside the gradients of both
// and of what was projected.
double scan_workspace(const Model& model, const Sizes& s) {
  const auto& mixer = *model.state_space;
  const double width = mixer.width() / s.tensor;
  const double heads = static_cast<double>(mixer.heads) / s.tensor;
  const double convolved =
      width + 2 * std::max(1.0, static_cast<double>(mixer.groups) / s.tensor) * mixer.state;
  const double states = s.tokens / mixer.chunk * width * mixer.state;
  return s.tokens * kElement * (2 * convolved + width + convolved + heads) + 2 * 4.0 * states;
}

// The largest of the mixers of a hybrid model.
double mixer_workspace(const Model& model, const Sizes& s, double mlp, double attention) {
  double most = attention;
  if (model.layers_with(Mixer::kMlp) > 0) most = std::max(most, kElement * mlp);
  if (model.layers_with(Mixer::kStateSpace) > 0) most = std::max(most, scan_workspace(model, s));
  return most;
}

}  // namespace

base::Bytes backward_workspace(const Job& job, const Software& software, LayerKind kind,
                               const Shard& shard) {
  const auto& model = job.model;
  const auto s = sizes_of(job, shard);
  const double streams = 2 * kElement * s.local_tokens * s.hidden;
  const double inputs = model.gated ? 2 : 1;
  const double attention = gathered_keys(model, s, shard);
  switch (kind) {
    case LayerKind::kEmbedding:
      break;
    case LayerKind::kHead: {
      // Gradients of the logits in 16 bits, and the dummy of the table.
      if (!software.dummy_weight_gradients) break;
      const double table = static_cast<double>(model.vocabulary) * s.hidden / s.tensor;
      const double at_work = kElement * (logits_of(job, s) + table);
      return base::Bytes(std::max(0.0, at_work - head_bytes(job, software, s)));
    }
    case LayerKind::kDense: {
      const double mlp = s.tokens * inputs * static_cast<double>(model.ffn) / s.tensor;
      if (model.is_hybrid())
        return base::Bytes(streams + mixer_workspace(model, s, mlp, attention));
      return base::Bytes(streams + std::max(kElement * mlp, attention));
    }
    case LayerKind::kMoe: {
      const double width = inputs * static_cast<double>(model.moe->ffn) / s.expert_tensor;
      const auto seen = static_cast<double>(model.expert_hidden());
      const double experts = kElement * expert_rows(job, software, s) * (width + seen);
      return base::Bytes(streams + (model.is_hybrid() ? experts : std::max(experts, attention)));
    }
  }
  return {};
}

base::Bytes dummy_gradients(const Job& job, const Software& software, LayerKind kind,
                            const Shard& shard) {
  const bool is_layer = kind == LayerKind::kDense || kind == LayerKind::kMoe;
  if (!software.dummy_weight_gradients || !is_layer) return {};
  const auto held = sharded_parameters(job.model, kind, shard);
  const double experts =
      kind == LayerKind::kMoe ? static_cast<double>(job.model.moe->experts) / shard.expert : 1;
  return base::Bytes(kElement * (held.dense + held.experts / experts));
}

}  // namespace weft::workload
