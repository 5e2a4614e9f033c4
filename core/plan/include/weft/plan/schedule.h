// Pipeline schedules: which part of the model a stage holds, and in what order it works.
//
// A new schedule is one file in this room: a function that writes the order of one stage, a line in
// the table of schedule.cpp, a name in the enumeration, and its test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace weft::plan {

enum class Schedule {
  kOneForwardOneBackward,  // interleaved when virtual_stages > 1 (arXiv 2104.04473)
  kGPipe,                  // arXiv 1811.06965
  kZeroBubbleH1,           // arXiv 2401.10241
  kZeroBubbleH2,
  kZeroBubbleV,  // the same source and arXiv 2405.15362
  kDualPipe,     // arXiv 2412.19437, deepseek-ai/DualPipe @89f5de1
  kDualPipeV,    // its half with the model folded (Qi et al., "DualPipe could be better without the
                 // Dual", 2025)
  kGiven,        // the user's own order
};
inline constexpr int kScheduleCount = 8;
const char* name_of(Schedule schedule);
const char* title_of(Schedule schedule);

// Where virtual stages live. kLoop: chunk c of stage i is virtual stage c · stages + i. kFold: the
// second half comes back, so that stage i holds i and 2 · stages - 1 - i. kBothWays: two copies of
// the model, the second one from the last stage to the first.
enum class Placement { kLoop, kFold, kBothWays };

struct ScheduleTraits {
  const char* name;   // in a plan
  const char* title;  // as its source writes it
  Placement placement;
  int virtual_stages;    // that it needs; 0: any number
  bool splits_backward;  // weight gradients are put off
  // Stages enter the next step one after another, without a barrier at the optimizer (arXiv
  // 2401.10241 §4): a step is the longest time that a stage takes from its begin to its end.
  bool rolls_over;
  bool interweaves = false;  // has pairs of passes
};
const ScheduleTraits& traits_of(Schedule schedule);

enum class Task : std::uint8_t {
  kForward,
  kBackward,       // input and weight gradients at once
  kInputGradient,  // alone; the weight gradient comes later
  kWeightGradient,
  kPair,  // a forward and a backward pass of two micro-batches, interwoven
};
inline constexpr std::size_t kTaskCount = 5;

// Micro-batches are counted along each way through the model: with two copies each has its own.
struct Operation {
  Task task = Task::kForward;
  int chunk = 0;  // of this stage; in a pair, of the forward pass
  int micro_batch = 0;
  int backward_chunk = 0;  // in a pair
  int backward_micro_batch = 0;
  friend bool operator==(const Operation&, const Operation&) = default;
};

// An order that a user wrote, stage by stage.
struct GivenOrder {
  bool fold = false;  // Placement::kFold, else kLoop
  std::vector<std::vector<Operation>> stages;
  friend bool operator==(const GivenOrder&, const GivenOrder&) = default;
};

struct PipelineShape {
  Schedule schedule = Schedule::kOneForwardOneBackward;
  int stages = 1;
  int virtual_stages = 1;  // per stage, of one copy of the model
  std::int64_t micro_batches = 1;
  const GivenOrder* given = nullptr;  // with kGiven; not owned

  [[nodiscard]] Placement placement() const;
  // Copies of the model.
  [[nodiscard]] int ways() const { return placement() == Placement::kBothWays ? 2 : 1; }
  // Pieces of the model that a stage holds.
  [[nodiscard]] int chunks() const { return ways() * virtual_stages; }
  [[nodiscard]] int model_chunks() const { return stages * virtual_stages; }
  [[nodiscard]] std::int64_t micro_batches_per_way() const { return micro_batches / ways(); }
  [[nodiscard]] int virtual_stage(int stage, int chunk) const;
};

// Which stage holds a virtual stage of a way, and as which of its chunks.
struct Holder {
  int stage = 0;
  int chunk = 0;
};
Holder holder_of(const PipelineShape& shape, int virtual_stage, int way);

// The work of one stage from its first operation to its last. [round_begin, round_end) is what
// repeats in steady state; in each repetition micro-batches are Order::step higher. Empty when
// there are too few micro-batches.
struct StageOrder {
  std::vector<Operation> operations;
  std::size_t round_begin = 0;
  std::size_t round_end = 0;
};

// All stages. The operations stand for a schedule in which the round is done once; `rounds` says
// how often it is done. What a round waits for lies before it or in it, for all stages alike.
struct Order {
  std::vector<StageOrder> stages;
  std::int64_t rounds = 0;
  int step = 1;
};
Order order_of(const PipelineShape& shape);
// Of one stage; throws std::invalid_argument for kGiven without an order.
StageOrder stage_order(const PipelineShape& shape, int stage);
// Micro-batches per way of the shortened schedule that order_of() writes down, and its `step`.
struct Shortened {
  std::int64_t micro_batches = 1;
  std::int64_t rounds = 0;
  int step = 1;
};
Shortened shortened(const PipelineShape& shape);

// The operations of all stages in an order in which every input comes first: heads, then one round,
// then tails.
struct Turn {
  int stage = 0;
  int position = 0;  // in its StageOrder
};
struct Sequence {
  std::vector<Turn> turns;
  std::size_t head = 0;   // turns before the round
  std::size_t round = 0;  // turns up to the end of the round
  bool complete = true;   // else some stages wait for each other for ever
};
Sequence sequence_of(const PipelineShape& shape, const Order& order);

// What is wrong with a given order: a stage or pass that is missing or done twice, or stages that
// wait for each other; empty if nothing.
std::string problem_of(const PipelineShape& shape);
// Why a schedule cannot run, by the rules of its published implementation; for kGiven
// problem_of(). Empty if it can.
std::string problem_of_schedule(const PipelineShape& shape);

// "F0 F1 B0.1 I2 W2 F3&B1": forward, backward, input gradient alone, weight gradient, and pairs,
// with the micro-batch and, behind a dot, the chunk. Throws std::invalid_argument naming the word
// that is none.
std::vector<Operation> parse_operations(const std::string& text);

// How many passes of each chunk a stage holds at most at once. `kept` waits for its backward pass;
// `put_off` has had its input gradient and waits for its weight gradient.
struct InFlight {
  std::vector<double> kept;     // [chunk]
  std::vector<double> put_off;  // [chunk]
};
// Calls visit(in_flight) after every operation of a stage that adds to what is held.
template <class Visit>
void walk_in_flight(const StageOrder& order, int chunks, Visit visit) {
  InFlight now{std::vector<double>(static_cast<std::size_t>(chunks)),
               std::vector<double>(static_cast<std::size_t>(chunks))};
  const auto at = [](int i) { return static_cast<std::size_t>(i); };
  for (const auto& op : order.operations) {
    switch (op.task) {
      case Task::kForward:
      case Task::kPair:
        now.kept[at(op.chunk)] += 1;
        break;
      case Task::kInputGradient:
        now.kept[at(op.chunk)] -= 1;
        now.put_off[at(op.chunk)] += 1;
        break;
      case Task::kBackward:
        now.kept[at(op.chunk)] -= 1;
        continue;
      case Task::kWeightGradient:
        now.put_off[at(op.chunk)] -= 1;
        continue;
    }
    visit(now);
    if (op.task == Task::kPair) now.kept[at(op.backward_chunk)] -= 1;
  }
}

}  // namespace weft::plan
