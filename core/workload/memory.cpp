// Bytes and parameters that one device holds of one layer.
#include <algorithm>

#include "weft/workload/layer.h"
#include "weft/workload/workspace.h"

namespace weft::workload {

namespace {

constexpr double kLogSumExp = 4.0;    // FP32 per query and head, kept by flash attention
constexpr double kProbability = 4.0;  // FP32 router output

// Inputs of linear layers that nothing else needs are kept in the format of the GEMM.
double input_bytes(const Job& job) { return chips::is_narrow(job.precision) ? 1.0 : kElement; }

struct Sizes {
  double tokens, local_tokens, hidden, heads;
  double attention_width;  // queries, keys, values and outputs of one token
  double latent_width;     // its compressed queries and keys, before and after their norms
  int tensor, expert_tensor;
  bool gathers_rows;
};

Sizes sizes_of(const Job& job, const Shard& shard) {
  Sizes s{};
  s.tokens =
      static_cast<double>(shard.micro_batch) * static_cast<double>(job.sequence) / shard.context;
  s.local_tokens = shard.sequence_parallel ? s.tokens / shard.tensor : s.tokens;
  s.hidden = static_cast<double>(job.model.hidden);
  const double heads = static_cast<double>(job.model.heads) / shard.tensor;
  const double kv_heads =
      job.model.latent ? heads
                       : std::max(1.0, static_cast<double>(job.model.kv_heads) / shard.tensor);
  s.heads = heads;
  s.attention_width = heads * (job.model.key_dim() + job.model.value_dim()) +
                      kv_heads * (job.model.key_dim() + job.model.value_dim());
  if (const auto& latent = job.model.latent) {
    s.latent_width = 2.0 * (latent->query_rank + latent->key_value_rank) + latent->rotary_dim;
  }
  s.tensor = shard.tensor;
  s.expert_tensor = shard.expert_tensor;
  s.gathers_rows = shard.expert_tensor > 1 && shard.sequence_parallel;
  return s;
}

// Rows that the experts of a device see, when routing is even.
double expert_rows(const Job& job, const Sizes& s) {
  const double routed = s.local_tokens * job.model.moe->top_k;
  return s.gathers_rows ? routed * s.expert_tensor : routed;
}

// Logits of one device; the padding of the vocabulary is not counted.
double logits_of(const Job& job, const Sizes& s) {
  return s.tokens * static_cast<double>(job.model.vocabulary) / s.tensor;
}

double head_bytes(const Job& job, const Software& software, const Sizes& s) {
  const double gathered = s.tensor > 1 ? software.gathered_logit_bytes * s.tensor : 0;
  return (software.logit_bytes + gathered) * logits_of(job, s);
}

// Kept by the MLP: `kept` always, `cheap` unless recomputed selectively.
struct Kept {
  double kept = 0;
  double cheap = 0;
};

Kept mlp(const Job& job, double tokens, double width) {
  const double inputs = job.model.gated ? 2 : 1;
  return {kElement * tokens * width * inputs, input_bytes(job) * tokens * width};
}

Kept experts(const Job& job, const Software& software, const Sizes& s) {
  const auto& moe = *job.model.moe;
  const double rows = expert_rows(job, s) * software.expert_capacity;
  auto kept = mlp(job, rows, static_cast<double>(moe.ffn) / s.expert_tensor);
  kept.kept += kProbability * s.local_tokens * moe.experts;
  kept.kept += 2 * kElement * rows * s.hidden;  // permuted inputs and expert outputs
  if (moe.shared > 0) {
    const auto shared =
        mlp(job, s.tokens, static_cast<double>(moe.shared * moe.shared_ffn) / s.tensor);
    kept.kept += shared.kept;
    kept.cheap += shared.cheap;
  }
  return kept;
}

}  // namespace

SavedActivations saved_activations(const Job& job, const Software& software, LayerKind kind,
                                   const Shard& shard) {
  const auto s = sizes_of(job, shard);
  const double stream = kElement * s.local_tokens * s.hidden;  // one copy of the residual stream
  if (kind == LayerKind::kEmbedding) return {};
  if (kind == LayerKind::kHead) {
    const base::Bytes all(2 * stream + head_bytes(job, software, s));
    return {all, all, all, all};
  }
  const Kept block = kind == LayerKind::kMoe
                         ? experts(job, software, s)
                         : mlp(job, s.tokens, static_cast<double>(job.model.ffn) / shard.tensor);
  const double sequence = static_cast<double>(job.sequence);
  const bool keeps_scores = software.attention == AttentionKernel::kUnfused;
  const double scores = keeps_scores ? software.score_bytes * s.tokens * s.heads * sequence : 0;
  const double attention = kElement * s.tokens * (s.attention_width + s.latent_width) +
                           (keeps_scores ? 0 : kLogSumExp * s.tokens * s.heads);
  // Inputs of both norms are the residual stream; their outputs are cheap to make again.
  const double norms = 2 * software.norm_bytes * s.local_tokens * s.hidden;
  const double kept = 2 * stream + attention + block.kept;
  const double outputs = 2 * input_bytes(job) * s.local_tokens * s.hidden;
  const double cheap = outputs + norms + block.cheap;
  return {base::Bytes(kept + cheap + scores), base::Bytes(kept + scores), base::Bytes(kept + cheap),
          base::Bytes(stream)};
}

ShardedParameters sharded_parameters(const Model& model, LayerKind kind, const Shard& shard) {
  const auto count = count_parameters(model);
  const double t = shard.tensor;
  const auto hidden = static_cast<double>(model.hidden);
  const double attention = attention_parameters(model, t);
  switch (kind) {
    case LayerKind::kDense:
      return {attention + count.dense_mlp_per_layer / t, 0};
    case LayerKind::kMoe: {
      const double router = hidden * model.moe->experts;
      return {attention + (count.shared_experts_per_layer - router) / t + router,
              count.experts_per_layer / (shard.expert * shard.expert_tensor)};
    }
    case LayerKind::kEmbedding:
      return {count.embedding / t, 0};
    case LayerKind::kHead:
      return {static_cast<double>(model.vocabulary) * hidden / t + hidden, 0};
  }
  return {};
}

base::Bytes backward_workspace(const Job& job, const Software& software, LayerKind kind,
                               const Shard& shard) {
  const auto& model = job.model;
  const auto s = sizes_of(job, shard);
  const double streams = 2 * kElement * s.local_tokens * s.hidden;
  const double inputs = model.gated ? 2 : 1;
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
    case LayerKind::kDense:
      return base::Bytes(streams +
                         kElement * s.tokens * inputs * static_cast<double>(model.ffn) / s.tensor);
    case LayerKind::kMoe: {
      const double width = inputs * static_cast<double>(model.moe->ffn) / s.expert_tensor;
      return base::Bytes(streams + kElement * expert_rows(job, s) * (width + s.hidden));
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
