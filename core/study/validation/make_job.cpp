#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <regex>

#include "draft.h"
#include "phrase_text.h"
#include "weft/validation/free_text.h"

namespace weft::validation {

namespace {

using chips::Precision;
using Whole = std::optional<std::int64_t>;

// Multi-head latent attention has its own head width, which hidden / heads is not (DeepSeek-V2,
// arXiv 2405.04434 §2.1).
constexpr int kLatentHeadDim = 128;
constexpr workload::LatentAttention kDeepSeek{1536, 512, 64, 128};

void note_number(Draft& draft, const std::string& text, const char* column, const char* pattern) {
  if (!is_blank(draft.run, column)) return;
  std::smatch found;
  if (!std::regex_search(text, found, std::regex(pattern))) return;
  if (set_column(draft.run, column, found[1])) draft.fill(column, found[1], "stated in the notes");
}

void take_known(Draft& draft, const char* column, Whole& value, std::int64_t known) {
  if (value || known <= 0) return;
  value = known;
  draft.fill(column, std::to_string(known), kPublicShape);
}

// What columns cannot say, where the row's model is the known one, whole or with layers left out.
void take_traits(const Draft& draft, workload::Model& model) {
  if (draft.known == nullptr) return;
  const auto& known = *draft.known;
  if (known.hidden != model.hidden || known.heads != model.heads) return;
  model.name = known.name;
  model.tied_embeddings = known.tied_embeddings;
  model.window = known.window;
  model.windowed_share = known.windowed_share;
  model.score_soft_cap = known.score_soft_cap;
  model.causal = known.causal;
  model.predicted_share = known.predicted_share;
  if (model.layers == known.layers) {
    model.pattern = known.pattern;
    model.state_space = known.state_space;
  }
  if (known.latent) {
    model.latent = known.latent;
    model.head_dim = known.head_dim;
  }
  if (model.layers == known.layers) model.prediction_layers = known.prediction_layers;
  if (!model.moe || !known.moe) return;
  model.moe->every = known.moe->every;
  if (known.moe->every > 1) model.moe->first_dense_layers = known.moe->first_dense_layers;
  if (known.moe->ffn == model.moe->ffn) model.moe->shared_ffn = known.moe->shared_ffn;
  model.moe->latent = known.moe->latent;
  if (known.moe->experts != model.moe->experts || known.moe->top_k != model.moe->top_k) return;
  model.moe->groups = known.moe->groups;
  model.moe->top_groups = known.moe->top_groups;
}

void take_attention(Draft& draft, workload::Model& model) {
  const auto text = read_attention(draft.run.attention);
  draft.unplaced("attention", text.rest);
  if (text.is_latent) {
    if (!model.latent) {
      model.latent = kDeepSeek;
      if (text.key_value_rank && !text.query_rank) model.latent->query_rank = 0;
      model.head_dim = kLatentHeadDim;
      if (!text.key_value_rank)
        draft.fill("attention", "MLA", "ranks and widths of DeepSeek-V2/V3");
    }
    auto& latent = *model.latent;
    latent.query_rank = text.query_rank.value_or(latent.query_rank);
    latent.key_value_rank = text.key_value_rank.value_or(latent.key_value_rank);
    latent.rotary_dim = text.rotary_dim.value_or(latent.rotary_dim);
    latent.value_dim = text.value_dim.value_or(latent.value_dim);
    model.head_dim = text.head_dim.value_or(model.head_dim);
  }
  if (text.window) {
    model.window = *text.window;
    model.windowed_share = text.windowed_share.value_or(1.0);
  }
}

workload::Experts experts_of(const PublishedRun& run) {
  workload::Experts moe;
  moe.experts = static_cast<int>(*run.experts);
  moe.top_k = static_cast<int>(run.top_k.value_or(std::min<std::int64_t>(2, *run.experts)));
  moe.shared = static_cast<int>(run.shared_experts.value_or(0));
  moe.ffn = run.expert_ffn.value_or(run.ffn.value_or(1));
  moe.shared_ffn = moe.ffn;
  moe.first_dense_layers = static_cast<int>(run.first_dense_layers.value_or(0));
  return moe;
}

// Bounds that hold for every model, so that nothing overflows later.
std::string implausible(const PublishedRun& run) {
  constexpr std::int64_t kMost = 1'000'000'000;
  for (const auto& [name, value] : {std::pair{"layers", run.layers},
                                    std::pair{"hidden", run.hidden},
                                    std::pair{"heads", run.heads},
                                    std::pair{"kv_heads", run.kv_heads},
                                    std::pair{"head_dim", run.head_dim},
                                    std::pair{"ffn", run.ffn},
                                    std::pair{"vocab", run.vocabulary},
                                    std::pair{"seq", run.sequence},
                                    std::pair{"global_batch", run.global_batch},
                                    std::pair{"micro_batch", run.micro_batch},
                                    std::pair{"n_devices", run.devices},
                                    std::pair{"tp", run.tensor},
                                    std::pair{"pp", run.pipeline},
                                    std::pair{"vpp", run.virtual_stages},
                                    std::pair{"dp", run.data},
                                    std::pair{"cp", run.context},
                                    std::pair{"ep", run.expert},
                                    std::pair{"moe_experts", run.experts},
                                    std::pair{"moe_topk", run.top_k},
                                    std::pair{"moe_ffn", run.expert_ffn},
                                    std::pair{"moe_shared", run.shared_experts}}) {
    if (value && *value > kMost) return fmt::format("{} of {} is no figure of a run", name, *value);
  }
  return "";
}

void check_parameters(Draft& draft) {
  if (!draft.run.parameters || *draft.run.parameters <= 0) return;
  draft.out.parameters = *draft.run.parameters * 1e9;
  const auto& model = draft.out.job.model;
  const bool is_whole = draft.known == nullptr || draft.known->layers == model.layers;
  const double counted = workload::count_parameters(model).total / 1e9;
  constexpr double kTolerance = 0.1;
  if (is_whole && std::abs(counted / *draft.run.parameters - 1.0) > kTolerance) {
    draft.unplaced("params_B",
                   fmt::format("{} stated, the shape has {:.2f}", *draft.run.parameters, counted));
  }
}

// The format asked for, else the widest 16-bit one that the chip has.
Precision available(Draft& draft, Precision wanted) {
  const auto& device = draft.hosts->device();
  if (device.has(wanted)) return wanted;
  for (const auto other :
       {Precision::kBf16, Precision::kFp16, Precision::kTf32, Precision::kFp32}) {
    if (!device.has(other)) continue;
    draft.fill("precision", chips::name_of(other),
               fmt::format("{} has no {} matrix units", device.name, chips::name_of(wanted)));
    return other;
  }
  return wanted;
}

std::string make_model(Draft& draft, workload::Model& model) {
  const auto& run = draft.run;
  if (!run.hidden || !run.layers || !run.heads || *run.hidden < 1 || *run.layers < 1 ||
      *run.heads < 1) {
    return fmt::format("the shape of '{}' is not stated and not known", run.model);
  }
  if (!run.vocabulary || *run.vocabulary < 1) return "the vocabulary is not stated and not known";
  model.name = run.model;
  model.layers = static_cast<int>(*run.layers);
  model.hidden = *run.hidden;
  model.heads = static_cast<int>(*run.heads);
  model.kv_heads = static_cast<int>(std::max<std::int64_t>(1, run.kv_heads.value_or(*run.heads)));
  model.head_dim =
      static_cast<int>(run.head_dim.value_or(std::max<std::int64_t>(1, *run.hidden / *run.heads)));
  model.ffn = run.ffn.value_or(0);
  model.vocabulary = *run.vocabulary;
  const auto gated = read_flag(run.gated);
  draft.unplaced("gated", gated.rest);
  model.gated = gated.value.value_or(true);
  if (run.experts.value_or(0) > 1) model.moe = experts_of(run);
  if (model.ffn < 1) {
    // The usual widths: 4 h, or 8/3 h where two projections go in.
    model.ffn = model.gated ? model.hidden * 8 / 3 : model.hidden * 4;
    if (!model.moe || model.moe->first_dense_layers > 0) {
      draft.fill("ffn", std::to_string(model.ffn), "the usual width for this hidden size");
    }
  }
  if (model.moe) {
    model.moe->first_dense_layers = std::min(model.moe->first_dense_layers, model.layers);
    model.moe->top_k = std::min(model.moe->top_k, model.moe->experts);
    if (!run.expert_ffn) model.moe->ffn = model.moe->shared_ffn = model.ffn;
  }
  take_traits(draft, model);
  take_attention(draft, model);
  return "";
}

}  // namespace

void fill_shape(Draft& draft) {
  if (draft.known == nullptr) return;
  auto& run = draft.run;
  const auto& known = *draft.known;
  const bool blank = !run.hidden;
  if (!blank && *run.hidden != known.hidden) return;
  take_known(draft, "hidden", run.hidden, known.hidden);
  take_known(draft, "layers", run.layers, known.layers);
  take_known(draft, "heads", run.heads, known.heads);
  if (run.heads == known.heads) {
    take_known(draft, "kv_heads", run.kv_heads, known.kv_heads);
    if (!known.latent) take_known(draft, "head_dim", run.head_dim, known.head_dim);
  }
  take_known(draft, "ffn", run.ffn, known.ffn);
  take_known(draft, "vocab", run.vocabulary, known.vocabulary);
  if (run.gated.empty()) {
    run.gated = known.gated ? "true" : "false";
    draft.fill("gated", run.gated, kPublicShape);
  }
  if (!known.moe || !(blank || run.experts)) return;
  const auto& moe = *known.moe;
  take_known(draft, "moe_experts", run.experts, moe.experts);
  take_known(draft, "moe_topk", run.top_k, moe.top_k);
  take_known(draft, "moe_shared", run.shared_experts, moe.shared);
  take_known(draft, "moe_ffn", run.expert_ffn, moe.ffn);
  take_known(draft, "first_dense_layers", run.first_dense_layers, moe.first_dense_layers);
}

void read_notes(Draft& draft) {
  const auto text = lower(draft.run.notes + "; " + draft.run.model);
  note_number(draft, text, "global_batch", R"(\bgbs[ =]([0-9]+)\b)");
  note_number(draft, text, "global_batch", R"(^batch ([0-9]+)\b(?! *(?:per|/|an? )))");
  if (!draft.run.tensor && !draft.run.pipeline) {
    note_number(draft, text, "tp", R"(\btp([0-9]+))");
    note_number(draft, text, "pp", R"(\b(?:tp[0-9]+ ?)?(?:dp[0-9]+ ?)?pp([0-9]+))");
  }
}

std::string make_job(Draft& draft) {
  auto& run = draft.run;
  auto& job = draft.out.job;
  if (auto reason = implausible(run); !reason.empty()) return reason;
  if (auto reason = make_model(draft, job.model); !reason.empty()) return reason;
  if (!run.sequence || *run.sequence < 1) return "the sequence length is not stated";
  job.sequence = *run.sequence;
  job.tokens = 1e12;  // a step does not depend on it
  const auto precision = read_precision(run.precision);
  draft.unplaced("precision", precision.rest);
  job.precision = available(draft, precision.precision.value_or(Precision::kBf16));
  if (precision.gradient_bytes) draft.out.software.gradient_bytes = *precision.gradient_bytes;
  make_software(draft);
  check_parameters(draft);
  return "";
}

}  // namespace weft::validation
