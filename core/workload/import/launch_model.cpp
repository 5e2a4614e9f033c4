// The shape of a model from launch arguments. Defaults and rules are those of
// NVIDIA/Megatron-LM megatron/training/arguments.py @000c4ac, of MindSpeed-LLM where it differs.
#include <fmt/format.h>

#include <algorithm>

#include "launch_parts.h"
#include "patterns.h"

namespace weft::imports {

namespace {

using workload::Experts;
using workload::Model;

constexpr std::int64_t kMostLayers = 100000;

bool is_gated(const Options& options) {
  return options.has("swiglu") || options.has("quick-geglu") || options.has("geglu") ||
         options.has("gelu-tanh");
}

// Four times the width, or with a gate two thirds of that, in multiples of 64.
std::int64_t default_ffn(const Model& model, bool swiglu) {
  return swiglu ? 4 * model.hidden * 2 / 3 / 64 * 64 : 4 * model.hidden;
}

// The table has so many rows that each tensor rank holds a multiple of --make-vocab-size-
// divisible-by of them.
std::int64_t vocabulary_of(const Options& options, const LaunchSettings& settings) {
  constexpr std::int64_t kMost = 1 << 30;
  if (const auto padded = options.number("padded-vocab-size", 1, kMost)) return *padded;
  auto size = options.number("vocab-size", 1, kMost);
  if (settings.vocabulary) size = settings.vocabulary;
  if (!size) {
    options.fail("", "the size of the vocabulary is in the tokenizer, which is not read",
                 "give it with --vocabulary");
  }
  const std::int64_t multiple = options.small("make-vocab-size-divisible-by", 1, 128) *
                                std::int64_t{options.small("tensor-model-parallel-size", 1, 1)};
  const auto rows = (*size + multiple - 1) / multiple * multiple;
  if (rows != *size) {
    options.comment(
        fmt::format("A vocabulary of {}, padded to a multiple of {}.", *size, multiple));
  }
  return rows;
}

void read_heads(const Options& options, Model& model) {
  model.heads = static_cast<int>(options.required("num-attention-heads", 1));
  model.kv_heads = model.heads;
  if (options.has("group-query-attention")) {
    model.kv_heads = options.small("num-query-groups", 1, 1);
  } else if (options.has("num-query-groups")) {
    options.comment("--num-query-groups has no effect without --group-query-attention.");
  }
  if (model.heads % model.kv_heads != 0) {
    options.fail("num-query-groups",
                 fmt::format("{} heads are no multiple of {} groups", model.heads, model.kv_heads));
  }
  const auto channels = options.number("kv-channels", 1);
  if (!channels && model.hidden % model.heads != 0) {
    options.fail("num-attention-heads",
                 fmt::format("{} heads do not divide a width of {}; give --kv-channels",
                             model.heads, model.hidden));
  }
  model.head_dim = static_cast<int>(channels.value_or(model.hidden / model.heads));
}

void read_latent(const Options& options, Model& model) {
  workload::LatentAttention latent;
  latent.query_rank = options.small("q-lora-rank", 1, 0);
  if (options.has("multi-head-latent-attention")) {
    latent.key_value_rank = static_cast<int>(options.required("kv-lora-rank", 1));
    latent.rotary_dim = static_cast<int>(options.required("qk-rope-head-dim", 0));
    latent.value_dim = static_cast<int>(options.required("v-head-dim", 1));
    model.head_dim = static_cast<int>(options.required("qk-nope-head-dim", 1));
  } else {
    // MindSpeed-LLM has newer names too.
    latent.key_value_rank = options.small("kv-lora-rank", 1, 32);
    latent.rotary_dim =
        options.small("qk-pos-emb-head-dim", 0, options.small("qk-rope-head-dim", 0, 64));
    latent.value_dim = options.small("v-head-dim", 1, 128);
    model.head_dim = options.small("qk-head-dim", 1, options.small("qk-nope-head-dim", 1, 128));
  }
  model.latent = latent;
}

// Which layers are MoE, as a run of dense layers in front and a step.
void place_experts(const Options& options, const std::vector<int>& pattern, Experts& moe) {
  std::vector<std::size_t> at;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != 0) at.push_back(i);
  }
  if (at.empty()) options.fail("moe-layer-freq", "no layer has experts");
  moe.first_dense_layers = static_cast<int>(at.front());
  moe.every = at.size() > 1 ? static_cast<int>(at[1] - at[0])
                            : static_cast<int>(pattern.size() - at.front());
  std::size_t expected = 0;
  for (std::size_t i = at.front(); i < pattern.size(); i += static_cast<std::size_t>(moe.every)) {
    if (expected >= at.size() || at[expected++] != i) expected = at.size() + 1;
  }
  if (expected == at.size()) return;
  options.fail(
      "moe-layer-freq",
      "only dense layers in front and then every so manieth layer with experts can be held");
}

