// `weft uncertainty`: draws, intervals, what matters.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace weft::cli {
namespace {

using nlohmann::json;

TEST(UncertaintyCommand, TellsIntervalsTornadoAndIndices) {
  const Folder folder;
  folder.write("study.yaml", small_study("{use: dgx_h100, hosts: 1}, {use: dgx_a100_80g, hosts: "
                                         "1}"));
  const Ended ended = folder.weft(
      {"uncertainty", "study.yaml", "--samples", "64", "--indices", "--json", "a.json"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  EXPECT_EQ(ended.err, "");
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty()) << ended.out;
  for (const char* part :
       {"64 draws (Sobol points)", "90 % of the draws", "step_time", "draw by draw",
        "What moves step_time", "Share of the variance of step_time", "first order",
        "weft's own error (", "published runs"}) {
    expect_holds(ended.out, part);
  }
  const json answer = json::parse(folder.read("a.json"));
  EXPECT_EQ(answer.at("schema"), "weft.uncertainty/1");
  EXPECT_EQ(answer.at("samples"), 64);
  ASSERT_EQ(answer.at("rows").size(), 2U);
  for (const auto& row : answer.at("rows")) {
    const auto& step = row.at("figures").at("step_time");
    EXPECT_LT(step.at("low"), step.at("mode"));
    EXPECT_GT(step.at("high"), step.at("mode"));
    EXPECT_EQ(step.at("failed"), 0);
    EXPECT_FALSE(row.at("tornado").empty());
    EXPECT_FALSE(row.at("indices").at("inputs").empty());
    EXPECT_GT(row.at("model_error").at("log_half_width"), 0.0);
  }
  EXPECT_EQ(answer.at("rows").at(0).at("over_first").at("step_time").at("high"), 1.0);
}

TEST(UncertaintyCommand, IsTheSameForAnyNumberOfThreads) {
  const Folder folder;
  folder.write("study.yaml", small_study());
  const auto answer = [&](const std::string& threads, const std::string& design) {
    const Ended ended =
        folder.weft({"uncertainty", "study.yaml", "--samples", "16", "--figure", "mean_power",
                     "--design", design, "--indices", "--threads", threads, "--json", "-"});
    EXPECT_EQ(ended.code, kAnswer) << ended.err;
    return ended.out;
  };
  const auto one = answer("1", "sobol");
  EXPECT_EQ(one, answer("2", "sobol"));
  EXPECT_NE(one, answer("1", "latin_hypercube"));
}

TEST(UncertaintyCommand, OfInputsAlone) {
  const Folder folder;
  folder.write("study.yaml", small_study());
  const Ended ended = folder.weft({"uncertainty", "study.yaml", "--samples", "16", "--figure",
                                   "step_time", "--no-model-error"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  EXPECT_EQ(ended.out.find("own error"), std::string::npos);
}

TEST(UncertaintyCommand, SaysWhatIsWrong) {
  const Folder folder;
  folder.write("study.yaml", small_study());
  folder.write("chip.yaml", "kind: chip\n");
  Ended ended = folder.weft({"uncertainty", "study.yaml", "--figure", "step_tme"});
  EXPECT_EQ(ended.code, kBadInput);
  expect_holds(ended.err, "there is no 'step_tme'; did you mean 'step_time'?");
  ended = folder.weft({"uncertainty", "chip.yaml"});
  EXPECT_EQ(ended.code, kBadInput);
  expect_holds(ended.err, "chip.yaml:1:7");
  ended = folder.weft({"uncertainty", "study.yaml", "--design", "grid"});
  EXPECT_EQ(ended.code, kBadInput);
  ended = folder.weft({"uncertainty", "none.yaml"});
  EXPECT_NE(ended.code, kAnswer);
}

// No plan fits: there is nothing to be unsure of.
TEST(UncertaintyCommand, WithoutAnAnswer) {
  const Folder folder;
  folder.write(
      "study.yaml",
      "kind: study\n"
      "job: {model: llama3_405b, sequence: 8192, global_batch: 16 sequences, tokens: 1 T}\n"
      "clusters: [{use: dgx_h100, hosts: 1}]\n"
      "plan: {tensor: 8, pipeline: 1, zero: 1, micro_batch: 1}\n");
  const Ended ended = folder.weft({"uncertainty", "study.yaml", "--samples", "8"});
  EXPECT_EQ(ended.code, kNothingFound) << ended.out << ended.err;
  EXPECT_TRUE(lines_wider_than(100, ended.out).empty()) << ended.out;
}

// A study of costs alone is asked as what it is.
TEST(UncertaintyCommand, OfCostsWithoutAJob) {
  const Folder folder;
  const Ended ended =
      folder.weft({"uncertainty", std::string(WEFT_CONFIGS) + "/studies/own_h100_ramp.yaml"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "own_hour");
  expect_holds(ended.out, "payback_months");
}

}  // namespace
}  // namespace weft::cli
