#include "plan_value.h"

#include <array>

namespace weft::report {

nlohmann::ordered_json plan_json(const plan::Plan& plan) {
  nlohmann::ordered_json json = {{"tensor", plan.tensor},
                                 {"sequence_parallel", plan.sequence_parallel},
                                 {"context", plan.context},
                                 {"data", plan.data},
                                 {"pipeline", plan.pipeline},
                                 {"virtual_stages", plan.virtual_stages},
                                 {"expert", plan.expert},
                                 {"micro_batch", plan.micro_batch},
                                 {"zero", plan.zero},
                                 {"recompute", plan::recompute_text(plan)},
                                 {"schedule", plan::name_of(plan.schedule)}};
  const plan::Plan usual;
  if (!plan.layers.empty()) json["layers"] = plan.layers;
  if (plan.expert_tensor > 1) json["expert_tensor"] = plan.expert_tensor;
  if (plan.context_exchange != usual.context_exchange) {
    constexpr std::array<const char*, plan::kContextExchangeCount> kNames = {"ring", "all_gather",
                                                                             "ulysses"};
    json["context_exchange"] = kNames[static_cast<std::size_t>(plan.context_exchange)];
  }
  if (plan.rank_order != usual.rank_order) {
    constexpr std::array<const char*, 4> kNames = {"tensor", "context", "data", "pipeline"};
    for (const auto axis : plan.rank_order) {
      json["rank_order"].push_back(kNames[static_cast<std::size_t>(axis)]);
    }
  }
  if (plan.optimizer_offload > 0) json["optimizer_offload"] = plan.optimizer_offload;
  if (plan.activation_offload > 0) json["activation_offload"] = plan.activation_offload;
  if (plan.gradient_bytes > 0) json["gradient_bytes"] = plan.gradient_bytes;
  return json;
}

nlohmann::ordered_json parts_json(const step::Ledger& ledger) {
  nlohmann::ordered_json json;
  for (std::size_t p = 0; p < step::kPartCount; ++p) {
    json[step::name_of(static_cast<step::Part>(p))] = ledger.parts[p].si();
  }
  return json;
}

}  // namespace weft::report
