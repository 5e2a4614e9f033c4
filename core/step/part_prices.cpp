#include "part_prices.h"

#include <algorithm>
#include <cmath>

#include "index.h"
#include "weft/chips/kernel.h"
#include "weft/step/offload.h"
#include "weft/step/rank_groups.h"
#include "word.h"

namespace weft::step {

namespace {

using interconnect::Collective;
using workload::LayerKind;

constexpr std::size_t kMostLayers = 8192;  // some 2 kB each

std::array<std::uint64_t, 2> group_key(const plan::Plan& plan, int stages) {
  Word a, b;
  a.add(plan.tensor, kDegreeBits).add(plan.context, kDegreeBits).add(plan.data, kReplicaBits);
  a.add(stages, kDegreeBits);
  b.add(plan.expert, kDegreeBits).add(plan.expert_tensor, kDegreeBits);
  b.add(plan.zero_ranks, kReplicaBits);
  for (const auto axis : plan.rank_order) b.add(static_cast<int>(axis), 2);
  return {a.get(), b.get()};
}
std::array<std::uint64_t, 2> costs_key(const plan::Plan& plan, std::uint32_t groups,
                                       std::uint32_t rest) {
  Word a, b;
  a.add(groups, 32).add(plan.micro_batch, kReplicaBits).add(plan.sequence_parallel ? 1 : 0, 1);
  a.add(plan.zero, 2);
  b.add(rest, 32).add(static_cast<int>(plan.recompute), 4).add(interweaves(plan) ? 1 : 0, 1);
  b.add(plan.pipeline, kDegreeBits);
  return {a.get(), b.get()};
}

}  // namespace

PartPrices::PartPrices(const cluster::Cluster& mixed, int part, const workload::Job& job,
                       const workload::Software& software)
    : mixed_(mixed),
      part_(part),
      cluster_(mixed.part(part)),
      job_(job),
      software_(software.of_part(part)) {}

int PartPrices::intern(const interconnect::GroupShape& shape) {
  const auto found = std::find(shapes_.begin(), shapes_.end(), shape);
  if (found != shapes_.end()) return static_cast<int>(found - shapes_.begin());
  shapes_.push_back(shape);
  return static_cast<int>(shapes_.size()) - 1;
}

// size 0 asks for the worst pair at this stride.
int PartPrices::group(std::int64_t used, std::int64_t stride, int size) {
  const GroupKey key{{used, stride, size}};
  const auto found = groups_.find(key);
  if (found != groups_.end()) return found->second;
  const auto shape = size == 0 ? cluster_.fabric.neighbours(used, stride)
                               : cluster_.fabric.group(used, stride, size);
  const int index = intern(shape);
  groups_.emplace(key, index);
  return index;
}

void PartPrices::find_groups(const plan::Plan& plan, int stages) {
  if (plan.rank_order != plan::kTensorFirst) return find_reordered_groups(plan, stages);
  const auto stage = plan.devices_of_stage();
  const auto used = stage * stages;
  in_use_.tensor = group(used, 1, plan.tensor);
  in_use_.context = group(used, plan.tensor, plan.context);
  in_use_.context_neighbour = intern(interconnect::slowest_hop(shapes_[at(in_use_.context)]));
  // Ranks that share an expert are the ranks of a tensor group.
  in_use_.expert = group(used, plan.expert_tensor > 1 ? plan.tensor : 1, plan.expert);
  const int data = plan.context * plan.data;
  const int shard = plan.shard_ranks();
  in_use_.data = group(used, plan.tensor, data);
  in_use_.shard = group(used, plan.tensor, shard);
  in_use_.replicas =
      group(used, static_cast<std::int64_t>(plan.tensor) * shard, std::max(data / shard, 1));
  const auto apart = static_cast<std::int64_t>(plan.expert) * plan.expert_tensor;
  const int replicas = plan::expert_replicas(plan);
  const int expert_shard = plan::expert_shard_ranks(plan);
  in_use_.expert_data = group(used, apart, replicas);
  in_use_.expert_shard = group(used, apart, expert_shard);
  in_use_.expert_copies = group(used, apart * expert_shard, replicas / expert_shard);
  in_use_.next_stage = stages > 1 ? group(used, stage, 0) : in_use_.tensor;
}

void PartPrices::find_reordered_groups(const plan::Plan& plan, int stages) {
  auto here = plan;
  here.pipeline = stages;
  const auto groups = rank_groups(cluster_.fabric, here);
  in_use_.tensor = intern(groups.tensor);
  in_use_.context = intern(groups.context);
  in_use_.context_neighbour = intern(interconnect::slowest_hop(groups.context));
  in_use_.expert = intern(groups.expert);
  in_use_.data = intern(groups.data);
  in_use_.shard = intern(groups.shard);
  in_use_.replicas = intern(groups.replicas);
  in_use_.expert_data = intern(groups.expert_data);
  in_use_.expert_shard = intern(groups.expert_shard);
  in_use_.expert_copies = intern(groups.expert_copies);
  in_use_.next_stage = intern(groups.next_stage);
  in_use_.far_ends = intern(groups.far_ends);
}

GroupShapes PartPrices::shapes() const {
  return {shapes_[at(in_use_.tensor)],
          shapes_[at(in_use_.context)],
          shapes_[at(in_use_.context_neighbour)],
          shapes_[at(in_use_.expert)],
          shapes_[at(in_use_.data)],
          shapes_[at(in_use_.shard)],
          shapes_[at(in_use_.replicas)],
          shapes_[at(in_use_.expert_data)],
          shapes_[at(in_use_.expert_shard)],
          shapes_[at(in_use_.expert_copies)]};
}

const LayerCost& PartPrices::layer(const plan::Plan& plan, LayerKind kind) {
  const int zero = plan.zero_traffic();
  const bool data = zero >= 2;
  const LayerKey key{{static_cast<int>(kind), plan.tensor, plan.context, plan.expert,
                      plan.expert_tensor, plan.micro_batch, plan.sequence_parallel ? 1 : 0,
                      in_use_.tensor, in_use_.context_neighbour, in_use_.expert, data ? zero : 0,
                      data ? in_use_.shard : shapes_[at(in_use_.data)].top_tier(),
                      data ? in_use_.expert_shard : 0, plan.recomputed_modules().bits(),
                      plan.context_exchange == plan::ContextExchange::kRing ? 0 : in_use_.context,
                      static_cast<int>(plan.context_exchange), interweaves(plan) ? 1 : 0,
                      static_cast<int>(plan.gradient_bytes),
                      // A share is read to a millionth.
                      static_cast<int>(std::lround(1e6 * plan.activation_offload)),
                      plan.activation_offload > 0 ? static_cast<int>(plan.recompute) : 0}};
  const auto found = layers_.find(key);
  if (found != layers_.end()) return found->second;
  auto cost = layer_cost(cluster_, job_, software_, kind, plan.shard(), zero, shapes(),
                         {plan.recomputed_modules(), plan.gradient_bytes, interweaves(plan),
                          plan.activation_offload, plan.recompute});
  return layers_.emplace(key, cost).first->second;
}

base::Energy PartPrices::energy_sent(const Traffic& sent) const {
  base::Energy sum;
  const auto& tiers = cluster_.fabric.tiers();
  for (std::size_t t = 0; t < tiers.size(); ++t) sum += tiers[t].link.energy_per_byte * sent[t];
  return sum;
}

PassEnergy PartPrices::energy_of(const PassCost& pass) const {
  return {pass.energy + energy_sent(pass.sent), pass.exposed(), pass.host + pass.stragglers,
          pass.total};
}

// A stage hands its result to the next one, on the same part or on another, where it is taken to be
// gathered as it is here.
Handover PartPrices::handover(const plan::Plan& plan, int to) const {
  Handover result;
  if (plan.pipeline == 1 || (to == part_ && stages_ == 1)) return result;
  const double tokens =
      static_cast<double>(plan.micro_batch) * static_cast<double>(job_.sequence) / plan.context;
  const bool splits = plan.sequence_parallel || software_.splits_transfers;
  const base::Bytes whole(2.0 * tokens * static_cast<double>(job_.model.hidden));
  const auto bytes = splits ? whole / plan.tensor : whole;
  if (to == part_) {
    const auto cost =
        cluster_.fabric.cost(Collective::kPointToPoint, shapes_[at(in_use_.next_stage)], bytes);
    result.time = cost.time;
    result.sent = cost.sent;
  } else {
    result.time = cluster::joint_time(mixed_, part_, to, plan.devices_of_stage(), bytes);
    result.crossed = bytes;
  }
  if (!plan.sequence_parallel && software_.splits_transfers && plan.tensor > 1) {
    const auto gather = collective_cost(cluster_.fabric, software_, Collective::kAllGather,
                                        shapes_[at(in_use_.tensor)], whole);
    result.time += gather.time;
    for (std::size_t t = 0; t < gather.sent.size(); ++t) result.sent[t] += gather.sent[t];
  }
  result.energy = energy_sent(result.sent) + mixed_.joint.link.energy_per_byte * result.crossed;
  return result;
}

void PartPrices::add_layer(const plan::Plan& plan, LayerKind kind, PartCosts& costs) {
  const auto k = static_cast<std::size_t>(kind);
  const auto& cost = layer(plan, kind);
  costs.costs[k] = &cost;
  auto& one = costs.layers[k];
  one.pass.forward = cost.forward.total.si();
  one.pass.backward = cost.backward.total.si();
  one.pass.forward_window = cost.forward.window;
  one.pass.backward_window = cost.backward.window;
  costs.energy[k] = energy_of(cost.forward) + energy_of(cost.backward);
  // Logits would have to be kept for the head's: it is not put off (assumed). No pair hides
  // anything behind it either.
  if (kind != LayerKind::kDense && kind != LayerKind::kMoe) return;
  one.pass.weight = cost.backward.weight.si();
  one.pass.forward_open = openings_of(cost.forward);
  one.pass.backward_open = openings_of(cost.backward);
  if (plan.recompute == plan::Recompute::kNone) return;
  const auto& again = cost.recomputed(plan.recompute);
  one.again = again.total.si();
  one.again_window = again.window;
  one.again_open = openings_of(again);
  costs.again_energy[k] = energy_of(again);
}

PartCosts PartPrices::make_costs(const plan::Plan& plan) {
  PartCosts costs;
  add_layer(plan, LayerKind::kDense, costs);
  if (job_.model.moe) add_layer(plan, LayerKind::kMoe, costs);
  add_layer(plan, LayerKind::kEmbedding, costs);
  add_layer(plan, LayerKind::kHead, costs);
  for (int to = 0; to < mixed_.parts(); ++to) costs.handovers.push_back(handover(plan, to));
  return costs;
}

const PartCosts& PartPrices::look_up(const plan::Plan& plan, int stages, std::uint32_t rest) {
  const auto [groups, number] = found_groups_.get(group_key(plan, stages), [&] {
    find_groups(plan, stages);
    return in_use_;
  });
  in_use_ = groups;
  groups_number_ = number;
  stages_ = stages;
  return costs_.get(costs_key(plan, number, rest), [&] { return make_costs(plan); }).first;
}

void PartPrices::forget() {
  found_groups_ = {};
  costs_ = {};
  if (layers_.size() > kMostLayers) layers_.clear();
}

DataParallelWork PartPrices::data_work(const plan::Plan& plan,
                                       const workload::ShardedParameters& parameters,
                                       int copies) const {
  const double bytes = gradient_bytes(software_, plan);
  auto work = data_parallel_work(cluster_, software_, plan.zero_traffic(), bytes, parameters,
                                 shapes(), copies);
  offload_optimizer(cluster_.host, plan.optimizer_offload, bytes,
                    chips::waiting_power(cluster_.device()), work);
  return work;
}

base::Time PartPrices::sum_over_ends(const plan::Plan& plan, int stages, base::Bytes bytes) {
  const bool is_reordered = plan.rank_order != plan::kTensorFirst;
  const auto stage = plan.devices_of_stage();
  const int ends = is_reordered ? in_use_.far_ends : group(stage * stages, stage * (stages - 1), 0);
  return cluster_.fabric.cost(Collective::kAllReduce, shapes_[at(ends)], bytes).time;
}

}  // namespace weft::step
