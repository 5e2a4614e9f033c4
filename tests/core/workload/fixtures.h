// Shipped models, jobs, and sums over kernel lists.
#pragma once

#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "weft/workload/layer.h"
#include "weft/workload/model.h"
#include "weft/workload/software.h"

namespace weft::workload::testing {

inline std::vector<std::string> model_names() {
  return base::Catalog({WEFT_CONFIGS}).names("model");
}

inline Model shipped(const std::string& name) {
  const base::Catalog catalog({WEFT_CONFIGS});
  base::Reading reading;
  auto model = read_model(catalog.load("model", name, std::nullopt), reading);
  reading.throw_if_any();
  return model;
}

inline Job job_of(Model model, std::int64_t sequence = 4096) {
  Job job;
  job.model = std::move(model);
  job.sequence = sequence;
  job.global_batch = 64;
  job.tokens = 1e12;
  return job;
}

inline Job shipped_job(const std::string& name, std::int64_t sequence = 4096) {
  return job_of(shipped(name), sequence);
}

// Shared and routed experts behind one dense layer, narrow enough for every small degree.
inline Model shared_expert_model() {
  Model model = shipped("mixtral_8x7b");
  model.moe->shared = 2;
  model.moe->first_dense_layers = 1;
  return model;
}

// Matrix FLOPs of a kernel, counted from its shape and not by the chip.
struct MatrixFlops {
  double operator()(const chips::Gemm& g) const { return 2 * g.m * g.n * g.k * g.count * g.batch; }
  double operator()(const chips::GroupedGemm& g) const { return 2 * g.groups * g.m * g.n * g.k; }
  double operator()(const chips::Attention& a) const {
    return a.scores * (a.backward ? 6 * a.head_dim + 4 * a.value_head_dim
                                  : 2 * (a.head_dim + a.value_head_dim));
  }
  double operator()(const chips::MemoryBound&) const { return 0; }
  double operator()(const chips::Quantise&) const { return 0; }
};

inline bool is_attention(const Kernel& kernel) {
  return std::holds_alternative<chips::Attention>(kernel.shape);
}

// Products in one kernel: of a scan, or of scores that are not fused.
inline bool is_batched(const Kernel& kernel) {
  const auto* product = std::get_if<chips::Gemm>(&kernel.shape);
  return product != nullptr && product->batch > 1;
}

inline double batched_flops(const Pass& pass) {
  double sum = 0;
  for (const auto& kernel : pass.kernels) {
    if (is_batched(kernel)) sum += kernel.times * std::visit(MatrixFlops{}, kernel.shape);
  }
  return sum;
}

inline double attention_flops(const Pass& pass) {
  double sum = 0;
  for (const auto& kernel : pass.kernels) {
    if (is_attention(kernel)) sum += kernel.times * std::visit(MatrixFlops{}, kernel.shape);
  }
  return sum;
}

// Without attention and scans.
inline double linear_flops(const Pass& pass) {
  double sum = 0;
  for (const auto& kernel : pass.kernels) {
    if (is_attention(kernel) || is_batched(kernel)) continue;
    sum += kernel.times * std::visit(MatrixFlops{}, kernel.shape);
  }
  return sum;
}

inline double streamed_bytes(const Pass& pass) {
  double sum = 0;
  for (const auto& kernel : pass.kernels) {
    if (const auto* memory = std::get_if<chips::MemoryBound>(&kernel.shape)) {
      sum += kernel.times * memory->traffic.si();
    }
  }
  return sum;
}

// How often a kind of exchange over a group happens.
inline double times(const Pass& pass, Group group, ExchangeKind kind) {
  double sum = 0;
  for (const auto& exchange : pass.exchanges) {
    if (exchange.group == group && exchange.kind == kind) sum += exchange.count;
  }
  return sum;
}

inline Shard shard_of(int tensor, int context = 1, int expert = 1, int micro_batch = 1) {
  return {tensor, tensor > 1, context, expert, 1, micro_batch};
}

inline LayerWork work(const Job& job, LayerKind kind, const Shard& shard = {}) {
  return layer_work(job, Software{}, kind, shard);
}

}  // namespace weft::workload::testing
