#include "weft/step/evaluator.h"

#include <gtest/gtest.h>

#include "fixtures.h"
#include "shipped.h"
#include "weft/plan/check.h"

namespace weft::step {
namespace {

using test::cluster_of;
using test::job_of;
using test::software_of;

class OnH100 : public testing::Test {
 protected:
  cluster::Cluster cluster_ = cluster_of("{use: dgx_h100, hosts: 8}");
  workload::Job job_ = job_of("llama3_70b", 8192, 128);
  workload::Software software_ = software_of("megatron_core");
};

TEST_F(OnH100, PartsSumToTheStep) {
  Evaluator evaluator(cluster_, job_, software_);
  const auto ledger = evaluator.simulate(plan_of(4, 4, 5, 4));
  EXPECT_NEAR(ledger.sum_of_parts() / ledger.step, 1.0, 1e-9);
  EXPECT_GT(ledger.part(Part::kBubble).si(), 0);
  EXPECT_GT(ledger.part(Part::kTensor).si(), 0);
}

TEST_F(OnH100, LedgerAndTimeAgree) {
  Evaluator evaluator(cluster_, job_, software_);
  const auto plan = plan_of(8, 2, 2, 4);
  EXPECT_EQ(evaluator.simulate(plan).step, evaluator.time(plan));
  EXPECT_LE(evaluator.lower_bound(plan), evaluator.time(plan));
}

TEST_F(OnH100, ResultsDoNotDependOnWhatWasEvaluatedBefore) {
  Evaluator fresh(cluster_, job_, software_);
  const auto expected = fresh.time(plan_of(4, 4, 1, 4));
  Evaluator used(cluster_, job_, software_);
  for (const int tensor : {1, 2, 8}) (void)used.time(plan_of(tensor, 4, 1, 2));
  EXPECT_EQ(used.time(plan_of(4, 4, 1, 4)), expected);
}

TEST_F(OnH100, FullRecomputationAddsOneForwardPass) {
  software_.launch = base::Time(0);
  Evaluator evaluator(cluster_, job_, software_);
  auto plan = plan_of(8, 1, 1, 8);
  const auto none = evaluator.simulate(plan);
  plan.recompute = plan::Recompute::kFull;
  const auto full = evaluator.simulate(plan);
  EXPECT_NEAR(full.part(Part::kRecompute) / none.part(Part::kForward), 1.0, 1e-12);
  EXPECT_EQ(none.part(Part::kRecompute).si(), 0);
}

TEST_F(OnH100, SlowHostSetsThePace) {
  software_.launch = base::Time(1.0);
  Evaluator evaluator(cluster_, job_, software_);
  const auto ledger = evaluator.simulate(plan_of(8, 1, 1, 8));
  EXPECT_GT(ledger.part(Part::kHost) / ledger.step, 0.9);
}

TEST_F(OnH100, WithoutOverlapGradientsAreExposedWhole) {
  Evaluator overlapped(cluster_, job_, software_);
  auto bare = software_;
  bare.overlap_gradients = bare.overlap_parameters = false;
  Evaluator exposed(cluster_, job_, bare);
  const auto plan = plan_of(8, 1, 1, 8);
  const auto with = overlapped.simulate(plan);
  const auto without = exposed.simulate(plan);
  const auto data = static_cast<std::size_t>(Part::kData);
  EXPECT_LT(with.parts[data], without.parts[data]);
  EXPECT_EQ(without.hidden[data].si(), 0);
  // What is hidden and what is exposed make the whole, but for the tax on hidden communication.
  const auto tax = with.hidden[data] * software_.communication_tax;
  EXPECT_NEAR((with.hidden[data] + with.parts[data] - tax) / without.parts[data], 1.0, 1e-9);
}

// Between hosts each tensor rank sends its part, inside the host all gather the whole: the same as
// with a split sequence, and the gathering.
TEST_F(OnH100, SplitTransfersAreGatheredInTheHost) {
  auto plan = plan_of(8, 4, 1, 2);
  plan.sequence_parallel = false;
  const auto sent = [&](bool splits) {
    auto software = software_;
    software.splits_transfers = splits;
    return Evaluator(cluster_, job_, software).simulate(plan).sent;
  };
  const auto whole = sent(false);
  const auto split = sent(true);
  const auto hosts = cluster_.fabric.tiers().size() - 1;
  const double message = 2.0 * 8192 * 8192;
  const double messages = 64 * 2 * 3 / 4.0;  // micro-batches, both ways, three borders, four stages
  EXPECT_NEAR((whole[hosts] - split[hosts]) / base::Bytes(message * messages * 7 / 8), 1, 1e-9);
  EXPECT_NEAR((split[0] - whole[0]) / base::Bytes(message * messages * 7 / 8), 1, 1e-9);
}

TEST_F(OnH100, EnergyLiesBetweenWaitingAndTheLimit) {
  Evaluator evaluator(cluster_, job_, software_);
  const auto ledger = evaluator.simulate(plan_of(4, 4, 1, 4));
  const auto mean = ledger.mean_device_power();
  EXPECT_GT(mean, chips::waiting_power(cluster_.device()));
  EXPECT_LT(mean, cluster_.device().power.limit);
  EXPECT_LE(mean, ledger.highest_phase);
  EXPECT_LE(ledger.highest_phase, cluster_.device().power.limit);
}

TEST_F(OnH100, GradientTrafficIsThatOfItsAlgorithm) {
  software_.launch = base::Time(0);
  Evaluator evaluator(cluster_, job_, software_);
  const auto plan = plan_of(8, 1, 1, 8);
  const auto ledger = evaluator.simulate(plan);
  // One rank of eight per host: reduce-scatter of FP32 gradients and all-gather of 16-bit weights
  // cross the scale-out network, (n-1)/n of each.
  const auto parameters = plan::parameters_of_stage(job_, plan, 0).dense;
  const double expected = parameters * (4 + 2) * 7.0 / 8.0;
  EXPECT_NEAR(ledger.sent[1].si() / expected, 1.0, 1e-9);
}

// A context group inside a host talks over the host's switch, however many hosts there are.
TEST_F(OnH100, ContextRingsStayInsideTheHost) {
  job_ = job_of("llama3_8b", 8192, 16);
  auto plan = plan_of(2, 1, 1, 1);
  plan.context = 4;
  const auto one_host = cluster_of("{use: dgx_h100, hosts: 1}");
  const auto one = Evaluator(one_host, job_, software_).simulate(plan);
  plan.data = 2;
  job_.global_batch = 32;
  const auto two_hosts = cluster_of("{use: dgx_h100, hosts: 2}");
  const auto two = Evaluator(two_hosts, job_, software_).simulate(plan);
  EXPECT_NEAR(two.part(Part::kContext) / one.part(Part::kContext), 1.0, 1e-12);
}

// The first and the last stage sum the gradients of their copies of the table.
TEST_F(OnH100, TiedEmbeddingsAddTheirGradientExchange) {
  job_ = job_of("gpt3_175b", 2048, 64);
  auto untied = job_;
  untied.model.tied_embeddings = false;
  const auto plan = plan_of(8, 8, 3, 1);
  const auto with = Evaluator(cluster_, job_, software_).simulate(plan);
  const auto without = Evaluator(cluster_, untied, software_).simulate(plan);
  EXPECT_GT(with.part(Part::kData), without.part(Part::kData));
}

TEST_F(OnH100, IllegalPlansThrow) {
  Evaluator evaluator(cluster_, job_, software_);
  EXPECT_THROW((void)evaluator.simulate(plan_of(7, 1, 1, 1)), std::invalid_argument);
  EXPECT_THROW((void)evaluator.simulate(plan_of(8, 4, 1, 4)), std::invalid_argument);
}

// A mesh joins pairs: two of eight use one link of seven, so TP2 over HCCS moves its bytes slower
// than TP8 does (the full-mesh trap, measured on MI300X too).
TEST(OnAscend, TensorPairsAreSlowOnAMesh) {
  const auto cluster = cluster_of("{use: atlas_900_a2, hosts: 1}");
  const auto job = job_of("llama3_8b", 8192, 64);
  const auto software = software_of("mindspeed_llm");
  Evaluator evaluator(cluster, job, software);
  auto two = plan_of(2, 1, 1, 4);
  auto eight = plan_of(8, 1, 1, 1);
  const auto at_two = evaluator.simulate(two);
  const auto at_eight = evaluator.simulate(eight);
  const auto rate = [](const Ledger& ledger, std::size_t tier) {
    return ledger.sent[tier] / ledger.part(Part::kTensor);
  };
  EXPECT_GT(rate(at_eight, 0) / rate(at_two, 0), 2.0);
}

TEST(MoeStep, ExpertExchangeIsBooked) {
  const auto cluster = cluster_of("{use: dgx_h100, hosts: 4}");
  const auto job = job_of("mixtral_8x7b", 4096, 256);
  const auto software = software_of("megatron_core");
  Evaluator evaluator(cluster, job, software);
  auto plan = plan_of(1, 4, 1, 8);
  plan.expert = 8;
  const auto ledger = evaluator.simulate(plan);
  EXPECT_GT(ledger.part(Part::kExpert).si(), 0);
  EXPECT_NEAR(ledger.sum_of_parts() / ledger.step, 1.0, 1e-9);
}

}  // namespace
}  // namespace weft::step
