// Steps written as Chakra traces: what they hold, and that their replay takes as long as the step.
#include "weft/step_chakra/step_chakra.h"

#include <gtest/gtest.h>

#include <fstream>

#include "shipped.h"
#include "traces.h"
#include "weft/base/diagnostics.h"
#include "weft/chakra/write.h"
#include "weft/step/evaluator.h"
#include "weft/trace/run.h"

namespace weft::trace {
namespace {

using chakra::Kind;
using step::Part;

plan::Plan plan_of(int tensor, int pipeline, int chunks, int data) {
  plan::Plan plan;
  plan.tensor = tensor;
  plan.pipeline = pipeline;
  plan.virtual_stages = chunks;
  plan.data = data;
  plan.sequence_parallel = tensor > 1;
  return plan;
}

class StepAsChakra : public testing::Test {
 protected:
  struct Written {
    step::Timeline timeline;
    step_chakra::StepFiles files;
    RankTraces traces;
  };
  // Written to files and read again.
  Written written(const plan::Plan& plan) {
    Written result;
    result.timeline = step::Evaluator(cluster_, job_, software_).timeline(plan);
    const test::TraceFolder folder;
    result.files =
        step_chakra::write_step({result.timeline, plan, job_, software_, cluster_},
                                [&](std::int64_t rank, const step_chakra::WriteRank& write) {
                                  std::string bytes;
                                  write([&](std::string_view piece) { bytes += piece; });
                                  (void)folder.write("step." + std::to_string(rank) + ".et", bytes);
                                });
    const auto groups = folder.write("groups.json", chakra::groups_json(result.files.groups));
    result.traces = read_ranks({folder.path() / "step"}, std::nullopt, groups);
    return result;
  }
  // How long the replay takes over the step.
  double closed(const plan::Plan& plan) {
    const auto all = written(plan);
    TraceQuestion question;
    question.recorded_times = true;
    question.streams = 4;
    return replay(cluster_, all.traces, question).finish / all.timeline.step;
  }

