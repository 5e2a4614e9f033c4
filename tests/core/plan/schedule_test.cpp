// Orders of pipeline schedules: complete, feasible, and how much they hold.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "fixtures.h"

namespace weft::plan {
namespace {

using namespace testing;

PipelineShape shape_of(Schedule schedule, int stages, std::int64_t micro_batches) {
  const int chunks = std::max(traits_of(schedule).virtual_stages, 1);
  return {schedule, stages, chunks, micro_batches, nullptr};
}

// Every built-in schedule, interleaved 1F1B too, with any number of micro-batches it can have.
std::vector<PipelineShape> all_shapes(const std::vector<int>& pipelines, int most_micro_batches) {
  std::vector<PipelineShape> all;
  for (int s = 0; s < kScheduleCount - 1; ++s) {
    for (const int p : pipelines) {
      for (int m = 1; m <= most_micro_batches; ++m) {
        const auto shape = shape_of(static_cast<Schedule>(s), p, m);
        if (shape.ways() == 2 && (m % 2 != 0 || p % 2 != 0)) continue;
        all.push_back(shape);
        if (shape.schedule == Schedule::kOneForwardOneBackward && m % p == 0) {
          all.push_back(shape);
          all.back().virtual_stages = 3;
        }
      }
    }
  }
  return all;
}

std::string text_of(const PipelineShape& shape) {
  return std::string(name_of(shape.schedule)) + " p" + std::to_string(shape.stages) + " v" +
         std::to_string(shape.virtual_stages) + " m" + std::to_string(shape.micro_batches);
}

// Forward, input gradient and weight gradient of a pass, as often as each is done.
using Done = std::multiset<std::array<int, 3>>;
Done done_by(const StageOrder& order) {
  Done done;
  for (const auto& op : order.operations) {
    const auto add = [&](int part, int chunk, int k) { done.insert({part, chunk, k}); };
    if (op.task == Task::kForward || op.task == Task::kPair) add(0, op.chunk, op.micro_batch);
    if (op.task == Task::kBackward || op.task == Task::kInputGradient) {
      add(1, op.chunk, op.micro_batch);
    }
    if (op.task == Task::kBackward || op.task == Task::kWeightGradient) {
      add(2, op.chunk, op.micro_batch);
    }
    if (op.task != Task::kPair) continue;
    add(1, op.backward_chunk, op.backward_micro_batch);
    add(2, op.backward_chunk, op.backward_micro_batch);
  }
  return done;
}

TEST(Orders, DoEveryPassOnce) {
  for (const auto& shape : all_shapes({1, 2, 3, 4, 7}, 30)) {
    const auto written = shortened(shape);
    Done expected;
    for (int part = 0; part < 3; ++part) {
      for (int c = 0; c < shape.chunks(); ++c) {
        for (int k = 0; k < written.micro_batches; ++k) expected.insert({part, c, k});
      }
    }
    for (int i = 0; i < shape.stages; ++i) {
      if (shape.stages == 1 && traits_of(shape.schedule).splits_backward) continue;
      ASSERT_EQ(done_by(stage_order(shape, i)), expected) << text_of(shape) << " stage " << i;
    }
  }
}

// Heads, one round and tails of all stages can be done one after the other, so that a replay may
// repeat the round.
TEST(Orders, CanBeDoneRoundByRound) {
  for (const auto& shape : all_shapes({2, 3, 4, 8, 16}, 70)) {
    const auto order = order_of(shape);
    const auto sequence = sequence_of(shape, order);
    ASSERT_TRUE(sequence.complete) << text_of(shape);
    if (order.rounds == 0) continue;
    for (const auto& stage : order.stages) {
      ASSERT_GT(stage.round_end, stage.round_begin) << text_of(shape);
      ASSERT_LE(stage.round_end, stage.operations.size()) << text_of(shape);
    }
  }
}

// A round more is the round with micro-batches `step` higher: a schedule for more micro-batches
// without rounds does the same in the same order.
TEST(Orders, RepeatTheirRound) {
  for (const auto& shape : all_shapes({2, 4}, 40)) {
    const auto written = shortened(shape);
    if (written.rounds != 1) continue;
    auto longer = shape;
    longer.micro_batches += shape.ways() * written.step;
    ASSERT_EQ(shortened(longer).rounds, 2) << text_of(shape);
    ASSERT_EQ(shortened(longer).micro_batches, written.micro_batches) << text_of(shape);
  }
}

// Passes of any kind that a stage holds at most, counted in chunks.
double most_held(const PipelineShape& shape, int stage) {
  double most = 0;
  walk_in_flight(stage_order(shape, stage), shape.chunks(), [&](const InFlight& now) {
    double sum = 0;
    for (const double n : now.kept) sum += n;
    for (const double n : now.put_off) sum += n;
    most = std::max(most, sum);
  });
  return most;
}

// 1F1B and GPipe: arXiv 2104.04473. Zero bubble: arXiv 2401.10241, Table 2 (p and 2 p - 1 on every
// stage). ZB-V: arXiv 2405.15362, p stages of two halves. DualPipe: arXiv 2412.19437, Table 2, p +
// 1; DualPipeV as much on half as many devices.
TEST(Orders, HoldWhatTheirPapersSay) {
  for (const int p : {2, 4, 8, 16}) {
    const auto held = [&](Schedule schedule, int stage) {
      return most_held(shape_of(schedule, p, 6 * p), stage);
    };
    for (int i = 0; i < p; ++i) {
      EXPECT_EQ(held(Schedule::kOneForwardOneBackward, i), p - i);
      EXPECT_EQ(held(Schedule::kGPipe, i), 6 * p);
      EXPECT_EQ(held(Schedule::kZeroBubbleH1, i), p);
      EXPECT_EQ(held(Schedule::kZeroBubbleH2, i), 2 * p - 1);
      EXPECT_EQ(held(Schedule::kZeroBubbleV, i), 2 * p);
      EXPECT_EQ(held(Schedule::kDualPipe, i), p + 1);
      EXPECT_EQ(held(Schedule::kDualPipeV, i), 2 * p + 1);
    }
  }
}

TEST(Placement, FindsTheHolderOfEveryVirtualStage) {
  for (const auto& shape : all_shapes({2, 4, 8}, 2)) {
    for (int i = 0; i < shape.stages; ++i) {
      for (int c = 0; c < shape.chunks(); ++c) {
        const auto holder = holder_of(shape, shape.virtual_stage(i, c), shape.ways() == 2 ? c : 0);
        EXPECT_EQ(holder.stage, i) << text_of(shape);
        EXPECT_EQ(holder.chunk, c) << text_of(shape);
      }
    }
  }
}

GivenOrder given(const std::vector<std::string>& stages, bool fold = false) {
  GivenOrder order{fold, {}};
  for (const auto& text : stages) order.stages.push_back(parse_operations(text));
  return order;
}
std::string problem_with(const GivenOrder& order, int micro_batches) {
  const int stages = static_cast<int>(order.stages.size());
  return problem_of({Schedule::kGiven, stages, order.fold ? 2 : 1, micro_batches, &order});
}

TEST(GivenOrders, AreRead) {
  const auto operations = parse_operations(" F0  B1.2 I3 W4\tF5.1&B6 ");
  ASSERT_EQ(operations.size(), 5U);
  EXPECT_EQ(operations[0], (Operation{Task::kForward, 0, 0, 0, 0}));
  EXPECT_EQ(operations[1], (Operation{Task::kBackward, 2, 1, 0, 0}));
  EXPECT_EQ(operations[2].task, Task::kInputGradient);
  EXPECT_EQ(operations[3].task, Task::kWeightGradient);
  EXPECT_EQ(operations[4], (Operation{Task::kPair, 1, 5, 0, 6}));
  for (const char* word : {"G0", "F", "F1.", "Fx", "F1&W1", "B1&F1", "F99999999", "F-1", "&"}) {
    EXPECT_THROW(parse_operations(word), std::invalid_argument) << word;
  }
}

TEST(GivenOrders, AreRefusedWithTheReason) {
  EXPECT_EQ(problem_with(given({"F0 F1 B0 B1", "F0 B0 F1 B1"}), 2), "");
  EXPECT_EQ(problem_with(given({"F0 F1 I0 I1 W1 W0", "F0 I0 F1 I1 W0 W1"}), 2), "");
  EXPECT_EQ(problem_with(given({"F0 F0 B0", "F0 B0"}), 1),
            "stage 0: the forward pass of micro-batch 0 of chunk 0 is done twice");
  EXPECT_EQ(problem_with(given({"F0 B0", "F0 I0"}), 1),
            "stage 1: the weight gradient of micro-batch 0 of chunk 0 is missing");
  EXPECT_EQ(problem_with(given({"F0 B0", "F0 B0"}), 2),
            "stage 0: the forward pass of micro-batch 1 of chunk 0 is missing");
  EXPECT_EQ(problem_with(given({"F0 B0 F2 B2", "F0 B0"}), 2),
            "stage 0: there is no micro-batch 2, only 2");
  EXPECT_EQ(problem_with(given({"F0.1 B0", "F0 B0"}), 1), "stage 0: there is no chunk 1, only 1");
  // Stage 0 wants the gradient of a micro-batch whose forward pass it does later.
  EXPECT_EQ(problem_with(given({"F0 B1 F1 B0", "F0 F1 B0 B1"}), 2),
            "stage 0 waits for ever at B1.0");
}

TEST(Memory, OfZeroBubbleIsBalanced) {
  const auto job = job_of("llama3_70b", 4096, 64);
  Plan plan = plan_of(8, 4, 1);
  const double layer = 20;
  const auto saved = saved_activations(job, kNoReserve, workload::LayerKind::kDense, plan.shard());
  const auto activations = [&](Schedule schedule, int stage) {
    plan.schedule = schedule;
    plan.virtual_stages = std::max(traits_of(schedule).virtual_stages, 1);
    return memory(job, plan, stage).activations.si();
  };
  const double one = layer * saved.none.si();
  // Of these passes, some wait for their weight gradients only.
  const double less = layer * (saved.none - saved.put_off).si();
  EXPECT_GT(less, 0);
  for (const int stage : {0, 1, 2}) {
    EXPECT_NEAR(activations(Schedule::kZeroBubbleH1, stage), 4 * one - stage * less, 1e-6 * one);
    EXPECT_NEAR(activations(Schedule::kZeroBubbleH2, stage), 7 * one - 2 * stage * less,
                1e-6 * one);
  }
  EXPECT_NEAR(activations(Schedule::kOneForwardOneBackward, 2), 2 * one, 1e-6 * one);
}

// Inputs of linear layers that were made again for the input gradient stay until the weight
// gradient, with the gradients of their outputs.
TEST(Memory, OfPutOffWeightGradientsIsThatOfTheirInputsAndGradients) {
  const auto job = job_of("llama3_70b", 4096, 64);
  Plan plan = plan_of(8, 4, 1);
  plan.recompute = Recompute::kFull;
  plan.schedule = Schedule::kZeroBubbleH1;
  const auto saved = saved_activations(job, kNoReserve, workload::LayerKind::kDense, plan.shard());
  // Stage 2 runs two weight gradients behind: three are put off while the third is at work.
  const auto expected = 20 * (3 * saved.put_off.si() + saved.full.si());
  EXPECT_NEAR(memory(job, plan, 2).activations.si(), expected, 1e-6 * expected);
}

TEST(State, OfDualPipeHoldsTwoCopies) {
  const auto job = job_of("llama3_70b", 4096, 64);
  Plan plan = plan_of(8, 4, 2);
  const auto of = [&](int stage) { return parameters_of_stage(job, plan, stage).dense; };
  const double first = of(0);
  const double last = of(3);
  const double inner = of(1);
  const auto plain = memory(job, plan, 1);
  plan.schedule = Schedule::kDualPipe;
  EXPECT_DOUBLE_EQ(of(0), first + last);
  EXPECT_DOUBLE_EQ(of(3), first + last);
  EXPECT_DOUBLE_EQ(of(1), 2 * inner);
  const auto both = memory(job, plan, 1);
  EXPECT_NEAR(both.weights / plain.weights, 2, 1e-12);
  EXPECT_NEAR(both.gradients / plain.gradients, 2, 1e-12);
  EXPECT_NEAR(both.optimizer / plain.optimizer, 1, 1e-12);
}

TEST(Chunks, OfAFoldedModelMeetAtTheEnds) {
  const auto model = model_of("llama3_70b");
  Plan plan = plan_of(8, 4, 1);
  plan.schedule = Schedule::kZeroBubbleV;
  plan.virtual_stages = 2;
  const auto shape = plan.shape(8);
  EXPECT_EQ(shape.virtual_stage(0, 1), 7);
  EXPECT_EQ(shape.virtual_stage(3, 1), 4);
  EXPECT_TRUE(chunk_of(plan, model, 7).head);
  EXPECT_TRUE(chunk_of(plan, model, 7).beside_embedding);
  plan.schedule = Schedule::kOneForwardOneBackward;
  EXPECT_FALSE(chunk_of(plan, model, 7).beside_embedding);
}

}  // namespace
}  // namespace weft::plan
