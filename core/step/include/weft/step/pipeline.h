// Replay of a pipeline schedule with real stage times, folded in steady state.
//
// A schedule is a set of max-plus recurrences: an operation starts when the one before it on its
// stage and the one it depends on have ended. Between two changes of which of the two is later, all
// end times grow linearly from round to round, so the replay jumps over such stretches: its cost
// does not grow with the number of micro-batches, and the result is that of the full replay
// (tested).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "weft/base/quantity.h"
#include "weft/plan/plan.h"

namespace weft::step {

// `forward` and `backward` are per virtual stage: chunk c of stage i at c · stages + i. `start` is
// when a stage may begin, `tail` what it still does after its last backward pass; both per stage.
struct PipelineTimes {
  int stages = 1;
  int chunks = 1;                  // virtual stages per stage
  std::int64_t micro_batches = 1;  // a multiple of stages when chunks > 1
  plan::Schedule schedule = plan::Schedule::kOneForwardOneBackward;
  std::span<const double> forward;   // s
  std::span<const double> backward;  // s
  std::span<const double> start;     // s
  std::span<const double> tail;      // s
  // A stage-to-stage transfer. Blocking transfers are part of the sender's pass and must already be
  // in forward and backward; this is the delay of those that run beside compute.
  double transfer = 0;
};

enum class Folding { kFolded, kUnfolded };

// How far a stage has come in a replay.
struct StageProgress {
  std::int64_t warm_up = 0;    // forward passes before its first backward pass
  std::int64_t forwards = 0;   // done
  std::int64_t backwards = 0;  // done
  std::int64_t mark = 0;       // operations done when the last round began
  double cursor = 0;           // end of its last operation, s
};

// Working memory that a caller keeps between replays.
struct PipelineScratch {
  std::vector<double> forward_end, backward_end;  // [stage][step], s
  std::vector<double> forward_gap,
      backward_gap;  // by how much the stage was later than the input, s
  std::vector<StageProgress> stages;
  std::vector<int> to_try;
  std::vector<int> chunk_of_step;  // over one period of a forward order
  std::vector<double> cursor;      // GPipe
};

// The time at which the last stage has done its tail (F2).
double replay(const PipelineTimes& times, Folding folding, PipelineScratch& scratch);

// A closed form that is never above replay(), and equal to it for uniform stages without transfer
// delay (F1): for each stage, the first micro-batch's way to it, its own work, the way back.
double closed_form(const PipelineTimes& times);

}  // namespace weft::step
