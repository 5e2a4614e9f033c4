// State-space layers and the mean over the layers of a hybrid model.
//
// A Mamba-2 mixer (Dao and Gu, arXiv 2405.21060 §6 and §7; kernels as in state-spaces/mamba
// mamba_ssm/ops/triton/ssd_combined.py): one projection in, a short convolution, a scan in chunks,
// a gated norm, one projection out. Tensor ranks take heads, and with them groups.
#include <algorithm>

#include "layer_builder.h"

namespace weft::workload {

using chips::Gemm;
using chips::MemoryBound;
using chips::Operator;

namespace {

void mark_scan(Pass& pass, std::size_t first) {
  for (auto k = first; k < pass.kernels.size(); ++k) pass.kernels[k].is_scan = true;
}

}  // namespace

void LayerBuilder::mean_mixer() {
  weighted(model_.share_of(Mixer::kStateSpace), [&] { state_space_block(); });
  weighted(model_.share_of(Mixer::kAttention), [&] {
    attention_block();
    end_layer();
  });
  weighted(model_.share_of(Mixer::kMlp),
           [&] { mlp_block(tokens_, static_cast<double>(model_.ffn) / shard_.tensor); });
}

void LayerBuilder::end_layer() {
  auto& kernels = work_.forward.kernels;
  kernels.back().ends_layer = true;
  kernels[kernels.size() - 2].ends_layer = true;
  if (shard_.tensor > 1) work_.forward.exchanges.back().ends_layer = true;
}

void LayerBuilder::state_space_block() {
  const auto& mixer = *model_.state_space;
  const double heads = static_cast<double>(mixer.heads) / shard_.tensor;
  // Ranks beyond the number of groups hold copies.
  const double groups = std::max(1.0, static_cast<double>(mixer.groups) / shard_.tensor);
  const double width = heads * mixer.head_dim;
  const double convolved = width + 2 * groups * mixer.state;
  norm();
  linear_layer(tokens_, width + convolved + heads, hidden_);
  trade_channels(width + convolved + heads, width);
  convolution(convolved);
  chunked_scan(heads, groups);
  gated_norm(width);
  linear_layer(tokens_, hidden_, width);
  residual();
  tensor_exchange();
  end_layer();
}

void LayerBuilder::stream(Pass& pass, double elements, double bytes, double ops) {
  pass.kernels.push_back(
      {MemoryBound{base::Bytes(elements * bytes), base::Work(elements * ops), 1, {}}, 1});
}

// Its output is not kept: the backward pass makes it again.
void LayerBuilder::convolution(double channels) {
  const double elements = tokens_ * channels;
  const double ops = 2.0 * model_.state_space->convolution + work_of(Operator::kActivation);
  stream(work_.forward, elements, 2 * kElement, ops);
  stream(work_.backward, elements, 2 * kElement, ops);
  stream(work_.backward, elements, 3 * kElement, 2 * ops);
}

void LayerBuilder::product(Pass& pass, double m, double n, double k, double count,
                           double output_bytes) const {
  pass.kernels.push_back({Gemm{m, n, k, 1, wide_, output_bytes, 0, {}, count}, 1});
}

// Heads of a group stand side by side, as what they share is read once. Products: the state that a
// chunk adds; pairs of tokens of a chunk, and what they and the states before give. The backward
// pass makes states and pairs again; then gradients of states, inputs, what is written and read,
// pairs, and decays. Pairs need the half below the diagonal.
void LayerBuilder::chunked_scan(double heads, double groups) {
  const auto& mixer = *model_.state_space;
  const auto& scan = software_.scan;
  const double chunk = std::min(static_cast<double>(mixer.chunk), document());
  const double count = tokens_ / chunk * groups;
  const double channels = heads / groups * mixer.head_dim;
  const double state = mixer.state;
  const double states = tokens_ / chunk * heads * mixer.head_dim * state;
  const double half = chunk / 2;
  const double decay = scan.decay_work * half / mixer.head_dim;
  const auto first = std::pair{work_.forward.kernels.size(), work_.backward.kernels.size()};
  const auto remember = [&](Pass& pass) {
    stream(pass, tokens_ * heads, scan.step, scan.step_work);
    product(pass, channels, state, chunk, count, scan.state);
    stream(pass, states, scan.state + kElement, 2);
    product(pass, chunk, chunk, state, count, scan.state);
  };
  remember(work_.forward);
  product(work_.forward, chunk, channels, half + state, count, kElement);
  std::get<Gemm>(work_.forward.kernels.back().shape).epilogue = decay;

  auto& backward = work_.backward;
  remember(backward);
  product(backward, channels, state, chunk, count, scan.state);       // states
  stream(backward, states, 3 * scan.state, 4);                        // between chunks
  product(backward, chunk, channels, half + state, count, kElement);  // inputs
  std::get<Gemm>(backward.kernels.back().shape).epilogue = decay;
  product(backward, chunk, state, channels, count, scan.state);  // what is written
  product(backward, chunk, state, channels, count, scan.state);  // what is read
  product(backward, chunk, half, channels, count, scan.state);   // pairs
  product(backward, chunk, state, chunk, count, kElement);       // of pairs: written
  product(backward, chunk, state, chunk, count, kElement);       // of pairs: read
  product(backward, chunk, half, channels, count, scan.state);   // decays
  stream(backward, tokens_ * heads, scan.step, scan.step_work);
  mark_scan(work_.forward, first.first);
  mark_scan(backward, first.second);
}

void LayerBuilder::gated_norm(double width) {
  const double elements = tokens_ * width;
  const double ops = work_of(Operator::kNorm) + work_of(Operator::kActivation);
  stream(work_.forward, elements, 3 * kElement, ops);
  stream(work_.backward, elements, 5 * kElement, 2 * ops);
}

// With the sequence split, heads are traded for tokens before the convolution and back behind the
// scan, whatever attention does (NVIDIA/Megatron-LM megatron/core/ssm/mamba_context_parallel.py).
void LayerBuilder::trade_channels(double in, double out) {
  if (shard_.context == 1) return;
  for (Pass* pass : {&work_.forward, &work_.backward}) {
    for (const double channels : {in, out}) {
      const auto bytes = base::Bytes(tokens_ * channels * kElement);
      pass->exchanges.push_back({Group::kContext, ExchangeKind::kAllToAll, bytes, 1});
    }
  }
}

}  // namespace weft::workload
