// Jobs in formats that chips have or lack.
#include <gtest/gtest.h>

#include "program.h"

namespace weft::cli {
namespace {

std::string study_in(const std::string& precision, const std::string& clusters) {
  return "kind: study\n"
         "job: {model: llama3_8b, sequence: 8192, global_batch: 64, tokens: 1 G,\n"
         "      precision: " +
         precision +
         "}\n"
         "clusters: [" +
         clusters +
         "]\n"
         "plan: {tensor: 2, context: 1, data: 4, pipeline: 1, virtual_stages: 1, expert: 1, "
         "micro_batch: 1, zero: 1, recompute: selective}\n"
         "report: [step]\n";
}

TEST(JobPrecision, ThatAChipLacksIsToldWhereItIsWritten) {
  const Folder folder;
  folder.write("study.yaml",
               study_in("nvfp4", "{use: dgx_b200, hosts: 1}, {use: dgx_h100, hosts: 1}"));
  for (const char* command : {"run", "check"}) {
    const Ended ended = folder.weft({command, "study.yaml"});
    EXPECT_EQ(ended.code, kBadInput) << command;
    EXPECT_EQ(ended.out, "") << command;
    expect_holds(ended.err, "study.yaml:3:18: error: Nvidia H100 SXM5 of ");
    expect_holds(ended.err, "has no nvfp4 matrix units");
    expect_holds(ended.err, "it has tf32, bf16, fp16, fp8, fp8_block, int8");
  }
}

TEST(JobPrecision, EveryChipThatLacksItIsTold) {
  const Folder folder;
  folder.write("study.yaml",
               study_in("mxfp8", "{use: dgx_h100, hosts: 1}, {use: atlas_900_a2, hosts: 1}"));
  const Ended ended = folder.weft({"run", "study.yaml"});
  EXPECT_EQ(ended.code, kBadInput);
  expect_holds(ended.err, "Nvidia H100 SXM5");
  expect_holds(ended.err, "Ascend 910B2");
}

TEST(JobPrecision, ThatNoJobIsTrainedIn) {
  const Folder folder;
  folder.write("study.yaml", study_in("fp4", "{use: dgx_b200, hosts: 1}"));
  const Ended ended = folder.weft({"run", "study.yaml"});
  EXPECT_EQ(ended.code, kBadInput);
  expect_holds(ended.err, "study.yaml:3:18: error:");
  expect_holds(ended.err, "nvfp4");
}

TEST(JobPrecision, ThatTheChipHasIsRun) {
  const Folder folder;
  for (const char* precision : {"bf16", "fp8", "fp8_block", "mxfp8", "mxfp4", "nvfp4"}) {
    folder.write("study.yaml", study_in(precision, "{use: dgx_b200, hosts: 1}"));
    const Ended ended = folder.weft({"run", "study.yaml"});
    EXPECT_EQ(ended.code, kAnswer) << precision << ": " << ended.err;
  }
}

}  // namespace
}  // namespace weft::cli
