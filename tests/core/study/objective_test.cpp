// What a study asks a search for, why one finds nothing, and what would make a plan fit.
#include <gtest/gtest.h>

#include <string>

#include "shipped.h"
#include "weft/plan/check.h"
#include "weft/study/memory_study.h"
#include "weft/study/plan_study.h"
#include "weft/study/run.h"

namespace weft::study {
namespace {

Study study_of(const std::string& more, const std::string& job = "llama3_8b",
               const std::string& use = "{use: dgx_h100, hosts: 2}") {
  base::Reading reading;
  const auto document = base::Document::parse(
      "kind: study\njob: {model: " + job +
          ", sequence: 8192, global_batch: 64, tokens: 1 T}\nclusters: [" + use + "]\n" + more,
      "study.yaml");
  auto study = read_study(document, test::shipped(), reading);
  reading.throw_if_any();
  return study;
}

base::Energy energy_of(const Outcome& outcome) {
  return outcome.bill.mean.total() * outcome.ledger.step;
}

TEST(ObjectiveOfAStudy, IsObeyedByRunAndMemory) {
  const base::ThreadTeam team(1);
  const std::string open = "plan: auto\n";
  const std::string use = "{use: atlas_800t_a2, hosts: 2}";
  const auto fast = run(study_of(open, "llama3_8b", use), team).front();
  const auto thrifty_study = study_of(open + "search: {objective: energy}\n", "llama3_8b", use);
  const auto thrifty = run(thrifty_study, team).front();
  ASSERT_TRUE(fast.outcome && thrifty.outcome);
  EXPECT_NE(thrifty.outcome->plan, fast.outcome->plan);
  EXPECT_LT(energy_of(*thrifty.outcome), energy_of(*fast.outcome));
  EXPECT_GT(thrifty.outcome->ledger.step, fast.outcome->ledger.step);
  EXPECT_EQ(memory_of(thrifty_study, team).front().plan, thrifty.outcome->plan);
  // What the search counts is what the bill meters.
  EXPECT_NEAR(thrifty.search.found.front().energy / energy_of(*thrifty.outcome), 1, 1e-12);
}

TEST(ObjectiveOfAStudy, AFrontIsNoPlan) {
  const base::ThreadTeam team(1);
  const auto study = study_of("search: {objective: pareto}\n");
  for (const bool memory : {false, true}) {
    try {
      if (memory) {
        memory_of(study, team);
      } else {
        run(study, team);
      }
      ADD_FAILURE();
    } catch (const base::InputError& error) {
      const std::string what = error.what();
      EXPECT_NE(what.find("study.yaml:4:21: "), std::string::npos) << what;
      EXPECT_NE(what.find("speed or energy"), std::string::npos) << what;
    }
  }
}

std::string why_of(const Study& study) {
  const base::ThreadTeam team(1);
  const auto result = run(study, team).front();
  EXPECT_FALSE(result.outcome);
  return result.reason;
}

// Of 64 sequences no number of ranks leaves a multiple of 24: that, and not what refuses most
// candidates, is what the given key is about.
TEST(WhyNothing, NamesTheRuleOfTheGivenKey) {
  const auto batch = why_of(study_of("plan: {micro_batch: 24}\n"));
  EXPECT_NE(batch.find("rule 'batch_split'"), std::string::npos) << batch;
  EXPECT_NE(batch.find("micro_batch 24 does not divide the batch of 64"), std::string::npos)
      << batch;
  const auto schedule =
      why_of(study_of("plan: {schedule: dualpipe, pipeline: 2, data: 8, micro_batch: 8}\n"));
  EXPECT_NE(schedule.find("rule 'schedule'"), std::string::npos) << schedule;
  EXPECT_NE(schedule.find("schedule: dualpipe: "), std::string::npos) << schedule;
}

TEST(WhyNothing, NamesMemoryWhereAnyPlanGotThatFar) {
  const auto why =
      why_of(study_of("plan: {zero: 1}\n", "llama3_405b", "{use: h200_4gpu, hosts: 1}"));
  EXPECT_NE(why.find("rule 'memory'"), std::string::npos) << why;
  EXPECT_NE(why.find("the smallest, "), std::string::npos) << why;
}

constexpr const char* kTooLarge =
    "plan: {tensor: 2, context: 1, pipeline: 4, virtual_stages: 1, data: 2, expert: 1,\n"
    "       micro_batch: 2, zero: 1, recompute: none}\n";

TEST(RemediesByTime, ComeWithTheirSteps) {
  const auto study = study_of(kTooLarge, "llama3_70b");
  const auto& c = study.cases.front();
  const auto plan = plan_of(c.request);
  ASSERT_EQ(plan::first_problem(c.cluster, study.job, c.software, plan), plan::Problem::kMemory);
  const auto found = remedies_by_time(study.job, c, plan);
  const auto unsorted = plan::remedies(c.cluster, study.job, c.software, plan);
  ASSERT_EQ(found.size(), unsorted.size());
  ASSERT_GE(found.size(), 1U);
  step::Evaluator evaluator(c.cluster, study.job, c.software);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto step = evaluator.time(found[i].remedy.plan);
    EXPECT_EQ(found[i].step, step);
    EXPECT_DOUBLE_EQ(found[i].step_ratio, step / evaluator.time(plan));
    if (i > 0) {
      EXPECT_GE(found[i].step, found[i - 1].step);
    }
  }
  EXPECT_NE(misfit_text(study.job, c, plan).find(found.front().remedy.change), std::string::npos);
}

}  // namespace
}  // namespace weft::study
