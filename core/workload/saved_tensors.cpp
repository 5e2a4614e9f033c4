#include "weft/workload/saved_tensors.h"

#include <algorithm>
#include <array>

#include "sizes.h"
#include "weft/chips/precision.h"
#include "weft/workload/workspace.h"

namespace weft::workload {

namespace {

constexpr double kLogSumExp = 4.0;    // FP32 per query and head, kept by flash attention
constexpr double kProbability = 4.0;  // FP32 router output

using M = Module;

// Writes the list of one layer. Bytes are those of all tokens of a micro-batch on this device.
class Saver {
 public:
  Saver(const Job& job, const Software& software, const Shard& shard)
      : job_(job),
        model_(job.model),
        software_(software),
        s_(sizes_of(job, shard)),
        narrow_(chips::is_narrow(job.precision)),
        in_(input_bytes(job)),
        stream_(kElement * s_.local_tokens * s_.hidden) {}

  SavedTensors layer(bool moe) {
    input("layer input");
    if (model_.is_hybrid() && !moe) return mean_mixer();
    if (!model_.is_hybrid()) {
      norm("attention norm", in_);
      attention();
      forward("residual", stream_, {});
    }
    // The router reads its input in 16 bits.
    norm("MLP norm", moe ? kElement : in_);
    forward("dropout mask of the MLP", software_.mask_bytes * s_.local_tokens * s_.hidden, {});
    if (moe) {
      experts(*model_.moe);
    } else {
      dense_mlp();
    }
    return tensors_;
  }

  SavedTensors head() {
    input("head input");
    forward("head norm", stream_, {});
    forward("logits", head_bytes(job_, software_, s_), {});
    return tensors_;
  }

 private:
  struct Names {
    const char *inputs, *product, *inputs_gradient, *output_gradient;
  };

  // Of a hybrid model, by the shares of its mixers.
  SavedTensors mean_mixer() {
    share_ = model_.share_of(Mixer::kStateSpace);
    if (share_ > 0) state_space();
    share_ = model_.share_of(Mixer::kAttention);
    norm("attention norm", in_);
    attention();
    share_ = model_.share_of(Mixer::kMlp);
    norm("MLP norm", in_);
    dense_mlp();
    return tensors_;
  }

  void dense_mlp() {
    mlp({"gate and up", "activation product", "gradient of gate and up", "gradient of the MLP"},
        s_.tokens, static_cast<double>(model_.ffn) / s_.tensor, s_.local_tokens, M::kMlp,
        M::kMlp | M::kMlpActivation);
  }

  // What is projected in and what the scan yields; convolved inputs and states are made again
  // (state-spaces/mamba mamba_ssm/ops/triton/ssd_combined.py, mamba_split_conv1d_scan_combined).
  void state_space() {
    const auto& mixer = *model_.state_space;
    const double heads = static_cast<double>(mixer.heads) / s_.tensor;
    const double groups = std::max(1.0, static_cast<double>(mixer.groups) / s_.tensor);
    const double width = heads * mixer.head_dim;
    const double projected = 2 * width + 2 * groups * mixer.state + heads;
    norm("state-space norm", in_);
    forward("state-space inputs", kElement * s_.tokens * projected, {});
    output_gradient("gradient of state-space inputs", s_.tokens * projected);
    forward("scan output", kElement * s_.tokens * width, {});
    linear_input("gated scan output", in_ * s_.tokens * width, {});
    output_gradient("gradient of state space", s_.local_tokens * s_.hidden);
  }

  void add(const char* name, double bytes, Moment from, Moment until, Modules dropped_by) {
    tensors_.add({name, base::Bytes(share_ * bytes), from, until, dropped_by, false});
  }
  void input(const char* name) {
    tensors_.add({name, base::Bytes(stream_), Moment::kForward, Moment::kInputGradient, {}, true});
  }
  // For the gradient of an input.
  void forward(const char* name, double bytes, Modules dropped_by) {
    add(name, bytes, Moment::kForward, Moment::kInputGradient, dropped_by);
  }
  // Input of a linear layer, for the gradient of its weights.
  void linear_input(const char* name, double bytes, Modules dropped_by) {
    add(name, bytes, Moment::kForward, Moment::kWeightGradient, dropped_by);
  }
  void output_gradient(const char* name, double elements) {
    add(name, in_ * elements, Moment::kInputGradient, Moment::kWeightGradient, {});
  }

  void norm(const char* name, double bytes) {
    const double elements = s_.local_tokens * s_.hidden;
    linear_input(name, bytes * elements, M::kLayerNorm);
    forward("norm steps", software_.norm_bytes * elements, M::kLayerNorm);
  }

