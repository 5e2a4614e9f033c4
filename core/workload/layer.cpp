#include "weft/workload/layer.h"

#include <algorithm>
#include <cmath>

#include "weft/workload/workspace.h"

namespace weft::workload {

namespace {

using chips::Attention;
using chips::Gemm;
using chips::GroupedGemm;
using chips::MemoryBound;
using chips::Operator;
using chips::Precision;

// Bytes of an activation element, and of an FP32 gradient that is read, added to and written back.
constexpr double kAccumulate = 8.0;

// Rows of the output table of one rank come in multiples of this (Megatron-LM
// --make-vocab-size-divisible-by).
constexpr double kVocabularyTile = 128.0;

// Softmax work with a soft cap: a tanh beside each exponential.
constexpr double kSoftCapWork = 2.0;
// Kernels that read and write the scores of unfused attention: fused scale, mask and softmax;
// dropout.
constexpr double kScorePasses = 2.0;

// A norm step by step: to FP32, square, mean, root, scale, back to 16 bits, weight.
constexpr double kUnfusedNormKernels = 7.0;

double work_of(Operator op) { return chips::cost_of(op).work; }

// Everything outside the linear layers runs in 16 bits under an 8- or 4-bit recipe.
Precision wide(Precision p) { return chips::is_narrow(p) ? Precision::kBf16 : p; }

// Builds the kernel lists of one layer; `tokens` are those of this device.
class Builder {
 public:
  Builder(const Job& job, const Software& software, const Shard& shard)
      : model_(job.model),
        software_(software),
        shard_(shard),
        linear_(job.precision),
        wide_(wide(job.precision)),
        tokens_(static_cast<double>(shard.micro_batch) * static_cast<double>(job.sequence) /
                shard.context),
        sequence_(static_cast<double>(job.sequence)),
        local_tokens_(shard.sequence_parallel ? tokens_ / shard.tensor : tokens_),
        hidden_(static_cast<double>(job.model.hidden)),
        trains_weights_(job.training == Training::kFull) {}

  LayerWork layer(bool moe) {
    attention_block();
    if (moe) {
      expert_block();
    } else {
      mlp_block(tokens_, static_cast<double>(model_.ffn) / shard_.tensor);
      tensor_exchange();
    }
    return std::move(work_);
  }

  LayerWork embedding() {
    // Each rank looks up all tokens in its part of the vocabulary.
    elementwise(work_.forward, tokens_ * hidden_, 2 * kElement, 0, 1, row_bytes());
    if (trains_weights_)
      elementwise(work_.backward, tokens_ * hidden_, kElement + kAccumulate, 0, 1, row_bytes());
    reduce_and_gather();
    return std::move(work_);
  }

  LayerWork head() {
    norm();
    // Each rank's part of the table is padded to whole tiles, as all stacks do.
    const double part = static_cast<double>(model_.vocabulary) / shard_.tensor;
    const double vocabulary = std::ceil(part / kVocabularyTile) * kVocabularyTile;
    const auto linear = linear_;
    linear_ = wide_;  // the output projection is kept in 16 bits
    linear_layer(tokens_, vocabulary, hidden_);
    linear_ = linear;
    const double loss = tokens_ * vocabulary * software_.loss_bytes_per_logit.si();
    work_.forward.kernels.push_back({MemoryBound{base::Bytes(loss / 2), {}, 3, {}}, 3});
    work_.backward.kernels.push_back({MemoryBound{base::Bytes(loss / 2), {}, 2, {}}, 2});
    if (shard_.tensor > 1) {
      // Maximum, sum and target logit of the vocabulary-parallel cross entropy, FP32 per token.
      work_.forward.exchanges.push_back(
          {Group::kTensor, ExchangeKind::kAllReduce, base::Bytes(tokens_ * 4), 3});
      gather_and_scatter(1);
    }
    return std::move(work_);
  }

 private:
  // Reads and writes `bytes` per element of `elements`, `passes` kernels; in rows where they are
  // picked here and there.
  void elementwise(Pass& pass, double elements, double bytes, double ops, double kernels,
                   base::Bytes row = base::Bytes(0)) const {
    const double traffic = elements * bytes * software_.elementwise_traffic;
    pass.kernels.push_back(
        {MemoryBound{base::Bytes(traffic), base::Work(elements * ops), kernels, row}, kernels});
  }

  // Of a token.
  [[nodiscard]] base::Bytes row_bytes() const { return base::Bytes(hidden_ * kElement); }

