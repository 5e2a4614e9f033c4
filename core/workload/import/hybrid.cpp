// Hybrids of state-space layers, attention, MLPs and experts in a `config.json`.
#include <fmt/format.h>

#include "family.h"

namespace weft::imports::special {

namespace {

using workload::Mixer;
using workload::Model;

// "M-M*" as it is written, or from a list of names; the default is that of Nemotron-H 8B.
std::string read_pattern(Config& config) {
  const auto kinds = config.texts("layers_block_type");
  if (kinds.empty()) {
    return config.text("hybrid_override_pattern",
                       "M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M-");
  }
  config.find("hybrid_override_pattern");
  std::string pattern;
  for (const auto& kind : kinds) {
    const auto mixer = kind == "mamba"       ? Mixer::kStateSpace
                       : kind == "attention" ? Mixer::kAttention
                       : kind == "moe"       ? Mixer::kExperts
                                             : Mixer::kMlp;
    pattern += static_cast<char>(mixer);
    if (mixer == Mixer::kMlp && kind != "mlp") {
      config.fail("layers_block_type", fmt::format("layers of kind '{}' cannot be held", kind));
    }
  }
  return pattern;
}

workload::StateSpace read_state_space(Config& config) {
  workload::StateSpace mixer;
  mixer.heads = config.small("mamba_num_heads", 1, 128);
  mixer.head_dim = config.small("mamba_head_dim", 1, 64);
  mixer.state = config.small("ssm_state_size", 1, 128);
  mixer.groups = config.small("n_groups|mamba_n_groups", 1, 8);
  mixer.convolution = config.small("conv_kernel", 1, 4);
  mixer.chunk = config.small("chunk_size", 1, 128);
  if (mixer.heads % mixer.groups != 0) {
    config.fail("n_groups|mamba_n_groups", "groups must divide the heads");
  }
  return mixer;
}

workload::Experts read_experts(Config& config) {
  workload::Experts moe;
  moe.experts = config.small("n_routed_experts", 2, 8);
  moe.top_k = config.small("num_experts_per_tok", 1, 2);
  moe.ffn = config.number("moe_intermediate_size", 1, 7688);
  moe.shared = config.small("n_shared_experts", 0, 1);
  moe.shared_ffn = config.number("moe_shared_expert_intermediate_size", 1, 7688);
  if (config.value("moe_latent_size")) moe.latent = config.number("moe_latent_size", 1, {});
  if (moe.top_k > moe.experts) {
    config.fail("num_experts_per_tok", "more experts are used than there are");
  }
  return moe;
}

}  // namespace

void nemotron_h(Config& config, Model& model) {
  model.pattern = read_pattern(config);
  if (model.pattern.find_first_not_of("M*-E") != std::string::npos ||
      static_cast<int>(model.pattern.size()) != model.layers) {
    config.fail("hybrid_override_pattern",
                fmt::format("a sign for each of {} layers is expected here: M (state space), * "
                            "(attention), - (MLP) or E (experts)",
                            model.layers));
    return;
  }
  if (model.layers_with(Mixer::kStateSpace) > 0) model.state_space = read_state_space(config);
  if (model.layers_with(Mixer::kExperts) > 0) model.moe = read_experts(config);
  if (config.value("num_nextn_predict_layers")) {
    model.prediction_layers = config.small("num_nextn_predict_layers", 0, 0);
  }
}

}  // namespace weft::imports::special
