#include "weft/study/run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "shipped.h"
#include "weft/study/check.h"
#include "weft/study/sensitivity.h"

namespace weft::study {
namespace {

struct Loaded {
  base::Document document;
  Study study;
  std::vector<base::UncertainInput> inputs;
};

Loaded load(const std::string& text) {
  base::Reading reading;
  const auto document = base::Document::parse(text, "study.yaml");
  auto study = read_study(document, test::shipped(), reading);
  reading.throw_if_any();
  return {document, std::move(study), reading.uncertain_inputs()};
}

std::string small(const std::string& plan,
                  const std::string& clusters = "{use: dgx_h100, hosts: 2}") {
  return "kind: study\n"
         "job: {model: llama3_8b, sequence: 8192, global_batch: 64, tokens: 1 T}\n"
         "clusters: [" +
         clusters +
         "]\n"
         "plan: " +
         plan + "\n";
}

constexpr const char* kComplete =
    "{tensor: 2, context: 1, data: 4, pipeline: 2, virtual_stages: 1, expert: 1, micro_batch: 1, "
    "zero: 1, recompute: none}";

TEST(Run, AutoFindsTheBestOfTheWholeSpace) {
  const auto loaded = load(small("auto"));
  const auto& c = loaded.study.cases[0];
  const auto results = run(loaded.study, base::ThreadTeam(1));
  ASSERT_TRUE(results[0].outcome);
  plan::SpaceCount count;
  step::Evaluator evaluator(c.cluster, loaded.study.job, c.software);
  for (const auto& plan :
       plan::legal_plans(c.cluster, loaded.study.job, c.software, plan::Request{}, count)) {
    EXPECT_GE(evaluator.time(plan), results[0].outcome->ledger.step) << to_text(plan);
  }
  EXPECT_EQ(count.legal, results[0].search.count.legal);
  EXPECT_LT(results[0].search.replayed, count.legal);
}

TEST(Run, ThreadsDoNotChangeTheAnswer) {
  const auto loaded = load(small("auto"));
  const auto one = run(loaded.study, base::ThreadTeam(1));
  const auto two = run(loaded.study, base::ThreadTeam(2));
  EXPECT_EQ(one[0].outcome->plan, two[0].outcome->plan);
  EXPECT_EQ(one[0].outcome->ledger.step, two[0].outcome->ledger.step);
  EXPECT_EQ(one[0].search.replayed, two[0].search.replayed);
}

TEST(Run, FixedDegreesAreKept) {
  const auto loaded = load(small("{tensor: 4, recompute: full}"));
  const auto results = run(loaded.study, base::ThreadTeam(1));
  ASSERT_TRUE(results[0].outcome);
  EXPECT_EQ(results[0].outcome->plan.tensor, 4);
  EXPECT_EQ(results[0].outcome->plan.recompute, plan::Recompute::kFull);
}

TEST(Run, CompletePlansAreEvaluatedAsTheyStand) {
  const auto loaded = load(small(kComplete));
  const auto results = run(loaded.study, base::ThreadTeam(1));
  const auto& outcome = *results[0].outcome;
  EXPECT_EQ(outcome.devices_used, 16);
  EXPECT_EQ(outcome.devices_idle, 0);
  // Tokens, days, FLOPs and MFU are one story.
  const auto& job = loaded.study.job;
  EXPECT_NEAR(outcome.tokens_per_second * outcome.ledger.step.si(), job.tokens_per_step(), 1e-3);
  EXPECT_NEAR(outcome.goodput.productive / (outcome.ledger.step * job.steps()), 1.0, 1e-9);
  EXPECT_NEAR(outcome.mfu * 989e12 / outcome.achieved.si(), 1.0, 1e-9);
  EXPECT_LE(outcome.memory.total(), loaded.study.cases[0].cluster.device().memory_usable);
}

TEST(Run, IllegalCompletePlanNamesTheNearest) {
  auto loaded =
      load(small("{tensor: 1, context: 1, data: 16, pipeline: 1, virtual_stages: 1, expert: 1, "
                 "micro_batch: 4, "
                 "zero: 0, recompute: none}"));
  try {
    (void)run(loaded.study, base::ThreadTeam(1));
    FAIL() << "should not be legal";
  } catch (const base::InputError& error) {
    EXPECT_NE(std::string(error.what()).find("needs"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("nearest legal plan: TP"), std::string::npos);
    EXPECT_EQ(error.diagnostics()[0].position.line, 4);
  }
}

TEST(Run, AScheduleThatTheStackLacksRunsAndIsNamed) {
  const std::string plan =
      "{tensor: 2, context: 1, data: 2, pipeline: 4, expert: 1, micro_batch: 1, zero: 1, "
      "recompute: none, schedule: zb_v}";
  const auto loaded = load(small(plan,
                                 "{use: dgx_h100, hosts: 2, software: megatron_core}, "
                                 "{use: dgx_h100, hosts: 2, software: torchtitan}"));
  const auto results = run(loaded.study, base::ThreadTeam(1));
  const auto reason = [&](std::size_t i) { return results[i].outcome->evidence.reason; };
  EXPECT_EQ(reason(0), "schedule");
  EXPECT_FALSE(results[0].outcome->evidence.is_fitted);
  EXPECT_NE(reason(1), "schedule");
}

// 126 layers in 128 virtual stages.
TEST(Run, TheEndsMayBeStagesOfTheirOwn) {
  const auto text = [](const std::string& ends) {
    return "kind: study\n"
           "job: {model: llama3_405b, sequence: 8192, global_batch: 64, tokens: 1 T}\n"
           "clusters: [{use: dgx_h100, hosts: 64}]\n"
           "plan: {tensor: 8, context: 1, data: 4, pipeline: 16, virtual_stages: 8, expert: 1, "
           "micro_batch: 1, zero: 1, recompute: full" +
           ends + "}\n";
  };
  EXPECT_THROW(load(text("")), base::InputError);
  const auto counted = load(text(", embedding_as_layer: true, loss_as_layer: true"));
  std::string ones;
  for (int i = 0; i < 126; ++i) ones += ", 1";
  const auto listed = load(text(", layers: [0" + ones + ", 0]"));
  const auto a = run(counted.study, base::ThreadTeam(1));
  const auto b = run(listed.study, base::ThreadTeam(1));
  ASSERT_TRUE(a[0].outcome && b[0].outcome);
  EXPECT_EQ(a[0].outcome->ledger.step.si(), b[0].outcome->ledger.step.si());
  EXPECT_GT(a[0].outcome->ledger.step.si(), 0);
}

TEST(Run, InfeasibleCaseIsAnAnswerBesideOthers) {
  auto loaded = load(
      "kind: study\n"
      "job: {model: llama3_405b, sequence: 8192, global_batch: 64, tokens: 1 T}\n"
      "clusters: [{use: dgx_h100, hosts: 1}, {use: dgx_h100, hosts: 64}]\n");
  const auto results = run(loaded.study, base::ThreadTeam(2));
  EXPECT_FALSE(results[0].outcome);
  EXPECT_NE(results[0].reason.find("memory"), std::string::npos) << results[0].reason;
  EXPECT_TRUE(results[1].outcome);
}

// In the order of the clusters, once for each chip, where the format is written.
TEST(Run, MissingFormatIsSaidWhereItIsAskedFor) {
  try {
    load(
        "kind: study\n"
        "job: {model: llama3_8b, sequence: 8192, global_batch: 64, tokens: 1 T, precision: fp8}\n"
        "clusters: [{use: atlas_900_a2, hosts: 1}, {use: dgx_h100, hosts: 1},\n"
        "           {use: atlas_900_a2, hosts: 2}]\n");
    FAIL() << "was read";
  } catch (const base::InputError& error) {
    ASSERT_EQ(error.diagnostics().size(), 1U) << error.what();
    const auto& diagnostic = error.diagnostics()[0];
    EXPECT_EQ(diagnostic.position.line, 2);
    EXPECT_EQ(diagnostic.position.column, 83);
    EXPECT_NE(diagnostic.message.find("no fp8 matrix units"), std::string::npos);
    EXPECT_EQ(diagnostic.hint, "it has tf32, bf16, fp16, int8");
  }
}

// Which format a job has when nothing is written is told where the job is.
TEST(Run, MissingDefaultFormatIsSaidAtTheJob) {
  try {
    load(
        "kind: study\n"
        "job: {model: llama3_8b, sequence: 8192, global_batch: 64, tokens: 1 T}\n"
        "clusters: [{use: dgx2h_v100, hosts: 1}]\n");
    FAIL() << "was read";
  } catch (const base::InputError& error) {
    EXPECT_EQ(error.diagnostics().front().position.line, 2);
    EXPECT_NE(error.diagnostics().front().message.find("bf16"), std::string::npos);
  }
}

TEST(Run, FewerFailuresNeverMakeARunLonger) {
  auto loaded = load(small(kComplete));
  auto c = loaded.study.cases[0];
  const auto plan = run(loaded.study, base::ThreadTeam(1))[0].outcome->plan;
  auto previous = evaluate(loaded.study.job, c, plan).goodput.wall;
  for (int i = 0; i < 6; ++i) {
    for (auto& component : c.policy.components) component.hazard *= 0.5;
    const auto wall = evaluate(loaded.study.job, c, plan).goodput.wall;
    EXPECT_LE(wall, previous);
    previous = wall;
  }
}

TEST(Run, PlanBesideAClusterWins) {
  const auto loaded = load(small(
      "{tensor: 4}", "{use: dgx_h100, hosts: 2, plan: {tensor: 8}}, {use: dgx_h100, hosts: 2}"));
  EXPECT_EQ(loaded.study.cases[0].request.tensor, 8);
  EXPECT_EQ(loaded.study.cases[1].request.tensor, 4);
}

TEST(Sensitivities, IntervalsHoldThePlainRunAndNameWhatMatters) {
  const auto loaded = load(small(kComplete));
  const auto results = run(loaded.study, base::ThreadTeam(1));
  const auto all =
      sensitivities(loaded.document, test::shipped(), loaded.inputs, results, base::ThreadTeam(2));
  ASSERT_EQ(all.size(), 1U);
  for (std::size_t f = 0; f < kFigureCount; ++f) {
    EXPECT_LE(all[0].low[f], 1.0);
    EXPECT_GE(all[0].high[f], 1.0);
  }
  const auto step = static_cast<std::size_t>(Figure::kStepTime);
  EXPECT_GT(all[0].high[step], 1.01);
  const bool names_gemm = std::any_of(
      all[0].effects.begin(), all[0].effects.end(),
      [](const Effect& e) { return e.input == "h100_sxm5.kernels.gemm.efficiency.bf16"; });
  EXPECT_TRUE(names_gemm);
}

TEST(Sensitivities, PueMovesPowerInProportion) {
  const auto loaded = load(small(kComplete));
  const auto results = run(loaded.study, base::ThreadTeam(1));
  const auto all =
      sensitivities(loaded.document, test::shipped(), loaded.inputs, results, base::ThreadTeam(1));
  const auto power = static_cast<std::size_t>(Figure::kMeanPower);
  const auto pue = std::find_if(all[0].effects.begin(), all[0].effects.end(),
                                [](const Effect& e) { return e.input == "us_colocation.pue"; });
  ASSERT_NE(pue, all[0].effects.end());
  EXPECT_NEAR(pue->high[power], pue->distribution.high / pue->distribution.mode, 1e-9);
  EXPECT_NEAR(pue->high[static_cast<std::size_t>(Figure::kStepTime)], 1.0, 1e-12);
}

TEST(Check, EveryShippedFileIsValid) {
  const auto catalog = test::shipped();
  int files = 0;
  for (const auto& kind : base::Catalog::kinds()) {
    for (const auto& name : catalog.names(kind)) {
      const auto file =
          std::filesystem::path(WEFT_CONFIGS) / base::Catalog::folder(kind) / (name + ".yaml");
      EXPECT_EQ(check_file(file, catalog), kind) << file;
      ++files;
    }
  }
  EXPECT_GT(files, 30);
}

}  // namespace
}  // namespace weft::study