  // y[m,n] = x[m,k] W: forward, and backward for x and, unless it is frozen, W.
  void linear_layer(double m, double n, double k) {
    quantise(work_.forward, m * k + cast_weights(k * n));
    work_.forward.kernels.push_back({Gemm{m, n, k, 1, linear_, kElement}, 1});
    quantise(work_.backward, 2 * m * n);
    work_.backward.kernels.push_back({Gemm{m, k, n, 1, linear_, kElement}, 1});
    if (!trains_weights_) return;
    work_.backward.kernels.push_back({Gemm{k, n, m, 1, linear_, kAccumulate}, 1, true});
  }

  // Elements of weights that are cast in a pass; what is cast once a step is lost in it.
  [[nodiscard]] double cast_weights(double elements) const {
    return software_.casts_weights_once ? 0 : elements;
  }

  // Casting operands to the narrow format; a scale per tensor takes a pass of its own.
  void quantise(Pass& pass, double elements) const {
    if (!chips::is_narrow(linear_)) return;
    const double launches = chips::scaling_of(linear_) == chips::Scaling::kTensor ? 2 : 1;
    pass.kernels.push_back({chips::Quantise{elements, linear_}, launches});
  }

  void norm() {
    const double elements = local_tokens_ * hidden_;
    const double traffic = software_.norm_traffic * kElement;
    const double work = work_of(Operator::kNorm);
    const double kernels = software_.norm_traffic > 1 ? kUnfusedNormKernels : 1;
    elementwise(work_.forward, elements, 2 * traffic, work, kernels);
    elementwise(work_.backward, elements, 3 * traffic, 2 * work, kernels);
    elementwise(work_.selective_recompute, elements, 2 * traffic, work, kernels);
  }

  void residual() {
    elementwise(work_.forward, local_tokens_ * hidden_, 3 * kElement, 1, 1);
    elementwise(work_.backward, local_tokens_ * hidden_, 3 * kElement, 1, 1);
  }

  void attention_block() {
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
    if (software_.attention == AttentionKernel::kFlash) {
      flash_attention(heads, kv_heads);
    } else {
      unfused_attention(heads);
    }
    context_exchange(kv_heads);
    linear_layer(tokens_, hidden_, heads * model_.value_dim());
    residual();
    tensor_exchange();
  }

  // Down to the low ranks (each tensor rank does all of it), and up to the heads of this rank.
  void latent_projections(double heads) {
    const auto& latent = *model_.latent;
    if (latent.query_rank > 0) {
      linear_layer(local_tokens_, latent.query_rank, hidden_);
      linear_layer(tokens_, heads * model_.key_dim(), latent.query_rank);
    } else {
      linear_layer(tokens_, heads * model_.key_dim(), hidden_);
    }
    linear_layer(local_tokens_, latent.key_value_rank + latent.rotary_dim, hidden_);
    linear_layer(tokens_, heads * (model_.head_dim + latent.value_dim), latent.key_value_rank);
    rotate(heads + 1, latent.rotary_dim);
  }

  void rotate(double heads, double width) {
    const double rotated = tokens_ * heads * width;
    elementwise(work_.forward, rotated, 2 * kElement, work_of(Operator::kRotary), 1);
    elementwise(work_.backward, rotated, 2 * kElement, work_of(Operator::kRotary), 1);
  }

  void flash_attention(double heads, double kv_heads) {
    // Context ranks share the triangle evenly.
    const double scores = heads * tokens_ * mean_keys(model_, sequence_);
    const double d = model_.key_dim();
    const double v = model_.value_dim();
    const double queries = tokens_ * heads * (d + v);
    const double keys = tokens_ * shard_.context * kv_heads * (d + v);
    Attention forward{scores,
                      d,
                      v,
                      model_.score_soft_cap ? kSoftCapWork : 1.0,
                      base::Bytes((queries + keys) * kElement),
                      false,
                      wide_,
                      tokens_ * heads,
                      software_.unit_overlap};
    const double blocks = shard_.context;
    work_.forward.kernels.push_back({forward, blocks});
    work_.attention_recompute.kernels.push_back({forward, blocks});
    Attention backward = forward;
    backward.backward = true;
    backward.traffic = base::Bytes(2 * (queries + keys) * kElement);
    work_.backward.kernels.push_back({backward, 2 * blocks});
  }

