// One step written out: what every pipeline stage does when, by cause, and what it sends.
//
// All devices of a stage are alike, so that a stage stands for each of them. Times are those of the
// unfolded replay of the schedule, in seconds from the begin of the step: profile() with the
// operations and layers left in it. Parts, hidden communication and energy of a stage are those of
// its ledger, and their means over the stages those of simulate() (tested).
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "weft/base/quantity.h"
#include "weft/plan/schedule.h"
#include "weft/step/ledger.h"
#include "weft/step/profile.h"

namespace weft::step {

inline constexpr std::size_t kNoOperation = static_cast<std::size_t>(-1);

// One kind of work, or one wait, of a device.
struct Span {
  double begin = 0, end = 0;  // s
  double power = 0;           // W, of one device, with what links send behind kernels
  Part part = Part::kForward;
  int layer = kNoLayer;  // of the model, from 0; none in what is no layer
};

// An operation of the schedule; with interleaving, `chunk` is which of the stage's virtual stages.
struct OperationSpan {
  plan::Operation operation;
  double begin = 0, end = 0;              // s
  std::size_t first_span = 0, spans = 0;  // in StageTimeline::spans
  [[nodiscard]] double time() const { return end - begin; }
};

// Communication that runs behind compute. The model knows how much of each pass of a layer is
// hidden, not when: it is drawn from the begin of that pass on (in interwoven passes: at the same
// share of the pair), and later where the same links are still at work. What the gathering of
// parameters hides is drawn from the begin of the first pass, what the reduction of gradients hides
// up to the end of the last one.
struct HiddenSpan {
  double begin = 0, end = 0;  // s
  Part part = Part::kTensor;  // kTensor, kContext, kExpert, kData or kOffload
  int layer = kNoLayer;
  std::size_t operation = kNoOperation;  // in StageTimeline::operations; none: of the whole step
};

// What a device holds from `begin` to the next one: plan::memory_timeline(), from the begin of an
// operation to the begin of the next.
struct MemoryLevel {
  double begin = 0;         // s
  base::Bytes activations;  // of the micro-batches in flight
  base::Bytes total;        // with weights, gradients, optimizer, buffers and reserve
};

struct StageTimeline {
  int part = 0;  // of a mixed cluster
  // s; where stages enter the next step one after another (plan::ScheduleTraits::rolls_over) the
  // stage begins later than the first one, and ends a step after its own begin.
  double begin = 0;
  std::vector<Span> spans;                // one after the other, from its begin for a step
  std::vector<OperationSpan> operations;  // in their order
  std::vector<HiddenSpan> hidden;         // by begin; those of one part do not overlap
  std::vector<MemoryLevel> memory;        // by begin; the largest total is plan::memory_of_stage()

  [[nodiscard]] std::array<base::Time, kPartCount> parts() const;
  [[nodiscard]] std::array<base::Time, kPartCount> hidden_parts() const;
  [[nodiscard]] base::Energy energy() const;  // of one device over the step
};

// A result handed from one stage to another. With Software::overlap_pipeline it is under way beside
// compute, else it is the end of its sender's pass.
struct Send {
  int from = 0, to = 0;                              // stages
  std::size_t from_operation = 0, to_operation = 0;  // in StageTimeline::operations
  double begin = 0, end = 0;                         // s
  bool is_forward = true;                            // else gradients, to the stage before
  int micro_batch = 0;
  base::Bytes bytes;  // that one device sends
};

struct Timeline {
  base::Time step;
  std::vector<StageTimeline> stages;  // [pipeline]
  std::vector<Send> sends;            // by the stage and the operation that send

  [[nodiscard]] std::size_t spans() const;  // of all stages
};

// "forward", "backward", "input gradient", "weight gradient", "pair".
const char* name_of(plan::Task task);

}  // namespace weft::step
