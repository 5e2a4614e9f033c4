// Plans by the classes of their stages: look-ups, and bounds in as many steps as there are classes.
#include <algorithm>

#include "index.h"
#include "tables.h"
#include "weft/chips/kernel.h"
#include "weft/step/offload.h"

namespace weft::step {

namespace {

using workload::LayerKind;

// Low-rank adapters: weights beside the frozen ones (LoRA, arXiv 2106.09685, §4.2: 0.01 % to 0.6
// %).
constexpr double kAdapterShare = 1e-3;

// Integers side by side in a word. Degrees are below 2^13, replicas and micro-batches below 2^23.
class Word {
 public:
  Word& add(std::int64_t value, int bits) {
    word_ = (word_ << bits) | static_cast<std::uint64_t>(value);
    return *this;
  }
  [[nodiscard]] std::uint64_t get() const { return word_; }

 private:
  std::uint64_t word_ = 0;
};
constexpr int kDegreeBits = 13;
constexpr std::size_t kMostLayers = 8192;  // some 2 kB each
constexpr int kReplicaBits = 23;

std::array<std::uint64_t, 2> group_key(const plan::Plan& plan) {
  Word a, b;
  a.add(plan.tensor, kDegreeBits).add(plan.context, kDegreeBits).add(plan.data, kReplicaBits);
  a.add(plan.pipeline, kDegreeBits);
  b.add(plan.expert, kDegreeBits).add(plan.expert_tensor, kDegreeBits);
  b.add(plan.zero_ranks, kReplicaBits);
  for (const auto axis : plan.rank_order) b.add(static_cast<int>(axis), 2);
  return {a.get(), b.get()};
}
std::array<std::uint64_t, 2> kinds_key(const plan::Plan& plan, std::uint32_t groups,
                                       std::uint32_t rest) {
  Word a, b;
  a.add(groups, 32).add(plan.micro_batch, kReplicaBits).add(plan.sequence_parallel ? 1 : 0, 1);
  a.add(plan.zero, 2);
  b.add(rest, 32).add(static_cast<int>(plan.recompute), 4).add(interweaves(plan) ? 1 : 0, 1);
  return {a.get(), b.get()};
}
std::uint64_t map_key(const plan::Plan& plan, std::uint32_t rest) {
  Word a;
  a.add(plan.pipeline, kDegreeBits).add(plan.virtual_stages, kDegreeBits);
  a.add(static_cast<int>(plan.schedule), 4);
  a.add(plan.recompute == plan::Recompute::kNone ? 0 : 1, 1).add(rest, 32);
  return a.get();
}

// Takes over the fields that stand in keys.
void take_keyed(plan::Plan& to, const plan::Plan& from) {
  to.tensor = from.tensor;
  to.context = from.context;
  to.data = from.data;
  to.pipeline = from.pipeline;
  to.virtual_stages = from.virtual_stages;
  to.expert = from.expert;
  to.expert_tensor = from.expert_tensor;
  to.micro_batch = from.micro_batch;
  to.zero = from.zero;
  to.zero_ranks = from.zero_ranks;
  to.sequence_parallel = from.sequence_parallel;
  to.recompute = from.recompute;
  to.schedule = from.schedule;
}

base::Energy energy_sent(const interconnect::Fabric& fabric, const Traffic& sent) {
  base::Energy sum;
  const auto& tiers = fabric.tiers();
  for (std::size_t t = 0; t < tiers.size(); ++t) sum += tiers[t].link.energy_per_byte * sent[t];
  return sum;
}

PassEnergy energy_of(const interconnect::Fabric& fabric, const PassCost& pass) {
  return {pass.energy + energy_sent(fabric, pass.sent), pass.exposed(), pass.host + pass.stragglers,
          pass.total};
}
PassEnergy operator+(const PassEnergy& a, const PassEnergy& b) {
  return {a.fixed + b.fixed, a.exposed + b.exposed, a.host + b.host, a.total + b.total};
}
PassEnergy operator*(const PassEnergy& a, double n) {
  return {a.fixed * n, a.exposed * n, a.host * n, a.total * n};
}

}  // namespace

std::uint32_t Evaluator::rest_of(const plan::Plan& plan) {
  auto& rests = tables_->rests;
  auto& last = tables_->rest;
  const auto is_of = [&](std::size_t known) {
    take_keyed(rests[known], plan);
    return rests[known] == plan;
  };
  if (last < rests.size() && is_of(last)) return last;
  std::size_t known = 0;
  while (known < rests.size() && !is_of(known)) ++known;
  if (known == rests.size()) rests.push_back(plan);
  return last = static_cast<std::uint32_t>(known);
}

Evaluator::Kinds Evaluator::make_kinds(const plan::Plan& plan) {
  Kinds kinds;
  const auto add = [&](LayerKind kind) {
    const auto k = static_cast<std::size_t>(kind);
    const auto& cost = layer(plan, kind);
    kinds.costs[k] = &cost;
    auto& one = kinds.layers[k];
    one.pass.forward = cost.forward.total.si();
    one.pass.backward = cost.backward.total.si();
    one.pass.forward_window = cost.forward.window;
    one.pass.backward_window = cost.backward.window;
    const auto& fabric = cluster_.fabric;
    kinds.energy[k] = energy_of(fabric, cost.forward) + energy_of(fabric, cost.backward);
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
    kinds.again_energy[k] = energy_of(fabric, again);
  };
  add(LayerKind::kDense);
  if (job_.model.moe) add(LayerKind::kMoe);
  add(LayerKind::kEmbedding);
  add(LayerKind::kHead);
  kinds.transfer = transfer_of(plan);
  kinds.transfer_energy = energy_sent(cluster_.fabric, kinds.transfer.sent);
  return kinds;
}

// By class of stage.
Evaluator::DataWork Evaluator::make_data_work(const plan::Plan& plan) {
  plan::KindParameters parameters{};
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    if (kinds_->costs[k] != nullptr) parameters[k] = kinds_->costs[k]->parameters;
  }
  DataWork result;
  result.tied = tied_gradients(plan, parameters).time;
  const int copies = plan.shape(1).ways();
  // Adapters are about a thousandth of the weights they stand beside.
  const double trained = job_.training == workload::Training::kLowRank ? kAdapterShare : 1.0;
  for (const auto& stage : map_->stages) {
    workload::ShardedParameters sum;
    DataWork::Stage one;
    for (const int c : stage.in_order) {
      const auto& chunk = map_->chunks[at(c)].chunk;
      const auto held = plan::parameters_of_chunk(job_.model, chunk, parameters);
      sum.dense += held.dense * trained;
      sum.experts += held.experts * trained;
      one.layers += chunk.layers();
    }
    one.work = data_parallel_work(cluster_, software_, plan.zero_traffic(),
                                  gradient_bytes(software_, plan), sum, shapes(), copies);
    offload_optimizer(cluster_.host, plan.optimizer_offload, gradient_bytes(software_, plan),
                      chips::waiting_power(cluster_.device()), one.work);
    if (copies > 1) one.work.gradients += gradients_of_copies(plan, sum);
    one.sent = energy_sent(cluster_.fabric, one.work.sent);
    result.stages.push_back(one);
  }
  return result;
}

