// config.json files of the hub against the models that ship, which were written by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fixtures.h"
#include "weft/base/random.h"

namespace weft::imports::hugging_face_test {
namespace {

using testing::error_of;
using testing::expect_same_shape;
using testing::shipped;

// Values as published in the config.json of the repository; `billions` is what the model's card or
// paper counts, of the text part.
struct Published {
  const char* file;
  const char* repository;
  const char* shipped;
  double billions;
};
const std::vector<Published> kPublished = {
    {"llama3_70b", "meta-llama/Meta-Llama-3-70B", "llama3_70b", 70.55},
    {"llama3_2_1b", "meta-llama/Llama-3.2-1B", "llama3_2_1b", 1.236},
    {"llama_7b", "huggyllama/llama-7b", "llama_7b", 6.738},
    {"mistral_7b", "mistralai/Mistral-7B-v0.1", "mistral_7b", 7.242},
    {"mixtral_8x7b", "mistralai/Mixtral-8x7B-v0.1", "mixtral_8x7b", 46.70},
    {"qwen2_5_7b", "Qwen/Qwen2.5-7B", "qwen2_5_7b", 7.616},
    {"qwen1_5_moe_a2_7b", "Qwen/Qwen1.5-MoE-A2.7B", "qwen1_5_moe_a2_7b", 14.32},
    {"qwen3_235b_a22b", "Qwen/Qwen3-235B-A22B", "qwen3_235b_a22b", 235.1},
    {"deepseek_v3", "deepseek-ai/DeepSeek-V3", "deepseek_v3", 671.0},
    {"deepseek_v2_lite", "deepseek-ai/DeepSeek-V2-Lite", "deepseek_v2_lite", 15.71},
    {"kimi_k2", "moonshotai/Kimi-K2-Base", "kimi_k2", 1026},
    {"gemma2_27b", "google/gemma-2-27b", "gemma2_27b", 27.23},
    {"gemma3_27b", "google/gemma-3-27b-pt", "gemma3_27b", 27.01},
    {"gpt2", "openai-community/gpt2", "gpt2_124m", 0.1244},
    {"gpt_neox_20b", "EleutherAI/gpt-neox-20b", "gpt_neox_20b", 20.55},
    {"opt_66b", "facebook/opt-66b", "opt_66b", 65.72},
    {"falcon_40b", "tiiuae/falcon-40b", "falcon_40b", 41.30},
    {"bloom_7b1", "bigscience/bloom-7b1", "bloom_7b1", 7.069},
    {"phi3_5_moe", "microsoft/Phi-3.5-MoE-instruct", "phi3_5_moe", 41.87},
    {"chatglm3_6b", "THUDM/chatglm3-6b", "chatglm3_6b", 6.244},
    {"glm4_5_air_106b_a12b", "zai-org/GLM-4.5-Air", "glm4_5_air_106b_a12b", 106.9},
    {"nemotron4_340b", "nvidia/Nemotron-4-340B-Base", "nemotron4_340b", 341.0},
    {"nemotron3_nano_30b_a3b", "nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16",
     "nemotron3_nano_30b_a3b", 31.58},
    {"gpt_oss_20b", "openai/gpt-oss-20b", "gpt_oss_20b", 20.9},
    {"llama4_scout", "meta-llama/Llama-4-Scout-17B-16E", "llama4_scout", 107.8},
    {"llama4_maverick", "meta-llama/Llama-4-Maverick-17B-128E", "llama4_maverick", 400.7},
    {"dbrx_132b", "databricks/dbrx-base", "dbrx_132b", 131.6},
    {"grok_1", "hpcai-tech/grok-1", "grok_1", 314},
    {"baichuan2_13b", "baichuan-inc/Baichuan2-13B-Base", "baichuan2_13b", 13.90},
    {"internlm2_20b", "internlm/internlm2-20b", "internlm2_20b", 19.86},
    {"minicpm_2b", "openbmb/MiniCPM-2B-sft-bf16", "minicpm_2b", 2.725},
    {"qwen_14b", "Qwen/Qwen-14B", "qwen_14b", 14.17},
    {"starcoder_15b", "bigcode/starcoder", "starcoder_15b", 15.52},
};

ImportedModel read(const std::string& file) {
  return read_hugging_face(testing::file("models/" + file + ".json"), file);
}

std::string bytes_of(const std::string& file) {
  return std::string(testing::file("models/" + file + ".json").bytes());
}

// The text with its first `what` replaced.
std::string with(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

std::string error_in(const std::string& bytes) {
  return error_of([&] { read_hugging_face(testing::text(bytes), "test"); });
}

TEST(HuggingFace, EqualsWhatShips) {
  for (const auto& one : kPublished) {
    expect_same_shape(read(one.file).model, shipped(one.shipped), one.repository);
  }
}

TEST(HuggingFace, DocumentReadsBack) {
  for (const auto& one : kPublished) {
    const auto imported = read(one.file);
    const auto document = model_document(imported.model, one.repository, imported.notes);
    expect_same_shape(testing::reread(document), imported.model, one.repository);
    EXPECT_EQ(testing::reread(document).name, one.file);
  }
}

TEST(HuggingFace, ParametersAsPublished) {
  for (const auto& one : kPublished) {
    const double total = workload::count_parameters(read(one.file).model).total;
    EXPECT_NEAR(total / (one.billions * 1e9), 1.0, 0.01) << one.repository << ": " << total;
  }
}

TEST(HuggingFace, EveryKeyOfARealFileIsKnown) {
  for (const auto& one : kPublished) {
    for (const auto& note : read(one.file).notes.unknown) {
      ADD_FAILURE() << one.file << ": " << to_text(note);
    }
  }
}

TEST(HuggingFace, OrderOfKeysDoesNotMatter) {
  base::RandomStream stream(7, 1);
  for (const std::string file : {"deepseek_v3", "qwen3_235b_a22b", "gpt_oss_20b"}) {
    const auto expected = read(file).model;
    // One line a key in these files, but for maps, which stay whole.
    std::vector<std::string> entries;
    const auto bytes = bytes_of(file);
    int depth = 0;
    std::string entry;
    for (const char c : bytes.substr(1, bytes.rfind('}') - 1)) {
      depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
      if (c == ',' && depth == 0) {
        entries.push_back(std::exchange(entry, ""));
      } else {
        entry += c;
      }
    }
    entries.push_back(entry);
    ASSERT_GT(entries.size(), 20u);
    for (int round = 0; round < 20; ++round) {
      for (std::size_t i = entries.size() - 1; i > 0; --i) {
        std::swap(entries[i],
                  entries[static_cast<std::size_t>(stream.uniform() * static_cast<double>(i + 1))]);
      }
      std::string text = "{";
      for (const auto& e : entries) text += (text.size() > 1 ? "," : "") + e;
      expect_same_shape(read_hugging_face(testing::text(text + "}"), file).model, expected, file);
    }
  }
}

TEST(HuggingFace, DefaultsAreUsedAndSaid) {
  auto text = with(bytes_of("mixtral_8x7b"), "\"num_key_value_heads\": 8,", "");
  text = with(text, "\"num_experts_per_tok\": 2,", "");
  const auto imported = read_hugging_face(testing::text(text), "test");
  EXPECT_EQ(imported.model.kv_heads, 8);
  EXPECT_EQ(imported.model.moe->top_k, 2);
  const auto comments = comments_of(imported.notes);
  EXPECT_NE(comments.find("# num_key_value_heads is not given: 8"), std::string::npos) << comments;
  EXPECT_NE(comments.find("# num_experts_per_tok is not given: 2"), std::string::npos) << comments;
}

TEST(HuggingFace, KeyWithoutADefault) {
  const auto error = error_in(with(bytes_of("deepseek_v2_lite"), "\"n_routed_experts\"", "\"x\""));
  EXPECT_EQ(error, "") << "a model of this kind may be dense";
  EXPECT_NE(error_in(with(bytes_of("deepseek_v2_lite"), "\"kv_lora_rank\"", "\"x\""))
                .find("test:1:1: error: missing key 'kv_lora_rank'"),
            std::string::npos);
  EXPECT_NE(error_in(with(bytes_of("internlm2_20b"), "\"intermediate_size\"", "\"x\""))
                .find("missing key 'intermediate_size'"),
            std::string::npos);
}

TEST(HuggingFace, UnknownKeysAreListed) {
  const auto text = with(bytes_of("llama3_70b"), "{", "{\n  \"sparse_magic\": 3,");
  const auto imported = read_hugging_face(testing::text(text), "test");
  ASSERT_EQ(imported.notes.unknown.size(), 1u);
  EXPECT_EQ(to_text(imported.notes.unknown.front()), "test:2:3: sparse_magic");
  expect_same_shape(imported.model, shipped("llama3_70b"), "with a key more");
  EXPECT_NE(model_document(imported.model, "", imported.notes).find("sparse_magic"),
            std::string::npos);
}

TEST(HuggingFace, KeysOfInnerMapsAreListed) {
  const auto text = with(bytes_of("dbrx_132b"), "\"clip_qkv\"", "\"grip\": 1, \"clip_qkv\"");
  const auto imported = read_hugging_face(testing::text(text), "test");
  ASSERT_EQ(imported.notes.unknown.size(), 1u);
  EXPECT_EQ(imported.notes.unknown.front().word, "attn_config.grip");
}

TEST(HuggingFace, RoutingInGroupsIsRead) {
  const auto limited = read("deepseek_v3");
  EXPECT_TRUE(limited.notes.understood.empty());
  EXPECT_EQ(limited.model.moe->groups, 8);
  EXPECT_EQ(limited.model.moe->top_groups, 4);
  EXPECT_EQ(read("glm4_5_air_106b_a12b").model.moe->groups, 1);
}

TEST(HuggingFace, Windows) {
  const auto qwen =
      with(bytes_of("qwen2_5_7b"), "\"use_sliding_window\": false", "\"use_sliding_window\": true");
  // The first 28 of 28 layers see everything.
  EXPECT_EQ(read_hugging_face(testing::text(qwen), "t").model.window, 0);
  const auto half = with(qwen, "\"max_window_layers\": 28", "\"max_window_layers\": 7");
  const auto model = read_hugging_face(testing::text(half), "t").model;
  EXPECT_EQ(model.window, 131072);
  EXPECT_DOUBLE_EQ(model.windowed_share, 0.75);
  const auto mistral =
      with(bytes_of("mistral_7b"), "\"sliding_window\": 4096", "\"sliding_window\": null");
  EXPECT_EQ(read_hugging_face(testing::text(mistral), "t").model.window, 0);
  const auto missing = with(bytes_of("mistral_7b"), "\"sliding_window\": 4096,", "");
  EXPECT_EQ(read_hugging_face(testing::text(missing), "t").model.window, 4096);
}

TEST(HuggingFace, DenseLayersOfQwenInFront) {
  const auto front =
      with(bytes_of("qwen3_235b_a22b"), "\"mlp_only_layers\": []", "\"mlp_only_layers\": [0, 1]");
  EXPECT_EQ(read_hugging_face(testing::text(front), "t").model.moe->first_dense_layers, 2);
  const auto later =
      with(bytes_of("qwen3_235b_a22b"), "\"mlp_only_layers\": []", "\"mlp_only_layers\": [5]");
  EXPECT_NE(error_in(later).find("in front of all others"), std::string::npos);
  const auto step =
      with(bytes_of("qwen3_235b_a22b"), "\"decoder_sparse_step\": 1", "\"decoder_sparse_step\": 2");
  const auto model = read_hugging_face(testing::text(step), "t").model;
  EXPECT_FALSE(model.is_moe_layer(0));
  EXPECT_TRUE(model.is_moe_layer(1));
  EXPECT_EQ(model.moe_layers(), 47);
}

TEST(HuggingFace, WrongValuesAreLocated) {
  const auto text = bytes_of("llama3_70b");
  EXPECT_NE(error_in("{\"model_type\": \"llama\",\n \"hidden_size\": \"8192\"}")
                .find("test:2:17: error: a whole number of at least 1 is expected here"),
            std::string::npos);
  EXPECT_NE(error_in(with(text, "\"hidden_size\": 8192", "\"hidden_size\": -1")).find("at least 1"),
            std::string::npos);
  EXPECT_NE(error_in(with(text, "\"num_key_value_heads\": 8", "\"num_key_value_heads\": 7"))
                .find("multiple of the key-value heads"),
            std::string::npos);
  EXPECT_NE(error_in(with(text, "\"hidden_size\": 8192", "\"hidden_size\": 8191"))
                .find("64 heads do not divide a width of 8191"),
            std::string::npos);
  EXPECT_NE(error_in(with(text, "\"tie_word_embeddings\": false", "\"tie_word_embeddings\": 0"))
                .find("true or false is expected"),
            std::string::npos);
  EXPECT_NE(error_in(with(text, "\"num_hidden_layers\": 80", "\"num_hidden_layers\": 99999999999"))
                .find("too large"),
            std::string::npos);
}

TEST(HuggingFace, OtherKindsOfModels) {
  const auto error = error_in("{\n  \"model_type\": \"lama\"\n}");
  EXPECT_NE(error.find("test:2:17: error: no shape is known for models of type 'lama'"),
            std::string::npos)
      << error;
  EXPECT_NE(error.find("did you mean 'llama'?"), std::string::npos);
  EXPECT_NE(error_in("{\"a\": 1}").find("missing key 'model_type'"), std::string::npos);
  EXPECT_NE(error_in("[1]").find("a map with 'model_type'"), std::string::npos);
}

TEST(HuggingFace, NotJson) {
  for (const std::string bad :
       {"{model_type: llama}", "{\"a\": 1,}", "{\"a\": 1", "{'a': 1}", "# comment\n{}",
        "{\"a\": 1} x", "{\"a\": 01}", "{\"a\": NaN}", "kind: model"}) {
    EXPECT_NE(error_in(bad).find("this is not JSON"), std::string::npos) << bad;
  }
  EXPECT_NE(error_in("{\"a\": 1,\n  \"b\" 2}").find("test:2:7: error: this is not JSON"),
            std::string::npos);
}

TEST(HuggingFace, JsonThatYamlWouldTakeForSomethingElse) {
  const auto base = bytes_of("llama3_70b");
  auto text = base;
  std::replace(text.begin(), text.end(), ' ', '\t');
  expect_same_shape(read_hugging_face(testing::text(text), "t").model, shipped("llama3_70b"),
                    "tabs");
  std::string tight;
  for (const char c : base) {
    if (c != ' ' && c != '\n') tight += c;
  }
  expect_same_shape(read_hugging_face(testing::text(tight), "t").model, shipped("llama3_70b"),
                    "tight");
  const auto odd =
      with(base, "{", R"({"_name_or_path": "a\/b \u4f60 \"q\" # & * ! %", "_comment": [],)");
  expect_same_shape(read_hugging_face(testing::text(odd), "t").model, shipped("llama3_70b"), "odd");
}

// Found by fuzzing: what was written could not be read.
TEST(HuggingFace, KeysWithControlCharacters) {
  const auto imported = read_hugging_face(
      testing::text(R"({"model_type": "llama", "num_attention_heads": 64, "bell\b\f": 1})"),
      "fuzz");
  const auto document = model_document(imported.model, "config.json", imported.notes);
  EXPECT_NE(document.find("bell??"), std::string::npos) << document;
  EXPECT_EQ(testing::reread(document).heads, 64);
}

TEST(HuggingFace, DuplicateKeys) {
  EXPECT_NE(
      error_in("{\"model_type\": \"llama\", \"model_type\": \"llama\"}").find("already given"),
      std::string::npos);
}

TEST(HuggingFace, MptHasItsOwnWords) {
  const auto model = read("mpt_30b").model;
  auto expected = shipped("mpt_30b");
  expected.vocabulary = 50432;  // the benchmark that ships has 50368
  expect_same_shape(model, expected, "mosaicml/mpt-30b");
}

}  // namespace
}  // namespace weft::imports::hugging_face_test
