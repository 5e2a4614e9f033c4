// When each stage does what, and what its devices draw then.
#include "weft/step/profile.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "index.h"
#include "part_prices.h"
#include "pass_intervals.h"
#include "schedules.h"
#include "stage_map.h"
#include "tables.h"
#include "weft/chips/kernel.h"
#include "weft/plan/check.h"
#include "weft/step/evaluator.h"

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

// All that a stage does, one round after the other.
std::vector<plan::Operation> written_out(const plan::StageOrder& order, std::int64_t rounds) {
  std::vector<plan::Operation> all;
  const auto add = [&](std::size_t from, std::size_t to) {
    all.insert(all.end(), order.operations.begin() + static_cast<std::ptrdiff_t>(from),
               order.operations.begin() + static_cast<std::ptrdiff_t>(to));
  };
  add(0, order.round_begin);
  for (std::int64_t r = 0; r < rounds; ++r) add(order.round_begin, order.round_end);
  add(order.round_end, order.operations.size());
  return all;
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

}  // namespace

class Profiler {
 public:
  Profiler(const Evaluator& evaluator, const plan::Plan& plan)
      : e_(evaluator), plan_(plan), shape_(plan.shape(plan.micro_batches(evaluator.job_))) {}

  // One step of a stage whose operations start at `starts`; `rolls_over`: its begin is where the
  // stage begins.
  Intervals step_of(int stage, const std::vector<double>& starts, double step,
                    double waits_for_transfer) {
    const auto operations =
        written_out(plan::stage_order(shape_, stage), plan::shortened(shape_).rounds);
    if (operations.size() != starts.size()) throw std::logic_error("a replay lost operations");
    const bool rolls_over = plan::traits_of(plan_.schedule).rolls_over;
    const double begin = rolls_over ? starts.front() - e_.start_[at(stage)] : 0.0;
    Intervals result = begin_of(stage);
    double now = e_.start_[at(stage)];
    for (std::size_t k = 0; k < operations.size(); ++k) {
      idle_until(result, stage, now, starts[k] - begin);
      auto pattern = pattern_of(stage, operations[k]);
      now += length_of(pattern);
      if (k == 0) spread(pattern, sent_with(stage, &DataParallelCost::parameters).hidden);
      if (k + 1 == operations.size()) {
        spread(pattern, sent_with(stage, &DataParallelCost::gradients).hidden);
      }
      result.insert(result.end(), pattern.begin(), pattern.end());
    }
    add_tail(result, stage);
    now += e_.tail_[at(stage)];
    idle_until(result, stage, now, step);
    mark_transfers(result, stage, waits_for_transfer);
    return begin > 0 ? rotated(result, step - std::fmod(begin, step)) : result;
  }

  // One micro-batch on all chunks of a stage.
  Intervals forward_of(int stage) {
    Intervals all;
    for (int c = 0; c < shape_.chunks(); ++c) {
      const auto pattern = pattern_of(stage, {plan::Task::kForward, c, 0, 0, 0});
      all.insert(all.end(), pattern.begin(), pattern.end());
    }
    return all;
  }

  void wait(Intervals& intervals, int stage, double time) const {
    append(intervals, time, idle_powers(plan_.part_of(stage)).waiting, Part::kBubble);
  }

 private:
  using Key = std::tuple<int, int, int>;  // task, virtual stages of both passes
  struct Sent {
    double exposed = 0, hidden = 0;  // J
  };

  [[nodiscard]] IdlePowers idle_powers(int part) const {
    const auto& cluster = e_.parts_[at(part)]->cluster();
    return {chips::communicating_power(cluster.device(), cluster.state.point).si(),
            chips::waiting_power(cluster.device()).si()};
  }

  // Gaps are the replay's; those that its rounding makes are none.
  void idle_until(Intervals& intervals, int stage, double& now, double until) const {
    constexpr double kGapRounding = 1e-13;
    if (until - now > kGapRounding * until) wait(intervals, stage, until - now);
    now = std::max(now, until);
  }

