#include "family.h"

namespace weft::imports {

namespace {

constexpr ShapeKeys kUsual = {"num_hidden_layers",   "hidden_size", "num_attention_heads",
                              "num_key_value_heads", "head_dim",    "intermediate_size",
                              "vocab_size"};
constexpr ShapeKeys kGpt2 = {
    "n_layer|num_hidden_layers", "n_embd|hidden_size", "n_head|num_attention_heads", "", "",
    "n_inner|intermediate_size", "vocab_size"};
constexpr ShapeKeys kBloom = {"n_layer|num_hidden_layers",
                              "hidden_size|n_embed",
                              "n_head|num_attention_heads",
                              "",
                              "",
                              "n_inner",
                              "vocab_size"};
constexpr ShapeKeys kOpt = {
    "num_hidden_layers", "hidden_size|d_model", "num_attention_heads", "", "",
    "ffn_dim",           "vocab_size"};
constexpr ShapeKeys kFalcon = {
    "num_hidden_layers|n_layer", "hidden_size|n_embed", "num_attention_heads|n_head", "", "",
    "ffn_hidden_size",           "vocab_size"};
constexpr ShapeKeys kMpt = {"n_layers|num_hidden_layers",
                            "d_model|hidden_size",
                            "n_heads|num_attention_heads",
                            "",
                            "",
                            "",
                            "vocab_size"};
constexpr ShapeKeys kDbrx = {"n_layers|num_hidden_layers",
                             "d_model|hidden_size",
                             "n_heads|num_attention_heads",
                             "attn_config.kv_n_heads",
                             "",
                             "ffn_config.ffn_hidden_size",
                             "vocab_size"};
constexpr ShapeKeys kChatGlm = {"num_layers|num_hidden_layers",
                                "hidden_size",
                                "num_attention_heads",
                                "",
                                "kv_channels",
                                "ffn_hidden_size",
                                "padded_vocab_size|vocab_size"};
constexpr ShapeKeys kQwen1 = {"num_hidden_layers", "hidden_size",       "num_attention_heads", "",
                              "kv_channels",       "intermediate_size", "vocab_size"};
constexpr ShapeKeys kLlama4 = {"num_hidden_layers",   "hidden_size", "num_attention_heads",
                               "num_key_value_heads", "head_dim",    "intermediate_size_mlp",
                               "vocab_size"};

constexpr ShapeKeys kNemotronH = {"num_hidden_layers",
                                  "hidden_size",
                                  "num_attention_heads",
                                  "num_key_value_heads",
                                  "head_dim|attention_head_dim",
                                  "intermediate_size",
                                  "vocab_size"};

constexpr int kNone = kRequired;
constexpr int kOf = kDerived;
constexpr bool kGated = true;
constexpr bool kPlain = false;
constexpr bool kTied = true;
constexpr bool kUntied = false;

// Defaults are those of the configuration classes in huggingface/transformers (models/TYPE/
// configuration_TYPE.py); schemas that live in a model's own repository (deepseek, kimi_k2,
// baichuan, internlm, internlm2, minicpm, qwen, chatglm, grok-1) have few, and their files write
// all numbers out.
//   type, keys, {layers, hidden, heads, kv_heads, head_dim, ffn, vocabulary}
const std::vector<Family> kFamilies = {
    {"llama", &kUsual, {32, 4096, 32, kOf, kOf, 11008, 32000}, kGated, kUntied, nullptr},
    {"mistral", &kUsual, {32, 4096, 32, 8, kOf, 14336, 32000}, kGated, kUntied, special::mistral},
    {"mixtral", &kUsual, {32, 4096, 32, 8, kOf, 14336, 32000}, kGated, kUntied, special::mixtral},
    {"qwen", &kQwen1, {32, 4096, 32, kOf, 128, 22016, 151936}, kGated, kUntied, special::qwen1},
    {"qwen2", &kUsual, {32, 4096, 32, 32, kOf, 22016, 151936}, kGated, kUntied, special::qwen2},
    {"qwen2_moe",
     &kUsual,
     {24, 2048, 16, 16, kOf, 5632, 151936},
     kGated,
     kUntied,
     special::qwen2_moe},
    {"qwen3", &kUsual, {32, 4096, 32, 32, 128, 22016, 151936}, kGated, kUntied, special::qwen2},
    {"qwen3_moe",
     &kUsual,
     {24, 2048, 32, 4, kOf, 6144, 151936},
     kGated,
     kUntied,
     special::qwen3_moe},
    {"deepseek",
     &kUsual,
     {kNone, kNone, kNone, kOf, kOf, kNone, kNone},
     kGated,
     kUntied,
     special::deepseek_moe},
    {"deepseek_v2",
     &kUsual,
     {kNone, kNone, kNone, kOf, kOf, kNone, kNone},
     kGated,
     kUntied,
     special::deepseek_v2},
    {"deepseek_v3",
     &kUsual,
     {61, 7168, 128, 128, kOf, 18432, 129280},
     kGated,
     kUntied,
     special::deepseek_v3},
    {"kimi_k2",
     &kUsual,
     {61, 7168, 128, 128, kOf, 18432, 129280},
     kGated,
     kUntied,
     special::deepseek_v3},
    {"gemma", &kUsual, {28, 3072, 16, 16, 256, 24576, 256000}, kGated, kTied, nullptr},
    {"gemma2", &kUsual, {26, 2304, 8, 4, 256, 9216, 256000}, kGated, kTied, special::gemma2},
    {"gemma3", &kUsual, {26, 2304, 8, 4, 256, 9216, 262208}, kGated, kTied, special::gemma3},
    {"gemma3_text", &kUsual, {26, 2304, 8, 4, 256, 9216, 262208}, kGated, kTied, special::gemma3},
    {"gpt2", &kGpt2, {12, 768, 12, kOf, kOf, kOf, 50257}, kPlain, kTied, nullptr},
    {"gpt_bigcode",
     &kGpt2,
     {12, 768, 12, kOf, kOf, kOf, 50257},
     kPlain,
     kTied,
     special::multi_query},
    {"gpt_neox", &kUsual, {44, 6144, 64, kOf, kOf, 24576, 50432}, kPlain, kUntied, nullptr},
    {"opt", &kOpt, {12, 768, 12, kOf, kOf, 3072, 50272}, kPlain, kTied, special::opt},
    {"falcon", &kFalcon, {32, 4544, 71, kOf, kOf, kOf, 65024}, kPlain, kTied, special::falcon},
    {"bloom", &kBloom, {2, 64, 8, kOf, kOf, kOf, 250880}, kPlain, kTied, nullptr},
    {"mpt", &kMpt, {24, 2048, 16, kOf, kOf, kOf, 50368}, kPlain, kTied, special::mpt},
    {"phi3",
     &kUsual,
     {32, 3072, 32, kOf, kOf, 8192, 32064},
     kGated,
     kUntied,
     special::maybe_window},
    {"phimoe", &kUsual, {32, 4096, 32, 8, kOf, 6400, 32064}, kGated, kUntied, special::phimoe},
    {"glm", &kUsual, {40, 4096, 32, 2, 128, 13696, 151552}, kGated, kUntied, nullptr},
    {"glm4", &kUsual, {40, 4096, 32, 2, 128, 13696, 151552}, kGated, kUntied, nullptr},
    {"glm4_moe",
     &kUsual,
     {46, 4096, 96, 8, kOf, 10944, 151552},
     kGated,
     kUntied,
     special::glm4_moe},
    {"chatglm",
     &kChatGlm,
     {28, 4096, 32, kOf, 128, 13696, 65024},
     kGated,
     kUntied,
     special::chatglm},
    {"nemotron", &kUsual, {32, 6144, 48, kOf, kOf, 24576, 256000}, kPlain, kUntied, nullptr},
    {"nemotron_h",
     &kNemotronH,
     {52, 4096, 32, 8, 128, 21504, 131072},
     kPlain,
     kUntied,
     special::nemotron_h},
    {"gpt_oss", &kUsual, {36, 2880, 64, 8, 64, 2880, 201088}, kGated, kUntied, special::gpt_oss},
    {"llama4", &kLlama4, {48, 5120, 40, 8, 128, 16384, 202048}, kGated, kUntied, special::llama4},
    {"llama4_text",
     &kLlama4,
     {48, 5120, 40, 8, 128, 16384, 202048},
     kGated,
     kUntied,
     special::llama4},
    {"dbrx", &kDbrx, {24, 2048, 16, 1, kOf, 3584, 32000}, kGated, kUntied, special::dbrx},
    {"grok-1",
     &kUsual,
     {kNone, kNone, kNone, kOf, kOf, kNone, kNone},
     kGated,
     kTied,
     special::grok},
    {"baichuan", &kUsual, {kNone, kNone, kNone, kOf, kOf, kNone, kNone}, kGated, kUntied, nullptr},
    {"internlm", &kUsual, {kNone, kNone, kNone, kOf, kOf, kNone, kNone}, kGated, kUntied, nullptr},
    {"internlm2", &kUsual, {kNone, kNone, kNone, kOf, kOf, kNone, kNone}, kGated, kUntied, nullptr},
    {"internlm3", &kUsual, {kNone, kNone, kNone, kOf, kOf, kNone, kNone}, kGated, kUntied, nullptr},
    {"minicpm",
     &kUsual,
     {kNone, kNone, kNone, kOf, kOf, kNone, kNone},
     kGated,
     kTied,
     special::minicpm},
    {"ernie4_5", &kUsual, {18, 1024, 16, 2, 128, 3072, 103424}, kGated, kTied, nullptr},
    {"ernie4_5_moe",
     &kUsual,
     {28, 2560, 20, 4, kOf, 12288, 103424},
     kGated,
     kTied,
     special::ernie_moe},
};

}  // namespace

const std::vector<Family>& families() { return kFamilies; }

}  // namespace weft::imports
