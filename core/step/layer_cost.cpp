#include "weft/step/layer_cost.h"

#include "pass_builder.h"
#include "weft/plan/memory.h"

namespace weft::step {

namespace {

using interconnect::Collective;

workload::ShardedParameters scaled(const workload::ShardedParameters& parameters, double bytes) {
  return {parameters.dense * bytes, parameters.experts * bytes};
}

// Of one layer and micro-batch.
base::Bytes offloaded_bytes(const workload::Job& job, const workload::Software& software,
                            workload::LayerKind kind, const workload::Shard& shard,
                            const LayerOptions& options) {
  const bool is_layer = kind == workload::LayerKind::kDense || kind == workload::LayerKind::kMoe;
  if (options.offloaded <= 0 || !is_layer) return base::Bytes(0);
  const auto saved = saved_activations(job, software, kind, shard, options.modules);
  return plan::kept_of(saved, options.recompute) * options.offloaded;
}

}  // namespace

interconnect::CollectiveCost collective_cost(const interconnect::Fabric& fabric,
                                             const workload::Software& software,
                                             interconnect::Collective collective,
                                             const interconnect::GroupShape& shape,
                                             base::Bytes bytes) {
  const bool gathers =
      collective == Collective::kAllGather || collective == Collective::kReduceScatter;
  if (!gathers || !software.gathers_by_ring) return fabric.cost(collective, shape, bytes);
  return fabric.cost(collective, shape, bytes, interconnect::Algorithm::kRing);
}

PassCost& PassCost::add(const PassCost& other, double times) {
  const auto sum = [times](Communication& a, const Communication& b) {
    a.exposed += b.exposed * times;
    a.hidden += b.hidden * times;
  };
  kernels += other.kernels * times;
  host += other.host * times;
  sum(tensor, other.tensor);
  sum(context, other.context);
  sum(expert, other.expert);
  sum(data, other.data);
  sum(offload, other.offload);
  stragglers += other.stragglers * times;
  total += other.total * times;
  weight += other.weight * times;
  window += other.window * times;
  open += other.open * times;
  energy += other.energy * times;
  for (std::size_t t = 0; t < sent.size(); ++t) sent[t] += other.sent[t] * times;
  return *this;
}

const PassCost& LayerCost::recomputed(plan::Recompute recompute) const {
  switch (recompute) {
    case plan::Recompute::kFull:
      return full_recompute;
    case plan::Recompute::kAttention:
      return attention_recompute;
    case plan::Recompute::kModules:
      return module_recompute;
    case plan::Recompute::kNone:
    case plan::Recompute::kSelective:
      break;
  }
  return selective_recompute;
}

namespace {

LayerCost cost_of_fullest(const cluster::Cluster& cluster, const workload::Job& job,
                          const workload::Software& software, workload::LayerKind kind,
                          const workload::Shard& shard, int zero, const GroupShapes& shapes,
                          const LayerOptions& options) {
  const auto work = layer_work(job, software, kind, shard);
  LayerCost cost;
  cost.parameters = sharded_parameters(job.model, kind, shard);
  const double residual = zero >= 2 ? software.residual_sharded : software.residual;
  const workload::ShardedParameters none;
  const bool narrow = software.gathers_narrow_parameters && chips::is_narrow(job.precision);
  const double weight_bytes = narrow ? chips::bytes_of(job.precision) : plan::kWeightBytes;
  const auto gathered = zero >= 3 ? scaled(cost.parameters, weight_bytes) : none;
  const double gradient_bytes =
      options.gradient_bytes > 0 ? options.gradient_bytes : software.gradient_bytes;
  const bool scatters = zero >= 2 && job.training == workload::Training::kFull;
  const auto scattered = scatters ? scaled(cost.parameters, gradient_bytes) : none;
  const auto build = [&](const workload::Pass& pass, const auto& gather, const auto& scatter,
                         base::Time synchronisation, base::Bytes offloaded = {}) {
    const PassSetting setting{residual, synchronisation, options.in_pairs};
    return PassBuilder(cluster, software, shapes, setting).build(pass, gather, scatter, offloaded);
  };
  const auto waits =
      kind == workload::LayerKind::kMoe ? software.expert_synchronisation : base::Time(0);
  const auto away = offloaded_bytes(job, software, kind, shard, options);
  cost.forward = build(work.forward, gathered, none, waits, away);
  cost.backward = build(work.backward, gathered, scattered, waits, away);
  const bool stops = software.recomputation_stops_early;
  const bool differs = zero >= 3 || away.si() > 0 || stops;
  const auto repeated = stops ? up_to_last_needed(work.forward) : work.forward;
  cost.full_recompute = differs ? build(repeated, none, none, waits) : cost.forward;
  const auto again = [&](workload::Modules which) {
    const bool routes = which.meets(workload::Module::kMoe);
    return build(done_again(work.forward, which), none, none, routes ? waits : base::Time(0));
  };
  cost.selective_recompute = again(workload::kSelectiveModules);
  cost.attention_recompute = again(workload::kAttentionModules);
  if (!options.modules.empty()) cost.module_recompute = again(options.modules);
  return cost;
}

// Kernels and energy of the mean device; until the fullest one is done, it waits.
void book_mean(PassCost& fullest, const PassCost& mean) {
  fullest.stragglers += fullest.kernels - mean.kernels;
  fullest.kernels = mean.kernels;
  fullest.energy = mean.energy;
}

}  // namespace

LayerCost layer_cost(const cluster::Cluster& cluster, const workload::Job& job,
                     const workload::Software& software, workload::LayerKind kind,
                     const workload::Shard& shard, int zero, const GroupShapes& shapes,
                     const LayerOptions& options) {
  auto cost = cost_of_fullest(cluster, job, software, kind, shard, zero, shapes, options);
  const auto load = expert_load(job, software.expert_capacity, shard.expert);
  if (kind != workload::LayerKind::kMoe || load.fullest_rank == load.kept) return cost;
  auto even = job;
  even.routing = {};
  auto dropping = software;
  dropping.expert_capacity *= load.kept;
  const auto mean = cost_of_fullest(cluster, even, dropping, kind, shard, zero, shapes, options);
  book_mean(cost.forward, mean.forward);
  book_mean(cost.backward, mean.backward);
  book_mean(cost.full_recompute, mean.full_recompute);
  book_mean(cost.selective_recompute, mean.selective_recompute);
  book_mean(cost.attention_recompute, mean.attention_recompute);
  book_mean(cost.module_recompute, mean.module_recompute);
  return cost;
}

}  // namespace weft::step