  cluster::Cluster cluster_ = test::cluster_of("{use: dgx_h100, hosts: 2}");
  workload::Job job_ = test::job_of("llama3_8b", 4096, 16);
  workload::Software software_ = test::software_of("megatron_core");
};

double sum_of(const chakra::Trace& trace, Kind kind, double chakra::Operation::*what) {
  double sum = 0;
  for (const auto& each : trace.operations) sum += each.kind == kind ? each.*what : 0.0;
  return sum;
}

TEST_F(StepAsChakra, ReplayTakesAsLongAsTheStep) {
  EXPECT_NEAR(closed(plan_of(1, 1, 1, 16)), 1, 0.02);
  EXPECT_NEAR(closed(plan_of(8, 1, 1, 2)), 1, 0.02);
  EXPECT_NEAR(closed(plan_of(2, 4, 1, 2)), 1, 0.02);
  EXPECT_NEAR(closed(plan_of(2, 4, 2, 2)), 1, 0.02);
  auto gpipe = plan_of(2, 4, 1, 2);
  gpipe.schedule = plan::Schedule::kGPipe;
  EXPECT_NEAR(closed(gpipe), 1, 0.02);
  software_.overlap_pipeline = false;
  EXPECT_NEAR(closed(plan_of(2, 4, 1, 2)), 1, 0.02);
}

TEST_F(StepAsChakra, WithoutCommunicationItIsExact) {
  job_.global_batch = 8;
  EXPECT_NEAR(closed(plan_of(1, 1, 1, 1)), 1, 1e-5);
}

TEST_F(StepAsChakra, HoldsTheWorkOfTheModelAndTheTimesOfTheLedger) {
  const auto plan = plan_of(2, 4, 1, 2);
  const auto all = written(plan);
  double work = 0;
  for (std::int64_t rank = 0; rank < all.traces.ranks(); ++rank) {
    work += sum_of(all.traces.of(rank), Kind::kCompute, &chakra::Operation::work);
  }
  // 6 FLOP a parameter and token, and attention: 8.03 G parameters, of which the input table takes
  // no products (0.53 G).
  const double tokens = 16.0 * 4096;
  EXPECT_GT(work / (6 * 7.5e9 * tokens), 1.0);
  EXPECT_LT(work / (6 * 7.5e9 * tokens), 1.15);
  const std::array<Part, 5> kernels = {Part::kForward, Part::kBackward, Part::kRecompute,
                                       Part::kHead, Part::kOptimizer};
  for (int stage = 0; stage < plan.pipeline; ++stage) {
    double recorded = 0, expected = 0;
    for (const auto& each : all.traces.of(stage * 4).operations) {
      if (each.kind == Kind::kCompute) recorded += each.recorded.value_or(0);
    }
    const auto parts = all.timeline.stages[static_cast<std::size_t>(stage)].parts();
    for (const auto part : kernels) expected += parts[static_cast<std::size_t>(part)].si();
    // To 1 µs for each run of kernels.
    EXPECT_NEAR(recorded / expected, 1, 1e-3);
  }
}

TEST_F(StepAsChakra, GroupsAndMessagesAreThoseOfThePlan) {
  const auto plan = plan_of(2, 4, 1, 2);
  const auto all = written(plan);
  EXPECT_EQ(all.files.ranks, 16);
  EXPECT_EQ(all.traces.ranks(), 16);
  std::map<std::size_t, int> sizes;
  for (const auto& [name, ranks] : all.files.groups) ++sizes[ranks.size()];
  EXPECT_EQ(sizes, (std::map<std::size_t, int>{{2, 16}}));  // 8 of tensor ranks, 8 of data ranks
  // A stage sends each micro-batch to the next one and back to the one before.
  const auto count = [&](std::int64_t rank, Kind kind) {
    const auto& operations = all.traces.of(rank).operations;
    return std::count_if(operations.begin(), operations.end(),
                         [&](const auto& each) { return each.kind == kind; });
  };
  for (const auto kind : {Kind::kSend, Kind::kReceive}) {
    EXPECT_EQ(count(0, kind), 8);
    EXPECT_EQ(count(5, kind), 16);
    EXPECT_EQ(count(15, kind), 8);
  }
  std::int64_t nodes = 0;
  for (std::int64_t rank = 0; rank < 16; ++rank) {
    nodes += static_cast<std::int64_t>(all.traces.of(rank).operations.size());
  }
  EXPECT_EQ(nodes, all.files.nodes);
}

// Shares of an exchange that is partly hidden make up its bytes.
TEST_F(StepAsChakra, PartlyHiddenExchangesKeepTheirBytes) {
  const auto bytes = [&] {
    const auto all = written(plan_of(8, 1, 1, 2));
    return sum_of(all.traces.of(0), Kind::kCollective, &chakra::Operation::bytes);
  };
  software_.tensor_hidden = 0;
  const double whole = bytes();
  software_.tensor_hidden = 0.5;
  EXPECT_NEAR(bytes() / whole, 1, 1e-6);
}

TEST_F(StepAsChakra, EveryScheduleAndShardingIsReplayed) {
  job_.global_batch = 32;
  for (int s = 0; s < plan::kScheduleCount; ++s) {
    const auto schedule = static_cast<plan::Schedule>(s);
    if (schedule == plan::Schedule::kGiven) continue;
    auto plan = plan_of(2, 4, std::max(1, plan::traits_of(schedule).virtual_stages), 2);
    plan.schedule = schedule;
    SCOPED_TRACE(plan::to_text(plan));
    const double ratio = closed(plan);
    RecordProperty(plan::to_text(plan).c_str(), std::to_string(ratio));
    EXPECT_NEAR(ratio, 1, 0.2);
  }
  for (const int zero : {0, 1, 2, 3}) {
    auto plan = plan_of(2, 1, 1, 4);
    plan.context = 2;
    plan.zero = zero;
    plan.recompute = plan::Recompute::kFull;
    SCOPED_TRACE(plan::to_text(plan));
    EXPECT_NEAR(closed(plan), 1, 0.1);
  }
}

TEST_F(StepAsChakra, TooMuchIsRefused) {
  const auto plan = plan_of(2, 4, 1, 2);
  const auto timeline = step::Evaluator(cluster_, job_, software_).timeline(plan);
  try {
    step_chakra::write_step(
        {timeline, plan, job_, software_, cluster_},
        [](std::int64_t, const step_chakra::WriteRank&) { FAIL(); }, 10'000);
    FAIL();
  } catch (const base::InputError& error) {
    EXPECT_NE(std::string(error.what()).find("more than 10000"), std::string::npos);
  }
}

}  // namespace
}  // namespace weft::trace