  // All scores, those above the diagonal too, are written to memory between two batched GEMMs;
  // scaling, mask, softmax and dropout read and write them again.
  void unfused_attention(double heads) {
    const double rows = sequence_ / shard_.context;
    const double batch = heads * shard_.micro_batch;
    const double d = model_.key_dim();
    const double v = model_.value_dim();
    const auto bytes = base::Bytes(batch * rows * sequence_ * software_.unfused_score_bytes.si());
    for (Pass* pass : {&work_.forward, &work_.attention_recompute}) {
      pass->kernels.push_back({Gemm{rows, sequence_, d, batch, wide_, kElement}, 1});
      pass->kernels.push_back({MemoryBound{bytes, {}, kScorePasses, {}}, kScorePasses});
      pass->kernels.push_back({Gemm{rows, v, sequence_, batch, wide_, kElement}, 1});
    }
    auto& backward = work_.backward.kernels;
    backward.push_back({Gemm{rows, sequence_, v, batch, wide_, kElement}, 1});
    backward.push_back({Gemm{sequence_, v, rows, batch, wide_, kElement}, 1});
    backward.push_back({MemoryBound{bytes, {}, kScorePasses, {}}, kScorePasses});
    backward.push_back({Gemm{rows, d, sequence_, batch, wide_, kElement}, 1});
    backward.push_back({Gemm{sequence_, d, rows, batch, wide_, kElement}, 1});
  }

  // Keys and values travel around the ring of context ranks, their gradients with them.
  void context_exchange(double kv_heads) {
    if (shard_.context == 1) return;
    const auto block =
        base::Bytes(tokens_ * kv_heads * (model_.key_dim() + model_.value_dim()) * kElement);
    work_.forward.exchanges.push_back({Group::kContext, ExchangeKind::kRing, block, 1});
    work_.backward.exchanges.push_back({Group::kContext, ExchangeKind::kRing, block * 2.0, 1});
  }

  void mlp_block(double tokens, double width) {
    const double inputs = model_.gated ? 2 : 1;
    norm();
    linear_layer(tokens, inputs * width, hidden_);
    activation(tokens * width, inputs);
    linear_layer(tokens, hidden_, width);
    residual();
  }

  void activation(double elements, double inputs) {
    elementwise(work_.forward, elements, (inputs + 1) * kElement, work_of(Operator::kActivation),
                1);
    elementwise(work_.backward, elements, (2 * inputs + 1) * kElement,
                2 * work_of(Operator::kActivation), 1);
    elementwise(work_.selective_recompute, elements, (inputs + 1) * kElement,
                work_of(Operator::kActivation), 1);
  }

  void expert_block() {
    const auto& moe = *model_.moe;
    // With sequence parallelism each tensor rank routes its own tokens. Ranks that share experts
    // gather what each of them got.
    const bool shares = shard_.expert_tensor > 1;
    const bool gathers = shares && shard_.sequence_parallel;
    const double rows = local_tokens_ * moe.top_k * software_.expert_capacity;
    const double worked = gathers ? rows * shard_.expert_tensor : rows;
    const double groups = static_cast<double>(moe.experts) / shard_.expert;
    const double m = worked / groups;
    const auto width = static_cast<double>(moe.ffn) / shard_.expert_tensor;
    const double inputs = model_.gated ? 2 : 1;
    norm();
    router(moe, worked);
    grouped(groups, m, inputs * width, hidden_);
    activation(worked * width, inputs);
    grouped(groups, m, hidden_, width);
    if (moe.shared > 0) {
      const double shared = static_cast<double>(moe.shared * moe.shared_ffn) / shard_.tensor;
      linear_layer(tokens_, inputs * shared, hidden_);
      activation(tokens_ * shared, inputs);
      linear_layer(tokens_, hidden_, shared);
      tensor_exchange();
    }
    residual();
    // Without other expert ranks to send to, tokens are gathered before they are copied.
    const double gathered = shard_.expert > 1 ? worked : tokens_;
    if (gathers) share_rows(base::Bytes(gathered * hidden_ * kElement));
    if (shares && !gathers) tensor_exchange();
    if (shard_.expert > 1) {
      // Out to the experts and back; in the backward pass the gradients go the same way.
      const double copies = moe.top_k;
      const auto combine = base::Bytes(rows * hidden_ * kElement);
      const auto dispatch = base::Bytes(rows * hidden_ * software_.dispatch_bytes);
      for (const auto bytes : {dispatch, combine}) {
        work_.forward.exchanges.push_back(
            {Group::kExpert, ExchangeKind::kAllToAll, bytes, 1, copies});
        work_.backward.exchanges.push_back(
            {Group::kExpert, ExchangeKind::kAllToAll, combine, 1, copies});
      }
    }
  }

