// What pages show beyond answers agrees with the answers.
#include <gtest/gtest.h>

#include <string>

#include "weft/details/course.h"
#include "weft/details/sources.h"
#include "weft/details/step_details.h"
#include "weft/step/evaluator.h"

namespace weft::details {
namespace {

constexpr const char* kJob =
    "kind: study\n"
    "job: {model: llama3_8b, sequence: 4096, global_batch: 64 sequences, tokens: 20 G}\n"
    "clusters: [{use: dgx_h100, hosts: 4}]\n";
constexpr const char* kPlan =
    "plan: {tensor: 2, pipeline: 4, virtual_stages: 1, context: 1, expert: 1, micro_batch: 1, "
    "zero: 1, recompute: none}\n";
constexpr const char* kFullRecompute =
    "plan: {tensor: 2, pipeline: 2, virtual_stages: 1, context: 1, expert: 1, micro_batch: 1, "
    "zero: 1, recompute: full}\n";

struct Answered {
  base::Catalog catalog{{WEFT_CONFIGS}};
  study::Study study;
  std::vector<study::CaseResult> results;

  explicit Answered(const std::string& text) {
    base::Reading reading;
    study = study::read_study(base::Document::parse(text, "test"), catalog, reading);
    reading.throw_if_any();
    results = study::run(study, base::ThreadTeam(1));
  }
  [[nodiscard]] const study::Case& one() const { return study.cases.front(); }
  [[nodiscard]] const study::Outcome& outcome() const { return *results.front().outcome; }
};

TEST(MemoryByStage, FullestIsTheAnswers) {
  const Answered a(std::string(kJob) + kPlan);
  const auto stages = memory_by_stage(a.study.job, a.one(), a.outcome());
  ASSERT_EQ(stages.size(), 4U);
  double most = 0;
  for (const auto& stage : stages) most = std::max(most, stage.memory.total().si());
  EXPECT_DOUBLE_EQ(most, a.outcome().memory.total().si());
  EXPECT_DOUBLE_EQ(stages[static_cast<std::size_t>(a.outcome().memory.stage)].memory.total().si(),
                   most);
}

TEST(Networks, LevelsMultiplyUpAndBytesAreTheLedgers) {
  const Answered a(std::string(kJob) + kPlan);
  const auto networks = networks_of(a.one(), a.outcome());
  ASSERT_EQ(networks.size(), 1U);
  const auto& network = networks.front();
  ASSERT_EQ(network.levels.size(), network.tiers.size() + 1);
  EXPECT_EQ(network.levels.front().count, 32);
  EXPECT_EQ(network.levels.back().count, 1);
  for (std::size_t l = 0; l + 1 < network.levels.size(); ++l) {
    EXPECT_EQ(network.levels[l].count, network.levels[l].inside * network.levels[l + 1].count);
  }
  for (std::size_t t = 0; t < network.tiers.size(); ++t) {
    EXPECT_EQ(network.tiers[t].sent, a.outcome().ledger.sent[t]);
    EXPECT_GE(network.tiers[t].load, 0);
    EXPECT_LT(network.tiers[t].load, 1);
  }
}

// What fails in the network is no more than what fails.
TEST(Networks, FailuresAreShared) {
  const Answered a(std::string(kJob) + kPlan);
  double sum = 0;
  for (const auto& tier : networks_of(a.one(), a.outcome()).front().tiers) {
    sum += tier.failures_per_week;
  }
  double parts = 0;
  for (const auto& component : a.one().policy.components) {
    const bool is_network = component.unit == campaign::Unit::kSwitch ||
                            component.unit == campaign::Unit::kOpticalModule ||
                            component.unit == campaign::Unit::kCable;
    for (const auto& one : a.outcome().goodput.by_component) {
      if (is_network && one.component == component.name) parts += one.rate * base::kWeek;
    }
  }
  EXPECT_NEAR(sum, parts, 1e-9 * parts);
  EXPECT_GT(sum, 0);
}

// Named kernels and what the stack has besides are the kernels of the ledger.
void expect_kernels_of_the_ledger(const std::string& plan) {
  const Answered a(kJob + plan);
  const auto uses = chips_of(a.study.job, a.one(), a.outcome());
  ASSERT_EQ(uses.size(), 1U);
  const auto& ledger = a.outcome().ledger;
  const double kernels = (ledger.part(step::Part::kForward) + ledger.part(step::Part::kBackward) +
                          ledger.part(step::Part::kRecompute) + ledger.part(step::Part::kHead))
                             .si();
  EXPECT_NEAR(uses.front().named * (1 + a.one().software.residual), kernels, 1e-9 * kernels);
  double share = 0;
  for (const auto& kernel : uses.front().kernels) {
    share += kernel.share;
    EXPECT_GT(kernel.time, 0) << kernel.name;
  }
  EXPECT_NEAR(share, 1, 1e-12);
}

TEST(Chips, KernelsAreThoseOfTheLedger) { expect_kernels_of_the_ledger(kPlan); }

TEST(Chips, KernelsMadeAgainToo) { expect_kernels_of_the_ledger(kFullRecompute); }

TEST(Chips, NoProductIsFasterThanItsPeak) {
  const Answered a(std::string(kJob) + kPlan);
  const auto use = chips_of(a.study.job, a.one(), a.outcome()).front();
  const auto peak = a.one().cluster.device().peaks.matrix[chips::index_of(a.study.job.precision)];
  for (const auto& kernel : use.kernels) {
    if (!kernel.is_matrix) continue;
    EXPECT_LT(kernel.rate(), peak.si()) << kernel.name;
  }
}

TEST(PowerOfStep, HasTheStepAndTheMeanOfTheBill) {
  const Answered a(std::string(kJob) + kPlan);
  const auto power = power_of_step(a.study, a.one(), a.results.front());
  EXPECT_NEAR(power.trace.site.length, a.outcome().ledger.step.si(), 1e-9);
  EXPECT_NEAR(power.trace.site.energy() / power.trace.site.length,
              a.outcome().bill.mean.total().si(), 0.02 * a.outcome().bill.mean.total().si());
}

TEST(OneReplica, ProgressGrowsToWhatIsKept) {
  const Answered a(std::string(kJob) + kPlan);
  const auto weeks = one_replica(a.study, a.one(), a.outcome());
  const auto points = progress_of(weeks, 100).points;
  ASSERT_GE(points.size(), 2U);
  EXPECT_LE(points.size(), 102U);
  for (std::size_t i = 1; i < points.size(); ++i) {
    EXPECT_GE(points[i].done, points[i - 1].done);
    EXPECT_GT(points[i].time, points[i - 1].time);
  }
  EXPECT_NEAR(points.back().done, weeks.replica.productive / weeks.work.si(), 1e-9);
  EXPECT_DOUBLE_EQ(points.back().time, weeks.replica.wall);
}

TEST(Sources, AreTheDocumentsThatWereRead) {
  const Answered a(std::string(kJob) + kPlan);
  const auto sources = sources_of(a.catalog);
  const auto has = [&](const std::string& kind, const std::string& name) {
    for (const auto& source : sources) {
      if (source.kind == kind && source.name == name) return !source.facts.empty();
    }
    return false;
  };
  EXPECT_TRUE(has("chip", "h100_sxm5"));
  EXPECT_TRUE(has("cluster", "dgx_h100"));
  EXPECT_TRUE(has("model", "llama3_8b"));
  EXPECT_FALSE(has("cluster", "cloudmatrix384"));
  const auto evidence = evidence_of(sources);
  EXPECT_GT(evidence.sourced, 0U);
  EXPECT_GT(evidence.assumed, 0U);
  EXPECT_LE(evidence.sourced, evidence.facts);
}

}  // namespace
}  // namespace weft::details