void Evaluator::forget() {
  tables_->groups = {};
  tables_->kinds = {};
  tables_->work = {};
  if (layers_.size() > kMostLayers) layers_.clear();
}

void Evaluator::look_up(const plan::Plan& plan) {
  auto& tables = *tables_;
  const auto rest = rest_of(plan);
  const auto [groups, group_number] = tables.groups.get(group_key(plan), [&] {
    find_groups(plan);
    return in_use_;
  });
  in_use_ = groups;
  const auto [kinds, kinds_number] =
      tables.kinds.get(kinds_key(plan, group_number, rest), [&] { return make_kinds(plan); });
  kinds_ = &kinds;
  const auto [map, map_number] =
      tables.maps.get({map_key(plan, rest)}, [&] { return stage_map(plan, job_.model); });
  map_ = &map;
  // Of what kinds are keyed by, data-parallel work looks at the ZeRO stage alone.
  const std::array<std::uint64_t, 2> key = {Word().add(group_number, 32).add(map_number, 32).get(),
                                            Word().add(rest, 32).add(plan.zero, 2).get()};
  work_ = &tables.work.get(key, [&] { return make_data_work(plan); }).first;
}

Evaluator::PassTimes Evaluator::times_of_chunk(int chunk) const {
  const auto& held = map_->chunks[at(chunk)];
  PassTimes sum;
  for (const auto& part : held.parts) {
    const auto& layer = kinds_->layers[static_cast<std::size_t>(part.kind)];
    const double n = part.count;
    sum.forward += n * layer.pass.forward;
    sum.backward += n * layer.pass.backward + part.recomputed * layer.again;
    sum.weight += n * layer.pass.weight;
    sum.forward_open.add(layer.pass.forward_open, n);
    sum.backward_open.add(layer.pass.backward_open, n);
    sum.backward_open.add(layer.again_open, part.recomputed);
    sum.forward_window += layer.pass.forward_window * n;
    sum.backward_window += layer.pass.backward_window * n + layer.again_window * part.recomputed;
  }
  // The sender waits: forward to the next virtual stage, backward to the one before.
  if (!software_.overlap_pipeline) {
    if (held.sends_forward) sum.forward += kinds_->transfer.time.si();
    if (held.sends_backward) sum.backward += kinds_->transfer.time.si();
  }
  return sum;
}

