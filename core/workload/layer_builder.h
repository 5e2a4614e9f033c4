// Builds the kernel and exchange lists of one layer, block by block.
#pragma once

#include <utility>

#include "part.h"
#include "weft/workload/layer.h"
#include "weft/workload/workspace.h"

namespace weft::workload {

// Bytes of an FP32 gradient that is read, added to and written back.
inline constexpr double kAccumulate = 8.0;

inline double work_of(chips::Operator op) { return chips::cost_of(op).work; }

// `tokens` are those of this device. Each function adds to both passes.
class LayerBuilder {
 public:
  LayerBuilder(const Job& job, const Software& software, const Shard& shard);

  LayerWork layer(bool moe);
  LayerWork embedding();
  LayerWork head();

 private:
  // Adds what `block` adds, so often as `share` says.
  template <class Block>
  void weighted(double share, const Block& block) {
    if (share <= 0) return;
    const auto ends = [](const Pass& pass) {
      return std::pair{pass.kernels.size(), pass.exchanges.size()};
    };
    const auto forward = ends(work_.forward);
    const auto backward = ends(work_.backward);
    block();
    const auto scale = [share](Pass& pass, auto first) {
      for (auto k = first.first; k < pass.kernels.size(); ++k) pass.kernels[k].times *= share;
      for (auto e = first.second; e < pass.exchanges.size(); ++e) pass.exchanges[e].count *= share;
    };
    scale(work_.forward, forward);
    scale(work_.backward, backward);
  }

  // layer_builder.cpp
  void mlp_block(double tokens, double width);
  void norm();
  void residual();
  void activation(double elements, double inputs, Module module);
  // y[m,n] = x[m,k] W: forward, and backward for x and, unless it is frozen, W.
  void linear_layer(double m, double n, double k);
  // Elements of weights that are cast in a pass; what is cast once a step is lost in it.
  [[nodiscard]] double cast_weights(double elements) const {
    return software_.casts_weights_once ? 0 : elements;
  }
  // Casting operands to the narrow format; a scale per tensor takes a pass of its own.
  void quantise(Pass& pass, double elements) const;
  // Reads and writes `bytes` per element of `elements`, `kernels` of them; in rows where they are
  // picked here and there.
  void elementwise(Pass& pass, double elements, double bytes, double ops, double kernels,
                   base::Bytes row = base::Bytes(0)) const;
  // Keys that a query can see at most: of its own document.
  [[nodiscard]] double document() const;
  // Of a token.
  [[nodiscard]] base::Bytes row_bytes() const { return base::Bytes(hidden_ * kElement); }
  // What routed experts see of a token.
  [[nodiscard]] double expert_hidden() const { return static_cast<double>(model_.expert_hidden()); }
  // Communication around one column-parallel and row-parallel pair.
  void tensor_exchange();
  // The end of a row-parallel layer, or of a look-up in parts of a table.
  void reduce_and_gather();
  // What tensor ranks gather of the stream before a linear layer, in its format where the stack
  // casts first.
  [[nodiscard]] base::Bytes gathered_bytes() const;
  // The entry of a column-parallel layer. With sequence parallelism the input is gathered forward,
  // gathered again for the weight gradient, and its gradient scattered; else the gradient is
  // reduced.
  void gather_and_scatter(double count);

  // state_space_block.cpp
  void mean_mixer();
  void state_space_block();
  void convolution(double channels);
  void chunked_scan(double heads, double groups);
  void gated_norm(double width);
  void trade_channels(double in, double out);
  // A kernel of its own that moves `bytes` per element and nothing else.
  static void stream(Pass& pass, double elements, double bytes, double ops);
  void product(Pass& pass, double m, double n, double k, double count, double output_bytes) const;
  // The last projection and the residual behind it: nothing of them is needed to go back.
  void end_layer();

  // attention_block.cpp
  void attention_block();
  void latent_projections(double heads);
  void rotate(double heads, double width);
  void flash_attention(double heads, double kv_heads);
  void unfused_attention(double heads);
  void context_exchange(double heads, double kv_heads);
  void trade_heads(double heads, double kv_heads);
  // Kernels into which the scores of a rank fall.
  [[nodiscard]] double attention_blocks() const;

  // expert_block.cpp
  void expert_block();
  void routed_experts(const Experts& moe);
  void project_to_latent(const Experts& moe);
  void shared_experts(double width);
  void router(const Experts& moe, double rows);
  void grouped(double groups, double m, double n, double k);
  void expert_exchange(const Experts& moe, double rows, double fullest);
  void share_rows(base::Bytes bytes);

  const Job& job_;
  const Model& model_;
  const Software& software_;
  const Shard& shard_;
  chips::Precision linear_;
  chips::Precision wide_;  // of what is outside the linear layers
  double tokens_;
  double sequence_;
  double local_tokens_;
  double hidden_;
  bool trains_weights_;
  LayerWork work_;
};

}  // namespace weft::workload
