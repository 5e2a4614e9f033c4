// A step written out: against its ledger, its profile, its schedule and its memory.
#include "weft/step/timeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "fixtures.h"
#include "shipped.h"
#include "weft/plan/memory.h"
#include "weft/step/evaluator.h"

namespace weft::step {
namespace {

using test::cluster_of;
using test::job_of;
using test::software_of;

std::size_t number(int i) { return static_cast<std::size_t>(i); }

// Spans follow one another for a step, and operations are runs of them in their order.
void expect_whole(const StageTimeline& stage, double step) {
  ASSERT_FALSE(stage.spans.empty());
  EXPECT_EQ(stage.spans.front().begin, stage.begin);
  EXPECT_NEAR(stage.spans.back().end, stage.begin + step, 1e-9 * step);
  for (std::size_t i = 0; i < stage.spans.size(); ++i) {
    ASSERT_GT(stage.spans[i].end, stage.spans[i].begin);
    ASSERT_GT(stage.spans[i].power, 0);
    if (i > 0) {
      ASSERT_EQ(stage.spans[i].begin, stage.spans[i - 1].end);
    }
  }
  double before = stage.begin;
  for (const auto& op : stage.operations) {
    ASSERT_GE(op.begin, before);
    ASSERT_EQ(op.begin, stage.spans[op.first_span].begin);
    ASSERT_EQ(op.end, stage.spans[op.first_span + op.spans - 1].end);
    before = op.end;
  }
}

void expect_hidden_apart(const StageTimeline& stage) {
  std::array<double, kPartCount> free{};
  for (const auto& one : stage.hidden) {
    ASSERT_GT(one.end, one.begin);
    auto& from = free[static_cast<std::size_t>(one.part)];
    ASSERT_GE(one.begin, from) << name_of(one.part);
    from = one.end;
  }
}

// Every pass between stages is sent once, ends before it is needed, and micro-batches agree.
void expect_sent(const Timeline& timeline, const plan::PipelineShape& shape) {
  std::set<std::tuple<int, std::size_t, bool>> received;
  for (const auto& send : timeline.sends) {
    const auto& from = timeline.stages[number(send.from)].operations[send.from_operation];
    const auto& to = timeline.stages[number(send.to)].operations[send.to_operation];
    ASSERT_NE(send.from, send.to);
    ASSERT_LE(from.begin, send.begin);
    ASSERT_LE(send.begin, send.end);
    ASSERT_LE(send.end, to.begin + 1e-9 * timeline.step.si());
    ASSERT_GT(send.bytes.si(), 0);
    const bool to_pair = to.operation.task == plan::Task::kPair;
    ASSERT_EQ(send.micro_batch, !send.is_forward && to_pair ? to.operation.backward_micro_batch
                                                            : to.operation.micro_batch);
    ASSERT_TRUE(received.emplace(send.to, send.to_operation, send.is_forward).second);
  }
  // A folded model turns on one stage.
  const int turns = shape.placement() == plan::Placement::kFold ? 1 : 0;
  const auto hops = shape.ways() * (shape.model_chunks() - 1 - turns) * 2;
  EXPECT_EQ(static_cast<std::int64_t>(timeline.sends.size()), hops * shape.micro_batches_per_way());
}

class TimelineOfAStep : public testing::Test {
 protected:
  // All that holds of any plan.
  Timeline expect_as_booked(const plan::Plan& plan) {
    SCOPED_TRACE(plan::to_text(plan));
    Evaluator evaluator(cluster_, job_, software_);
    const auto ledger = evaluator.simulate(plan);
    auto timeline = evaluator.timeline(plan);
    EXPECT_EQ(timeline.step, ledger.step);
    EXPECT_EQ(timeline.stages.size(), number(plan.pipeline));
    std::array<base::Time, kPartCount> parts{}, hidden{};
    base::Energy energy;
    const double share = 1.0 / plan.pipeline;
    for (int s = 0; s < plan.pipeline; ++s) {
      const auto& stage = timeline.stages[number(s)];
      expect_whole(stage, ledger.step.si());
      expect_hidden_apart(stage);
      expect_memory(plan, stage, s);
      for (std::size_t p = 0; p < kPartCount; ++p) {
        parts[p] += stage.parts()[p] * share;
        hidden[p] += stage.hidden_parts()[p] * share;
      }
      energy += stage.energy() * share;
    }
    for (std::size_t p = 0; p < kPartCount; ++p) {
      const auto* name = name_of(static_cast<Part>(p));
      EXPECT_NEAR(parts[p].si(), ledger.parts[p].si(), 1e-9 * ledger.step.si()) << name;
      EXPECT_NEAR(hidden[p].si(), ledger.hidden[p].si(), 1e-9 * ledger.step.si()) << name;
    }
    EXPECT_NEAR(energy / ledger.device_energy(), 1, 1e-9);
    expect_sent(timeline, plan.shape(plan.micro_batches(job_)));
    return timeline;
  }

  void expect_memory(const plan::Plan& plan, const StageTimeline& stage, int number) const {
    const auto memory = plan::memory_of_stage(job_, software_.of_part(stage.part), plan, number);
    base::Bytes most, kept;
    double before = 0;
    for (const auto& level : stage.memory) {
      EXPECT_GE(level.begin, before);
      before = level.begin;
      most = std::max(most, level.total);
      kept = std::max(kept, level.activations);
    }
    EXPECT_NEAR(most / memory.total(), 1, 1e-9);
    EXPECT_NEAR(kept / memory.activations, 1, 1e-9);
  }