  void attention() {
    const double key = model_.key_dim();
    const double value = model_.value_dim();
    const double projected = s_.tokens * (s_.heads * key + s_.kv_heads * (key + value));
    const double output = s_.tokens * s_.heads * value;
    Modules up;
    if (const auto& latent = model_.latent) {
      up = M::kLatentUpProjection;
      const double ranks = s_.tokens * (latent->query_rank + latent->key_value_rank);
      forward("latents", kElement * (ranks + s_.tokens * latent->rotary_dim), {});
      linear_input("latents behind norms", in_ * ranks, up);
      output_gradient("gradient of latents", ranks + s_.tokens * latent->rotary_dim);
    }
    forward("queries, keys and values", kElement * projected, up);
    output_gradient("gradient of queries, keys and values", projected);
    if (software_.attention == AttentionKernel::kUnfused) {
      const double scores = s_.tokens * s_.heads * static_cast<double>(job_.sequence);
      forward("scores", software_.score_bytes * scores, M::kCoreAttention);
    } else {
      forward("log-sums", kLogSumExp * s_.tokens * s_.heads, M::kCoreAttention);
    }
    // Flash attention reads its own output again; a narrow linear layer keeps a copy.
    if (narrow_) {
      forward("attention output", kElement * output, {});
      linear_input("attention output, cast", in_ * output, {});
    } else {
      linear_input("attention output", kElement * output, {});
    }
    forward("dropout mask of attention", software_.mask_bytes * s_.local_tokens * s_.hidden, {});
    output_gradient("gradient of attention", s_.local_tokens * s_.hidden);
  }

  void mlp(const Names& names, double tokens, double width, double out_tokens, Modules whole,
           Modules activation) {
    const double inputs = model_.gated ? 2 : 1;
    forward(names.inputs, software_.activation_input_bytes * tokens * width * inputs, whole);
    linear_input(names.product, in_ * tokens * width, activation);
    output_gradient(names.inputs_gradient, tokens * width * inputs);
    output_gradient(names.output_gradient, out_tokens * s_.hidden);
  }

  void experts(const Experts& moe) {
    const double rows = expert_rows(job_, software_, s_);
    forward("router", kProbability * s_.local_tokens * moe.experts, M::kMoe);
    const auto seen = static_cast<double>(model_.expert_hidden());
    if (moe.latent > 0) {
      linear_input("latent outputs of experts", in_ * s_.local_tokens * seen, M::kMoe);
    }
    linear_input("permuted inputs", in_ * rows * seen, M::kMoe);
    mlp({"experts' gate and up", "experts' product", "gradient of experts' gate and up",
         "gradient of experts"},
        rows, static_cast<double>(moe.ffn) / s_.expert_tensor, rows * seen / s_.hidden, M::kMoe,
        M::kMoe | M::kMoeActivation);
    if (software_.keeps_expert_outputs) {
      forward("expert outputs", kElement * rows * seen, M::kMoe);
    }
    if (moe.shared == 0) return;
    const auto shared = M::kMoe | M::kSharedExperts;
    if (narrow_)
      linear_input("shared experts' input, cast", in_ * s_.local_tokens * s_.hidden, shared);
    mlp({"shared experts' gate and up", "shared experts' product",
         "gradient of shared experts' gate and up", "gradient of shared experts"},
        s_.tokens, static_cast<double>(moe.shared * moe.shared_ffn) / s_.tensor, s_.local_tokens,
        shared, shared | M::kMlpActivation);
  }

  const Job& job_;
  const Model& model_;
  const Software& software_;
  Sizes s_;
  bool narrow_;
  double in_;  // bytes of an element of a linear layer's input that nothing else needs
  double stream_;
  double share_ = 1;  // of the layers, those that keep what is added
  SavedTensors tensors_;
};

}  // namespace

const char* name_of(Moment moment) {
  constexpr std::array kNames = {"forward", "input gradient", "weight gradient"};
  return kNames[static_cast<std::size_t>(moment)];
}

base::Bytes SavedTensors::kept(Modules recomputed) const {
  base::Bytes sum;
  for (const auto& tensor : *this) {
    const bool is_kept = tensor.from == Moment::kForward && !tensor.dropped_by.meets(recomputed);
    if (is_kept) sum += tensor.bytes;
  }
  return sum;
}

base::Bytes SavedTensors::input() const {
  base::Bytes sum;
  for (const auto& tensor : *this) {
    if (tensor.is_input) sum += tensor.bytes;
  }
  return sum;
}

base::Bytes SavedTensors::put_off() const {
  base::Bytes sum;
  for (const auto& tensor : *this) {
    if (tensor.until == Moment::kWeightGradient) sum += tensor.bytes;
  }
  return sum;
}

SavedTensors saved_tensors(const Job& job, const Software& software, LayerKind kind,
                           const Shard& shard) {
  if (kind == LayerKind::kEmbedding) return {};
  Saver saver(job, software, shard);
  return kind == LayerKind::kHead ? saver.head() : saver.layer(kind == LayerKind::kMoe);
}

SavedActivations saved_activations(const Job& job, const Software& software, LayerKind kind,
                                   const Shard& shard, Modules modules) {
  const auto tensors = saved_tensors(job, software, kind, shard);
  const auto all = tensors.kept();
  // The head is never made again.
  if (kind == LayerKind::kHead) return {all, all, all, all, all, {}};
  return {all,
          tensors.kept(kSelectiveModules),
          tensors.kept(kAttentionModules),
          tensors.input(),
          tensors.kept(modules),
          tensors.put_off()};
}

}  // namespace weft::workload
