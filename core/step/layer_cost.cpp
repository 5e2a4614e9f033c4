#include "weft/step/layer_cost.h"

#include <algorithm>
#include <cmath>
#include <variant>

#include "weft/chips/kernel.h"
#include "weft/plan/memory.h"
#include "weft/step/offload.h"
#include "weft/step/stragglers.h"
#include "weft/step/token_copies.h"

namespace weft::step {

namespace {

using interconnect::Collective;
using workload::ExchangeKind;

Collective collective_of(ExchangeKind kind) {
  switch (kind) {
    case ExchangeKind::kAllGather:
      return Collective::kAllGather;
    case ExchangeKind::kReduceScatter:
      return Collective::kReduceScatter;
    case ExchangeKind::kAllReduce:
      return Collective::kAllReduce;
    case ExchangeKind::kAllToAll:
      return Collective::kAllToAll;
    case ExchangeKind::kRing:
      break;
  }
  return Collective::kPointToPoint;
}

void add_traffic(Traffic& sum, const Traffic& sent, double times) {
  for (std::size_t t = 0; t < sum.size(); ++t) sum[t] += sent[t] * times;
}

// What the kernels of a pass take together, and the parts that communication can hide behind.
struct Kernels {
  base::Time all, matrix, attention, weight;
  base::Energy energy;
  double launches = 0;
};

class PassBuilder {
 public:
  // `synchronisation`: for how long the host of each pass waits for the device; `slowest`: share by
  // which the slowest device's kernels take longer.
  PassBuilder(const cluster::Cluster& cluster, const workload::Software& software,
              const GroupShapes& shapes, double residual, base::Time synchronisation, bool in_pairs,
              double slowest)
      : cluster_(cluster),
        software_(software),
        shapes_(shapes),
        residual_(residual),
        synchronisation_(synchronisation),
        slowest_(slowest),
        in_pairs_(in_pairs),
        expert_hidden_(in_pairs ? software.expert_hidden_alone : software.expert_hidden),
        device_(cluster.device()) {
    if (software.gemm_waves) device_.kernels.gemm.waves = *software.gemm_waves;
  }

  // `gathered` and `scattered` are bytes of parameters and gradients that data-parallel ranks
  // exchange beside this pass.
  // `offloaded`: bytes of activations that go to the host, or come from there, beside it.
  PassCost build(const workload::Pass& pass, const workload::ShardedParameters& gathered,
                 const workload::ShardedParameters& scattered, base::Bytes offloaded) {
    const auto kernels = run(pass);
    cost_.kernels = kernels.all;
    cost_.weight = kernels.weight;
    cost_.energy = kernels.energy;
    tensor(pass, kernels.matrix);
    context(pass, kernels.attention);
    expert(pass);
    data(gathered, scattered);
    cost_.stragglers = cost_.kernels * slowest_;
    if (offloaded.si() > 0) offload(offloaded);
    cost_.open = open_on(shapes_.expert) + cost_.offload.exposed;
    host(kernels.launches + exchange_launches(pass));
    return cost_;
  }

 private:
  Kernels run(const workload::Pass& pass) const {
    Kernels sum;
    const auto& device = device_;
    const auto& point = cluster_.state.point;
    for (const auto& kernel : pass.kernels) {
      auto cost = std::visit(
          [&](const auto& shape) {
            using Shape = std::decay_t<decltype(shape)>;
            if constexpr (std::is_same_v<Shape, chips::Gemm>) {
              return chips::gemm(device, point, shape);
            } else if constexpr (std::is_same_v<Shape, chips::GroupedGemm>) {
              return chips::grouped_gemm(device, point, shape);
            } else if constexpr (std::is_same_v<Shape, chips::Attention>) {
              return chips::attention(device, point, shape);
            } else if constexpr (std::is_same_v<Shape, chips::Quantise>) {
              return chips::quantise(device, point, shape);
            } else {
              return chips::memory_bound(device, point, shape);
            }
          },
          kernel.shape);
      if (std::holds_alternative<chips::Attention>(kernel.shape)) {
        const double portable = device.kernels.attention.portable;
        cost = (software_.portable_attention ? portable : 1.0) * software_.attention_time * cost;
      }
      sum.all += cost.time;
      sum.energy += cost.energy;
      sum.launches += kernel.launches;
      if (std::holds_alternative<chips::Attention>(kernel.shape)) sum.attention += cost.time;
      if (std::holds_alternative<chips::Gemm>(kernel.shape)) sum.matrix += cost.time;
      if (kernel.is_weight_gradient) sum.weight += cost.time;
    }
    sum.all *= 1.0 + residual_;
    sum.weight *= 1.0 + residual_;
    sum.energy *= 1.0 + residual_;
    return sum;
  }