  cluster::Cluster cluster_ = cluster_of("{use: dgx_h100, hosts: 8}");
  workload::Job job_ = job_of("llama3_8b", 8192, 128);
  workload::Software software_ = software_of("megatron_core");
};

TEST_F(TimelineOfAStep, IsTheLedgerForEverySchedule) {
  for (int s = 0; s < plan::kScheduleCount; ++s) {
    const auto schedule = static_cast<plan::Schedule>(s);
    if (schedule == plan::Schedule::kGiven) continue;
    for (const bool blocking : {true, false}) {
      software_.overlap_pipeline = !blocking;
      auto plan = plan_of(2, 4, std::max(1, plan::traits_of(schedule).virtual_stages), 8);
      plan.schedule = schedule;
      expect_as_booked(plan);
    }
  }
}

TEST_F(TimelineOfAStep, IsTheLedgerOfInterleavedRecomputedAndShardedPlans) {
  auto interleaved = plan_of(2, 4, 4, 8);
  interleaved.recompute = plan::Recompute::kFull;
  interleaved.recompute_layers = {3};
  expect_as_booked(interleaved);
  for (const int zero : {0, 1, 2, 3}) {
    auto plan = plan_of(1, 1, 1, 64);
    plan.zero = zero;
    expect_as_booked(plan);
  }
  auto context = plan_of(2, 2, 1, 8);
  context.context = 2;
  expect_as_booked(context);
}

TEST_F(TimelineOfAStep, FollowsAnOrderThatAUserWrote) {
  job_.global_batch = 64;  // 2 micro-batches of each of 32 replicas
  auto plan = plan_of(1, 2, 1, 32);
  plan.schedule = plan::Schedule::kGiven;
  plan.order.stages = {plan::parse_operations("F0 F1 B0 B1"),
                       plan::parse_operations("F0 B0 F1 B1")};
  const auto timeline = expect_as_booked(plan);
  EXPECT_EQ(timeline.stages[0].operations[1].operation.micro_batch, 1);
  EXPECT_EQ(timeline.stages[1].operations[1].operation.task, plan::Task::kBackward);
}

TEST_F(TimelineOfAStep, CountsPairsAndUnevenLoadOfExperts) {
  cluster_ = cluster_of("{use: h800_ib, hosts: 16}");
  job_ = job_of("deepseek_v3", 4096, 1024);
  for (const auto schedule :
       {plan::Schedule::kDualPipe, plan::Schedule::kDualPipeV, plan::Schedule::kZeroBubbleH1}) {
    auto plan = plan_of(1, 8, std::max(1, plan::traits_of(schedule).virtual_stages), 16);
    plan.schedule = schedule;
    plan.expert = 16;
    expect_as_booked(plan);
  }
}

TEST_F(TimelineOfAStep, OfMixedChipsHasTheMemoryAndTimesOfEach) {
  cluster_ = cluster_of(
      "{mixed: [{use: dgx_h100, hosts: 4}, {use: dgx_a100_80g, hosts: 4}], between: {link: "
      "ib_ndr}}");
  auto plan = plan_of(2, 4, 1, 8);
  plan.parts = {0, 0, 1, 1};
  const auto timeline = expect_as_booked(plan);
  EXPECT_EQ(timeline.stages[3].part, 1);
  const auto length = [](const StageTimeline& stage) { return stage.operations[0].time(); };
  EXPECT_GT(length(timeline.stages[2]), length(timeline.stages[1]));
}

// Micro-batches of each kind of pass come in order, each once; layers are those of the model.
TEST_F(TimelineOfAStep, DoesEveryMicroBatchOnce) {
  const auto plan = plan_of(2, 4, 2, 8);
  const auto timeline = expect_as_booked(plan);
  for (int s = 0; s < plan.pipeline; ++s) {
    std::set<std::tuple<plan::Task, int, int>> seen;
    std::set<int> layers;
    const auto& stage = timeline.stages[number(s)];
    for (const auto& op : stage.operations) {
      EXPECT_TRUE(
          seen.emplace(op.operation.task, op.operation.chunk, op.operation.micro_batch).second);
    }
    EXPECT_EQ(seen.size(), number(2 * 2 * 16));
    for (const auto& span : stage.spans) layers.insert(span.layer);
    layers.erase(kNoLayer);
    const std::set<int> expected = {4 * s,      4 * s + 1,  4 * s + 2,  4 * s + 3,
                                    4 * s + 16, 4 * s + 17, 4 * s + 18, 4 * s + 19};
    EXPECT_EQ(layers, expected);
  }
}

// Stages that enter the next step one after another begin one after another.
TEST_F(TimelineOfAStep, BeginsLaterOnLaterStagesThatRollOver) {
  auto plan = plan_of(2, 4, 1, 8);
  plan.schedule = plan::Schedule::kZeroBubbleH2;
  const auto timeline = expect_as_booked(plan);
  for (int s = 1; s < plan.pipeline; ++s) {
    EXPECT_GT(timeline.stages[number(s)].begin, timeline.stages[number(s - 1)].begin);
  }
}

TEST_F(TimelineOfAStep, IsRefusedForAPlanThatIsNotLegal) {
  Evaluator evaluator(cluster_, job_, software_);
  EXPECT_THROW(static_cast<void>(evaluator.timeline(plan_of(7, 1, 1, 8))), std::invalid_argument);
}

}  // namespace
}  // namespace weft::step
