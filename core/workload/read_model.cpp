#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "weft/base/fields.h"
#include "weft/workload/model.h"

namespace weft::workload {

namespace {

using base::Fields;

// Formats of the linear layers in training; all keep FP32 master weights and 16-bit activations.
constexpr std::array kTrained = {chips::Precision::kBf16,  chips::Precision::kFp16,
                                 chips::Precision::kFp8,   chips::Precision::kFp8Block,
                                 chips::Precision::kMxfp8, chips::Precision::kMxfp4,
                                 chips::Precision::kNvfp4};

std::vector<std::string> trained_names() {
  std::vector<std::string> names;
  names.reserve(kTrained.size());
  for (const auto precision : kTrained) names.emplace_back(chips::name_of(precision));
  return names;
}

// {groups: 8, top: 4}: each token goes to experts of at most 4 groups.
void read_group_limit(Fields fields, Experts& moe) {
  moe.groups = fields.small_integer("groups", 1);
  moe.top_groups = fields.small_integer("top", 1);
  const bool divides = moe.groups > 0 && moe.experts % moe.groups == 0;
  if (!divides || moe.top_groups > moe.groups ||
      moe.top_k > moe.experts / moe.groups * moe.top_groups) {
    fields.reading().error(fields.node(),
                           "groups must divide the experts, and the top ones hold top_k of them");
  }
  fields.finish();
}

Experts read_experts(Fields fields) {
  Experts moe;
  moe.experts = fields.small_integer("experts", 2);
  moe.top_k = fields.small_integer("top_k", 1);
  moe.shared = fields.small_integer("shared", 0, 0);
  moe.ffn = fields.integer("ffn", 1);
  moe.shared_ffn = fields.integer("shared_ffn", 1, moe.ffn);
  if (fields.has("latent")) moe.latent = fields.integer("latent", 1);
  moe.every = fields.small_integer("every", 1, 1);
  moe.first_dense_layers = fields.small_integer("first_dense_layers", 0, 0);
  if (moe.top_k > moe.experts) {
    fields.reading().error(fields.node(), "top_k is larger than the number of experts");
  }
  if (auto limit = fields.maybe_map("group_limit")) read_group_limit(*limit, moe);
  fields.finish();
  return moe;
}

LatentAttention read_latent(Fields fields) {
  LatentAttention latent;
  latent.query_rank = fields.small_integer("query_rank", 0, 0);
  latent.key_value_rank = fields.small_integer("key_value_rank", 1);
  latent.rotary_dim = fields.small_integer("rotary_dim", 0);
  latent.value_dim = fields.small_integer("value_dim", 1);
  fields.finish();
  return latent;
}

// Which layers look at the last `window` tokens only.
void read_window(Fields fields, Model& model) {
  model.window = static_cast<std::int64_t>(fields.count("tokens", "tokens"));
  model.windowed_share = fields.share("share", 1.0);
  fields.finish();
}

StateSpace read_state_space(Fields fields) {
  StateSpace mixer;
  mixer.heads = fields.small_integer("heads", 1);
  mixer.head_dim = fields.small_integer("head_dim", 1);
  mixer.state = fields.small_integer("state", 1);
  mixer.groups = fields.small_integer("groups", 1, 1);
  mixer.convolution = fields.small_integer("convolution", 1, mixer.convolution);
  mixer.chunk = fields.small_integer("chunk", 1, mixer.chunk);
  if (mixer.groups > 0 && mixer.heads % mixer.groups != 0) {
    fields.reading().error(fields.node(), "groups must divide the heads");
  }
  fields.finish();
  return mixer;
}

// The mixer of each layer, one sign a layer; blanks are for the eye.
void read_pattern(Fields& fields, Model& model) {
  if (auto mixer = fields.maybe_map("state_space")) model.state_space = read_state_space(*mixer);
  if (!fields.has("pattern")) {
    if (model.state_space) fields.reading().error(fields.node(), "missing key 'pattern'");
    return;
  }
  const auto node = *fields.value("pattern");
  model.pattern = fields.text("pattern");
  std::erase(model.pattern, ' ');
  const auto complain = [&](std::string message) {
    fields.reading().error(node, std::move(message));
  };
  if (const auto at = model.pattern.find_first_not_of("M*-E"); at != std::string::npos) {
    complain(
        fmt::format("'{}' is no layer: M (state space), * (attention), - (MLP) or E (experts) "
                    "is expected here",
                    model.pattern[at]));
  }
  if (static_cast<int>(model.pattern.size()) != model.layers) {
    complain(fmt::format("{} layers are expected here, {} are given", model.layers,
                         model.pattern.size()));
  }
  if ((model.layers_with(Mixer::kStateSpace) > 0) != model.state_space.has_value()) {
    complain("layers M and 'state_space' come together");
  }
  if ((model.layers_with(Mixer::kExperts) > 0) != model.moe.has_value()) {
    complain("layers E and 'moe' come together");
  }
  if (model.moe && (model.moe->first_dense_layers > 0 || model.moe->every > 1)) {
    complain("the pattern says which layers have experts: no first_dense_layers, no every");
  }
}

// What a model that does not predict each next token sees and learns.
void read_objective(Fields& fields, Model& model) {
  model.causal = fields.flag("causal", true);
  if (fields.has("predicted")) model.predicted_share = fields.share("predicted");
}

Model read_shape(Fields fields) {
  Model model;
  fields.text("kind");
  model.name = fields.text("name");
  model.layers = fields.small_integer("layers", 1);
  model.hidden = fields.integer("hidden", 1);
  model.heads = fields.small_integer("heads", 1);
  model.kv_heads = fields.small_integer("kv_heads", 1, model.heads);
  model.head_dim = fields.small_integer(
      "head_dim", 1, model.heads > 0 ? static_cast<int>(model.hidden / model.heads) : 1);
  if (!fields.has("head_dim") && model.heads > 0 && model.hidden % model.heads != 0) {
    fields.reading().error(fields.node(), "heads do not divide hidden: give 'head_dim'");
  }
  if (auto latent = fields.maybe_map("latent")) model.latent = read_latent(*latent);
  if (auto window = fields.maybe_map("window")) read_window(*window, model);
  model.score_soft_cap = fields.flag("score_soft_cap", false);
  model.prediction_layers = fields.small_integer("prediction_layers", 0, 0);
  model.ffn = fields.integer("ffn", 1);
  model.gated = fields.flag("gated", true);
  model.vocabulary = fields.integer("vocabulary", 1);
  model.tied_embeddings = fields.flag("tied_embeddings", false);
  if (auto moe = fields.maybe_map("moe")) model.moe = read_experts(*moe);
  read_objective(fields, model);
  read_pattern(fields, model);
  if (model.kv_heads > 0 && model.heads % model.kv_heads != 0) {
    fields.reading().error(fields.node(), "heads must be a multiple of kv_heads");
  }
  if (model.moe && model.moe->first_dense_layers > model.layers) {
    fields.reading().error(fields.node(), "first_dense_layers is larger than layers");
  }
  fields.finish();
  return model;
}

}  // namespace

Model read_model(const base::Document& document, base::Reading& reading) {
  return read_shape(Fields(document.root(), reading, document.file().stem().string()));
}

Job read_job(Fields fields, const base::Catalog& catalog) {
  Job job;
  const auto name = fields.text("model");
  if (!name.empty()) {
    job.model = read_model(catalog.load("model", name, fields.value("model")), fields.reading());
  }
  job.sequence = fields.integer("sequence", 1);
  const double batch = fields.count("global_batch", "sequences");
  job.global_batch = static_cast<std::int64_t>(batch);
  if (batch < 1 || static_cast<double>(job.global_batch) != batch) {
    if (auto value = fields.value("global_batch")) {
      fields.reading().error(*value, "a batch is a whole number of sequences, at least 1");
    }
  }
  job.tokens = fields.count("tokens", "tokens");
  job.training = static_cast<Training>(fields.choice("training", {"full", "low_rank"}, 0));
  if (fields.has("document")) job.document = fields.integer("document", 1);
  job.routing = read_routing(fields, job.model.moe ? job.model.moe->experts : 0);
  job.precision = kTrained.at(fields.choice("precision", trained_names(), 0));
  fields.finish();
  return job;
}

}  // namespace weft::workload