  base::Time exchange(Collective collective, const interconnect::GroupShape& shape,
                      base::Bytes bytes, double count) {
    const auto cost = collective_cost(cluster_.fabric, software_, collective, shape, bytes);
    add_traffic(cost_.sent, cost.sent, count);
    return cost.time * count;
  }

  // The GEMM beside a tensor exchange hides a share of it.
  void tensor(const workload::Pass& pass, base::Time matrix) {
    base::Time sum;
    for (const auto& e : pass.exchanges) {
      if (e.group != workload::Group::kTensor) continue;
      sum += exchange(collective_of(e.kind), shapes_.tensor, e.bytes, e.count);
    }
    const double share =
        software_.fuses_tensor ? software_.tensor_hidden_fused : software_.tensor_hidden;
    cost_.tensor = split(sum, std::min(sum, matrix) * share);
  }

  // Ring attention: each block of keys travels while the block before is worked on. Gathering and
  // trading stand before or behind all of the attention.
  void context(const workload::Pass& pass, base::Time attention) {
    const double size = shapes_.context.size;
    base::Time whole;
    for (const auto& e : pass.exchanges) {
      if (e.group != workload::Group::kContext) continue;
      if (e.kind != ExchangeKind::kRing) {
        whole += exchange(collective_of(e.kind), shapes_.context, e.bytes, e.count);
        continue;
      }
      const auto one = exchange(Collective::kPointToPoint, shapes_.context_neighbour, e.bytes,
                                e.count * (size - 1)) /
                       (size - 1);
      const auto behind = std::min(one, attention / size);
      cost_.context.exposed += (one - behind + behind * software_.communication_tax) * (size - 1);
      cost_.context.hidden += behind * (size - 1);
    }
    const auto open = open_on(shapes_.context);
    const auto beside = split(whole, std::min(whole, open) * software_.context_hidden);
    cost_.context.exposed += beside.exposed;
    cost_.context.hidden += beside.hidden;
  }

  void expert(const workload::Pass& pass) {
    base::Time sum;
    for (const auto& e : pass.exchanges) {
      if (e.group != workload::Group::kExpert) continue;
      sum += expert_exchange(e);
    }
    cost_.expert = split(sum, std::min(sum, open_on(shapes_.expert)) * expert_hidden_);
  }

  // The rank that gets most sets the time; what a rank sends is the mean.
  base::Time expert_exchange(const workload::Exchange& e) {
    const auto bytes = e.bytes * copies_sent(e);
    auto time = exchange(collective_of(e.kind), shapes_.expert, bytes, e.count);
    if (e.fullest != 1) {
      time = collective_cost(cluster_.fabric, software_, collective_of(e.kind), shapes_.expert,
                             bytes * e.fullest)
                 .time *
             e.count;
    }
    const int top = shapes_.expert.top_tier();
    if (software_.expert_bandwidth <= 0 || top < 0) return time;
    const auto& link = cluster_.fabric.tiers()[static_cast<std::size_t>(top)].link;
    return time * (link.all_to_all_efficiency / software_.expert_bandwidth);
  }

  // Of the copies of a token, those that leave: one for each host it goes to when hosts pass them
  // on, for experts picked at random.
  [[nodiscard]] double copies_sent(const workload::Exchange& e) const {
    const int top = shapes_.expert.top_tier();
    const double hosts = shapes_.expert.tiers[static_cast<std::size_t>(top)].children;
    if (!software_.sends_once_per_host || top == 0 || hosts < 2) return 1;
    return hosts_reached(hosts, e.copies, e.groups, e.top_groups) / e.copies;
  }

  // What runs behind compute takes a share of it away.
  [[nodiscard]] Communication split(base::Time all, base::Time behind) const {
    return {all - behind + behind * software_.communication_tax, behind};
  }

