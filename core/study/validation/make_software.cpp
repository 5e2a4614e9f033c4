#include <algorithm>

#include "draft.h"
#include "phrase_text.h"
#include "weft/validation/free_text.h"

namespace weft::validation {

namespace {

bool is_named(const Feature& feature, const PublishedRun& run) {
  const auto text = column_text(run, feature.column);
  const auto says = [&](const std::string& phrase) {
    return std::any_of(feature.words.begin(), feature.words.end(),
                       [&](const auto& word) { return matches(word, phrase); });
  };
  if (feature.column != "notes") return says(text);
  const auto all = phrases(text);
  return std::any_of(all.begin(), all.end(), says);
}

void set(PreparedRun& out, const Setting& setting) {
  auto& software = out.software;
  auto& model = out.job.model;
  const auto& key = setting.key;
  const double number = setting.number;
  const bool flag = number != 0;
  if (key == "training" && setting.text == "low_rank") {
    out.job.training = workload::Training::kLowRank;
  }
  if (key == "context_exchange" && setting.text == "ulysses") {
    out.plan.context_exchange = plan::ContextExchange::kUlysses;
  }
  if (key == "attention") {
    software.attention = setting.text == "unfused" ? workload::AttentionKernel::kUnfused
                                                   : workload::AttentionKernel::kFlash;
  }
  if (key == "attention_instructions") software.portable_attention = setting.text == "portable";
  if (key == "fuses_tensor") software.fuses_tensor = flag;
  if (key == "overlap_gradients") software.overlap_gradients = flag;
  if (key == "overlap_parameters") software.overlap_parameters = flag;
  if (key == "overlap_pipeline") software.overlap_pipeline = flag;
  if (key == "tied_embeddings") model.tied_embeddings = flag;
  if (key == "score_soft_cap") model.score_soft_cap = flag;
  if (key == "expert_hidden") software.expert_hidden = number;
  if (key == "tensor_hidden") software.tensor_hidden = software.tensor_hidden_fused = number;
  if (key == "data_window") software.data_window = number;
  if (key == "elementwise_traffic") software.elementwise_traffic = number;
  if (key == "norm_traffic") software.norm_traffic = number;
  if (key == "permutation_traffic") software.permutation_traffic = number;
  if (key == "groups_experts") software.groups_experts = flag;
  if (key == "expert_capacity") software.expert_capacity = number;
  if (key == "launch") software.launch *= number;
  if (key == "gradient_bytes") software.gradient_bytes = number;
  if (key == "document") out.job.document = static_cast<std::int64_t>(number);
  if (key == "prediction_layers") model.prediction_layers = static_cast<int>(number);
  if (key == "first_dense_layers" && model.moe) {
    model.moe->first_dense_layers = static_cast<int>(number);
  }
  if (key == "residual") {
    software.residual += number;
    software.residual_sharded += number;
  }
}

}  // namespace

void make_software(Draft& draft) {
  const auto attention = read_attention(draft.run.attention);
  if (attention.kernel) draft.out.software.attention = *attention.kernel;
  for (const auto& feature : draft.rules.features) {
    if (!holds(feature.when, draft.traits)) continue;
    if (is_named(feature, draft.run) == feature.is_absent) continue;
    for (const auto& setting : feature.settings) set(draft.out, setting);
    draft.fill(feature.column.c_str(), feature.name, feature.why);
    for (const auto& path : feature.inputs) {
      draft.out.inputs.push_back({path, base::Distribution{}});
    }
  }
}

}  // namespace weft::validation
