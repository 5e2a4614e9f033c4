// Degrees and sharding from launch arguments.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "launch_parts.h"

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

// ZeRO over so many groups of ranks, each with the whole state.
void read_instances(const Options& options, ImportedPlan& plan) {
  const int instances = options.small("num-distributed-optimizer-instances", 1, 1);
  if (instances == 1 || plan.zero == 0) return;
  const int ranks = plan.data * plan.context;
  if (ranks % instances != 0) {
    options.fail("num-distributed-optimizer-instances",
                 fmt::format("{} do not divide {} data x context ranks", instances, ranks));
  }
  plan.zero_ranks = ranks / instances;
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
  read_instances(options, plan);
  plan.sequence_parallel = options.has("sequence-parallel") && plan.tensor > 1;
  if (options.has("sequence-parallel") && plan.tensor == 1) {
    options.comment("--sequence-parallel has no effect on one tensor rank.");
  }
  read_experts_split(options, launch.job.model, plan);
  read_stages(options, launch);
  read_recompute(options, launch);
  read_host_and_order(options, launch);
}

}  // namespace weft::imports
