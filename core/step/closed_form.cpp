// Lower bounds of a step (F1).
#include <algorithm>
#include <cstddef>

#include "compiled_order.h"
#include "index.h"
#include "schedules.h"

namespace weft::step {

namespace {

bool is_plain(plan::Schedule schedule) {
  return schedule == plan::Schedule::kOneForwardOneBackward || schedule == plan::Schedule::kGPipe;
}

// Work of each stage, behind the first micro-batch's way to it and before the last one's way back.
// Of stages that are alike the last one has the longest ways.
double bound_of_ways(std::span<const AlikeStages> stages, double micro_batches) {
  double bound = 0;
  double way_there = 0;             // first micro-batch's arrival at the stage
  double way_back = 0;              // from this stage's last pass until all before it have ended
  double arrives = 0, returns = 0;  // what the stage before adds to both
  for (const auto& stage : stages) {
    way_there = std::max(way_there + arrives, stage.start);
    // Nobody waits for the first stage.
    const double handed = &stage == stages.data() ? 0.0 : stage.hands_backward;
    way_back = std::max(way_back + (handed + returns), stage.tail);
    arrives = stage.forward + stage.hands_forward;
    returns = stage.backward;
    const double further = stage.count - 1;
    way_there += further * arrives;
    way_back += further * (stage.hands_backward + returns);
    bound = std::max(bound, way_there + micro_batches * stage.work + way_back);
  }
  return bound;
}

// Where weight gradients are put off, they may come last.
double bound_of_work(std::span<const AlikeStages> stages, plan::Schedule schedule,
                     double micro_batches) {
  const auto& traits = plan::traits_of(schedule);
  // With two ways a stage may begin with either.
  const bool waits = !traits.rolls_over && traits.placement != plan::Placement::kBothWays;
  double bound = 0;
  double way_there = 0, arrives = 0;
  for (const auto& stage : stages) {
    way_there = std::max(way_there + arrives, stage.start);
    arrives = stage.forward + stage.hands_forward;
    way_there += (stage.count - 1) * arrives;
    const double begin = waits ? way_there : stage.start;
    bound = std::max(bound, begin + micro_batches * stage.work + stage.tail);
  }
  return bound;
}

double bound_of_plain_schedules(const PipelineTimes& times, PipelineScratch& scratch) {
  const auto stages = at(times.stages);
  scratch.alike.clear();
  for (std::size_t i = 0; i < stages; ++i) {
    double work = 0;
    for (std::size_t c = 0; c < at(times.chunks); ++c) {
      work += times.forward[c * stages + i] + times.backward[c * stages + i];
    }
    scratch.alike.push_back({1, times.forward[i], times.backward[i], work, times.start[i],
                             times.tail[i], times.transfer_forward(i), times.transfer_backward(i)});
  }
  return bound_of_ways(scratch.alike, static_cast<double>(times.micro_batches));
}

// Longest paths from the last rounds and the tails to the end: walks them backwards. `ends` holds,
// for each result, the longest path from those that wait for it.
class WayOut {
 public:
  WayOut(const CompiledOrder& order, const PipelineTimes& times, PipelineScratch& scratch)
      : order_(order), s_(scratch) {
    const bool rolls_over = plan::traits_of(times.schedule).rolls_over;
    s_.rest.resize(at(times.stages));
    for (int i = 0; i < times.stages; ++i) {
      const double begin = rolls_over ? s_.begin[at(i)] - times.start[at(i)] : 0.0;
      s_.rest[at(i)] = times.tail[at(i)] - begin;
    }
    s_.ends.assign(at(order.rows) * order.window, -1e300);
  }

  void walk(std::int64_t rounds) {
    back(order_.operations.size(), order_.round, 0);
    for (std::int64_t r = 0; r < rounds; ++r) back(order_.round, order_.head, -r * order_.step);
  }

 private:
  void back(std::size_t from, std::size_t to, std::int64_t shift) {
    for (auto k = from; k > to; --k) {
      const auto& op = order_.operations[k - 1];
      double path = s_.rest[at(op.stage)];
      for (const auto& output : op.outputs) {
        if (output.row >= 0) path = std::max(path, cell(output, shift));
      }
      path += s_.durations[at(op.durations[0])] + s_.durations[at(op.durations[1])];
      s_.rest[at(op.stage)] = path;
      for (const auto& input : op.inputs) {
        if (input.row < 0) continue;
        auto& longest = cell(input, shift);
        longest = std::max(longest, path + s_.delays[at(input.row)]);
      }
    }
  }
  double& cell(const Result& result, std::int64_t shift) {
    const auto micro_batch = static_cast<std::uint32_t>(result.micro_batch + shift);
    return s_.ends[at(result.row) * order_.window + (micro_batch & (order_.window - 1))];
  }

  const CompiledOrder& order_;
  PipelineScratch& s_;
};

double bound_of_order(const PipelineTimes& times, PipelineScratch& scratch) {
  std::int64_t rounds = 0;
  const auto order = compiled_order(times, scratch, rounds);
  if (rounds < 2) return replay_order(times, Folding::kUnfolded, scratch);
  set_durations(times, scratch);
  // Long enough for a path to come from any stage to any other.
  const auto before = std::min<std::int64_t>(rounds, times.stages + 1);
  const auto after = std::min<std::int64_t>(rounds - before, times.stages + 1);
  replay_begin(*order, before, times, scratch);
  auto& arrival = scratch.cursor;
  for (auto k = order->head; k < order->round; ++k) {
    const auto& op = order->operations[k];
    const double work =
        scratch.durations[at(op.durations[0])] + scratch.durations[at(op.durations[1])];
    arrival[at(op.stage)] += static_cast<double>(rounds - before - after) * work;
  }
  WayOut(*order, times, scratch).walk(after);
  double bound = 0;
  for (int i = 0; i < times.stages; ++i) {
    bound = std::max(bound, arrival[at(i)] + scratch.rest[at(i)]);
  }
  return bound;
}

}  // namespace

double closed_form(const PipelineTimes& times, PipelineScratch& scratch) {
  return is_plain(times.schedule) ? bound_of_plain_schedules(times, scratch)
                                  : bound_of_order(times, scratch);
}

double quick_form(std::span<const AlikeStages> stages, plan::Schedule schedule,
                  double micro_batches) {
  return is_plain(schedule) ? bound_of_ways(stages, micro_batches)
                            : bound_of_work(stages, schedule, micro_batches);
}

}  // namespace weft::step
