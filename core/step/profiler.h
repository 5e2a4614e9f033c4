// What a stage does in a step, pass by pass. Internal to the room.
#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "pass_intervals.h"
#include "stage_map.h"
#include "weft/step/evaluator.h"
#include "weft/step/timeline.h"

namespace weft::step {

// What a device does in an operation of the schedule, and what runs behind it.
struct Pattern {
  Intervals intervals;
  std::vector<HiddenSpan> hidden;  // from the begin of the operation
};

// The walk over a stage's step, idle time not yet told from waits for transfers.
struct StageWalk {
  double begin = 0;  // s, where stages enter one after another
  Intervals intervals;
  std::vector<plan::Operation> operations;
  std::vector<std::size_t> first, count;  // of each operation's intervals
};

// Reads what the parts of the plan cost that an evaluator has prepared.
class Profiler {
 public:
  Profiler(const Evaluator& evaluator, const plan::Plan& plan);

  // One step of a stage whose operations start at `starts`.
  [[nodiscard]] StageWalk walk(int stage, const std::vector<double>& starts, double step);
  // The same from the begin of the step, where stages that begin later end what they began before.
  [[nodiscard]] Intervals step_of(int stage, const std::vector<double>& starts, double step,
                                  double waits_for_transfer);
  // One micro-batch on all chunks of a stage.
  [[nodiscard]] Intervals forward_of(int stage);
  void wait(Intervals& intervals, int stage, double time) const;
  // Of all that a stage is idle, as much as the ledger books for transfers beside compute.
  void mark_transfers(StageWalk& walk, int stage, double waits_for_transfer) const;

  [[nodiscard]] const Pattern& pattern_of(int stage, const plan::Operation& op);
  [[nodiscard]] const plan::PipelineShape& shape() const { return shape_; }
  // What a virtual stage hands to the next one, or to the one before; null: nothing.
  [[nodiscard]] const Handover* handed(int virtual_stage, bool is_forward) const;
  [[nodiscard]] bool waits_for_sending(int stage) const;
  // Communication behind the passes around which it stands.
  [[nodiscard]] const DataParallelCost& data_of(int stage) const;

 private:
  using Key = std::tuple<int, int, int>;  // task, virtual stages of both passes
  struct Sent {
    double exposed = 0, hidden = 0;  // J
  };
  struct Booking {
    Part kernels = Part::kForward;
    double expert_kept = 1;
    Share share = Share::kAll;
  };

  [[nodiscard]] IdlePowers idle_powers(int part) const;
  void idle_until(Intervals& intervals, int stage, double& now, double until) const;
  [[nodiscard]] Sent sent_with(int stage, Communication DataParallelCost::*which) const;
  void add_exposed(Intervals& intervals, int stage, Communication DataParallelCost::*which) const;
  [[nodiscard]] Intervals begin_of(int stage) const;
  void add_tail(Intervals& result, int stage) const;
  [[nodiscard]] const ChunkClass& chunk(int virtual_stage) const;
  void hand_over(Intervals& pass, const ChunkClass& from, int to) const;
  void add_layer(Pattern& pass, int part, workload::LayerKind kind, const PassCost& cost, int layer,
                 const Booking& booking) const;
  void add_hidden(Pattern& pass, int part, const PassCost& cost, int layer,
                  double expert_kept) const;
  [[nodiscard]] Pattern forward(int virtual_stage, double expert_kept) const;
  [[nodiscard]] Pattern backward(int virtual_stage, double expert_kept, Share share) const;
  [[nodiscard]] Pattern pair(int forward_stage, int backward_stage) const;
  [[nodiscard]] Pattern make_pattern(plan::Task task, int vs, int back) const;

  const Evaluator& e_;
  const plan::Plan& plan_;
  plan::PipelineShape shape_;
  std::vector<int> first_layer_;  // of the model, [virtual stage]
  std::map<Key, Pattern> patterns_;
};

}  // namespace weft::step