  // Before and after the experts that tensor ranks share.
  void share_rows(base::Bytes bytes) {
    for (Pass* pass : {&work_.forward, &work_.backward}) {
      pass->exchanges.push_back({Group::kTensor, ExchangeKind::kAllGather, bytes, 1});
      pass->exchanges.push_back({Group::kTensor, ExchangeKind::kReduceScatter, bytes, 1});
    }
  }

  void router(const Experts& moe, double rows) {
    const auto experts = static_cast<double>(moe.experts);
    work_.forward.kernels.push_back({Gemm{local_tokens_, experts, hidden_, 1, wide_, 4}, 1});
    const double products = trains_weights_ ? 2 : 1;
    work_.backward.kernels.push_back(
        {Gemm{local_tokens_, hidden_, experts, products, wide_, 4}, products});
    elementwise(work_.forward, local_tokens_ * experts, 3 * 4, 8, 3);  // softmax and top-k, FP32
    elementwise(work_.backward, local_tokens_ * experts, 2 * 4, 4, 2);
    // Permute before and after the exchange, each way: read and write every routed row.
    const double moved = 4 * kElement * software_.permutation_traffic;
    elementwise(work_.forward, rows * hidden_, moved, 1, 4, row_bytes());
    elementwise(work_.backward, rows * hidden_, moved, 1, 4, row_bytes());
  }

  void grouped(double groups, double m, double n, double k) {
    if (!software_.groups_experts) {
      for (int expert = 0; expert < static_cast<int>(groups); ++expert) linear_layer(m, n, k);
      return;
    }
    quantise(work_.forward, groups * m * k + cast_weights(groups * k * n));
    work_.forward.kernels.push_back({GroupedGemm{groups, m, n, k, linear_, kElement}, 1});
    quantise(work_.backward, 2 * groups * m * n);
    work_.backward.kernels.push_back({GroupedGemm{groups, m, k, n, linear_, kElement}, 1});
    if (!trains_weights_) return;
    work_.backward.kernels.push_back({GroupedGemm{groups, k, n, m, linear_, kAccumulate}, 1, true});
  }

  // Communication around one column-parallel and row-parallel pair.
  void tensor_exchange() {
    if (shard_.tensor == 1) return;
    gather_and_scatter(1);
    reduce_and_gather();
  }

  // The end of a row-parallel layer, or of a look-up in parts of a table.
  void reduce_and_gather() {
    if (shard_.tensor == 1) return;
    const auto bytes = base::Bytes(tokens_ * hidden_ * kElement);
    if (shard_.sequence_parallel) {
      work_.forward.exchanges.push_back({Group::kTensor, ExchangeKind::kReduceScatter, bytes, 1});
      work_.backward.exchanges.push_back({Group::kTensor, ExchangeKind::kAllGather, bytes, 1});
    } else {
      work_.forward.exchanges.push_back({Group::kTensor, ExchangeKind::kAllReduce, bytes, 1});
    }
  }

  // The entry of a column-parallel layer. With sequence parallelism the input is gathered forward,
  // gathered again for the weight gradient, and its gradient scattered; else the gradient is
  // reduced.
  void gather_and_scatter(double count) {
    const auto bytes = base::Bytes(tokens_ * hidden_ * kElement);
    if (shard_.sequence_parallel) {
      work_.forward.exchanges.push_back({Group::kTensor, ExchangeKind::kAllGather, bytes, count});
      work_.backward.exchanges.push_back({Group::kTensor, ExchangeKind::kAllGather, bytes, count});
      work_.backward.exchanges.push_back(
          {Group::kTensor, ExchangeKind::kReduceScatter, bytes, count});
    } else {
      work_.backward.exchanges.push_back({Group::kTensor, ExchangeKind::kAllReduce, bytes, count});
    }
  }

  const Model& model_;
  const Software& software_;
  const Shard& shard_;
  Precision linear_;
  Precision wide_;
  double tokens_;
  double sequence_;
  double local_tokens_;
  double hidden_;
  bool trains_weights_;
  LayerWork work_;
};

}  // namespace

LayerWork layer_work(const Job& job, const Software& software, LayerKind kind, const Shard& shard) {
  Builder builder(job, software, shard);
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
