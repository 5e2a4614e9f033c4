// Degrees, sharding and recomputation from launch arguments.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "launch_parts.h"
#include "weft/workload/recompute.h"

namespace weft::imports {

namespace {

// ZeRO stage of a --data-parallel-sharding-strategy.
int stage_of(const Options& options, const std::string& strategy) {
  constexpr std::array<std::string_view, 4> kStrategies = {"no_shard", "optim", "optim_grads",
                                                           "optim_grads_params"};
  const auto found = std::find(kStrategies.begin(), kStrategies.end(), strategy);
  if (found != kStrategies.end()) return static_cast<int>(found - kStrategies.begin());
  options.fail("data-parallel-sharding-strategy",
               fmt::format("'{}' is not known; no_shard, optim, optim_grads or "
                           "optim_grads_params is expected",
                           strategy));
}

int read_zero(const Options& options) {
  if (options.has("use-torch-fsdp2")) {
    return options.has("torch-fsdp2-no-reshard-after-forward") ? 2 : 3;
  }
  const auto strategy = options.text("data-parallel-sharding-strategy");
  if (options.has("use-megatron-fsdp") && strategy) return stage_of(options, *strategy);
  return options.has("use-distributed-optimizer") ? 1 : 0;
}

// Modules of selective recomputation, as a plan writes them.
std::string selected(const Options& options) {
  const auto given = options.texts("recompute-modules");
  const std::set<std::string> modules(given.begin(), given.end());
  if (modules.empty() || modules == std::set<std::string>{"core_attn"}) return "attention";
  for (const auto& module : modules) {
    bool is_known = false;
    for (int m = 0; m < workload::kModuleCount; ++m) {
      is_known = is_known || module == name_of(static_cast<workload::Module>(m));
    }
    if (is_known) continue;
    options.understood("recompute-modules", "recomputation of these modules; none is taken");
    return "none";
  }
  return fmt::format("[{}]", fmt::join(modules, ", "));
}

int largest_stage(const ImportedPlan& plan, int layers) {
  std::vector<int> stages(static_cast<std::size_t>(plan.pipeline), 0);
  for (std::size_t i = 0; i < plan.layers.size(); ++i) stages[i % stages.size()] += plan.layers[i];
  const int even = (layers + plan.pipeline - 1) / plan.pipeline;
  return plan.layers.empty() ? even : *std::max_element(stages.begin(), stages.end());
}

// Recomputation of single layers, counted per virtual stage unless MindSpeed-LLM is told otherwise.
void read_block(const Options& options, ImportedPlan& plan, int layers) {
  const int given = options.small("recompute-num-layers", 0, 1);
  const bool by_stage = options.has("enable-recompute-layers-per-pp-rank");
  const std::int64_t count = std::int64_t{given} * (by_stage ? 1 : plan.virtual_stages);
  const int stage = largest_stage(plan, layers);
  if (count == 0) plan.recompute = "none";
  if (count < stage) plan.recompute_layers = static_cast<int>(count);
}

void read_recompute(const Options& options, ImportedPlan& plan, int layers) {
  const auto granularity = options.text("recompute-granularity");
  const bool scores = options.has("recompute-activations");
  const auto method = options.text("recompute-method");
  plan.recompute = scores ? "attention" : "none";
  if (options.has("checkpoint-activations")) plan.recompute = "full";
  if (granularity == "selective") plan.recompute = selected(options);
  if (granularity == "full") plan.recompute = "full";
  if (granularity && *granularity != "selective" && *granularity != "full") {
    options.fail("recompute-granularity",
                 fmt::format("'{}' is not known; full or selective is expected", *granularity));
  }
  if (method && *method != "uniform" && *method != "block") {
    options.fail("recompute-method",
                 fmt::format("'{}' is not known; uniform or block is expected", *method));
  }
  if (plan.recompute == "full" && method == "block") read_block(options, plan, layers);
  const bool activation = options.has("recompute-activation-function");
  const bool norm = options.has("recompute-norm");
  if (plan.recompute == "none" && (activation || norm)) {
    plan.recompute = activation && norm ? "selective" : norm ? "[layernorm]" : "[mlp_act, moe_act]";
    return;
  }
  const std::string why = "recomputation of a part of the layer; " + plan.recompute + " is taken";
  options.understood("recompute-activation-function", why);
  options.understood("recompute-norm", why);
}

void read_experts_split(const Options& options, const workload::Model& model, ImportedPlan& plan) {
  if (!model.moe) return;
  plan.expert = options.small("expert-model-parallel-size", 1, 1);
  plan.expert_tensor = options.small("expert-tensor-parallel-size", 1, plan.tensor);
  if (options.has("moe-tp-extend-ep")) {
    // Tensor ranks hold experts of their own.
    plan.expert *= plan.tensor;
    plan.expert_tensor = 1;
  }
}

}  // namespace

void read_plan(const Options& options, Launch& launch) {
  auto& plan = launch.plan;
  plan.tensor = options.small("tensor-model-parallel-size", 1, 1);
  plan.pipeline = options.small("pipeline-model-parallel-size", 1, 1);
  plan.context = options.small("context-parallel-size", 1, 1);
  plan.micro_batch = static_cast<int>(options.required("micro-batch-size", 1));
  const std::int64_t each = std::int64_t{plan.tensor} * plan.pipeline * plan.context;
  if (launch.devices % each != 0) {
    options.fail("tensor-model-parallel-size",
                 fmt::format("tensor {} x pipeline {} x context {} do not divide {} devices",
                             plan.tensor, plan.pipeline, plan.context, launch.devices));
  }
  plan.data = static_cast<int>(launch.devices / each);
  plan.zero = read_zero(options);
  plan.sequence_parallel = options.has("sequence-parallel") && plan.tensor > 1;
  if (options.has("sequence-parallel") && plan.tensor == 1) {
    options.comment("--sequence-parallel has no effect on one tensor rank.");
  }
  read_experts_split(options, launch.job.model, plan);
  read_stages(options, launch);
  read_recompute(options, plan, launch.job.model.layers);
}

}  // namespace weft::imports
