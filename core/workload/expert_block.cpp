// A mixture of experts: router, exchange, routed and shared experts.
#include "layer_builder.h"
#include "weft/workload/routing.h"

namespace weft::workload {

using chips::Gemm;
using chips::GroupedGemm;

void LayerBuilder::expert_block() {
  norm();
  {
    const Part part(work_.forward, Module::kMoe);
    routed_experts(*model_.moe);
  }
  residual();
}

void LayerBuilder::routed_experts(const Experts& moe) {
  // With sequence parallelism each tensor rank routes its own tokens. Ranks that share experts
  // gather what each of them got.
  const bool shares = shard_.expert_tensor > 1;
  const bool gathers = shares && shard_.sequence_parallel;
  const double even = local_tokens_ * moe.top_k * software_.expert_capacity;
  const auto load = expert_load(job_, software_.expert_capacity, shard_.expert);
  const double rows = even * load.kept;
  const double shared_by = gathers ? shard_.expert_tensor : 1;
  const double worked = even * load.fullest_rank * shared_by;  // all wait for the fullest rank
  const double groups = static_cast<double>(moe.experts) / shard_.expert;
  const double m = worked / groups;
  const auto width = static_cast<double>(moe.ffn) / shard_.expert_tensor;
  const double inputs = model_.gated ? 2 : 1;
  // Rows are sorted where they come from and where they go to.
  const double seen = expert_hidden();
  project_to_latent(moe);
  router(moe, (rows * shared_by + worked) / 2);
  grouped(groups, m, inputs * width, seen);
  activation(worked * width, inputs, Module::kMoeActivation);
  grouped(groups, m, seen, width);
  if (moe.shared > 0) shared_experts(static_cast<double>(moe.shared * moe.shared_ffn));
  // Without other expert ranks to send to, tokens are gathered before they are copied.
  const double gathered = shard_.expert > 1 ? worked : tokens_;
  if (gathers) share_rows(base::Bytes(gathered * seen * kElement));
  if (shares && !gathers) tensor_exchange();
  if (shard_.expert > 1) expert_exchange(moe, rows, even * load.fullest_rank / rows);
}

// Every tensor rank has them whole, and projects its own tokens.
void LayerBuilder::project_to_latent(const Experts& moe) {
  if (moe.latent == 0) return;
  linear_layer(local_tokens_, expert_hidden(), hidden_);
  linear_layer(local_tokens_, hidden_, expert_hidden());
}

void LayerBuilder::shared_experts(double width) {
  const Part part(work_.forward, Module::kSharedExperts);
  const double inputs = model_.gated ? 2 : 1;
  const double shared = width / shard_.tensor;
  linear_layer(tokens_, inputs * shared, hidden_);
  activation(tokens_ * shared, inputs, Module::kMlpActivation);
  linear_layer(tokens_, hidden_, shared);
  tensor_exchange();
}

// Out to the experts and back; in the backward pass the gradients go the same way, those that go
// out in the format of the activations (DeepSeek-V3, arXiv 2412.19437 §3.3.3).
void LayerBuilder::expert_exchange(const Experts& moe, double rows, double fullest) {
  const auto combine = base::Bytes(rows * expert_hidden() * kElement);
  const auto dispatch = base::Bytes(rows * expert_hidden() * software_.dispatch_bytes);
  for (const auto bytes : {dispatch, combine}) {
    Exchange exchange{Group::kExpert, ExchangeKind::kAllToAll, bytes, 1};
    exchange.copies = moe.top_k;
    exchange.fullest = fullest;
    exchange.groups = moe.groups;
    exchange.top_groups = moe.top_groups;
    work_.forward.exchanges.push_back(exchange);
    work_.backward.exchanges.push_back(exchange);
  }
}

// Before and after the experts that tensor ranks share.
void LayerBuilder::share_rows(base::Bytes bytes) {
  for (Pass* pass : {&work_.forward, &work_.backward}) {
    pass->exchanges.push_back({Group::kTensor, ExchangeKind::kAllGather, bytes, 1});
    pass->exchanges.push_back({Group::kTensor, ExchangeKind::kReduceScatter, bytes, 1});
  }
}

void LayerBuilder::router(const Experts& moe, double rows) {
  const auto experts = static_cast<double>(moe.experts);
  work_.forward.kernels.push_back({Gemm{local_tokens_, experts, hidden_, 1, wide_, 4}, 1});
  const double products = trains_weights_ ? 2 : 1;
  work_.backward.kernels.push_back(
      {Gemm{local_tokens_, hidden_, experts, products, wide_, 4}, products});
  elementwise(work_.forward, local_tokens_ * experts, 3 * 4, 8, 3);  // softmax and top-k, FP32
  elementwise(work_.backward, local_tokens_ * experts, 2 * 4, 4, 2);
  // Permute before and after the exchange, each way: read and write every routed row.
  const double moved = 4 * kElement * software_.permutation_traffic;
  const auto row = base::Bytes(expert_hidden() * kElement);
  elementwise(work_.forward, rows * expert_hidden(), moved, 1, 4, row);
  elementwise(work_.backward, rows * expert_hidden(), moved, 1, 4, row);
}

void LayerBuilder::grouped(double groups, double m, double n, double k) {
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

}  // namespace weft::workload