  // Collective calls are launched like kernels; a ring is one call a neighbour.
  [[nodiscard]] double exchange_launches(const workload::Pass& pass) const {
    double calls = 0;
    for (const auto& e : pass.exchanges) {
      calls += e.kind == ExchangeKind::kRing ? e.count * (shapes_.context.size - 1) : e.count;
    }
    return calls * software_.exchange_launches;
  }

  void data(const workload::ShardedParameters& gathered,
            const workload::ShardedParameters& scattered) {
    base::Time sum;
    const double pieces = software_.gather_pieces;
    const auto add = [&](Collective collective, double bytes, const auto& shape) {
      if (bytes <= 0 || shape.size <= 1) return;
      sum += exchange(collective, shape, base::Bytes(bytes / pieces), pieces);
    };
    add(Collective::kAllGather, gathered.dense, shapes_.shard);
    add(Collective::kAllGather, gathered.experts, shapes_.expert_data);
    add(Collective::kReduceScatter, scattered.dense, shapes_.shard);
    add(Collective::kReduceScatter, scattered.experts, shapes_.expert_data);
    const auto window = open_on(shapes_.shard) * software_.data_window;
    cost_.data = split(sum, std::min(sum, window));
    cost_.window = open_on(shapes_.data) * software_.data_window;
  }

  // When a further exchange of a group can run: during kernels, but not while an exchange on its
  // tier runs behind these already, and while one on another tier is waited for. This is kernels
  // less all that is hidden, but for constants; so faster kernels never make a pass longer.
  [[nodiscard]] base::Time open_on(const interconnect::GroupShape& group) const {
    const int tier = group.top_tier();
    auto open = cost_.kernels;
    const auto share = [&](const interconnect::GroupShape& other, const Communication& known) {
      open += other.top_tier() == tier ? -known.hidden : known.exposed;
    };
    share(shapes_.tensor, cost_.tensor);
    share(shapes_.context, cost_.context);
    share(shapes_.expert, {cost_.expert.exposed - given_away(), cost_.expert.hidden});
    share(shapes_.shard, cost_.data);
    return std::max(open, base::Time(0));
  }

  void offload(base::Bytes bytes) {
    const auto beside = cost_.kernels + cost_.exposed() + cost_.stragglers - given_away();
    cost_.offload = offload_activations(cluster_.host, bytes, beside, software_.communication_tax);
    // While the link to the host is waited for, data-parallel ranks can talk.
    cost_.window += cost_.offload.exposed * software_.data_window;
  }

  // In a pair the other pass works while this one waits for experts.
  [[nodiscard]] base::Time given_away() const {
    return in_pairs_ ? cost_.expert.exposed : base::Time(0);
  }

  // The host issues kernels ahead of the device: the slower of the two sets the pace, softly.
  void host(double launches) {
    const double device = (cost_.kernels + cost_.exposed() + cost_.stragglers).si();
    const double issue = (software_.launch * launches).si();
    const double larger = std::max(device, issue);
    cost_.total = base::Time(device);
    if (larger <= 0) return;
    const double n = software_.launch_exponent;
    const double joined =
        larger * std::pow(1.0 + std::pow(std::min(device, issue) / larger, n), 1.0 / n);
    cost_.total = base::Time(joined) + synchronisation_;
    cost_.host = cost_.total - base::Time(device);
  }

  const cluster::Cluster& cluster_;
  const workload::Software& software_;
  const GroupShapes& shapes_;
  double residual_;
  base::Time synchronisation_;
  double slowest_;
  bool in_pairs_;
  double expert_hidden_;
  chips::Device device_;  // with the stack's libraries
  PassCost cost_;
};

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
  add_traffic(sent, other.sent, times);
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
  const double variation = software.device_variation;
  const double slowest = variation > 0 ? variation * expected_maximum(options.devices) : 0.0;
  const auto build = [&](const workload::Pass& pass, const auto& gather, const auto& scatter,
                         base::Time synchronisation, base::Bytes offloaded = {}) {
    return PassBuilder(cluster, software, shapes, residual, synchronisation, options.in_pairs,
                       slowest)
        .build(pass, gather, scatter, offloaded);
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
