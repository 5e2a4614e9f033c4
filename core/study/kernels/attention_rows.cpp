// Fused attention in tables of published figures.
#include <algorithm>
#include <array>
#include <regex>
#include <string_view>
#include <utility>

#include "draft.h"

namespace weft::kernels {

namespace {

// FlashAttention counts a backward pass as two and a half forward ones (arXiv 2307.08691, §4).
constexpr double kBackwardWork = 2.5;

// DeepSeek-V3's latent attention, not unfolded (arXiv 2412.19437, §2.1): keys of 512 + 64 that all
// heads share, the first 512 of which are the values. The published peaks are of many long
// sequences with two queries each (FlashMLA), of few heads where memory is the limit.
chips::AttentionSize latent_size(bool memory_bound) {
  chips::AttentionSize size;
  size.batch = 256;
  size.queries = memory_bound ? 1 : 2;
  size.keys = 8192;
  size.heads = memory_bound ? 16 : 128;
  size.kv_heads = 1;
  size.head_dim = 576;
  size.value_head_dim = 512;
  size.causal = false;
  size.shares_keys_and_values = true;
  return size;
}

// The same unfolded, for prompts and training.
chips::AttentionSize prompt_size() {
  chips::AttentionSize size;
  size.batch = 2;
  size.queries = size.keys = 16384;
  size.heads = size.kv_heads = 128;
  size.head_dim = 192;
  size.value_head_dim = 128;
  return size;
}

// Kernels from before the chip's own instructions: FlashAttention-2 from Hopper on.
bool is_portable(const Draft& draft) {
  static const std::regex kSinceHopper("(gh|gb|h|b)[123][0-9]{1,2}.*", std::regex::icase);
  return has(draft.operation, "flash_attn2") && std::regex_match(draft.point.chip, kSinceHopper);
}

bool finish(Draft& draft, const chips::AttentionSize& size, MeasuredAttention::Pass pass) {
  MeasuredAttention kernel;
  kernel.size = size;
  kernel.precision = draft.precision.value_or(chips::Precision::kBf16);
  kernel.pass = pass;
  kernel.portable = is_portable(draft);
  kernel.tuned = has(draft.operation, "tuned");
  const double forward = attention_work(size);
  double work = forward;
  if (pass == MeasuredAttention::Pass::kBackward) work = kBackwardWork * forward;
  if (pass == MeasuredAttention::Pass::kBoth) work = (1 + kBackwardWork) * forward;
  draft.point.kernel = kernel;
  draft.point.work = base::Work(work);
  draft.point.traffic = base::Bytes(key_value_bytes(size, kernel.precision));
  if (pass != MeasuredAttention::Pass::kForward) draft.point.group = kBackwardGroup;
  return true;
}

// A dimension that a kernel may have.
bool is_size(const std::optional<double>& value) {
  constexpr double kMost = 1e12;
  return value && *value >= 1 && *value <= kMost;
}

MeasuredAttention::Pass pass_of(const Draft& draft) {
  if (has(draft.operation, "fwd_bwd")) return MeasuredAttention::Pass::kBoth;
  if (has(draft.operation, "bwd")) return MeasuredAttention::Pass::kBackward;
  return MeasuredAttention::Pass::kForward;
}

std::optional<double> head_dim_of(const Draft& draft) {
  for (const char* lead : {"head dim", "head_dim", "hd", "d="}) {
    if (const auto found = number_after(draft.notes, lead)) return found;
  }
  return std::nullopt;
}

// "total tokens 16k, hidden 2048" fixes batch and heads; else one sequence, and one head where none
// are counted.
void read_batch(const Draft& draft, chips::AttentionSize& size) {
  constexpr double kKi = 1024;
  static const std::regex kTokens("tokens ([0-9]{1,9})(k?)");
  std::smatch found;
  if (std::regex_search(draft.notes, found, kTokens)) {
    const double tokens = std::stod(found[1]) * (found[2].length() > 0 ? kKi : 1);
    if (tokens > size.queries) size.batch = tokens / size.queries;
  }
  size.heads = number_after(draft.notes, "heads").value_or(1);
  if (const auto hidden = number_after(draft.notes, "hidden")) size.heads = *hidden / size.head_dim;
  size.kv_heads = size.heads;
}

bool read_flash(Draft& draft) {
  const auto sequence = number_of(draft.row.text("k_or_seq"));
  const auto head_dim = head_dim_of(draft);
  if (!is_size(sequence) || !is_size(head_dim)) {
    draft.point.reason = kNoShape;
    return true;
  }
  chips::AttentionSize size;
  size.queries = size.keys = *sequence;
  size.head_dim = size.value_head_dim = *head_dim;
  size.causal = has(draft.notes, "causal") && !has(draft.notes, "non-causal");
  read_batch(draft, size);
  return finish(draft, size, pass_of(draft));
}

// "attn_prefill h64/kv8", "attn_decode b1 h64/kv8": sequences in column m.
bool read_serving(Draft& draft) {
  static const std::regex kHeads("h([0-9]{1,6})/kv([0-9]{1,6})");
  std::smatch found;
  const auto keys = number_of(draft.row.text("k_or_seq"));
  const auto head_dim = head_dim_of(draft);
  if (!std::regex_search(draft.operation, found, kHeads) || !is_size(keys) || !is_size(head_dim)) {
    draft.point.reason = kNoShape;
    return true;
  }
  const bool decode = has(draft.operation, "decode");
  chips::AttentionSize size;
  const double batch = number_of(draft.row.text("m")).value_or(1);
  size.batch = std::max(1.0, number_after(draft.operation, "b").value_or(batch));
  size.queries = decode ? 1 : *keys;
  size.keys = *keys;
  size.heads = std::stod(found[1]);
  size.kv_heads = std::stod(found[2]);
  size.head_dim = size.value_head_dim = *head_dim;
  size.causal = !decode;
  if (decode) draft.point.group = kDecodeGroup;
  finish(draft, size, MeasuredAttention::Pass::kForward);
  auto* kernel = std::get_if<MeasuredAttention>(&draft.point.kernel);
  if (kernel != nullptr && !decode && has(draft.point.source, "aiconfigurator")) {
    kernel->before = before_of(draft.point.source);
  }
  return true;
}

bool read_prompt(Draft& draft) { return finish(draft, prompt_size(), pass_of(draft)); }

bool read_latent(Draft& draft) {
  draft.point.group = kDecodeGroup;
  const bool memory_bound = draft.point.figure == Figure::kBandwidth;
  return finish(draft, latent_size(memory_bound), MeasuredAttention::Pass::kForward);
}

struct Family {
  std::string_view start;
  bool (*read)(Draft&);
};
constexpr std::array kFamilies = std::to_array<Family>({{"flash_attn", read_flash},
                                                        {"attn_", read_serving},
                                                        {"mha_prefill", read_prompt},
                                                        {"mla_prefill", read_prompt},
                                                        {"mla_decode", read_latent}});

}  // namespace

bool read_attention(Draft& draft) {
  for (const auto& family : kFamilies) {
    if (draft.operation.rfind(family.start, 0) != 0) continue;
    draft.point.group = kForwardGroup;
    return family.read(draft);
  }
  return false;
}

}  // namespace weft::kernels
