// `weft run --trace` and `--chakra`: the step in files.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"

namespace weft::cli {
namespace {

constexpr const char* kTracedJob =
    "kind: study\n"
    "job: {model: llama3_8b, sequence: 4096, global_batch: 16 sequences, tokens: 1 G}\n"
    "plan: {tensor: 2, pipeline: 4, virtual_stages: 1, data: 2, micro_batch: 1,\n"
    "       sequence_parallel: true}\n";

TEST(StepTrace, OfBothKindsSayWhatTheAnswerSays) {
  const Folder folder;
  folder.write("study.yaml", std::string(kTracedJob) + "clusters: [{use: dgx_h100, hosts: 2}]\n");
  const auto ended = folder.weft(
      {"run", "study.yaml", "--trace", "step.json", "--chakra", "ranks", "--json", "-"});
  ASSERT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.err, "step.json: about ");
  expect_holds(ended.err, "ranks.0.et … ranks.15.et: ");
  const double step = nlohmann::json::parse(ended.out)["cases"][0]["outcome"]["step"]["step_s"];
  const auto trace = nlohmann::json::parse(folder.read("step.json"));
  EXPECT_NEAR(trace.at("otherData").at("steps").at(0).at("step_s").get<double>(), step,
              1e-9 * step);
  EXPECT_EQ(folder.names().size(), 19U);  // the study, the trace, 16 ranks and their groups
  const auto replayed =
      folder.weft({"trace", "ranks", "--groups", "ranks.groups.json", "--cluster", "dgx_h100",
                   "--hosts", "2", "--recorded-times", "--streams", "4", "--json", "-"});
  ASSERT_EQ(replayed.code, kAnswer) << replayed.err;
  const double finish = nlohmann::json::parse(replayed.out)["finish_s"];
  EXPECT_NEAR(finish / step, 1, 0.05);
}

TEST(StepTrace, BadInput) {
  const Folder folder;
  folder.write("two.yaml",
               std::string(kTracedJob) +
                   "clusters: [{use: dgx_h100, hosts: 2}, {use: dgx_h100, hosts: 4}]\n");
  const auto several = folder.weft({"run", "two.yaml", "--chakra", "ranks"});
  EXPECT_EQ(several.code, kBadInput);
  expect_holds(several.err, "this study has several");
  for (const auto* option : {"--trace", "--chakra"}) {
    const auto to_output = folder.weft({"run", "two.yaml", option, "-"});
    EXPECT_EQ(to_output.code, kBadInput);
    expect_holds(to_output.err, "not to standard output");
  }
  EXPECT_EQ(folder.names(), Words{"two.yaml"});
}

}  // namespace
}  // namespace weft::cli