  // What data-parallel links send, by when.
  [[nodiscard]] Sent sent_with(int stage, Communication DataParallelCost::*which) const {
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

  void add_exposed(Intervals& intervals, int stage, Communication DataParallelCost::*which) const {
    const double time = (e_.stages_[at(stage)].data.*which).exposed.si();
    const double power = idle_powers(plan_.part_of(stage)).communicating;
    const double sent = sent_with(stage, which).exposed;
    append(intervals, time, power + (time > 0 ? sent / time : 0.0), Part::kData);
  }

  [[nodiscard]] Intervals begin_of(int stage) const {
    const int part = plan_.part_of(stage);
    Intervals result;
    add_exposed(result, stage, &DataParallelCost::parameters);
    append(result, e_.software_of(part).per_step.si(), idle_powers(part).waiting, Part::kHost);
    return result;
  }

  void add_tail(Intervals& result, int stage) const {
    const auto& data = e_.stages_[at(stage)].data;
    add_exposed(result, stage, &DataParallelCost::gradients);
    const double time = data.optimizer.si();
    if (time > 0) append(result, time, data.optimizer_energy.si() / time, Part::kOptimizer);
  }

  // Of all that a stage is idle, as much as the ledger books for transfers beside compute.
  void mark_transfers(Intervals& intervals, int stage, double waits_for_transfer) const {
    double idle = 0;
    for (const auto& one : intervals) idle += one.part == Part::kBubble ? one.time : 0.0;
    const double share = idle > 0 ? std::clamp(waits_for_transfer / idle, 0.0, 1.0) : 0.0;
    if (share <= 0) return;
    const double power = idle_powers(plan_.part_of(stage)).communicating;
    Intervals marked;
    for (const auto& one : intervals) {
      const double moved = one.part == Part::kBubble ? one.time * share : 0.0;
      append(marked, moved, power, Part::kPipelineTransfer);
      append(marked, one.time - moved, one.power, one.part);
    }
    intervals = std::move(marked);
  }

  [[nodiscard]] const ChunkClass& chunk(int virtual_stage) const {
    return e_.map_->chunks[at(e_.map_->chunk_of[at(virtual_stage)])];
  }

  // The result of a pass goes to another stage: the device waits, or links send beside it.
  void hand_over(Intervals& pass, const ChunkClass& from, int to) const {
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

  void add_layer(Intervals& pass, int part, LayerKind kind, const PassCost& cost, Part kernels,
                 double expert_kept, Share share) const {
    // The weight gradients of the head are not put off.
    if (!is_layer_kind(kind) && share == Share::kWeights) return;
    PassBooking booking;
    booking.kernels = is_layer_kind(kind) ? kernels : Part::kHead;
    booking.sent = e_.parts_[at(part)]->energy_sent(cost.sent).si();
    booking.expert_kept = is_layer_kind(kind) ? expert_kept : 1.0;
    booking.share = is_layer_kind(kind) ? share : Share::kAll;
    append_pass(pass, cost, booking, idle_powers(part));
  }

  [[nodiscard]] Intervals forward(int virtual_stage, double expert_kept) const {
    const auto& held = chunk(virtual_stage);
    Intervals pass;
    for (const auto& part : in_order(held.parts)) {
      const auto& cost = e_.cost_of(held.part, part.kind).forward;
      for (int n = 0; n < part.count; ++n) {
        add_layer(pass, held.part, part.kind, cost, Part::kForward, expert_kept, Share::kAll);
      }
    }
    hand_over(pass, held, held.forward_to);
    return pass;
  }

  [[nodiscard]] Intervals backward(int virtual_stage, double expert_kept, Share share) const {
    const auto& held = chunk(virtual_stage);
    auto parts = in_order(held.parts);
    std::reverse(parts.begin(), parts.end());
    Intervals pass;
    for (const auto& part : parts) {
      const auto& cost = e_.cost_of(held.part, part.kind);
      for (int n = 0; n < part.count; ++n) {
        if (n < part.recomputed && share != Share::kWeights) {
          add_layer(pass, held.part, part.kind, cost.recomputed(plan_.recompute), Part::kRecompute,
                    expert_kept, Share::kAll);
        }
        add_layer(pass, held.part, part.kind, cost.backward, Part::kBackward, expert_kept, share);
      }
    }
    if (share != Share::kWeights) hand_over(pass, held, held.backward_to);
    return pass;
  }

  // Both passes take turns, layer by layer.
  [[nodiscard]] Intervals pair(int forward_stage, int backward_stage) const {
    PairSaving saved;
    if (e_.interwoven_) saved = e_.saving(forward_stage, backward_stage);
    const auto kept = [&](int stage, Openings PassTimes::*open, double less) {
      const double all = (e_.passes_[at(e_.map_->chunk_of[at(stage)])].*open).expert;
      return all > 0 ? 1 - less / all : 1.0;
    };
    const auto ahead =
        forward(forward_stage, kept(forward_stage, &PassTimes::forward_open, saved.forward));
    const auto back =
        backward(backward_stage, kept(backward_stage, &PassTimes::backward_open, saved.backward),
                 Share::kAll);
    Intervals woven;
    std::size_t f = 0;
    for (std::size_t b = 0; b < back.size(); ++b) {
      for (; f * back.size() < b * ahead.size(); ++f) woven.push_back(ahead[f]);
      woven.push_back(back[b]);
    }
    woven.insert(woven.end(), ahead.begin() + static_cast<std::ptrdiff_t>(f), ahead.end());
    return woven;
  }

  const Intervals& pattern_of(int stage, const plan::Operation& op) {
    const int vs = shape_.virtual_stage(stage, op.chunk);
    const bool is_pair = op.task == plan::Task::kPair;
    const int back = is_pair ? shape_.virtual_stage(stage, op.backward_chunk) : vs;
    const auto [found, is_new] = patterns_.try_emplace(Key{static_cast<int>(op.task), vs, back});
    if (is_new) found->second = make_pattern(op.task, vs, back);
    return found->second;
  }

  [[nodiscard]] Intervals make_pattern(plan::Task task, int vs, int back) const {
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

  const Evaluator& e_;
  const plan::Plan& plan_;
  plan::PipelineShape shape_;
  std::map<Key, Intervals> patterns_;
};

StepProfile Evaluator::profile(const plan::Plan& plan) {
  if (const auto problem = plan::first_problem(cluster_, job_, plan)) {
    throw std::invalid_argument(plan::explain(*problem, cluster_, job_, software_, plan));
  }
  prepare(plan);
  const auto pipeline = times(plan);
  std::vector<std::vector<double>> starts;
  StepProfile result;
  result.step = base::Time(replay(pipeline, Folding::kFolded, scratch_));
  const auto for_transfer = waits_for_transfer(pipeline, result.step);
  replay_starts(pipeline, scratch_, starts);
  Profiler profiler(*this, plan);
  double slowest = 0;
  for (int stage = 0; stage < plan.pipeline; ++stage) {
    StageProfile one;
    one.part = plan.part_of(stage);
    one.step = profiler.step_of(stage, starts[at(stage)], result.step.si(), for_transfer.si());
    one.forward = profiler.forward_of(stage);
    slowest = std::max(slowest, length_of(one.forward));
    result.stages.push_back(std::move(one));
  }
  result.forward = base::Time(slowest);
  for (int stage = 0; stage < plan.pipeline; ++stage) {
    auto& forward = result.stages[at(stage)].forward;
    profiler.wait(forward, stage, slowest - length_of(forward));
  }
  return result;
}

std::array<base::Energy, kPartCount> StepProfile::energy_by_part() const {
  std::array<base::Energy, kPartCount> sum{};
  for (const auto& stage : stages) {
    for (const auto& one : stage.step) {
      sum[static_cast<std::size_t>(one.part)] += base::Energy(one.time * one.power);
    }
  }
  for (auto& part : sum) part *= 1.0 / static_cast<double>(stages.size());
  return sum;
}

base::Energy StepProfile::device_energy() const {
  base::Energy sum;
  for (const auto& part : energy_by_part()) sum += part;
  return sum;
}

}  // namespace weft::step
