// `weft import`: what users have already becomes documents that `weft run` takes.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "program.h"

namespace weft::cli {
namespace {

constexpr const char* kScripts = WEFT_SOURCE_DIR "/tests/core/import/scripts/";
constexpr const char* kModels = WEFT_SOURCE_DIR "/tests/core/import/models/";

std::string published(const std::string& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(Import, ModelToTheTerminal) {
  const Folder folder;
  folder.write("Meta-Llama-3-70B/config.json", published(std::string(kModels) + "llama3_70b.json"));
  const Ended ended = folder.weft({"import", "Meta-Llama-3-70B/config.json"});
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  EXPECT_EQ(ended.err, "");
  expect_holds(ended.out, "kind: model\nname: \"Meta-Llama-3-70B\"\n");
  expect_holds(ended.out, "kv_heads: 8\n");
  EXPECT_EQ(folder.names(), Words{"Meta-Llama-3-70B"});
}

TEST(Import, ModelInAFolder) {
  const Folder folder;
  folder.write("config.json", published(std::string(kModels) + "deepseek_v3.json"));
  const Ended ended =
      folder.weft({"import", "config.json", "--name", "DeepSeek-V3 again", "-o", "mine/models"});
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "wrote mine/models/deepseek_v3_again.yaml");
  const Ended checked = folder.weft({"check", "mine/models/deepseek_v3_again.yaml"});
  EXPECT_EQ(checked.code, kAnswer) << checked.err;
  expect_holds(folder.weft({"show", "deepseek_v3_again", "--configs", "mine"}).out,
               "DeepSeek-V3 again");
}

TEST(Import, ScriptThatRuns) {
  const Folder folder;
  folder.write("train.sh", published(std::string(kScripts) + "mindspeed_qwen15_32b.sh"));
  const Ended imported =
      folder.weft({"import", "train.sh", "--cluster", "atlas_900_a2", "-o", "run.yaml"});
  ASSERT_EQ(imported.code, kAnswer) << imported.err;
  EXPECT_EQ(folder.names(), (Words{"run.yaml", "run_model.yaml", "train.sh"}));
  const std::string study = folder.read("run.yaml");
  expect_holds(study, "hosts: 4");
  expect_holds(study, "layers: [14, 17, 18, 15]");
  expect_holds(study, "train.sh:44:5: --use-mc2: what overlaps");
  const Ended ended = folder.weft({"run", "run.yaml"});
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "step");
}

// Every published script, on a cluster of its kind: the plan is one that weft can judge.
TEST(Import, PublishedScriptsAreStudies) {
  const std::vector<std::pair<std::string, std::string>> scripts = {
      {"megatron_gpt3_175b", "dgx_a100_80g"},      {"megatron_llama3_8b_fp8", "dgx_h200"},
      {"mindspeed_llama2_70b", "atlas_900_a2"},    {"mindspeed_mixtral_8x7b", "atlas_900_a2"},
      {"mindspeed_gpt3_175b", "atlas_900_a2"},     {"mindspeed_gemma2_27b", "atlas_900_a2"},
      {"mindspeed_deepseek2_60b", "atlas_900_a2"}, {"mindspeed_deepseek3_671b", "atlas_900_a2"}};
  const Folder folder;
  for (const auto& [script, cluster] : scripts) {
    const Ended ended = folder.weft({"import", kScripts + script + ".sh", "--vocabulary", "50257",
                                     "--cluster", cluster, "-o", script + ".yaml"});
    EXPECT_EQ(ended.code, kAnswer) << ended.err;
    EXPECT_EQ(ended.err, "") << script;
    const Ended checked = folder.weft({"check", script + ".yaml", script + "_model.yaml"});
    EXPECT_EQ(checked.code, kAnswer) << checked.err;
  }
}

TEST(Import, WithoutAClusterTheStudySaysSo) {
  const Folder folder;
  folder.write("train.sh", published(std::string(kScripts) + "mindspeed_qwen15_32b.sh"));
  EXPECT_EQ(folder.weft({"import", "train.sh", "-o", "run.yaml"}).code, kAnswer);
  expect_holds(folder.read("run.yaml"), "# Name a cluster of 32 devices");
  const Ended ended = folder.weft({"run", "run.yaml"});
  EXPECT_EQ(ended.code, kBadInput);
  expect_holds(ended.err, "a study needs at least one entry in 'clusters'");
}

TEST(Import, ArgumentsOnTheCommandLine) {
  const Folder folder;
  const Words arguments = {"import",
                           "--devices",
                           "16",
                           "--tokens",
                           "1 T",
                           "--",
                           "--num-layers",
                           "4",
                           "--hidden-size",
                           "512",
                           "--num-attention-heads",
                           "8",
                           "--seq-length",
                           "1024",
                           "--vocab-size",
                           "1000",
                           "--micro-batch-size",
                           "1",
                           "--global-batch-size",
                           "32",
                           "--bf16",
                           "--swigloo",
                           "it's"};
  const Ended ended = folder.weft(arguments);
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "data: 16");
  expect_holds(ended.out, "tokens: 1000000000000,");
  expect_holds(ended.out, "---\n# imported_model.yaml\n");
  expect_holds(ended.err, "warning: arguments:1:");
  expect_holds(ended.err, "--swigloo it's: not used; did you mean --swiglu?");
}

