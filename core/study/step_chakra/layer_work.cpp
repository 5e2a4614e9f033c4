#include "layer_work.h"

#include "weft/cluster/cluster.h"
#include "weft/plan/memory.h"
#include "weft/step/kernel_cost.h"
#include "weft/step/layer_cost.h"
#include "weft/step/stage_cost.h"

namespace weft::step_chakra {

namespace {

using chakra::Collective;
using step::Part;
using workload::ExchangeKind;
using workload::Group;
using workload::LayerKind;

Collective collective_of(ExchangeKind kind) {
  switch (kind) {
    case ExchangeKind::kAllReduce:
      return Collective::kAllReduce;
    case ExchangeKind::kReduceScatter:
      return Collective::kReduceScatter;
    case ExchangeKind::kAllToAll:
      return Collective::kAllToAll;
    case ExchangeKind::kAllGather:
    case ExchangeKind::kRing:
      break;
  }
  return Collective::kAllGather;
}

std::pair<Part, Team> place_of(Group group) {
  switch (group) {
    case Group::kTensor:
      return {Part::kTensor, Team::kTensor};
    case Group::kContext:
      return {Part::kContext, Team::kContext};
    case Group::kExpert:
      break;
  }
  return {Part::kExpert, Team::kExpert};
}

// What is done again of a forward pass.
workload::Pass repeated(const workload::Pass& forward, const plan::Plan& plan,
                        const workload::Software& software) {
  switch (plan.recompute) {
    case plan::Recompute::kFull:
      return software.recomputation_stops_early ? up_to_last_needed(forward) : forward;
    case plan::Recompute::kAttention:
      return done_again(forward, workload::kAttentionModules);
    case plan::Recompute::kModules:
      return done_again(forward, plan.modules);
    case plan::Recompute::kNone:
    case plan::Recompute::kSelective:
      break;
  }
  return done_again(forward, workload::kSelectiveModules);
}

}  // namespace

LayerWork::LayerWork(const TracedStep& step, const Teams& teams) : step_(step), teams_(teams) {
  int layers = 0;
  for (int vs = 0; vs < step.plan.chunks(); ++vs) {
    chunks_.push_back(chunk_of(step.plan, step.job.model, vs));
    first_layers_.push_back(layers);
    layers += chunks_.back().layers();
  }
}

const PassWork& LayerWork::of(LayerKind kind, PassKind pass) {
  const auto [found, is_new] = known_.try_emplace({kind, pass});
  if (is_new) found->second = make(kind, pass);
  return found->second;
}

PassWork LayerWork::make(LayerKind kind, PassKind pass) const {
  const auto& plan = step_.plan;
  const auto work = layer_work(step_.job, step_.software, kind, plan.shard());
  PassWork result;
  auto list = pass == PassKind::kForward ? work.forward : work.backward;
  if (pass == PassKind::kRecompute) list = repeated(work.forward, plan, step_.software);
  add_kernels(list, pass, result);
  if (pass == PassKind::kWeightGradient) return result;
  add_exchanges(list, result);
  add_parameters(kind, pass, result);
  return result;
}

void LayerWork::add_kernels(const workload::Pass& pass, PassKind which, PassWork& result) const {
  // Factors on times are not on work.
  auto plain = step_.software;
  plain.attention_time = plain.scan_time = 1;
  plain.portable_attention = false;
  for (const auto& kernel : pass.kernels) {
    if (which == PassKind::kWeightGradient && !kernel.is_weight_gradient) continue;
    if (which == PassKind::kInputGradient && kernel.is_weight_gradient) continue;
    const auto& cluster = step_.cluster;
    const auto cost = step::kernel_cost(cluster.device(), cluster.state.point, plain, kernel);
    result.work += cost.matrix_work.si();
    result.traffic += cost.memory_traffic.si();
  }
}

void LayerWork::add(std::vector<Call>& calls, Team team, Collective collective, double vector_bytes,
                    double count) const {
  const auto ranks = static_cast<double>(teams_.size(team));
  if (ranks <= 1 || vector_bytes <= 0) return;
  const double bytes = collective == Collective::kAllGather ? vector_bytes / ranks : vector_bytes;
  for (auto& call : calls) {
    if (call.team != team || call.collective != collective) continue;
    call.bytes += bytes;
    call.count += count;
    return;
  }
  calls.push_back({team, collective, bytes, count});
}

void LayerWork::add_exchanges(const workload::Pass& pass, PassWork& result) const {
  for (const auto& exchange : pass.exchanges) {
    const auto [part, team] = place_of(exchange.group);
    double bytes = exchange.bytes.si() * exchange.count;
    // Each rank's own block goes all the way around.
    if (exchange.kind == ExchangeKind::kRing) bytes *= static_cast<double>(teams_.size(team));
    add(result.calls[part], team, collective_of(exchange.kind), bytes, exchange.count);
  }
}

double LayerWork::gradient_bytes() const {
  return step::gradient_bytes(step_.software, step_.plan);
}

// As step::layer_cost() has them: ZeRO-3 gathers parameters in both passes, ZeRO-2 and ZeRO-3
// scatter gradients in every backward pass. What is made again has the parameters of that.
void LayerWork::add_parameters(LayerKind kind, PassKind pass, PassWork& result) const {
  const int zero = step_.plan.zero_traffic();
  if (zero < 2 || pass == PassKind::kRecompute) return;
  const auto held = sharded_parameters(step_.job.model, kind, step_.plan.shard());
  const auto& software = step_.software;
  const bool narrow = software.gathers_narrow_parameters && chips::is_narrow(step_.job.precision);
  const double weight = narrow ? chips::bytes_of(step_.job.precision) : plan::kWeightBytes;
  auto& calls = result.calls[Part::kData];
  const double pieces = software.gather_pieces;
  if (zero >= 3) {
    add(calls, Team::kShard, Collective::kAllGather, weight * held.dense, pieces);
    add(calls, Team::kExpertShard, Collective::kAllGather, weight * held.experts, pieces);
  }
  if (pass == PassKind::kForward || step_.job.training != workload::Training::kFull) return;
  const double g = gradient_bytes();
  add(calls, Team::kShard, Collective::kReduceScatter, g * held.dense, pieces);
  add(calls, Team::kExpertShard, Collective::kReduceScatter, g * held.experts, pieces);
}

// As step::data_parallel_work() has it.
LayerWork::Shared LayerWork::of_stage(int stage) const {
  const auto& plan = step_.plan;
  workload::ShardedParameters held;
  const auto shape = plan.shape(plan.micro_batches(step_.job));
  for (int c = 0; c < shape.chunks(); ++c) {
    const auto vs = shape.virtual_stage(stage, c);
    for (const auto& part : step::parts_of(chunk(vs))) {
      const auto one = sharded_parameters(step_.job.model, part.kind, plan.shard());
      held.dense += one.dense * part.count;
      held.experts += one.experts * part.count;
    }
  }
  const int zero = plan.zero_traffic();
  const double g = gradient_bytes();
  Shared shared;
  const auto reduce = zero == 0 ? Collective::kAllReduce : Collective::kReduceScatter;
  if (zero <= 1) {
    add(shared.gradients, zero == 0 ? Team::kData : Team::kShard, reduce, g * held.dense);
    add(shared.gradients, zero == 0 ? Team::kExpertData : Team::kExpertShard, reduce,
        g * held.experts);
  }
  const auto shards = zero == 0 ? 1.0 : static_cast<double>(teams_.size(Team::kShard));
  const auto of_experts = zero == 0 ? 1.0 : static_cast<double>(teams_.size(Team::kExpertShard));
  if (zero >= 1) {
    add(shared.gradients, Team::kReplicas, Collective::kAllReduce, g * held.dense / shards);
    add(shared.gradients, Team::kExpertCopies, Collective::kAllReduce,
        g * held.experts / of_experts);
  }
  if (zero == 1 || zero == 2) {
    add(shared.parameters, Team::kShard, Collective::kAllGather, plan::kWeightBytes * held.dense);
    add(shared.parameters, Team::kExpertShard, Collective::kAllGather,
        plan::kWeightBytes * held.experts);
  }
  shared.updated = (plan::kAdamTraffic + g) * (held.dense / shards + held.experts / of_experts);
  return shared;
}

}  // namespace weft::step_chakra
