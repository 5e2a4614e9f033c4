// `weft plan`.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace weft::cli {
namespace {

using SearchJson = nlohmann::json;

std::string searched_study(const std::string& more = "") {
  return "kind: study\n"
         "job: {model: llama3_8b, sequence: 8192, global_batch: 64, tokens: 1 G}\n"
         "clusters: [{use: dgx_h100, hosts: 2}]\n" +
         more;
}

SearchJson answer_of(const Folder& folder, const Words& more = {}) {
  Words words = {"plan", "study.yaml", "--json", "-"};
  words.insert(words.end(), more.begin(), more.end());
  const Ended ended = folder.weft(words);
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  return SearchJson::parse(ended.out);
}

TEST(PlanCommand, SaysTheBestPlanAndWhy) {
  const Folder folder;
  folder.write("study.yaml", searched_study());
  const Ended ended = folder.weft({"plan", "study.yaml", "--explain"});
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  for (const char* part : {"best plan", "published runs", "Why: the step by part",
                           "The best of other families", "replayed at F2", "refused: memory"}) {
    expect_holds(ended.out, part);
  }
  EXPECT_EQ(lines_wider_than(100, ended.out), Words());
}

TEST(PlanCommand, IsNoSlowerThanRun) {
  const Folder folder;
  folder.write("study.yaml", searched_study());
  const auto planned = answer_of(folder);
  const Ended ran = folder.weft({"run", "study.yaml", "--json", "-"});
  const auto run = SearchJson::parse(ran.out);
  const auto& best = planned["cases"][0]["plans"][0];
  EXPECT_LE(best["step_s"].get<double>(),
            run["cases"][0]["outcome"]["step"]["step_s"].get<double>() * (1 + 1e-12));
}

TEST(PlanCommand, RanksAsManyAsAsked) {
  const Folder folder;
  folder.write("study.yaml", searched_study());
  const auto plans = answer_of(folder, {"--top", "5"})["cases"][0]["plans"];
  ASSERT_EQ(plans.size(), 5U);
  for (std::size_t i = 1; i < plans.size(); ++i) {
    EXPECT_GE(plans[i]["step_s"].get<double>(), plans[i - 1]["step_s"].get<double>());
    EXPECT_NE(plans[i]["plan"], plans[i - 1]["plan"]);
  }
}

TEST(PlanCommand, EnergyAndSpeedAreEndsOfTheFront) {
  const Folder folder;
  folder.write("study.yaml", searched_study());
  const auto fastest = answer_of(folder)["cases"][0]["plans"][0];
  const auto thriftiest = answer_of(folder, {"--objective", "energy"})["cases"][0]["plans"][0];
  const auto front = answer_of(folder, {"--objective", "pareto"})["cases"][0]["plans"];
  ASSERT_GE(front.size(), 1U);
  EXPECT_EQ(front.front()["step_s"], fastest["step_s"]);
  EXPECT_EQ(front.back()["meter_energy_J"], thriftiest["meter_energy_J"]);
  EXPECT_LE(thriftiest["meter_energy_J"].get<double>(), fastest["meter_energy_J"].get<double>());
}

// A plan of the answer, as the `plan:` of a study, takes the step that the answer says.
TEST(PlanCommand, AnswersArePlansOfAStudy) {
  const Folder folder;
  folder.write("study.yaml", searched_study("plan: {recompute_layers: 3, gradient_bytes: 2 B}\n"
                                            "search: {offload: [optimizer, activations]}\n"));
  const auto answer = answer_of(folder, {"--top", "4"});
  for (const auto& found : answer["cases"][0]["plans"]) {
    folder.write("pasted.yaml", searched_study("plan: " + found["plan"].dump() + "\n"));
    const Ended ran = folder.weft({"run", "pasted.yaml", "--json", "-"});
    ASSERT_EQ(ran.code, kAnswer) << ran.err;
    const auto outcome = SearchJson::parse(ran.out)["cases"][0]["outcome"];
    EXPECT_EQ(outcome["step"]["step_s"], found["step_s"]) << found["plan"];
    EXPECT_EQ(outcome["plan"], found["plan"]);
  }
  const auto text = folder.weft({"plan", "study.yaml"}).out;
  const auto at = text.find("plan: {");
  ASSERT_NE(at, std::string::npos) << text;
  auto printed = text.substr(at, text.find('}', at) + 1 - at);
  std::erase(printed, '\n');
  folder.write("printed.yaml", searched_study(printed + "\n"));
  const Ended ran = folder.weft({"run", "printed.yaml", "--json", "-"});
  EXPECT_EQ(ran.code, kAnswer) << ran.err;
}

TEST(PlanCommand, OffloadWithoutALinkIsBadInput) {
  const Folder folder;
  folder.write("study.yaml",
               "kind: study\n"
               "job: {model: llama3_8b, sequence: 8192, global_batch: 64, tokens: 1 G}\n"
               "clusters: [{use: ub_mesh_pod}]\n"
               "plan: {optimizer_offload: 1}\n");
  for (const char* command : {"plan", "run", "memory"}) {
    const Ended ended = folder.weft({command, "study.yaml"});
    EXPECT_EQ(ended.code, kBadInput) << command << ended.out;
    expect_holds(ended.err, "study.yaml:4:27");
    expect_holds(ended.err, "device_link");
  }
}

TEST(PlanCommand, KeepsToTheSearchMapAndThePlan) {
  const Folder folder;
  folder.write("study.yaml", searched_study("plan: {pipeline: 4, tensor: 2}\n"
                                            "search: {objective: speed, schedules: [zb_h1]}\n"));
  const auto plans = answer_of(folder, {"--top", "4"})["cases"][0]["plans"];
  ASSERT_FALSE(plans.empty());
  for (const auto& found : plans) {
    EXPECT_EQ(found["plan"]["schedule"], "zb_h1");
    EXPECT_EQ(found["plan"]["pipeline"], 4);
    EXPECT_EQ(found["plan"]["tensor"], 2);
  }
}

TEST(PlanCommand, TriesTheSchedulesThatTheStackShips) {
  const Folder folder;
  const std::string pipelined = "plan: {pipeline: 4, tensor: 2}\n";
  folder.write("study.yaml", searched_study(pipelined));
  const auto shipped = answer_of(folder, {"--top", "50"})["cases"][0]["plans"];
  ASSERT_FALSE(shipped.empty());
  for (const auto& found : shipped) {
    EXPECT_EQ(found["plan"]["schedule"], "1f1b");
    EXPECT_EQ(found["ships"], true);
  }
  folder.write("study.yaml", searched_study(pipelined + "search: {schedules: [zb_v]}\n"));
  const auto asked_for = answer_of(folder)["cases"][0]["plans"];
  ASSERT_FALSE(asked_for.empty());
  for (const auto& found : asked_for) EXPECT_EQ(found["ships"], false);
  expect_holds(folder.weft({"plan", "study.yaml"}).out, "does not ship ZB-V");
}

TEST(PlanCommand, RunSaysWhichScheduleIsNotShipped) {
  const Folder folder;
  const std::string plan = "plan: {pipeline: 4, tensor: 2, zero: 1, schedule: ";
  folder.write("study.yaml", searched_study(plan + "zb_v}\n"));
  const Ended ended = folder.weft({"run", "study.yaml"});
  expect_holds(ended.out, "does not ship ZB-V");
  expect_holds(ended.out, "extrapolated: schedule");
  folder.write("study.yaml", searched_study(plan + "1f1b}\n"));
  EXPECT_EQ(folder.weft({"run", "study.yaml"}).out.find("does not ship"), std::string::npos);
}

TEST(PlanCommand, MistakesInTheSearchMapAreLocated) {
  const Folder folder;
  folder.write("study.yaml", searched_study("search: {schedules: [zb_h9]}\n"));
  const Ended ended = folder.weft({"plan", "study.yaml"});
  EXPECT_EQ(ended.code, kBadInput);
  expect_holds(ended.err, "study.yaml:4:22");
  expect_holds(ended.err, "zb_h1");
}

TEST(PlanCommand, SaysWhyNothingFits) {
  const Folder folder;
  folder.write("study.yaml",
               "kind: study\n"
               "job: {model: llama3_405b, sequence: 8192, global_batch: 64, tokens: 1 G}\n"
               "clusters: [{use: h200_4gpu, hosts: 1}]\n");
  const Ended ended = folder.weft({"plan", "study.yaml"});
  EXPECT_EQ(ended.code, kNothingFound) << ended.err;
  expect_holds(ended.out, "memory");
}

TEST(PlanCommand, MarksPlansBeyondWhatIsPublished) {
  const Folder folder;
  folder.write("study.yaml",
               "kind: study\n"
               "job: {model: llama3_8b, sequence: 8192, global_batch: 64, tokens: 1 G}\n"
               "clusters: [{use: dgx_h100, hosts: 2}]\n"
               "plan: {micro_batch: 64, data: 1}\n");
  const Ended ended = folder.weft({"plan", "study.yaml"});
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "OUTSIDE");
  expect_holds(ended.out, "micro-batch 64");
}

}  // namespace
}  // namespace weft::cli
