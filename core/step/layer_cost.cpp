#include "weft/step/layer_cost.h"

#include <algorithm>
#include <cmath>
#include <variant>

#include "weft/chips/kernel.h"
#include "weft/plan/memory.h"

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
  // `synchronisation`: for how long the host of each pass waits for the device.
  PassBuilder(const cluster::Cluster& cluster, const workload::Software& software,
              const GroupShapes& shapes, double residual, base::Time synchronisation)
      : cluster_(cluster),
        software_(software),
        shapes_(shapes),
        residual_(residual),
        synchronisation_(synchronisation) {}

  // `gathered` and `scattered` are bytes of parameters and gradients that data-parallel ranks
  // exchange beside this pass.
  PassCost build(const workload::Pass& pass, const workload::ShardedParameters& gathered,
                 const workload::ShardedParameters& scattered) {
    const auto kernels = run(pass);
    cost_.kernels = kernels.all;
    cost_.weight = kernels.weight;
    cost_.energy = kernels.energy;
    tensor(pass, kernels.matrix);
    context(pass, kernels.attention);
    expert(pass);
    data(gathered, scattered);
    host(kernels.launches + exchange_launches(pass));
    return cost_;
  }

 private:
  Kernels run(const workload::Pass& pass) const {
    Kernels sum;
    const auto& device = cluster_.device();
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

  // Ring attention: each block of keys travels while the block before is worked on.
  void context(const workload::Pass& pass, base::Time attention) {
    const double size = shapes_.context.size;
    for (const auto& e : pass.exchanges) {
      if (e.group != workload::Group::kContext) continue;
      const auto one = exchange(Collective::kPointToPoint, shapes_.context_neighbour, e.bytes,
                                e.count * (size - 1)) /
                       (size - 1);
      const auto behind = std::min(one, attention / size);
      cost_.context.exposed += (one - behind + behind * software_.communication_tax) * (size - 1);
      cost_.context.hidden += behind * (size - 1);
    }
  }

  void expert(const workload::Pass& pass) {
    base::Time sum;
    for (const auto& e : pass.exchanges) {
      if (e.group != workload::Group::kExpert) continue;
      sum +=
          exchange(collective_of(e.kind), shapes_.expert, e.bytes * copies_sent(e.copies), e.count);
    }
    cost_.expert = split(sum, std::min(sum, cost_.kernels) * software_.expert_hidden);
  }

  // Of the copies of a token, those that leave: one for each host it goes to when hosts pass them
  // on, for experts picked at random.
  [[nodiscard]] double copies_sent(double copies) const {
    const int top = shapes_.expert.top_tier();
    const double hosts = shapes_.expert.tiers[static_cast<std::size_t>(top)].children;
    if (!software_.sends_once_per_host || top == 0 || hosts < 2) return 1;
    return hosts * (1 - std::pow(1 - 1 / hosts, copies)) / copies;
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
    cost_.window = window() * software_.data_window;
    cost_.data = split(sum, std::min(sum, cost_.window));
  }

  // When data-parallel ranks can talk: during kernels, but not while other exchanges on their tier
  // run behind these, and during exchanges on other tiers.
  [[nodiscard]] base::Time window() const {
    const int ours = shapes_.data.top_tier();
    auto open = cost_.kernels;
    const auto share = [&](const interconnect::GroupShape& group, const Communication& other) {
      open += group.top_tier() == ours ? -other.hidden : other.exposed;
    };
    share(shapes_.tensor, cost_.tensor);
    share(shapes_.context, cost_.context);
    share(shapes_.expert, cost_.expert);
    return std::max(open, base::Time(0));
  }

  // The host issues kernels ahead of the device: the slower of the two sets the pace, softly.
  void host(double launches) {
    const double device = (cost_.kernels + cost_.exposed()).si();
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
  PassCost cost_;
};

workload::ShardedParameters scaled(const workload::ShardedParameters& parameters, double bytes) {
  return {parameters.dense * bytes, parameters.experts * bytes};
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
  total += other.total * times;
  weight += other.weight * times;
  window += other.window * times;
  energy += other.energy * times;
  add_traffic(sent, other.sent, times);
  return *this;
}

const PassCost& LayerCost::recomputed(plan::Recompute recompute) const {
  if (recompute == plan::Recompute::kFull) return full_recompute;
  return recompute == plan::Recompute::kAttention ? attention_recompute : selective_recompute;
}

LayerCost layer_cost(const cluster::Cluster& cluster, const workload::Job& job,
                     const workload::Software& software, workload::LayerKind kind,
                     const workload::Shard& shard, int zero, const GroupShapes& shapes) {
  const auto work = layer_work(job, software, kind, shard);
  LayerCost cost;
  cost.parameters = sharded_parameters(job.model, kind, shard);
  const double residual = zero >= 2 ? software.residual_sharded : software.residual;
  const workload::ShardedParameters none;
  const auto gathered = zero >= 3 ? scaled(cost.parameters, plan::kWeightBytes) : none;
  const bool scatters = zero >= 2 && job.training == workload::Training::kFull;
  const auto scattered = scatters ? scaled(cost.parameters, software.gradient_bytes) : none;
  const auto build = [&](const workload::Pass& pass, const auto& gather, const auto& scatter,
                         base::Time synchronisation) {
    return PassBuilder(cluster, software, shapes, residual, synchronisation)
        .build(pass, gather, scatter);
  };
  const auto waits =
      kind == workload::LayerKind::kMoe ? software.expert_synchronisation : base::Time(0);
  cost.forward = build(work.forward, gathered, none, waits);
  cost.backward = build(work.backward, gathered, scattered, waits);
  cost.full_recompute = zero >= 3 ? build(work.forward, none, none, waits) : cost.forward;
  cost.selective_recompute = build(work.selective_recompute, none, none, base::Time(0));
  cost.attention_recompute = build(work.attention_recompute, none, none, base::Time(0));
  return cost;
}

}  // namespace weft::step
