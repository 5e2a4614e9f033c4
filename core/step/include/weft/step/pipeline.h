// Replay of a pipeline schedule with real stage times, folded in steady state.
//
// A schedule is a set of max-plus recurrences: an operation starts when the one before it on its
// stage and those whose results it needs have ended. Between two changes of which of these is last,
// all end times grow linearly from round to round, so the replay jumps over such stretches: its
// cost does not grow with the number of micro-batches, and the result is that of the full replay
// (tested).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "weft/base/quantity.h"
#include "weft/plan/plan.h"

namespace weft::step {

// `forward` and `backward` are per virtual stage, in the order of the model; with two copies of the
// model both take the same. `start` is when a stage may begin, `tail` what it still does after its
// last operation; both per stage.
struct PipelineTimes {
  int stages = 1;
  int chunks = 1;                  // virtual stages per stage, of one copy of the model
  std::int64_t micro_batches = 1;  // a multiple of stages when 1F1B is interleaved
  plan::Schedule schedule = plan::Schedule::kOneForwardOneBackward;
  std::span<const double> forward;   // s
  std::span<const double> backward;  // s, gradients of inputs and weights
  std::span<const double> start;     // s
  std::span<const double> tail;      // s
  // A stage-to-stage transfer. Blocking transfers are part of the sender's pass and must already be
  // in forward and backward; this is the delay of those that run beside compute.
  double transfer = 0;
  // Of `backward`, the weight gradients that can be put off; empty: none.
  std::span<const double> weight;  // s
  // A pair, [virtual stage of its forward pass][chunk of its backward pass on the same stage];
  // empty: both passes one after the other.
  std::span<const double> overlapped;       // s
  const plan::GivenOrder* order = nullptr;  // with plan::Schedule::kGiven
  // In place of `transfer`, by the virtual stage that sends: to the next one, to the one before.
  std::span<const double> hands_forward = {};   // s
  std::span<const double> hands_backward = {};  // s

  [[nodiscard]] double transfer_forward(std::size_t virtual_stage) const {
    return hands_forward.empty() ? transfer : hands_forward[virtual_stage];
  }
  [[nodiscard]] double transfer_backward(std::size_t virtual_stage) const {
    return hands_backward.empty() ? transfer : hands_backward[virtual_stage];
  }

  [[nodiscard]] plan::PipelineShape shape() const {
    return {schedule, stages, chunks, micro_batches, order};
  }
};

// Neighbouring stages that are alike.
struct AlikeStages {
  int count = 1;
  double forward = 0;   // s, of the first chunk of one of them
  double backward = 0;  // s, the same
  double work = 0;      // s, of one micro-batch (of each way) on all its chunks
  double start = 0;     // s, as in PipelineTimes
  double tail = 0;      // s
  // Delay of a transfer beside compute, of the first chunk: to the next stage, to the one before.
  double hands_forward = 0, hands_backward = 0;  // s
};

enum class Folding { kFolded, kUnfolded };

struct CompiledOrder;

// Working memory that a caller keeps between replays.
struct PipelineScratch {
  std::unordered_map<std::uint64_t, std::shared_ptr<const CompiledOrder>> orders;
  std::vector<double> durations;  // s, by CompiledOrder's numbering
  std::vector<double> delays;     // s, of transfers, by CompiledOrder's rows
  std::vector<double> ends;       // s, [result][micro-batch modulo the window], transfer included
  std::vector<double> cursor;     // s, [stage], end of its last operation
  std::vector<double> begin;      // s, [stage], start of its first operation
  // Of the last rounds: ends, and by how much an operation's predecessors were earlier than it.
  std::vector<double> round_ends, round_slacks;
  std::vector<double> rest;        // closed form: s, [stage], from here to the end
  std::vector<AlikeStages> alike;  // closed form
  std::int64_t rounds_worked = 0;  // of the last replay, not jumped over
};

// The time of a step (F2): until the last stage has done its tail or, where stages enter the next
// step one after another, the longest time from a stage's begin to its end.
double replay(const PipelineTimes& times, Folding folding, PipelineScratch& scratch);

// F1: never above replay(), and equal to it for uniform stages without transfer delay.
//
// Of GPipe and 1F1B: for each stage, the first micro-batch's way to it, its own work, the way back.
// Of the others: the longest path through the begin of the schedule, the work of one stage in the
// steady state, and the longest path through the end, for the worst stage.
double closed_form(const PipelineTimes& times, PipelineScratch& scratch);

// A lower bound of closed_form() that takes as long for every schedule: as many steps as there are
// runs of alike stages. For 1F1B and GPipe it is closed_form() itself. `micro_batches` are those of
// each way through the model.
double quick_form(std::span<const AlikeStages> stages, plan::Schedule schedule,
                  double micro_batches);

}  // namespace weft::step
