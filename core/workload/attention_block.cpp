// Attention: projections, scores, and what context ranks exchange.
#include <algorithm>

#include "layer_builder.h"

namespace weft::workload {

using chips::Attention;
using chips::Gemm;
using chips::MemoryBound;
using chips::Operator;

namespace {

// Softmax work with a soft cap: a tanh beside each exponential.
constexpr double kSoftCapWork = 2.0;
// Kernels that read and write the scores of unfused attention: fused scale, mask and softmax;
// dropout.
constexpr double kScorePasses = 2.0;

}  // namespace

void LayerBuilder::attention_block() {
  const double heads = static_cast<double>(model_.heads) / shard_.tensor;
  // Ranks beyond the number of key-value heads hold copies.
  const double kv_heads =
      model_.latent ? heads : std::max(1.0, static_cast<double>(model_.kv_heads) / shard_.tensor);
  norm();
  if (model_.latent) {
    latent_projections(heads);
  } else {
    linear_layer(tokens_, (heads + 2 * kv_heads) * model_.head_dim, hidden_);
    rotate(heads + kv_heads, model_.head_dim);
  }
  {
    const Part part(work_.forward, Module::kCoreAttention);
    if (software_.attention == AttentionKernel::kFlash) {
      flash_attention(heads, kv_heads);
    } else {
      unfused_attention(heads);
    }
    context_exchange(heads, kv_heads);
  }
  linear_layer(tokens_, hidden_, heads * model_.value_dim());
  residual();
  tensor_exchange();
}

// Down to the low ranks (each tensor rank does all of it), and up to the heads of this rank.
void LayerBuilder::latent_projections(double heads) {
  const auto& latent = *model_.latent;
  if (latent.query_rank > 0) linear_layer(local_tokens_, latent.query_rank, hidden_);
  {
    const Part part(work_.forward, Module::kLatentUpProjection);
    const double width = latent.query_rank > 0 ? latent.query_rank : hidden_;
    linear_layer(tokens_, heads * model_.key_dim(), width);
  }
  linear_layer(local_tokens_, latent.key_value_rank + latent.rotary_dim, hidden_);
  const Part part(work_.forward, Module::kLatentUpProjection);
  linear_layer(tokens_, heads * (model_.head_dim + latent.value_dim), latent.key_value_rank);
  rotate(heads + 1, latent.rotary_dim);
}

void LayerBuilder::rotate(double heads, double width) {
  const double rotated = tokens_ * heads * width;
  elementwise(work_.forward, rotated, 2 * kElement, work_of(Operator::kRotary), 1);
  elementwise(work_.backward, rotated, 2 * kElement, work_of(Operator::kRotary), 1);
}

double LayerBuilder::document() const {
  const auto length = static_cast<double>(job_.document);
  return length > 0 ? std::min(length, sequence_) : sequence_;
}

void LayerBuilder::flash_attention(double heads, double kv_heads) {
  // Context ranks share the triangle evenly.
  const double scores = heads * tokens_ * mean_keys(model_, document());
  const double d = model_.key_dim();
  const double v = model_.value_dim();
  const double queries = tokens_ * heads * (d + v);
  // With heads traded for tokens a rank has all keys of its own heads only.
  const bool trades = shard_.context_exchange == ContextExchange::kUlysses;
  const double own_kv = trades ? std::max(kv_heads / shard_.context, 1.0) : kv_heads;
  const double keys = tokens_ * shard_.context * own_kv * (d + v);
  Attention forward{scores,
                    d,
                    v,
                    model_.score_soft_cap ? kSoftCapWork : 1.0,
                    base::Bytes((queries + keys) * kElement),
                    false,
                    wide_,
                    tokens_ * heads,
                    software_.unit_overlap};
  const double blocks = attention_blocks();
  work_.forward.kernels.push_back({forward, blocks});
  Attention backward = forward;
  backward.backward = true;
  backward.traffic = base::Bytes(2 * (queries + keys) * kElement);
  work_.backward.kernels.push_back({backward, 2 * blocks});
}

// All scores, those above the diagonal too, are written to memory between two batched GEMMs;
// scaling, mask, softmax and dropout read and write them again.
void LayerBuilder::unfused_attention(double heads) {
  const bool trades = shard_.context_exchange == ContextExchange::kUlysses;
  const double rows = trades ? sequence_ : sequence_ / shard_.context;
  const double batch = (trades ? heads / shard_.context : heads) * shard_.micro_batch;
  const double d = model_.key_dim();
  const double v = model_.value_dim();
  const auto bytes = base::Bytes(batch * rows * sequence_ * software_.unfused_score_bytes.si());
  const auto batched = [&](double m, double n, double k) {
    return Gemm{m, n, k, 1, wide_, kElement, 0, {}, batch};
  };
  auto& forward = work_.forward.kernels;
  forward.push_back({batched(rows, sequence_, d), 1});
  forward.push_back({MemoryBound{bytes, {}, kScorePasses, {}}, kScorePasses});
  forward.push_back({batched(rows, v, sequence_), 1});
  auto& backward = work_.backward.kernels;
  backward.push_back({batched(rows, sequence_, v), 1});
  backward.push_back({batched(sequence_, v, rows), 1});
  backward.push_back({MemoryBound{bytes, {}, kScorePasses, {}}, kScorePasses});
  backward.push_back({batched(rows, d, sequence_), 1});
  backward.push_back({batched(sequence_, d, rows), 1});
}

double LayerBuilder::attention_blocks() const {
  switch (shard_.context_exchange) {
    case ContextExchange::kRing:
      return shard_.context;
    case ContextExchange::kAllGather:
      // The two ends of the causal triangle that a rank has (Transformer Engine).
      return std::min(shard_.context, 2);
    case ContextExchange::kUlysses:
      break;
  }
  return 1;
}

// Ring: keys and values travel around the context ranks, their gradients with them. Gathered: they
// are there before attention, once more before its backward pass, and their gradients are summed
// behind it.
void LayerBuilder::context_exchange(double heads, double kv_heads) {
  if (shard_.context == 1) return;
  if (shard_.context_exchange == ContextExchange::kUlysses) return trade_heads(heads, kv_heads);
  const auto block =
      base::Bytes(tokens_ * kv_heads * (model_.key_dim() + model_.value_dim()) * kElement);
  auto& forward = work_.forward.exchanges;
  auto& backward = work_.backward.exchanges;
  if (shard_.context_exchange == ContextExchange::kRing) {
    forward.push_back({Group::kContext, ExchangeKind::kRing, block, 1});
    backward.push_back({Group::kContext, ExchangeKind::kRing, block * 2.0, 1});
    return;
  }
  const auto all = block * static_cast<double>(shard_.context);
  forward.push_back({Group::kContext, ExchangeKind::kAllGather, all, 1});
  backward.push_back({Group::kContext, ExchangeKind::kAllGather, all, 1});
  backward.push_back({Group::kContext, ExchangeKind::kReduceScatter, all, 1});
}

// Each rank gives away all but its heads of its tokens and gets its heads of all tokens; the output
// goes back the same way. With fewer key-value heads than ranks, copies of them are sent.
void LayerBuilder::trade_heads(double heads, double kv_heads) {
  const double d = model_.key_dim();
  const double v = model_.value_dim();
  const double sent_kv = std::max(kv_heads, static_cast<double>(shard_.context));
  const auto inputs = base::Bytes(tokens_ * (heads * d + sent_kv * (d + v)) * kElement);
  const auto outputs = base::Bytes(tokens_ * heads * v * kElement);
  for (Pass* pass : {&work_.forward, &work_.backward}) {
    pass->exchanges.push_back({Group::kContext, ExchangeKind::kAllToAll, inputs, 1});
    pass->exchanges.push_back({Group::kContext, ExchangeKind::kAllToAll, outputs, 1});
  }
}

}  // namespace weft::workload
