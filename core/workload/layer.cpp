#include "weft/workload/layer.h"

#include <cmath>
#include <utility>

#include "layer_builder.h"

namespace weft::workload {

using chips::MemoryBound;

namespace {

// Rows of the output table of one rank come in multiples of this (Megatron-LM
// --make-vocab-size-divisible-by).
constexpr double kVocabularyTile = 128.0;

}  // namespace

LayerWork LayerBuilder::layer(bool moe) {
  if (model_.is_hybrid()) {
    if (moe) {
      expert_block();
    } else {
      mean_mixer();
    }
    return std::move(work_);
  }
  attention_block();
  if (moe) {
    expert_block();
  } else {
    mlp_block(tokens_, static_cast<double>(model_.ffn) / shard_.tensor);
  }
  return std::move(work_);
}

LayerWork LayerBuilder::embedding() {
  linear_ = wide_;
  // Each rank looks up all tokens in its part of the vocabulary.
  elementwise(work_.forward, tokens_ * hidden_, 2 * kElement, 0, 1, row_bytes());
  if (trains_weights_)
    elementwise(work_.backward, tokens_ * hidden_, kElement + kAccumulate, 0, 1, row_bytes());
  reduce_and_gather();
  return std::move(work_);
}

LayerWork LayerBuilder::head() {
  norm();
  // Each rank's part of the table is padded to whole tiles, as all stacks do.
  const double part = static_cast<double>(model_.vocabulary) / shard_.tensor;
  const double vocabulary = std::ceil(part / kVocabularyTile) * kVocabularyTile;
  linear_ = wide_;  // the output projection is kept in 16 bits
  const double predicted = tokens_ * model_.predicted_share;
  linear_layer(predicted, vocabulary, hidden_);
  const double loss = predicted * vocabulary * software_.loss_bytes_per_logit.si();
  work_.forward.kernels.push_back({MemoryBound{base::Bytes(loss / 2), {}, 3, {}}, 3});
  work_.backward.kernels.push_back({MemoryBound{base::Bytes(loss / 2), {}, 2, {}}, 2});
  if (shard_.tensor > 1) {
    // Maximum, sum and target logit of the vocabulary-parallel cross entropy, FP32 per token.
    work_.forward.exchanges.push_back(
        {Group::kTensor, ExchangeKind::kAllReduce, base::Bytes(predicted * 4), 3});
    gather_and_scatter(1);
  }
  return std::move(work_);
}

LayerWork layer_work(const Job& job, const Software& software, LayerKind kind, const Shard& shard) {
  LayerBuilder builder(job, software, shard);
  switch (kind) {
    case LayerKind::kDense:
      return builder.layer(false);
    case LayerKind::kMoe:
      return builder.layer(true);
    case LayerKind::kEmbedding:
      return builder.embedding();
    case LayerKind::kHead:
      return builder.head();
  }
  return {};
}

}  // namespace weft::workload
