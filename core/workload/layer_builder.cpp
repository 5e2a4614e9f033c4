#include "layer_builder.h"

namespace weft::workload {

using chips::Gemm;
using chips::MemoryBound;
using chips::Operator;
using chips::Precision;

namespace {

// A norm step by step: to FP32, square, mean, root, scale, back to 16 bits, weight.
constexpr double kUnfusedNormKernels = 7.0;

// Everything outside the linear layers runs in 16 bits under an 8- or 4-bit recipe.
Precision wide(Precision p) { return chips::is_narrow(p) ? Precision::kBf16 : p; }

}  // namespace

LayerBuilder::LayerBuilder(const Job& job, const Software& software, const Shard& shard)
    : job_(job),
      model_(job.model),
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

void LayerBuilder::elementwise(Pass& pass, double elements, double bytes, double ops,
                               double kernels, base::Bytes row) const {
  const double traffic = elements * bytes * software_.elementwise_traffic;
  pass.kernels.push_back(
      {MemoryBound{base::Bytes(traffic), base::Work(elements * ops), kernels, row}, kernels});
}

void LayerBuilder::linear_layer(double m, double n, double k) {
  quantise(work_.forward, m * k + cast_weights(k * n));
  work_.forward.kernels.push_back({Gemm{m, n, k, 1, linear_, kElement}, 1});
  quantise(work_.backward, 2 * m * n);
  work_.backward.kernels.push_back({Gemm{m, k, n, 1, linear_, kElement}, 1});
  if (!trains_weights_) return;
  work_.backward.kernels.push_back({Gemm{k, n, m, 1, linear_, kAccumulate}, 1, true});
}

void LayerBuilder::quantise(Pass& pass, double elements) const {
  if (!chips::is_narrow(linear_)) return;
  const double launches = chips::scaling_of(linear_) == chips::Scaling::kTensor ? 2 : 1;
  pass.kernels.push_back({chips::Quantise{elements, linear_}, launches});
}

void LayerBuilder::norm() {
  const double elements = local_tokens_ * hidden_;
  const double traffic = software_.norm_traffic * kElement;
  const double work = work_of(Operator::kNorm);
  const double kernels = software_.norm_traffic > 1 ? kUnfusedNormKernels : 1;
  const Part part(work_.forward, Module::kLayerNorm);
  elementwise(work_.forward, elements, 2 * traffic, work, kernels);
  elementwise(work_.backward, elements, 3 * traffic, 2 * work, kernels);
}

void LayerBuilder::residual() {
  elementwise(work_.forward, local_tokens_ * hidden_, 3 * kElement, 1, 1);
  elementwise(work_.backward, local_tokens_ * hidden_, 3 * kElement, 1, 1);
}

void LayerBuilder::mlp_block(double tokens, double width) {
  const double inputs = model_.gated ? 2 : 1;
  norm();
  {
    const Part part(work_.forward, Module::kMlp);
    linear_layer(tokens, inputs * width, hidden_);
    activation(tokens * width, inputs, Module::kMlpActivation);
    linear_layer(tokens, hidden_, width);
    work_.forward.kernels.back().ends_layer = true;
    tensor_exchange();
    if (shard_.tensor > 1) work_.forward.exchanges.back().ends_layer = true;
  }
  residual();
  work_.forward.kernels.back().ends_layer = true;
}

void LayerBuilder::activation(double elements, double inputs, Module module) {
  const Part part(work_.forward, module);
  elementwise(work_.forward, elements, (inputs + 1) * kElement, work_of(Operator::kActivation), 1);
  elementwise(work_.backward, elements, (2 * inputs + 1) * kElement,
              2 * work_of(Operator::kActivation), 1);
}

void LayerBuilder::tensor_exchange() {
  if (shard_.tensor == 1) return;
  gather_and_scatter(1);
  reduce_and_gather();
}

base::Bytes LayerBuilder::gathered_bytes() const {
  const bool narrow = software_.gathers_narrow && chips::is_narrow(linear_);
  return base::Bytes(tokens_ * hidden_ * (narrow ? chips::bytes_of(linear_) : kElement));
}

void LayerBuilder::reduce_and_gather() {
  if (shard_.tensor == 1) return;
  const auto bytes = base::Bytes(tokens_ * hidden_ * kElement);
  if (shard_.sequence_parallel) {
    work_.forward.exchanges.push_back({Group::kTensor, ExchangeKind::kReduceScatter, bytes, 1});
    work_.backward.exchanges.push_back(
        {Group::kTensor, ExchangeKind::kAllGather, gathered_bytes(), 1});
  } else {
    work_.forward.exchanges.push_back({Group::kTensor, ExchangeKind::kAllReduce, bytes, 1});
  }
}

void LayerBuilder::gather_and_scatter(double count) {
  const auto bytes = base::Bytes(tokens_ * hidden_ * kElement);
  if (shard_.sequence_parallel) {
    const auto gathered = gathered_bytes();
    work_.forward.exchanges.push_back({Group::kTensor, ExchangeKind::kAllGather, gathered, count});
    work_.backward.exchanges.push_back({Group::kTensor, ExchangeKind::kAllGather, gathered, count});
    work_.backward.exchanges.push_back(
        {Group::kTensor, ExchangeKind::kReduceScatter, bytes, count});
  } else {
    work_.backward.exchanges.push_back({Group::kTensor, ExchangeKind::kAllReduce, bytes, count});
  }
}

}  // namespace weft::workload
