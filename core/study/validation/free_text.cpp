#include "weft/validation/free_text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <utility>

#include "phrase_text.h"

namespace weft::validation {

namespace {

using chips::Precision;
using plan::Recompute;

struct Format {
  std::string_view word;
  Precision precision;
};
// The narrowest comes first: "FP8 with BF16 activations" is an FP8 run.
constexpr std::array kFormats = std::to_array<Format>({{"nvfp4", Precision::kNvfp4},
                                                       {"mxfp4", Precision::kMxfp4},
                                                       {"fp4", Precision::kNvfp4},
                                                       {"mxfp8", Precision::kMxfp8},
                                                       {"hif8", Precision::kFp8},
                                                       {"hifloat8", Precision::kFp8},
                                                       {"float8", Precision::kFp8},
                                                       {"fp8", Precision::kFp8},
                                                       {"e4m3", Precision::kFp8},
                                                       {"bf16", Precision::kBf16},
                                                       {"bfloat16", Precision::kBf16},
                                                       {"fp16", Precision::kFp16},
                                                       {"float16", Precision::kFp16},
                                                       {"half", Precision::kFp16},
                                                       {"tf32", Precision::kTf32},
                                                       {"fp32", Precision::kFp32},
                                                       {"float32", Precision::kFp32}});

}  // namespace

bool matches(std::string_view pattern, std::string_view text) {
  const auto p = lower(pattern);
  const auto t = lower(text);
  std::size_t i = 0;
  std::size_t j = 0;
  std::size_t star = std::string::npos;
  std::size_t resume = 0;
  while (j < t.size()) {
    if (i < p.size() && p[i] == '*') {
      star = i++;
      resume = j;
    } else if (i < p.size() && p[i] == t[j]) {
      ++i;
      ++j;
    } else if (star != std::string::npos) {
      i = star + 1;
      j = ++resume;
    } else {
      return false;
    }
  }
  while (i < p.size() && p[i] == '*') ++i;
  return i == p.size();
}

std::string name_key(std::string_view name) {
  std::string result;
  for (const char c : lower(name)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '*') {
      result += c;
    } else if (!result.empty() && result.back() != '_') {
      result += '_';
    }
  }
  while (!result.empty() && result.back() == '_') result.pop_back();
  return result;
}

std::vector<std::string> phrases(std::string_view notes) {
  std::vector<std::string> all;
  const auto text = lower(notes);
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find_first_of(";,", at), text.size());
    auto part = text.substr(at, end - at);
    if (const auto colon = part.rfind(": "); colon != std::string::npos) part.erase(0, colon + 2);
    const auto first = part.find_first_not_of(" .");
    const auto last = part.find_last_not_of(" .");
    if (first != std::string::npos) all.push_back(part.substr(first, last - first + 1));
    at = end + 1;
  }
  return all;
}

PrecisionText read_precision(std::string_view source) {
  PhraseText text(source);
  PrecisionText result;
  if (text.take_any({"fp32 grad accumulation", "fp32 grads", "fp32 gradients", "fp32 main grads",
                     "fp32 grad accum"})) {
    result.gradient_bytes = 4;
  }
  if (text.take_any({"bf16 grads", "bf16 gradients", "bf16 grad accumulation"})) {
    result.gradient_bytes = 2;
  }
  text.take_any({"fp32 master weights", "fp32 master", "fsdp2"});
  text.take_any({"delayed scaling", "delayed-scaling", "current scaling", "current-scaling",
                 "dynamic tensorwise", "tensorwise", "rowwise", "per-tensor", "linear", "hybrid"});
  const bool in_blocks = text.take_any({"blockwise", "1x128/128x128", "subchannel"});
  for (const auto& format : kFormats) {
    if (text.take(format.word) && !result.precision) result.precision = format.precision;
  }
  if (in_blocks && result.precision == Precision::kFp8) result.precision = Precision::kFp8Block;
  if (text.take_any({"amp", "mixed precision", "mixed"}) && !result.precision) {
    result.precision = Precision::kFp16;
  }
  text.take("te");
  result.rest = text.rest();
  return result;
}

