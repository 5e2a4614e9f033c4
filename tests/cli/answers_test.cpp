// What the exit code says about an answer, and about a program that was stopped.
#include <gtest/gtest.h>

#include <csignal>

#include "program.h"

namespace weft::cli {
namespace {

TEST(Answers, CompletePlan) {
  const Folder folder;
  folder.write("study.yaml", small_study());
  const Ended ended = folder.weft({"run", "study.yaml"});
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  EXPECT_EQ(ended.err, "");
  EXPECT_NE(ended.out.find("DGX H100"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("TP2"), std::string::npos) << ended.out;
}

TEST(Answers, SearchedPlan) {
  const Folder folder;
  folder.write("study.yaml", small_study("{use: dgx_h100, hosts: 1}", "auto"));
  const Ended ended = folder.weft({"run", "study.yaml"});
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
}

TEST(Answers, PlanIsSearchedWhenNoneIsGiven) {
  const Folder folder;
  folder.write("study.yaml",
               "kind: study\n"
               "job: {model: llama3_8b, sequence: 8192, global_batch: 64, tokens: 1 G}\n"
               "clusters: [{use: dgx_h100, hosts: 1}]\n");
  const Ended ended = folder.weft({"run", "study.yaml"});
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
}

TEST(Answers, InfeasibleCaseBesideFeasibleOne) {
  const Folder folder;
  folder.write("study.yaml",
               "kind: study\n"
               "job: {model: llama3_70b, sequence: 8192, global_batch: 64, tokens: 1 G}\n"
               "clusters: [{use: dgx_h100, hosts: 1}, {use: dgx_h100, hosts: 8}]\n"
               "plan: {pipeline: 1, context: 1, recompute: full}\n");
  const Ended ended = folder.weft({"run", "study.yaml"});
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  EXPECT_NE(ended.out.find("memory"), std::string::npos) << ended.out;
}

TEST(Answers, AutoThatFindsNothing) {
  const Folder folder;
  folder.write("study.yaml",
               "kind: study\n"
               "job: {model: llama3_405b, sequence: 8192, global_batch: 64, tokens: 1 G}\n"
               "clusters: [{use: dgx_h100, hosts: 1}]\n"
               "plan: auto\n");
  const Ended ended = folder.weft({"run", "study.yaml"});
  EXPECT_EQ(ended.code, kNothingFound) << ended.err;
  EXPECT_NE((ended.out + ended.err).find("memory"), std::string::npos) << "the reason is missing:\n"
                                                                       << ended.out << ended.err;
}

TEST(Answers, ShippedQuickstart) {
  const Folder folder;
  const Ended ended = folder.weft({"run", WEFT_CONFIGS "/studies/quickstart.yaml"});
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  for (const char* cluster : {"CloudMatrix384", "GB200 NVL72", "DGX H100"}) {
    EXPECT_NE(ended.out.find(cluster), std::string::npos) << cluster;
  }
}

TEST(Answers, FullDisk) {
  const Folder folder;
  folder.write("study.yaml", small_study());
  const std::vector<Words> commands = {{"run", "study.yaml"},
                                       {"run", "study.yaml", "--json", "-"},
                                       {"list"},
                                       {"show", "h100_sxm5"},
                                       {"--help"},
                                       {"--version"}};
  for (const Words& command : commands) {
    const Ended ended = folder.weft_into("/dev/full", command);
    EXPECT_EQ(ended.code, kCannot) << command.front();
    EXPECT_NE(ended.err, "") << command.front();
  }
}

TEST(Answers, SignalsEndTheProgram) {
  const Folder folder;
  folder.write("study.yaml", small_study());
  EXPECT_EQ(folder.weft_stopped_by(SIGINT, {"run", "study.yaml", "--json", "-"}).code, 130);
  EXPECT_EQ(folder.weft_stopped_by(SIGTERM, {"run", "study.yaml", "--json", "-"}).code, 143);
}

TEST(Answers, WrongUse) {
  const Folder folder;
  folder.write("study.yaml", small_study());
  const std::vector<Words> commands = {{"rum", "study.yaml"},
                                       {"run"},
                                       {"run", "study.yaml", "--jsn", "-"},
                                       {"run", "study.yaml", "--json"},
                                       {"run", "study.yaml", "--threads", "0"},
                                       {"run", "study.yaml", "--threads", "-1"},
                                       {"run", "study.yaml", "--threads", "two"},
                                       {"run", "study.yaml", "study.yaml"},
                                       {"show"},
                                       {"check"}};
  for (const Words& command : commands) {
    const Ended ended = folder.weft(command);
    EXPECT_EQ(ended.code, kBadInput) << command.front() << " " << command.back() << ended.err;
    EXPECT_EQ(ended.out, "") << command.front() << " " << command.back();
    EXPECT_NE(ended.err, "") << command.front() << " " << command.back();
  }
}

}  // namespace
}  // namespace weft::cli
