// Plans by the classes of their stages: look-ups, and bounds in as many steps as there are classes.
#include <algorithm>

#include "index.h"
#include "tables.h"
#include "weft/chips/kernel.h"
#include "word.h"

namespace weft::step {

namespace {

using workload::LayerKind;

// Low-rank adapters: weights beside the frozen ones (LoRA, arXiv 2106.09685, §4.2: 0.01 % to 0.6
// %).
constexpr double kAdapterShare = 1e-3;

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

// By class of stage.
Evaluator::DataWork Evaluator::make_data_work(const plan::Plan& plan) {
  DataWork result;
  result.tied = tied_gradients(plan);
  const int copies = plan.shape(1).ways();
  // Adapters are about a thousandth of the weights they stand beside.
  const double trained = job_.training == workload::Training::kLowRank ? kAdapterShare : 1.0;
  for (const auto& stage : map_->stages) {
    plan::KindParameters parameters{};
    for (std::size_t k = 0; k < parameters.size(); ++k) {
      const auto* cost = costs_[at(stage.part)]->costs[k];
      if (cost != nullptr) parameters[k] = cost->parameters;
    }
    const auto& part = *parts_[at(stage.part)];
    workload::ShardedParameters sum;
    DataWork::Stage one;
    for (const int c : stage.in_order) {
      const auto& chunk = map_->chunks[at(c)].chunk;
      const auto held = plan::parameters_of_chunk(job_.model, chunk, parameters);
      sum.dense += held.dense * trained;
      sum.experts += held.experts * trained;
      one.layers += chunk.layers();
    }
    one.work = part.data_work(plan, sum, copies);
    if (copies > 1) one.work.gradients += gradients_of_copies(plan, sum);
    one.sent = part.energy_sent(one.work.sent);
    result.stages.push_back(one);
  }
  return result;
}

void Evaluator::forget() {
  for (auto& part : parts_) part->forget();
  tables_->work = {};
  if (!cluster_.is_mixed()) return;
  // There each plan has layers of its own.
  tables_->rests.clear();
  tables_->rest = 0;
  tables_->maps = {};
}

void Evaluator::look_up_parts(const plan::Plan& plan, std::uint32_t rest) {
  costs_.assign(parts_.size(), nullptr);
  for (std::size_t part = 0; part < parts_.size(); ++part) {
    const int stages = plan.stages_in(static_cast<int>(part));
    if (stages > 0) costs_[part] = &parts_[part]->look_up(plan, stages, rest);
  }
}

void Evaluator::look_up(const plan::Plan& plan) {
  auto& tables = *tables_;
  const auto rest = rest_of(plan);
  look_up_parts(plan, rest);
  const auto [map, map_number] =
      tables.maps.get({map_key(plan, rest)}, [&] { return stage_map(plan, job_.model); });
  map_ = &map;
  // Of what costs are keyed by, data-parallel work looks at the ZeRO stage alone. The groups of one
  // part, the stages of each and their number say what the groups of the others are.
  const auto groups = parts_[at(plan.part_of(0))]->groups();
  const std::array<std::uint64_t, 2> key = {Word().add(groups, 32).add(map_number, 32).get(),
                                            Word().add(rest, 32).add(plan.zero, 2).get()};
  work_ = &tables.work.get(key, [&] { return make_data_work(plan); }).first;
}

PassTimes Evaluator::times_of_chunk(int chunk) const {
  const auto& held = map_->chunks[at(chunk)];
  const auto& costs = *costs_[at(held.part)];
  PassTimes sum;
  for (const auto& part : held.parts) {
    const auto& layer = costs.layers[static_cast<std::size_t>(part.kind)];
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
  // The sender waits, or its results arrive later: forward at the next virtual stage, backward at
  // the one before.
  const bool waits = !software_of(held.part).overlap_pipeline;
  if (const auto* handed = handover(held.part, held.forward_to)) {
    (waits ? sum.forward : sum.hands_forward) += handed->time.si();
  }
  if (const auto* handed = handover(held.part, held.backward_to)) {
    (waits ? sum.backward : sum.hands_backward) += handed->time.si();
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
    if (interwoven_) alike.work -= holding.times * most_saved(pass, held.part);
    forward += pass.forward_window * holding.times;
    backward += pass.backward_window * holding.times;
  }
  alike.forward = passes_[at(held.first)].forward;
  alike.backward = passes_[at(held.first)].backward;
  alike.hands_forward = passes_[at(held.first)].hands_forward;
  alike.hands_backward = passes_[at(held.first)].hands_backward;
  const auto& software = software_of(held.part);
  data = overlapped(work.work, software, forward, backward, work.layers);
  if (held.has_table) data.gradients.exposed += work_->tied;
  alike.start = (data.parameters.exposed + software.per_step).si();
  alike.tail = (data.gradients.exposed + data.optimizer).si();
}

// No pair takes more off the two passes of a chunk.
double Evaluator::most_saved(const PassTimes& pass, int part) const {
  return (pass.forward_open.expert + pass.backward_open.expert) *
         (1.0 - software_of(part).communication_tax);
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
  return base::Time(quick_form(runs_, plan.schedule, static_cast<double>(micro_batches)));
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
  const auto& costs = *costs_[at(held.part)];
  const auto& software = software_of(held.part);
  PassEnergy sum;
  for (const auto& holding : held.held) {
    const auto& chunk = map_->chunks[at(holding.chunk)];
    for (const auto& part : chunk.parts) {
      const auto k = static_cast<std::size_t>(part.kind);
      sum = sum + costs.energy[k] * (holding.times * part.count) +
            costs.again_energy[k] * (holding.times * part.recomputed);
    }
    if (interwoven_) {
      const base::Time saved(holding.times * most_saved(passes_[at(holding.chunk)], held.part));
      sum.exposed -= saved;
      sum.total -= saved;
    }
    add_handovers(chunk, holding.times, sum);
  }
  const auto micro_batches = plan.shape(plan.micro_batches(job_)).micro_batches_per_way();
  sum = sum * static_cast<double>(micro_batches);
  sum.fixed += data.optimizer_energy + work_->stages[at(stage)].sent;
  const auto exposed = data.gradients.exposed + data.parameters.exposed;
  sum.exposed += exposed;
  sum.host += software.per_step;
  sum.total += exposed + data.optimizer + software.per_step;

  const auto& cluster = parts_[at(held.part)]->cluster();
  const auto waiting = chips::waiting_power(cluster.device());
  const auto communicating = chips::communicating_power(cluster.device(), cluster.state.point);
  const auto idle = std::max(step - sum.total, base::Time(0));
  return sum.fixed + communicating * sum.exposed + waiting * sum.host +
         std::min(waiting, communicating) * idle;
}

void Evaluator::add_handovers(const ChunkClass& chunk, double times, PassEnergy& sum) const {
  const bool waits = !software_of(chunk.part).overlap_pipeline;
  for (const int to : {chunk.forward_to, chunk.backward_to}) {
    const auto* handed = handover(chunk.part, to);
    if (handed == nullptr) continue;
    sum.fixed += handed->energy * times;
    if (!waits) continue;
    sum.exposed += handed->time * times;
    sum.total += handed->time * times;
  }
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
  const auto chunks = at(plan.chunks());
  forward_.resize(chunks);
  backward_.resize(chunks);
  weight_.resize(chunks);
  hands_forward_.resize(chunks);
  hands_backward_.resize(chunks);
  for (std::size_t vs = 0; vs < chunks; ++vs) {
    const auto c = at(map_->chunk_of[vs]);
    forward_[vs] = passes_[c].forward;
    backward_[vs] = passes_[c].backward;
    weight_[vs] = passes_[c].weight;
    hands_forward_[vs] = passes_[c].hands_forward;
    hands_backward_[vs] = passes_[c].hands_backward;
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