void Evaluator::fold_stage(int stage) {
  const auto& held = map_->stages[at(stage)];
  const auto& work = work_->stages[at(stage)];
  auto& alike = alike_[at(stage)];
  auto& data = data_[at(stage)];
  base::Time forward, backward;
  alike.work = 0;
  for (const auto& holding : held.held) {
    const auto& pass = passes_[at(holding.chunk)];
    alike.work += holding.times * (pass.forward + pass.backward);
    if (interwoven_) alike.work -= holding.times * most_saved(pass);
    forward += pass.forward_window * holding.times;
    backward += pass.backward_window * holding.times;
  }
  alike.forward = passes_[at(held.first)].forward;
  alike.backward = passes_[at(held.first)].backward;
  data = overlapped(work.work, software_, forward, backward, work.layers);
  if (held.has_table) data.gradients.exposed += work_->tied;
  alike.start = (data.parameters.exposed + software_.per_step).si();
  alike.tail = (data.gradients.exposed + data.optimizer).si();
}

// No pair takes more off the two passes of a chunk.
double Evaluator::most_saved(const PassTimes& pass) const {
  return (pass.forward_open.expert + pass.backward_open.expert) *
         (1.0 - software_.communication_tax);
}

void Evaluator::fold(const plan::Plan& plan) {
  look_up(plan);
  interwoven_ = interweaves(plan);
  passes_.resize(map_->chunks.size());
  for (std::size_t c = 0; c < passes_.size(); ++c) passes_[c] = times_of_chunk(static_cast<int>(c));
  alike_.resize(map_->stages.size());
  data_.resize(map_->stages.size());
  for (std::size_t s = 0; s < alike_.size(); ++s) fold_stage(static_cast<int>(s));
}

base::Time Evaluator::quick(const plan::Plan& plan) {
  runs_.resize(map_->runs.size());
  for (std::size_t r = 0; r < runs_.size(); ++r) {
    runs_[r] = alike_[at(map_->runs[r].stage)];
    runs_[r].count = map_->runs[r].count;
  }
  const auto micro_batches = plan.shape(plan.micro_batches(job_)).micro_batches_per_way();
  const double transfer = software_.overlap_pipeline ? kinds_->transfer.time.si() : 0.0;
  return base::Time(quick_form(runs_, plan.schedule, static_cast<double>(micro_batches), transfer));
}