void read_places(const Options& options, int layers, Experts& moe) {
  const auto frequency = options.text("moe-layer-freq");
  if (frequency && frequency->find('[') != std::string::npos) {
    std::vector<int> pattern;
    try {
      pattern = list_pattern(*frequency);
    } catch (const PatternError& error) {
      options.fail("moe-layer-freq", fmt::format("--moe-layer-freq: {}", error.what()));
    }
    if (static_cast<int>(pattern.size()) != layers) {
      options.fail("moe-layer-freq", fmt::format("{} layers are described, the model has {}",
                                                 pattern.size(), layers));
    }
    return place_experts(options, pattern, moe);
  }
  // Layer i has experts when it is a multiple of the step, from the first one on.
  moe.every = options.small("moe-layer-freq", 1, 1);
  const int first = options.small("first-k-dense-replace", 0, 0);
  moe.first_dense_layers = (first + moe.every - 1) / moe.every * moe.every;
}

// Routing limited to the best of some groups of experts: Megatron-Core's flags, its earlier one, by
// which each rank of experts is a group, and MindSpeed-LLM's.
void read_groups(const Options& options, Experts& moe) {
  const char* number = "moe-router-num-groups";
  const char* top = "moe-router-group-topk";
  if (!options.has(number) && options.has("n-group")) number = "n-group";
  if (!options.has(top) && options.has("topk-group")) top = "topk-group";
  if (!options.has(top)) top = "moe-router-topk-limited-devices";
  if (options.has(number)) {
    moe.groups = options.small(number, 1, 1);
  } else if (options.has("moe-router-topk-limited-devices")) {
    number = "moe-router-topk-limited-devices";
    moe.groups = options.small("expert-model-parallel-size", 1, 1);
  } else {
    return options.understood(top, "routing to some groups, whose number is not given");
  }
  moe.top_groups = options.small(top, 1, moe.groups);
  if (moe.experts % moe.groups != 0 || moe.top_groups > moe.groups ||
      moe.top_k > moe.experts / moe.groups * moe.top_groups) {
    options.fail(number, "groups must divide the experts, and the top ones hold those used");
  }
}

Experts read_launched_experts(const Options& options, const Model& model, int layers) {
  Experts moe;
  moe.experts = static_cast<int>(options.required("num-experts", 2));
  moe.top_k = options.small("moe-router-topk", 1, 2);
  if (moe.top_k > moe.experts) options.fail("moe-router-topk", "more experts than there are");
  moe.ffn = options.small("moe-ffn-hidden-size", 1,
                          options.small("moe-intermediate-size", 1, static_cast<int>(model.ffn)));
  moe.shared_ffn = moe.ffn;
  moe.shared = options.small("n-shared-experts", 0, 0);
  if (const auto width = options.number("moe-shared-expert-intermediate-size", 1)) {
    // All shared experts together; as so many of the routed ones' width where that goes.
    const bool whole = *width % moe.ffn == 0;
    moe.shared = whole ? static_cast<int>(*width / moe.ffn) : 1;
    moe.shared_ffn = whole ? moe.ffn : *width;
  }
  read_groups(options, moe);
  read_places(options, layers, moe);
  return moe;
}