namespace {

// Modules whose output is dropped, as Megatron-Core and others name them.
void read_modules(PhraseText& text, RecomputeText& result) {
  using workload::Module;
  using workload::Modules;
  const auto activations = Module::kMlpActivation | Module::kMoeActivation;
  Modules found;
  const auto take = [&](std::initializer_list<std::string_view> names, Modules modules) {
    if (text.take_any(names)) found = found | modules;
  };
  take({"core_attn", "core-attn", "core attn", "attn core", "core attention", "attention core"},
       Module::kCoreAttention);
  take({"layernorm", "rmsnorm", "norm"}, Module::kLayerNorm);
  take({"moe_act"}, Module::kMoeActivation);
  take({"mlp_act"}, Module::kMlpActivation);
  take({"act-func", "act"}, activations);
  take({"mla_up_proj", "mla up-proj", "up_proj"}, Module::kLatentUpProjection);
  take({"shared_experts"}, Module::kSharedExperts);
  take({"whole_moe", "moe"}, Module::kMoe);
  take({"mlp"}, Module::kMlp);
  take({"op-level", "op", "saves linear outputs"}, workload::kSelectiveModules);
  if (found.empty()) return;
  result.modules = found;
  result.kind = Recompute::kModules;
  if (found == workload::kSelectiveModules) result.kind = Recompute::kSelective;
  if (found == workload::kAttentionModules) result.kind = Recompute::kAttention;
}

// "full", "full/block/2", "full/uniform/1", "full/3 layers", "full(every layer)".
void read_full(PhraseText& text, RecomputeText& result) {
  result.kind = Recompute::kFull;
  if (auto layers = text.take_number("/block/")) {
    result.per_chunk = layers;
  } else if (auto some = text.take_number("/", " layers")) {
    result.per_chunk = some;
  } else {
    text.take_number("/uniform/");
    text.take_number("/");
  }
  text.take_any({"every layer", "checkpoint-activations", "hf gradient checkpointing",
                 "gradient checkpointing", "/uniform", "/block", "layers", "layer"});
}

}  // namespace

RecomputeText read_recompute(std::string_view source) {
  PhraseText text(source);
  RecomputeText result;
  result.per_stage = text.take_list();
  if (text.take("full") || text.take("yes")) {
    read_full(text, result);
  } else if (text.take_any({"selective", "sac"})) {
    read_modules(text, result);
    result.names_selective = !result.kind;
    result.kind = result.kind.value_or(Recompute::kSelective);
    text.take_any({"every-other layer", "torchtitan llama3_8b"});
    if (text.take_any({"every 2nd layer", "every other layer"})) {
      result.kind = Recompute::kFull;
      result.every = 2;
    }
  } else if (text.take("adaptive")) {
    result.kind = Recompute::kSelective;  // what fits is kept: little is left to do again
    text.take_any({"swap/recompute mix"});
  } else if (text.take("layers per stage") || !result.per_stage.empty()) {
    result.kind = Recompute::kFull;
  } else if (text.take_any({"none", "no", "off", "false", "0"})) {
    result.kind = Recompute::kNone;
    if (text.take("act-func")) {
      result.modules = workload::Module::kMlpActivation | workload::Module::kMoeActivation;
      result.kind = Recompute::kModules;
    }
  } else if (!text.empty()) {
    read_modules(text, result);
  }
  if (result.kind == Recompute::kFull) text.take("act-func");
  result.rest = text.rest();
  return result;
}

