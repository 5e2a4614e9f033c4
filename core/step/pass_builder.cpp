#include "pass_builder.h"

#include <algorithm>
#include <cmath>
#include <variant>

#include "expert_exchange.h"
#include "weft/step/kernel_cost.h"
#include "weft/step/offload.h"

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

}  // namespace

PassBuilder::PassBuilder(const cluster::Cluster& cluster, const workload::Software& software,
                         const GroupShapes& shapes, const PassSetting& setting)
    : cluster_(cluster),
      software_(software),
      shapes_(shapes),
      setting_(setting),
      expert_hidden_(setting.in_pairs ? software.expert_hidden_alone : software.expert_hidden),
      device_(with_libraries(cluster.device(), software)) {}

PassCost PassBuilder::build(const workload::Pass& pass, const workload::ShardedParameters& gathered,
                            const workload::ShardedParameters& scattered, base::Bytes offloaded) {
  const auto kernels = run(pass);
  cost_.kernels = kernels.all;
  cost_.weight = kernels.weight;
  cost_.energy = kernels.energy;
  tensor(pass, kernels.matrix);
  context(pass, kernels.attention);
  expert(pass);
  data(gathered, scattered);
  if (offloaded.si() > 0) offload(offloaded);
  cost_.open = open_on(shapes_.expert) + cost_.offload.exposed;
  host(kernels.launches + exchange_launches(pass));
  return cost_;
}

PassBuilder::Kernels PassBuilder::run(const workload::Pass& pass) const {
  Kernels sum;
  for (const auto& kernel : pass.kernels) {
    const auto cost = kernel_cost(device_, cluster_.state.point, software_, kernel);
    sum.all += cost.time;
    sum.energy += cost.energy;
    sum.launches += kernel.launches * kernel.times;
    if (std::holds_alternative<chips::Attention>(kernel.shape)) sum.attention += cost.time;
    if (std::holds_alternative<chips::Gemm>(kernel.shape)) sum.matrix += cost.time;
    if (kernel.is_weight_gradient) sum.weight += cost.time;
  }
  const double unnamed = 1.0 + setting_.residual;
  sum.all *= unnamed;
  sum.weight *= unnamed;
  sum.energy *= unnamed;
  return sum;
}

base::Time PassBuilder::exchange(Collective collective, const interconnect::GroupShape& shape,
                                 base::Bytes bytes, double count) {
  const auto cost = collective_cost(cluster_.fabric, software_, collective, shape, bytes);
  add_traffic(cost_.sent, cost.sent, count);
  return cost.time * count;
}

void PassBuilder::tensor(const workload::Pass& pass, base::Time matrix) {
  base::Time sum;
  for (const auto& e : pass.exchanges) {
    if (e.group != workload::Group::kTensor) continue;
    sum += exchange(collective_of(e.kind), shapes_.tensor, e.bytes, e.count);
  }
  const double share =
      software_.fuses_tensor ? software_.tensor_hidden_fused : software_.tensor_hidden;
  cost_.tensor = split(sum, std::min(sum, matrix) * share);
}

void PassBuilder::context(const workload::Pass& pass, base::Time attention) {
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

void PassBuilder::expert(const workload::Pass& pass) {
  base::Time sum;
  for (const auto& e : pass.exchanges) {
    if (e.group != workload::Group::kExpert) continue;
    const auto cost = expert_exchange(cluster_.fabric, software_, shapes_.expert, e);
    add_traffic(cost_.sent, cost.sent, e.count);
    sum += cost.time * e.count;
  }
  cost_.expert = split(sum, std::min(sum, open_on(shapes_.expert)) * expert_hidden_);
}

Communication PassBuilder::split(base::Time all, base::Time behind) const {
  return {all - behind + behind * software_.communication_tax, behind};
}

double PassBuilder::exchange_launches(const workload::Pass& pass) const {
  double calls = 0;
  for (const auto& e : pass.exchanges) {
    calls += e.kind == ExchangeKind::kRing ? e.count * (shapes_.context.size - 1) : e.count;
  }
  return calls * software_.exchange_launches;
}

void PassBuilder::data(const workload::ShardedParameters& gathered,
                       const workload::ShardedParameters& scattered) {
  base::Time sum;
  const double pieces = software_.gather_pieces;
  const auto add = [&](Collective collective, double bytes, const auto& shape) {
    if (bytes <= 0 || shape.size <= 1) return;
    sum += exchange(collective, shape, base::Bytes(bytes / pieces), pieces);
  };
  add(Collective::kAllGather, gathered.dense, shapes_.shard);
  add(Collective::kAllGather, gathered.experts, shapes_.expert_shard);
  add(Collective::kReduceScatter, scattered.dense, shapes_.shard);
  add(Collective::kReduceScatter, scattered.experts, shapes_.expert_shard);
  const auto window = open_on(shapes_.shard) * software_.data_window;
  cost_.data = split(sum, std::min(sum, window));
  cost_.window = open_on(shapes_.data) * software_.data_window;
}

base::Time PassBuilder::open_on(const interconnect::GroupShape& group) const {
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

void PassBuilder::offload(base::Bytes bytes) {
  const auto beside = cost_.kernels + cost_.exposed() - given_away();
  cost_.offload = offload_activations(cluster_.host, bytes, beside, software_.communication_tax);
  // While the link to the host is waited for, data-parallel ranks can talk.
  cost_.window += cost_.offload.exposed * software_.data_window;
}

base::Time PassBuilder::given_away() const {
  return setting_.in_pairs ? cost_.expert.exposed : base::Time(0);
}

void PassBuilder::host(double launches) {
  const double device = (cost_.kernels + cost_.exposed()).si();
  const double issue = (software_.launch * launches).si();
  const double larger = std::max(device, issue);
  cost_.total = base::Time(device);
  if (larger <= 0) return;
  const double n = software_.launch_exponent;
  const double joined =
      larger * std::pow(1.0 + std::pow(std::min(device, issue) / larger, n), 1.0 / n);
  cost_.total = base::Time(joined) + setting_.synchronisation;
  cost_.host = cost_.total - base::Time(device);
}

}  // namespace weft::step