void read_windows(const Options& options, Model& model) {
  if (const auto width = options.number("interleave-sliding-window", 1)) {
    model.window = *width;
    model.windowed_share = static_cast<double>((model.layers + 1) / 2) / model.layers;
  }
  if (const auto width = options.number("sliding-window", 1)) {
    model.window = *width;
    model.windowed_share = 1;
  }
  const auto sides = options.text("window-size");
  if (!sides) return;
  // "(127,0)": keys before the query, and after it.
  std::string inner = *sides;
  std::erase_if(inner, [](char c) { return c == '(' || c == ')'; });
  std::vector<int> numbers;
  try {
    numbers = number_list(inner);
  } catch (const PatternError& error) {
    options.fail("window-size", fmt::format("--window-size: {}", error.what()));
  }
  model.window = numbers.front() + 1;
  model.windowed_share = 1;
  const auto skips = options.text("window-attn-skip-freq");
  if (!skips) return;
  if (skips->find('[') == std::string::npos) {
    const int step = options.small("window-attn-skip-freq", 1, 1);
    model.windowed_share = 1.0 - static_cast<double>(model.layers / step) / model.layers;
    return;
  }
  try {
    const auto kinds = list_pattern(*skips);
    const auto windowed = std::count_if(kinds.begin(), kinds.end(), [](int k) { return k != 0; });
    model.windowed_share =
        static_cast<double>(windowed) / static_cast<double>(std::max<std::size_t>(1, kinds.size()));
  } catch (const PatternError& error) {
    options.fail("window-attn-skip-freq", fmt::format("--window-attn-skip-freq: {}", error.what()));
  }
}

}  // namespace

std::vector<int> empty_layers(const Options& options) {
  const auto text = options.text("noop-layers");
  if (!text) return {};
  try {
    auto numbers = number_list(*text);
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return numbers;
  } catch (const PatternError& error) {
    options.fail("noop-layers", fmt::format("--noop-layers: {}", error.what()));
  }
}

Model launched_model(const Options& options, const LaunchSettings& settings) {
  Model model;
  const char* layers = options.has("num-layers") ? "num-layers" : "encoder-num-layers";
  const auto built = options.required(options.has(layers) ? layers : "num-layers", 1);
  if (built > kMostLayers) options.fail(layers, "more layers than any model has");
  const auto empty = empty_layers(options);
  if (!empty.empty() && empty.back() >= built) {
    options.fail("noop-layers", fmt::format("the model has layers 0 to {}", built - 1));
  }
  model.layers = static_cast<int>(built) - static_cast<int>(empty.size());
  if (model.layers < 1) options.fail("noop-layers", "no layer is left");
  model.hidden = options.required("hidden-size", 1);
  read_heads(options, model);
  model.gated = is_gated(options);
  const auto ffn = options.number("ffn-hidden-size", 1);
  model.ffn = ffn.value_or(default_ffn(model, options.has("swiglu")));
  if (!ffn) options.comment(fmt::format("--ffn-hidden-size is not given: {}.", model.ffn));
  model.vocabulary = vocabulary_of(options, settings);
  model.tied_embeddings = !options.has("untie-embeddings-and-output-weights");
  model.score_soft_cap = options.has("attn-logit-softcapping");
  model.prediction_layers = options.small("mtp-num-layers", 0, 0);
  if (options.has("multi-latent-attention") || options.has("multi-head-latent-attention")) {
    read_latent(options, model);
  }
  read_windows(options, model);
  // One expert is a dense model with a router that has no choice.
  if (options.number("num-experts", 1).value_or(1) > 1) {
    model.moe = read_launched_experts(options, model, model.layers);
  }
  return model;
}

}  // namespace weft::imports
