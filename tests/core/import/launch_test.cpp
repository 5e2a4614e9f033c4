// Published launch scripts against published runs and shipped models.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "fixtures.h"
#include "weft/base/csv.h"

namespace weft::imports::launch_test {
namespace {

using testing::expect_same_shape;
using testing::shipped;

using Row = std::map<std::string, std::string>;

Row run_row(const std::string& id) {
  const std::string file = WEFT_CONFIGS "/validation/runs.csv";
  const auto table = base::read_csv(base::whole_text(file), file);
  const auto& header = table.rows.front();
  for (const auto& fields : table.rows) {
    if (fields.front().text != id) continue;
    Row row;
    for (std::size_t i = 0; i < fields.size(); ++i) row[header[i].text] = fields[i].text;
    return row;
  }
  ADD_FAILURE() << "no row " << id;
  return {};
}

Launch read(const std::string& script, const LaunchSettings& settings = {}) {
  return read_launch(testing::file("scripts/" + script + ".sh"), script, settings);
}

LaunchSettings vocabulary(std::int64_t size) {
  LaunchSettings settings;
  settings.vocabulary = size;
  return settings;
}

// Cells that are blank say nothing.
void expect_cell(const Row& row, const std::string& column, std::int64_t is) {
  const auto& cell = row.at(column);
  if (cell.empty()) return;
  EXPECT_EQ(cell, std::to_string(is)) << column;
}

void expect_row(const std::string& id, const Launch& launch) {
  SCOPED_TRACE(id);
  const auto row = run_row(id);
  ASSERT_FALSE(row.empty());
  const auto& model = launch.job.model;
  const auto& plan = launch.plan;
  expect_cell(row, "n_devices", launch.devices);
  expect_cell(row, "layers", model.layers);
  expect_cell(row, "hidden", model.hidden);
  expect_cell(row, "heads", model.heads);
  expect_cell(row, "kv_heads", model.kv_heads);
  if (!model.latent) expect_cell(row, "head_dim", model.head_dim);
  expect_cell(row, "ffn", model.ffn);
  expect_cell(row, "seq", launch.job.sequence);
  expect_cell(row, "global_batch", launch.job.global_batch);
  expect_cell(row, "micro_batch", plan.micro_batch);
  expect_cell(row, "tp", plan.tensor);
  expect_cell(row, "pp", plan.pipeline);
  expect_cell(row, "vpp", plan.virtual_stages);
  expect_cell(row, "dp", plan.data);
  expect_cell(row, "cp", plan.context);
  expect_cell(row, "ep", plan.expert);
  EXPECT_EQ(row.at("gated"), model.gated ? "true" : "false");
  EXPECT_EQ(row.at("precision"), chips::name_of(launch.job.precision));
  EXPECT_EQ(row.at("zero").substr(0, 1), std::to_string(plan.zero));
  EXPECT_EQ(row.at("recompute").substr(0, 4), plan.recompute.substr(0, 4));
  if (!model.moe) return;
  expect_cell(row, "moe_experts", model.moe->experts);
  expect_cell(row, "moe_topk", model.moe->top_k);
  expect_cell(row, "moe_shared", model.moe->shared);
  expect_cell(row, "moe_ffn", model.moe->ffn);
  expect_cell(row, "first_dense_layers", model.moe->first_dense_layers);
}

bool names(const std::vector<Note>& notes, const std::string& word) {
  return std::any_of(notes.begin(), notes.end(),
                     [&](const Note& note) { return note.word.starts_with(word); });
}

TEST(Launch, RunsAsPublished) {
  expect_row("msllm-rc3-qwen1.532b-8k", read("mindspeed_qwen15_32b"));
  expect_row("msllm-rc3-mixtral8x7b-32k", read("mindspeed_mixtral_8x7b"));
  expect_row("msllm-rc3-gpt3175b-2k", read("mindspeed_gpt3_175b", vocabulary(50257)));
  expect_row("msllm-rc3-gemma227b-8k", read("mindspeed_gemma2_27b"));
  expect_row("msllm-rc3-deepseekv260breduced-8k", read("mindspeed_deepseek2_60b"));
}

TEST(Launch, ModelsAsShipped) {
  expect_same_shape(read("mindspeed_qwen15_32b").job.model, shipped("qwen1_5_32b"), "Qwen1.5 32B");
  expect_same_shape(read("mindspeed_llama2_70b", vocabulary(32000)).job.model,
                    shipped("llama2_70b"), "Llama-2 70B");
  expect_same_shape(read("mindspeed_mixtral_8x7b").job.model, shipped("mixtral_8x7b"), "Mixtral");
  expect_same_shape(read("mindspeed_deepseek3_671b").job.model, shipped("deepseek_v3"),
                    "DeepSeek-V3");
  expect_same_shape(read("megatron_llama3_8b_fp8").job.model, shipped("llama3_8b"), "Llama-3 8B");
  // 50,257 entries padded to a multiple of 128 on each of 8 ranks.
  expect_same_shape(read("megatron_gpt3_175b", vocabulary(50257)).job.model, shipped("gpt3_175b"),
                    "GPT-3 175B");
  auto gemma = shipped("gemma2_27b");
  gemma.score_soft_cap = false;  // the script leaves it out
  expect_same_shape(read("mindspeed_gemma2_27b").job.model, gemma, "Gemma-2 27B");
}

TEST(Launch, NothingInAPublishedScriptIsUnknown) {
  for (const char* script :
       {"megatron_gpt3_175b", "megatron_llama3_8b_fp8", "mindspeed_llama2_70b",
        "mindspeed_qwen15_32b", "mindspeed_mixtral_8x7b", "mindspeed_gpt3_175b",
        "mindspeed_gemma2_27b", "mindspeed_deepseek2_60b", "mindspeed_deepseek3_671b"}) {
    for (const auto& note : read(script, vocabulary(32000)).notes.unknown) {
      ADD_FAILURE() << to_text(note);
    }
  }
}

TEST(Launch, Gpt3OfMegatron) {
  const auto launch = read("megatron_gpt3_175b", vocabulary(50257));
  EXPECT_EQ(launch.devices, 128);
  EXPECT_EQ(launch.plan.tensor, 8);
  EXPECT_EQ(launch.plan.pipeline, 16);
  EXPECT_EQ(launch.plan.data, 1);
  EXPECT_EQ(launch.plan.zero, 0);
  EXPECT_FALSE(launch.plan.sequence_parallel);
  EXPECT_EQ(launch.plan.recompute, "none");
  EXPECT_EQ(launch.job.precision, chips::Precision::kFp16);
  EXPECT_DOUBLE_EQ(launch.job.tokens, 500000.0 * 1536 * 2048);
  EXPECT_EQ(launch.software, "megatron_core");
  EXPECT_TRUE(names(launch.notes.understood, "--rampup-batch-size 16 16 5859375"));
}

TEST(Launch, Llama3InFp8) {
  const auto launch = read("megatron_llama3_8b_fp8");
  EXPECT_EQ(launch.devices, 8);
  EXPECT_EQ(launch.plan.data, 8);
  EXPECT_EQ(launch.plan.zero, 1);
  EXPECT_FALSE(launch.plan.sequence_parallel) << "one tensor rank has none";
  EXPECT_EQ(launch.job.precision, chips::Precision::kFp8);
  EXPECT_DOUBLE_EQ(launch.job.tokens, 1953125000.0 * 8192);
  EXPECT_TRUE(names(launch.notes.understood, "--fp8-param-gather"));
}

TEST(Launch, Llama2OfMindSpeed) {
  const auto launch = read("mindspeed_llama2_70b", vocabulary(32000));
  EXPECT_EQ(launch.devices, 64);
  EXPECT_EQ(launch.plan.virtual_stages, 2);
  EXPECT_EQ(launch.plan.data, 1);
  EXPECT_TRUE(launch.plan.sequence_parallel);
  EXPECT_TRUE(launch.plan.layers.empty());
  EXPECT_EQ(launch.software, "mindspeed_llm");
}

TEST(Launch, UnevenStages) {
  EXPECT_EQ(read("mindspeed_qwen15_32b").plan.layers, (std::vector<int>{14, 17, 18, 15}));
  EXPECT_EQ(read("mindspeed_gemma2_27b").plan.layers, (std::vector<int>{20, 26}));
}

TEST(Launch, DeepSeekV3WithDualPipeV) {
  const auto launch = read("mindspeed_deepseek3_671b");
  EXPECT_EQ(launch.devices, 512);
  EXPECT_EQ(launch.plan.data, 16);
  EXPECT_EQ(launch.plan.schedule, "dualpipe_v");
  EXPECT_EQ(launch.plan.virtual_stages, 2);
  // 64 layers on 16 chunks, of which the last three hold nothing.
  std::vector<int> layers(16, 4);
  layers.back() = 1;
  EXPECT_EQ(launch.plan.layers, layers);
  // Experts over tensor ranks too.
  EXPECT_EQ(launch.plan.expert, 32);
  EXPECT_EQ(launch.plan.expert_tensor, 1);
  EXPECT_EQ(launch.plan.recompute, "full");
  EXPECT_EQ(launch.plan.recompute_layers, 0);
  EXPECT_TRUE(names(launch.notes.understood, "--swap-optimizer"));
  EXPECT_EQ(launch.job.model.moe->groups, 8);
  EXPECT_EQ(launch.job.model.moe->top_groups, 4);
}

TEST(Launch, StudyNamesWhatIsMissing) {
  const auto launch = read("mindspeed_qwen15_32b");
  const auto open = study_document(launch, "qwen", std::nullopt);
  EXPECT_NE(open.find("# Name a cluster of 32 devices"), std::string::npos) << open;
  EXPECT_NE(open.find("clusters: []"), std::string::npos);
  const auto whole = study_document(launch, "qwen", ClusterUse{"atlas_900_a2", 4});
  EXPECT_NE(whole.find("clusters: [{use: \"atlas_900_a2\", hosts: 4, software: mindspeed_llm}]"),
            std::string::npos)
      << whole;
  EXPECT_NE(whole.find("plan: {tensor: 8, context: 1, data: 1, pipeline: 4, virtual_stages: 1, "
                       "expert: 1, micro_batch: 1, zero: 0, sequence_parallel: true, "
                       "recompute: none, layers: [14, 17, 18, 15]}"),
            std::string::npos)
      << whole;
}

}  // namespace
}  // namespace weft::imports::launch_test
