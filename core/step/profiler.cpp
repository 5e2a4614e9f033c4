#include "profiler.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "index.h"
#include "part_prices.h"
#include "tables.h"
#include "weft/chips/kernel.h"
#include "weft/plan/timeline.h"

namespace weft::step {

namespace {

using workload::LayerKind;

bool is_layer_kind(LayerKind kind) { return kind == LayerKind::kDense || kind == LayerKind::kMoe; }

// The layers of a chunk in the order of the model.
std::vector<ChunkPart> in_order(const std::vector<ChunkPart>& parts) {
  auto ordered = parts;
  const auto place = [](const ChunkPart& part) {
    return part.kind == LayerKind::kEmbedding ? 0 : 1;
  };
  std::stable_sort(ordered.begin(), ordered.end(),
                   [&](const auto& a, const auto& b) { return place(a) < place(b); });
  return ordered;
}

// From `origin` of a period on, what was before it behind.
Intervals rotated(const Intervals& period, double origin) {
  Intervals before;
  Intervals after;
  double at_time = 0;
  for (const auto& one : period) {
    const double cut = std::clamp(origin - at_time, 0.0, one.time);
    append(before, cut, one.power, one.part);
    append(after, one.time - cut, one.power, one.part);
    at_time += one.time;
  }
  after.insert(after.end(), before.begin(), before.end());
  return after;
}

// Of the woven pair, what stood at such shares of its two passes.
void add_scaled(std::vector<HiddenSpan>& all, const Pattern& pass, double length) {
  const double own = length_of(pass.intervals);
  const double scale = own > 0 ? length / own : 0.0;
  for (const auto& one : pass.hidden) {
    const double begin = one.begin * scale;
    all.push_back({begin, begin + (one.end - one.begin), one.part, one.layer});
  }
}

}  // namespace

Profiler::Profiler(const Evaluator& evaluator, const plan::Plan& plan)
    : e_(evaluator), plan_(plan), shape_(plan.shape(plan.micro_batches(evaluator.job_))) {
  int layers = 0;
  for (int vs = 0; vs < plan.chunks(); ++vs) {
    first_layer_.push_back(layers);
    for (const auto& part : chunk(vs).parts) layers += is_layer_kind(part.kind) ? part.count : 0;
  }
}

// Around the pieces that end what they began before, the step is a circle.
StageWalk Profiler::walk(int stage, const std::vector<double>& starts, double step) {
  StageWalk result;
  result.operations = plan::operations_of(shape_, stage);
  const auto& operations = result.operations;
  if (operations.size() != starts.size()) throw std::logic_error("a replay lost operations");
  const bool rolls_over = plan::traits_of(plan_.schedule).rolls_over;
  result.begin = rolls_over ? starts.front() - e_.start_[at(stage)] : 0.0;
  result.intervals = begin_of(stage);
  double now = e_.start_[at(stage)];
  for (std::size_t k = 0; k < operations.size(); ++k) {
    idle_until(result.intervals, stage, now, starts[k] - result.begin);
    auto pattern = pattern_of(stage, operations[k]).intervals;
    now += length_of(pattern);
    if (k == 0) spread(pattern, sent_with(stage, &DataParallelCost::parameters).hidden);
    if (k + 1 == operations.size()) {
      spread(pattern, sent_with(stage, &DataParallelCost::gradients).hidden);
    }
    result.first.push_back(result.intervals.size());
    result.count.push_back(pattern.size());
    result.intervals.insert(result.intervals.end(), pattern.begin(), pattern.end());
  }
  add_tail(result.intervals, stage);
  now += e_.tail_[at(stage)];
  idle_until(result.intervals, stage, now, step);
  return result;
}

Intervals Profiler::step_of(int stage, const std::vector<double>& starts, double step,
                            double waits_for_transfer) {
  auto done = walk(stage, starts, step);
  mark_transfers(done, stage, waits_for_transfer);
  if (done.begin <= 0) return std::move(done.intervals);
  return rotated(done.intervals, step - std::fmod(done.begin, step));
}

Intervals Profiler::forward_of(int stage) {
  Intervals all;
  for (int c = 0; c < shape_.chunks(); ++c) {
    const auto& pattern = pattern_of(stage, {plan::Task::kForward, c, 0, 0, 0}).intervals;
    all.insert(all.end(), pattern.begin(), pattern.end());
  }
  return all;
}

void Profiler::wait(Intervals& intervals, int stage, double time) const {
  append(intervals, time, idle_powers(plan_.part_of(stage)).waiting, Part::kBubble);
}

IdlePowers Profiler::idle_powers(int part) const {
  const auto& cluster = e_.parts_[at(part)]->cluster();
  return {chips::communicating_power(cluster.device(), cluster.state.point).si(),
          chips::waiting_power(cluster.device()).si()};
}

// Gaps are the replay's; those that its rounding makes are none.
void Profiler::idle_until(Intervals& intervals, int stage, double& now, double until) const {
  constexpr double kGapRounding = 1e-13;
  if (until - now > kGapRounding * until) wait(intervals, stage, until - now);
  now = std::max(now, until);
}

// What data-parallel links send, by when.
Profiler::Sent Profiler::sent_with(int stage, Communication DataParallelCost::*which) const {
  const auto s = at(e_.map_->stage_of[at(stage)]);
  const auto& data = e_.stages_[at(stage)].data;
  const auto& one = data.*which;
  const double all = (data.gradients.exposed + data.gradients.hidden + data.parameters.exposed +
                      data.parameters.hidden)
                         .si();
  if (all <= 0) return {};
  const double sent = e_.work_->stages[s].sent.si();
  return {sent * one.exposed.si() / all, sent * one.hidden.si() / all};
}

void Profiler::add_exposed(Intervals& intervals, int stage,
                           Communication DataParallelCost::*which) const {
  const double time = (e_.stages_[at(stage)].data.*which).exposed.si();
  const double power = idle_powers(plan_.part_of(stage)).communicating;
  const double sent = sent_with(stage, which).exposed;
  append(intervals, time, power + (time > 0 ? sent / time : 0.0), Part::kData);
}

Intervals Profiler::begin_of(int stage) const {
  const int part = plan_.part_of(stage);
  Intervals result;
  add_exposed(result, stage, &DataParallelCost::parameters);
  append(result, e_.software_of(part).per_step.si(), idle_powers(part).waiting, Part::kHost);
  return result;
}

void Profiler::add_tail(Intervals& result, int stage) const {
  const auto& data = data_of(stage);
  add_exposed(result, stage, &DataParallelCost::gradients);
  const double time = data.optimizer.si();
  if (time > 0) append(result, time, data.optimizer_energy.si() / time, Part::kOptimizer);
}

void Profiler::mark_transfers(StageWalk& walk, int stage, double waits_for_transfer) const {
  double idle = 0;
  for (const auto& one : walk.intervals) idle += one.part == Part::kBubble ? one.time : 0.0;
  const double share = idle > 0 ? std::clamp(waits_for_transfer / idle, 0.0, 1.0) : 0.0;
  if (share <= 0) return;
  const double power = idle_powers(plan_.part_of(stage)).communicating;
  Intervals marked;
  std::size_t k = 0;  // the next operation
  for (std::size_t i = 0; i < walk.intervals.size(); ++i) {
    for (; k < walk.first.size() && walk.first[k] == i; ++k) walk.first[k] = marked.size();
    const auto& one = walk.intervals[i];
    if (one.part != Part::kBubble) {
      marked.push_back(one);
      continue;
    }
    append(marked, one.time * share, power, Part::kPipelineTransfer);
    append(marked, one.time - one.time * share, one.power, one.part);
  }
  for (; k < walk.first.size(); ++k) walk.first[k] = marked.size();
  walk.intervals = std::move(marked);
}

const ChunkClass& Profiler::chunk(int virtual_stage) const {
  return e_.map_->chunks[at(e_.map_->chunk_of[at(virtual_stage)])];
}

const DataParallelCost& Profiler::data_of(int stage) const { return e_.stages_[at(stage)].data; }

const Handover* Profiler::handed(int virtual_stage, bool is_forward) const {
  const auto& from = chunk(virtual_stage);
  return e_.handover(from.part, is_forward ? from.forward_to : from.backward_to);
}

bool Profiler::waits_for_sending(int stage) const {
  return !e_.software_of(plan_.part_of(stage)).overlap_pipeline;
}

// The result of a pass goes to another stage: the device waits, or links send beside it.
void Profiler::hand_over(Intervals& pass, const ChunkClass& from, int to) const {
  const auto* handed = e_.handover(from.part, to);
  if (handed == nullptr) return;
  const double time = handed->time.si();
  const double energy = handed->energy.si();
  if (!e_.software_of(from.part).overlap_pipeline && time > 0) {
    append(pass, time, idle_powers(from.part).communicating + energy / time,
           Part::kPipelineTransfer);
  } else {
    spread(pass, energy);
  }
}

void Profiler::add_layer(Pattern& pass, int part, LayerKind kind, const PassCost& cost, int layer,
                         const Booking& booking) const {
  const bool is_layer = is_layer_kind(kind);
  // The weight gradients of the head are not put off.
  if (!is_layer && booking.share == Share::kWeights) return;
  PassBooking booked;
  booked.kernels = is_layer ? booking.kernels : Part::kHead;
  booked.sent = e_.parts_[at(part)]->energy_sent(cost.sent).si();
  booked.expert_kept = is_layer ? booking.expert_kept : 1.0;
  booked.share = is_layer ? booking.share : Share::kAll;
  booked.layer = is_layer ? layer : kNoLayer;
  if (booked.share != Share::kWeights) {
    add_hidden(pass, part, cost, booked.layer, booked.expert_kept);
  }
  append_pass(pass.intervals, cost, booked, idle_powers(part));
}

// In a pair an exchange gives up its time but for the tax that it takes from the kernels beside it.
void Profiler::add_hidden(Pattern& pass, int part, const PassCost& cost, int layer,
                          double expert_kept) const {
  const double begin = length_of(pass.intervals);
  const auto add = [&](Part what, double time) {
    if (time > 0) pass.hidden.push_back({begin, begin + time, what, layer});
  };
  const double kept = 1.0 - e_.software_of(part).communication_tax;
  const double in_pair = kept > 0 ? cost.expert.exposed.si() * (1 - expert_kept) / kept : 0.0;
  add(Part::kTensor, cost.tensor.hidden.si());
  add(Part::kContext, cost.context.hidden.si());
  add(Part::kExpert, cost.expert.hidden.si() + in_pair);
  add(Part::kData, cost.data.hidden.si());
  add(Part::kOffload, cost.offload.hidden.si());
}

Pattern Profiler::forward(int virtual_stage, double expert_kept) const {
  const auto& held = chunk(virtual_stage);
  int layer = first_layer_[at(virtual_stage)];
  Pattern pass;
  for (const auto& part : in_order(held.parts)) {
    const auto& cost = e_.cost_of(held.part, part.kind).forward;
    for (int n = 0; n < part.count; ++n) {
      add_layer(pass, held.part, part.kind, cost, layer,
                {Part::kForward, expert_kept, Share::kAll});
      if (is_layer_kind(part.kind)) ++layer;
    }
  }
  hand_over(pass.intervals, held, held.forward_to);
  return pass;
}

Pattern Profiler::backward(int virtual_stage, double expert_kept, Share share) const {
  const auto& held = chunk(virtual_stage);
  auto parts = in_order(held.parts);
  int layer = first_layer_[at(virtual_stage)];
  for (const auto& part : parts) layer += is_layer_kind(part.kind) ? part.count : 0;
  std::reverse(parts.begin(), parts.end());
  Pattern pass;
  for (const auto& part : parts) {
    const auto& cost = e_.cost_of(held.part, part.kind);
    for (int n = 0; n < part.count; ++n) {
      if (is_layer_kind(part.kind)) --layer;
      if (n < part.recomputed && share != Share::kWeights) {
        add_layer(pass, held.part, part.kind, cost.recomputed(plan_.recompute), layer,
                  {Part::kRecompute, expert_kept, Share::kAll});
      }
      add_layer(pass, held.part, part.kind, cost.backward, layer,
                {Part::kBackward, expert_kept, share});
    }
  }
  if (share != Share::kWeights) hand_over(pass.intervals, held, held.backward_to);
  return pass;
}

// Both passes take turns, layer by layer.
Pattern Profiler::pair(int forward_stage, int backward_stage) const {
  PairSaving saved;
  if (e_.interwoven_) saved = e_.saving(forward_stage, backward_stage);
  const auto kept = [&](int stage, Openings PassTimes::*open, double less) {
    const double all = (e_.passes_[at(e_.map_->chunk_of[at(stage)])].*open).expert;
    return all > 0 ? 1 - less / all : 1.0;
  };
  const auto forth =
      forward(forward_stage, kept(forward_stage, &PassTimes::forward_open, saved.forward));
  const auto back = backward(
      backward_stage, kept(backward_stage, &PassTimes::backward_open, saved.backward), Share::kAll);
  const auto& ahead = forth.intervals;
  Pattern woven;
  std::size_t f = 0;
  for (std::size_t b = 0; b < back.intervals.size(); ++b) {
    for (; f * back.intervals.size() < b * ahead.size(); ++f) woven.intervals.push_back(ahead[f]);
    woven.intervals.push_back(back.intervals[b]);
  }
  woven.intervals.insert(woven.intervals.end(), ahead.begin() + static_cast<std::ptrdiff_t>(f),
                         ahead.end());
  const double length = length_of(woven.intervals);
  add_scaled(woven.hidden, forth, length);
  add_scaled(woven.hidden, back, length);
  std::stable_sort(woven.hidden.begin(), woven.hidden.end(),
                   [](const auto& a, const auto& b) { return a.begin < b.begin; });
  return woven;
}

const Pattern& Profiler::pattern_of(int stage, const plan::Operation& op) {
  const int vs = shape_.virtual_stage(stage, op.chunk);
  const bool is_pair = op.task == plan::Task::kPair;
  const int back = is_pair ? shape_.virtual_stage(stage, op.backward_chunk) : vs;
  const auto [found, is_new] = patterns_.try_emplace(Key{static_cast<int>(op.task), vs, back});
  if (is_new) found->second = make_pattern(op.task, vs, back);
  return found->second;
}

Pattern Profiler::make_pattern(plan::Task task, int vs, int back) const {
  switch (task) {
    case plan::Task::kForward:
      return forward(vs, 1.0);
    case plan::Task::kBackward:
      return backward(vs, 1.0, Share::kAll);
    case plan::Task::kInputGradient:
      return backward(vs, 1.0, Share::kInputs);
    case plan::Task::kWeightGradient:
      return backward(vs, 1.0, Share::kWeights);
    case plan::Task::kPair:
      break;
  }
  return pair(vs, back);
}

}  // namespace weft::step
