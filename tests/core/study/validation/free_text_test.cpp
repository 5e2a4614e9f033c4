#include "weft/validation/free_text.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "fixtures.h"

namespace weft::validation {
namespace {

using chips::Precision;
using plan::Recompute;

TEST(FreeText, Matches) {
  EXPECT_TRUE(matches("*llama*70b*", "Meta-Llama-3-70B-Instruct"));
  EXPECT_TRUE(matches("mc2", "MC2"));
  EXPECT_FALSE(matches("mc2", "mc2 enabled"));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_FALSE(matches("a*b", "acd"));
}

TEST(FreeText, NamesAndPhrases) {
  EXPECT_EQ(name_key("Llama3.1-70B"), "llama3_1_70b");
  EXPECT_EQ(name_key(" GPT3-1.3B (x) "), "gpt3_1_3b_x");
  const std::vector<std::string> expected = {"script x.sh", "mc2", "gbs 4096"};
  EXPECT_EQ(phrases("script x.sh; script features: mc2; GBS 4096;"), expected);
}

TEST(FreeText, PrecisionNamesTheNarrowestFormat) {
  EXPECT_EQ(read_precision("BF16").precision, Precision::kBf16);
  EXPECT_EQ(read_precision("fp16").precision, Precision::kFp16);
  EXPECT_EQ(read_precision("FP8(delayed scaling)").precision, Precision::kFp8);
  EXPECT_EQ(read_precision("FP8 (1x128/128x128) mixed").precision, Precision::kFp8Block);
  EXPECT_EQ(read_precision("MXFP8").precision, Precision::kMxfp8);
  EXPECT_EQ(read_precision("NVFP4").precision, Precision::kNvfp4);
  EXPECT_EQ(read_precision("bf16 (fp32 master weights in FSDP2)").precision, Precision::kBf16);
  EXPECT_EQ(read_precision("BF16/FP16 AMP").precision, Precision::kBf16);
  const auto gradients = read_precision("BF16 (fp32 grad accumulation)");
  EXPECT_EQ(gradients.precision, Precision::kBf16);
  EXPECT_EQ(gradients.gradient_bytes, 4.0);
  EXPECT_FALSE(read_precision("posits").precision.has_value());
  EXPECT_EQ(read_precision("bf16, posits").rest, "posits");
}

struct RecomputeCase {
  const char* text;
  Recompute kind;
  int per_chunk = 0;
  std::vector<int> per_stage = {};
};

TEST(FreeText, Recompute) {
  const std::vector<RecomputeCase> cases = {
      {"none", Recompute::kNone},
      {"full", Recompute::kFull},
      {"full(every layer)", Recompute::kFull},
      {"full/uniform/1", Recompute::kFull},
      {"full/1", Recompute::kFull},
      {"full/block/2", Recompute::kFull, 2},
      {"full/block/1+act-func", Recompute::kFull, 1},
      {"full/3 layers", Recompute::kFull, 3},
      {"layers per stage [3, 0]", Recompute::kFull, 0, {3, 0}},
      {"selective [10, 8, 6, 0]", Recompute::kSelective, 0, {10, 8, 6, 0}},
      {"selective(attn core)", Recompute::kAttention},
      {"selective:[core_attn]", Recompute::kAttention},
      {"selective: mlp,mla_up_proj,moe_act,layernorm", Recompute::kModules},
      {"selective: RMSNorm + MLA up-proj", Recompute::kModules},
      {"selective:[moe]", Recompute::kModules},
      {"selective (op)", Recompute::kSelective},
      {"none+act-func", Recompute::kModules},
      {"adaptive", Recompute::kSelective}};
  for (const auto& each : cases) {
    const auto read = read_recompute(each.text);
    EXPECT_EQ(read.kind, each.kind) << each.text;
    EXPECT_EQ(read.per_chunk.value_or(0), each.per_chunk) << each.text;
    EXPECT_EQ(read.per_stage, each.per_stage) << each.text;
    EXPECT_EQ(read.rest, "") << each.text;
  }
  using workload::Module;
  EXPECT_EQ(read_recompute("selective: RMSNorm + MLA up-proj").modules,
            Module::kLayerNorm | Module::kLatentUpProjection);
  EXPECT_EQ(read_recompute("none+act-func").modules,
            Module::kMlpActivation | Module::kMoeActivation);
  EXPECT_EQ(read_recompute("selective (every 2nd layer)").every, 2);
  EXPECT_EQ(read_recompute("none+swap-attention").rest, "swap-attention");
  EXPECT_FALSE(read_recompute("whatever").kind.has_value());
}

struct ZeroCase {
  const char* text;
  int stage;
  int ranks = 0;
};

TEST(FreeText, Zero) {
  const std::vector<ZeroCase> cases = {{"ZeRO-1", 1},
                                       {"0", 0},
                                       {"3", 3},
                                       {"1 (distributed optimizer)", 1},
                                       {"1+ (MindSpore optimizer parallel)", 1},
                                       {"2 (DeepSpeed)", 2},
                                       {"ZeRO-1 dist-opt (overlapped RS/AG)", 1},
                                       {"ZeRO-1 distributed_fused_adam", 1},
                                       {"ZeRO-1 (BF16 optimizer fp32 grads)", 1},
                                       {"ZeRO-1 over all DP", 1},
                                       {"FSDP FULL_SHARD", 3},
                                       {"FSDP SHARD_GRAD_OP", 2},
                                       {"FSDP2 (ZeRO-3)", 3},
                                       {"FSDP2 (reshard)", 3},
                                       {"FSDP2 shard=8", 3, 8},
                                       {"FSDP(128)+DP", 3, 128},
                                       {"FSDP+DP", 3},
                                       {"ZeRO-1 over 8 GPUs (intra-node)", 1, 8},
                                       {"none (plain DDP)", 0},
                                       {"DDP/ZeRO-1", 1}};
  for (const auto& each : cases) {
    const auto read = read_zero(each.text);
    EXPECT_EQ(read.stage, each.stage) << each.text;
    EXPECT_EQ(read.ranks.value_or(0), each.ranks) << each.text;
    EXPECT_EQ(read.rest, "") << each.text;
  }
  EXPECT_TRUE(read_zero("HSDP").within_host);
  EXPECT_EQ(read_zero("HSDP").stage, 3);
  EXPECT_EQ(read_zero("ZeRO-1 over 8 GPUs (intra-node)").stage, 1);
  EXPECT_EQ(read_zero("FSDP, reshard_after_forward=False").stage, 2);
  EXPECT_EQ(read_zero("shards optimizer states and gradients").stage, 2);
  EXPECT_EQ(read_zero("NO_SHARD").stage, 0);
  EXPECT_EQ(read_zero("1 (distributed optimizer)+swap-optimizer").rest, "swap-optimizer");
}

TEST(FreeText, Attention) {
  using workload::AttentionKernel;
  EXPECT_EQ(read_attention("MHA+no-flash").kernel, AttentionKernel::kUnfused);
  EXPECT_EQ(read_attention("GQA+flash").kernel, AttentionKernel::kFlash);
  EXPECT_FALSE(read_attention("GQA").kernel.has_value());
  const auto latent = read_attention("MLA(q_lora1536,kv_lora512,rope64,v128)");
  EXPECT_TRUE(latent.is_latent);
  EXPECT_EQ(latent.query_rank, 1536);
  EXPECT_EQ(latent.key_value_rank, 512);
  EXPECT_EQ(latent.rotary_dim, 64);
  EXPECT_EQ(latent.value_dim, 128);
  EXPECT_EQ(latent.rest, "");
  const auto window = read_attention("GQA(sliding128 alternate layers)");
  EXPECT_EQ(window.window, 128);
  EXPECT_EQ(window.windowed_share, 0.5);
}

TEST(FreeText, ScheduleAndFlags) {
  EXPECT_EQ(read_schedule("1F1B").schedule, ScheduleName::kOneForwardOneBackward);
  EXPECT_EQ(read_schedule("1F1B-interleaved").schedule, ScheduleName::kInterleaved);
  EXPECT_EQ(read_schedule("dualpipev").schedule, ScheduleName::kDualPipeV);
  EXPECT_EQ(read_schedule("GPipe").schedule, ScheduleName::kGPipe);
  EXPECT_EQ(read_schedule("ZB-1p").schedule, ScheduleName::kZeroBubbleH1);
  EXPECT_EQ(read_schedule("ZB-2p").schedule, ScheduleName::kZeroBubbleH2);
  EXPECT_EQ(read_schedule("Chimera").rest, "chimera");
  EXPECT_EQ(read_flag("yes").value, true);
  EXPECT_EQ(read_flag("TRUE").value, true);
  EXPECT_EQ(read_flag("no").value, false);
  EXPECT_FALSE(read_flag("").value.has_value());
}

// No text that is about throws, and what is left over is known.
TEST(FreeText, PublishedTextsArePlaced) {
  std::set<std::string> left;
  const auto note = [&](const char* column, const std::string& rest) {
    if (!rest.empty()) left.insert(std::string(column) + ": " + rest);
  };
  for (const auto& run : read_runs(test::shipped_table()).runs) {
    note("attention", read_attention(run.attention).rest);
    note("precision", read_precision(run.precision).rest);
    note("recompute", read_recompute(run.recompute).rest);
    note("zero", read_zero(run.zero).rest);
    note("schedule", read_schedule(run.schedule).rest);
    note("sequence_parallel", read_flag(run.sequence_parallel).rest);
    note("gated", read_flag(run.gated).rest);
  }
  const std::set<std::string> known = {"attention: compressed/sparse ratios 4/128",
                                       "attention: general mask packed reset positions",
                                       "recompute: ckpt-policy may be block",
                                       "recompute: moe-zero-memory:level1",
                                       "recompute: swap-attention",
                                       "recompute: swap-attention moe-zero-memory:level1",
                                       "zero: reuse-fp32-param",
                                       "zero: swap-optimizer"};
  EXPECT_EQ(left, known);
}

}  // namespace
}  // namespace weft::validation