base::Time Evaluator::quick_bound(const plan::Plan& plan) {
  fold(plan);
  return quick(plan);
}

base::Time Evaluator::lower_bound(const plan::Plan& plan) {
  const bool is_plain = plan.schedule == plan::Schedule::kOneForwardOneBackward ||
                        plan.schedule == plan::Schedule::kGPipe;
  if (is_plain) return quick_bound(plan);
  prepare(plan);
  return base::Time(closed_form(times(plan), scratch_));
}

// Of a device of a stage when the step takes `step`: what simulate() books, with all waiting at the
// lower power.
base::Energy Evaluator::energy_of_stage(const plan::Plan& plan, int stage, base::Time step) const {
  const auto& held = map_->stages[at(stage)];
  const auto& data = data_[at(stage)];
  PassEnergy sum;
  double transfers = 0;
  for (const auto& holding : held.held) {
    const auto& chunk = map_->chunks[at(holding.chunk)];
    for (const auto& part : chunk.parts) {
      const auto k = static_cast<std::size_t>(part.kind);
      sum = sum + kinds_->energy[k] * (holding.times * part.count) +
            kinds_->again_energy[k] * (holding.times * part.recomputed);
    }
    if (interwoven_) {
      const base::Time saved(holding.times * most_saved(passes_[at(holding.chunk)]));
      sum.exposed -= saved;
      sum.total -= saved;
    }
    transfers += holding.times * ((chunk.sends_forward ? 1 : 0) + (chunk.sends_backward ? 1 : 0));
  }
  sum.fixed += kinds_->transfer_energy * transfers;
  if (!software_.overlap_pipeline) {
    sum.exposed += kinds_->transfer.time * transfers;
    sum.total += kinds_->transfer.time * transfers;
  }
  const auto micro_batches = plan.shape(plan.micro_batches(job_)).micro_batches_per_way();
  sum = sum * static_cast<double>(micro_batches);
  sum.fixed += data.optimizer_energy + work_->stages[at(stage)].sent;
  const auto exposed = data.gradients.exposed + data.parameters.exposed;
  sum.exposed += exposed;
  sum.host += software_.per_step;
  sum.total += exposed + data.optimizer + software_.per_step;

  const auto waiting = chips::waiting_power(cluster_.device());
  const auto communicating = chips::communicating_power(cluster_.device(), cluster_.state.point);
  const auto idle = std::max(step - sum.total, base::Time(0));
  return sum.fixed + communicating * sum.exposed + waiting * sum.host +
         std::min(waiting, communicating) * idle;
}

Bounds Evaluator::bounds(const plan::Plan& plan) {
  fold(plan);
  Bounds result;
  result.step = quick(plan);
  for (const auto& run : map_->runs) {
    result.energy += energy_of_stage(plan, run.stage, result.step) * run.count;
  }
  result.energy *= 1.0 / plan.pipeline;
  return result;
}

void Evaluator::prepare(const plan::Plan& plan) {
  fold(plan);
  costs_ = kinds_->costs;
  transfer_ = kinds_->transfer;
  const auto chunks = at(plan.chunks());
  chunks_.resize(chunks);
  forward_.resize(chunks);
  backward_.resize(chunks);
  weight_.resize(chunks);
  for (std::size_t vs = 0; vs < chunks; ++vs) {
    const auto c = at(map_->chunk_of[vs]);
    chunks_[vs] = map_->chunks[c].chunk;
    forward_[vs] = passes_[c].forward;
    backward_[vs] = passes_[c].backward;
    weight_[vs] = passes_[c].weight;
  }
  prepare_pairs(plan);
  const auto stages = at(plan.pipeline);
  start_.resize(stages);
  tail_.resize(stages);
  stages_.resize(stages);
  for (std::size_t i = 0; i < stages; ++i) {
    const auto s = at(map_->stage_of[i]);
    start_[i] = alike_[s].start;
    tail_[i] = alike_[s].tail;
    stages_[i].data = data_[s];
  }
}

}  // namespace weft::step