TEST(Import, SettingsOfTheEnvironment) {
  const Folder folder;
  std::string script = published(std::string(kScripts) + "mindspeed_qwen15_32b.sh");
  script.replace(script.find("NNODES=4"), 8, "NNODES=${NNODES}");
  folder.write("train.sh", script);
  const Ended unset = folder.weft({"import", "train.sh"});
  EXPECT_EQ(unset.code, kBadInput);
  expect_holds(unset.err, "train.sh:7:8: error: NNODES is not set, but --nnodes needs it");
  expect_holds(unset.err, "--set");
  const Ended ended = folder.weft({"import", "train.sh", "--set", "NNODES=8"});
  EXPECT_EQ(ended.code, kAnswer) << ended.err;
  expect_holds(ended.out, "64 devices");
  EXPECT_EQ(folder.weft({"import", "train.sh", "--set", "NNODES"}).code, kBadInput);
}

TEST(Import, NothingIsWrittenAfterAnError) {
  const Folder folder;
  folder.write("train.sh", "torchrun train.py --num-layers 'x\n");
  const Ended ended = folder.weft({"import", "train.sh", "-o", "run.yaml"});
  EXPECT_EQ(ended.code, kBadInput);
  expect_holds(ended.err, "train.sh:1:32: error: this quote is never closed");
  EXPECT_EQ(folder.names(), Words{"train.sh"});
}

TEST(Import, BadFilesAndOptions) {
  const Folder folder;
  folder.write("empty.sh", "");
  folder.write("bytes.sh", "A=\xff\n");
  folder.write("list.sh", "ls\n");
  EXPECT_EQ(folder.weft({"import"}).code, kBadInput);
  EXPECT_EQ(folder.weft({"import", "missing.sh"}).code, kCannot);
  EXPECT_EQ(folder.weft({"import", "empty.sh"}).code, kBadInput);
  EXPECT_EQ(folder.weft({"import", "bytes.sh"}).code, kBadInput);
  EXPECT_EQ(folder.weft({"import", "list.sh"}).code, kBadInput);
  const std::string script = std::string(kScripts) + "mindspeed_qwen15_32b.sh";
  EXPECT_EQ(folder.weft({"import", script, "--tokens", "many"}).code, kBadInput);
  EXPECT_EQ(folder.weft({"import", script, "--devices", "0"}).code, kBadInput);
  const Ended unknown = folder.weft({"import", script, "--cluster", "dgx_h10"});
  EXPECT_EQ(unknown.code, kBadInput);
  expect_holds(unknown.err, "dgx_h100");
  const Ended odd = folder.weft({"import", script, "--devices", "36", "--cluster", "dgx_h100"});
  EXPECT_EQ(odd.code, kBadInput);
}

}  // namespace
}  // namespace weft::cli