ZeroText read_zero(std::string_view source) {
  PhraseText text(source);
  ZeroText result;
  const auto stage = [&](int value) {
    if (!result.stage) result.stage = value;
  };
  // Sharded like FSDP inside a host, unless another stage is named.
  const bool is_hybrid = text.take_any({"hybrid_shard", "hsdp", "hybrid shard", "hybrid sharding"});
  result.within_host = text.take("intra-node") || is_hybrid;
  for (const auto* before : {"shard=", "zero-1 over ", "zero-2 over ", "zero-3 over ", "fsdp("}) {
    const std::string prefix = before;
    auto ranks = text.take_number(prefix);
    if (!ranks) continue;
    result.ranks = ranks;
    if (prefix.starts_with("zero-")) stage(prefix[5] - '0');
    if (prefix == "fsdp(") stage(3);
  }
  for (int value = 3; value >= 0; --value) {
    const auto digit = std::to_string(value);
    if (text.take("zero-" + digit) || text.take("zero" + digit) || text.take("zero " + digit) ||
        text.take("stage " + digit)) {
      stage(value);
    }
  }
  if (text.take_any({"full_shard", "full shard", "optim_grads_params"})) stage(3);
  if (text.take_any({"no_shard", "no shard"})) stage(0);
  if (text.take_any({"shard_grad_op", "optim_grads", "no reshard", "reshard=false",
                     "reshard_after_forward=false", "_hybrid_shard_zero2",
                     "optimizer state and gradients", "optimizer states and gradients",
                     "gradients and optimizer states", "os+g"})) {
    stage(2);
  }
  if (text.take_any({"distributed optimizer", "distributed-optimizer", "dist-opt",
                     "distributed_fused_adam", "mindspore optimizer parallel", "optimizer parallel",
                     "optim"})) {
    stage(1);
  }
  if (text.take_any({"fsdp2", "fsdp", "megatron-fsdp", "fully sharded"})) stage(3);
  if (text.take_any({"plain ddp", "ddp", "none", "no", "off", "false"})) stage(0);
  for (int value = 3; value >= 0; --value) {
    if (text.take(std::to_string(value))) stage(value);
  }
  text.take_any({"dp", "gpus", "npus", "deepspeed", "overlapped rs/ag", "reshard after forward",
                 "reshard", "fp32 grads", "bf16 optimizer"});
  if (is_hybrid) stage(3);
  result.rest = text.rest();
  return result;
}

AttentionText read_attention(std::string_view source) {
  PhraseText text(source);
  AttentionText result;
  if (text.take_any({"no-flash", "no flash", "unfused", "eager"})) {
    result.kernel = workload::AttentionKernel::kUnfused;
  } else if (text.take_any({"flash attention", "flash", "flash2", "flash3", "flashattention", "fa2",
                            "fa3", "fused", "sdpa"})) {
    result.kernel = workload::AttentionKernel::kFlash;
  }
  result.query_rank = text.take_number("q_lora");
  result.key_value_rank = text.take_number("kv_lora");
  result.rotary_dim = text.take_number("rope");
  result.value_dim = text.take_number("v");
  result.head_dim = text.take_number("nope");
  for (const auto* before : {"sliding window ", "sliding", "window ", "swa"}) {
    if (!result.window) result.window = text.take_number(before);
  }
  if (text.take_any({"alternate layers", "every other layer"})) result.windowed_share = 0.5;
  result.is_latent = text.take("mla") || result.key_value_rank.has_value();
  text.take_any({"gqa", "mha", "mqa", "causal"});
  result.rest = text.rest();
  return result;
}

ScheduleText read_schedule(std::string_view source) {
  PhraseText text(source);
  ScheduleText result;
  const bool interleaved = text.take_any({"interleaved", "1f1b-i", "interleaving"});
  const bool plain = text.take_any({"1f1b", "pipedream-flush"});
  if (text.take_any({"dualpipev", "dualpipe-v"})) {
    result.schedule = ScheduleName::kDualPipeV;
  } else if (text.take("dualpipe")) {
    result.schedule = ScheduleName::kDualPipe;
  } else if (text.take_any({"zb-1p", "zb-h1", "zb1p"})) {
    result.schedule = ScheduleName::kZeroBubbleH1;
  } else if (text.take_any({"zb-2p", "zb-h2"})) {
    result.schedule = ScheduleName::kZeroBubbleH2;
  } else if (text.take_any({"zb-v", "zbv"})) {
    result.schedule = ScheduleName::kZeroBubbleV;
  } else if (text.take("gpipe")) {
    result.schedule = ScheduleName::kGPipe;
  } else if (interleaved) {
    result.schedule = ScheduleName::kInterleaved;
  } else if (plain) {
    result.schedule = ScheduleName::kOneForwardOneBackward;
  } else if (text.take_any({"none", "no"})) {
    result.schedule = ScheduleName::kNone;
  }
  result.rest = text.rest();
  return result;
}

FlagText read_flag(std::string_view source) {
  PhraseText text(source);
  FlagText result;
  const auto rest = lower(source);
  if (rest == "true" || text.take_any({"yes", "on", "1"})) {
    result.value = true;
  } else if (text.take_any({"false", "no", "off", "0", "none"})) {
    result.value = false;
  }
  if (rest != "true") result.rest = text.rest();
  return result;
}

}  // namespace weft::validation
