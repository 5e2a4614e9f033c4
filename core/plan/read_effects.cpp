#include "read_effects.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "weft/workload/recompute.h"

namespace weft::plan {

namespace {

using base::Fields;

void complain(Fields& fields, const char* key, const std::string& message) {
  fields.reading().error(*fields.value(key), message);
}

void check_modules(Fields& fields, const workload::Model& model) {
  const auto value = fields.value("recompute");
  if (!value || !value->is_list()) return;
  const auto held = workload::modules_of(model);
  for (const auto& node : fields.list("recompute")) {
    for (int m = 0; m < workload::kModuleCount; ++m) {
      const auto module = static_cast<workload::Module>(m);
      if (node.text() != name_of(module) || held.meets(module)) continue;
      fields.reading().error(
          node, fmt::format("{} has no {}: nothing would be made again", model.name, node.text()),
          "it has " + to_text(held));
    }
  }
}

// Layers of the stages of a pipeline, or of the whole model where it is not given.
std::vector<int> stage_sizes(const Request& request, const workload::Model& model) {
  Plan plan;
  plan.pipeline = request.pipeline.value_or(1);
  plan.virtual_stages = request.pipeline ? request.virtual_stages.value_or(1) : 1;
  plan.schedule = request.schedule.value_or(plan.schedule);
  plan.order = request.order;
  if (static_cast<int>(request.layers.size()) == plan.chunks()) plan.layers = request.layers;
  const auto shape = plan.shape(1);
  std::vector<int> sizes;
  for (int stage = 0; stage < plan.pipeline; ++stage) {
    int layers = 0;
    for (int c = 0; c < plan.virtual_stages; ++c) {
      layers += chunk_of(plan, model, shape.virtual_stage(stage, c)).layers();
    }
    sizes.push_back(layers);
  }
  return sizes;
}

void check_recomputed_layers(Fields& fields, const Request& request, const workload::Model& model) {
  const auto nodes = fields.list("recompute_layers");
  if (nodes.empty()) return;
  if (request.recompute == Recompute::kNone) {
    return complain(fields, "recompute_layers", "nothing is made again with recompute: none");
  }
  const auto sizes = stage_sizes(request, model);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (i >= sizes.size() && request.pipeline) {
      return fields.reading().error(nodes[i],
                                    fmt::format("the pipeline has {} stages", sizes.size()));
    }
    // The last number holds for all stages that follow.
    const auto first = sizes.begin() + static_cast<std::ptrdiff_t>(std::min(i, sizes.size() - 1));
    const bool is_last = i + 1 == nodes.size();
    const int most = is_last ? *std::max_element(first, sizes.end()) : *first;
    if (request.recompute_layers[i] <= most) continue;
    fields.reading().error(
        nodes[i], fmt::format("{} layers are more than the {} of {}", request.recompute_layers[i],
                              most, request.pipeline ? "the stage" : "the model"));
  }
}

void check_offload(Fields& fields, const Request& request, const cluster::Cluster& cluster,
                   const workload::Job& job) {
  Plan plan;
  const auto check = [&](const char* key, double share) {
    if (share <= 0 || !offloads_in_vain(cluster, plan)) return;
    complain(fields, key, explain(Problem::kHostLink, cluster, job, workload::Software{}, plan));
  };
  plan.optimizer_offload = request.optimizer_offload.value_or(0);
  check("optimizer_offload", plan.optimizer_offload);
  plan.optimizer_offload = 0;
  plan.activation_offload = request.activation_offload.value_or(0);
  check("activation_offload", plan.activation_offload);
}

void check_zero_ranks(Fields& fields, const Request& request) {
  if (!request.zero_ranks) return;
  if (request.zero == 0) complain(fields, "zero_ranks", "nothing is sharded with zero: 0");
  if (!request.data || !request.context) return;
  const auto ranks = std::int64_t{*request.data} * *request.context;
  if (*request.zero_ranks <= ranks && ranks % *request.zero_ranks == 0) return;
  complain(fields, "zero_ranks",
           fmt::format("{} do not divide {} data x context ranks", *request.zero_ranks, ranks));
}

}  // namespace

void check_effects(Fields& fields, const Request& request, const workload::Job& job,
                   const cluster::Cluster& cluster) {
  check_modules(fields, job.model);
  check_recomputed_layers(fields, request, job.model);
  const bool full = !request.recompute || request.recompute == Recompute::kFull;
  if (request.recompute_group > 1 && !full) {
    complain(fields, "recompute_group", "only layers of recompute: full are made again in groups");
  }
  if (request.context == 1 && request.context_exchange) {
    complain(fields, "context_exchange", "there is nothing to exchange with context: 1");
  }
  if (request.expert_tensor.value_or(1) > 1 && !job.model.moe) {
    complain(fields, "expert_tensor", fmt::format("{} has no experts", job.model.name));
  }
  check_zero_ranks(fields, request);
  check_offload(fields, request, cluster, job);
}

}  // namespace weft::plan
