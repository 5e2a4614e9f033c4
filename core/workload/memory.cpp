// Bytes and parameters that one device holds of one layer.
#include <algorithm>

#include "weft/workload/layer.h"

namespace weft::workload {

namespace {

constexpr double kElement = 2.0;      // BF16 or FP16
constexpr double kLogSumExp = 4.0;    // FP32 per query and head, kept by flash attention
constexpr double kLogit = 6.0;        // 16-bit logit and FP32 copy for the loss
constexpr double kProbability = 4.0;  // FP32 router output

struct Sizes {
  double tokens, local_tokens, hidden, query_width, kv_width;
  int tensor;
};

Sizes sizes_of(const Job& job, const Shard& shard) {
  Sizes s{};
  s.tokens =
      static_cast<double>(shard.micro_batch) * static_cast<double>(job.sequence) / shard.context;
  s.local_tokens = shard.sequence_parallel ? s.tokens / shard.tensor : s.tokens;
  s.hidden = static_cast<double>(job.model.hidden);
  s.query_width = static_cast<double>(job.model.heads) * job.model.head_dim / shard.tensor;
  s.kv_width =
      std::max(1.0, static_cast<double>(job.model.kv_heads) / shard.tensor) * job.model.head_dim;
  s.tensor = shard.tensor;
  return s;
}

// Kept by the MLP: `kept` always, `cheap` unless recomputed selectively.
struct Kept {
  double kept = 0;
  double cheap = 0;
};

Kept mlp(double tokens, double width, bool gated) {
  return {kElement * tokens * width * (gated ? 2 : 1), kElement * tokens * width};
}

Kept experts(const Job& job, const Sizes& s) {
  const auto& moe = *job.model.moe;
  const double rows = s.local_tokens * moe.top_k;
  auto kept = mlp(rows, static_cast<double>(moe.ffn), job.model.gated);
  kept.kept += kProbability * s.local_tokens * moe.experts;
  kept.kept += 2 * kElement * rows * s.hidden;  // permuted inputs and expert outputs
  if (moe.shared > 0) {
    const auto shared =
        mlp(s.tokens, static_cast<double>(moe.shared * moe.ffn) / s.tensor, job.model.gated);
    kept.kept += shared.kept;
    kept.cheap += shared.cheap;
  }
  return kept;
}

}  // namespace

SavedActivations saved_activations(const Job& job, LayerKind kind, const Shard& shard) {
  const auto s = sizes_of(job, shard);
  const double stream = kElement * s.local_tokens * s.hidden;  // one copy of the residual stream
  if (kind == LayerKind::kEmbedding) return {};
  if (kind == LayerKind::kHead) {
    const double logits =
        kLogit * s.tokens * static_cast<double>(job.model.vocabulary) / shard.tensor;
    const base::Bytes all(2 * stream + logits);
    return {all, all, all};
  }
  const Kept block =
      kind == LayerKind::kMoe
          ? experts(job, s)
          : mlp(s.tokens, static_cast<double>(job.model.ffn) / shard.tensor, job.model.gated);
  const double attention = kElement * s.tokens * (2 * s.query_width + 2 * s.kv_width) +
                           kLogSumExp * s.tokens * s.query_width / job.model.head_dim;
  // Inputs of both norms are the residual stream; their outputs are cheap to make again.
  const double kept = 2 * stream + attention + block.kept;
  return {base::Bytes(kept + 2 * stream + block.cheap), base::Bytes(kept), base::Bytes(stream)};
}

ShardedParameters sharded_parameters(const Model& model, LayerKind kind, const Shard& shard) {
  const auto count = count_parameters(model);
  const double t = shard.tensor;
  const auto hidden = static_cast<double>(model.hidden);
  // Ranks beyond the number of key-value heads hold copies.
  const double kv_heads = std::max(1.0, model.kv_heads / t);
  const double attention = hidden * model.head_dim * 2 * (model.heads / t + kv_heads) + 2 * hidden;
  switch (kind) {
    case LayerKind::kDense:
      return {attention + count.dense_mlp_per_layer / t, 0};
    case LayerKind::kMoe: {
      const double router = hidden * model.moe->experts;
      return {attention + (count.shared_experts_per_layer - router) / t + router,
              count.experts_per_layer / shard.expert};
    }
    case LayerKind::kEmbedding:
      return {count.embedding / t, 0};
    case LayerKind::kHead:
      return {static_cast<double>(model.vocabulary) * hidden / t + hidden, 0};
  }
  return {};
}

}  // namespace weft::workload
