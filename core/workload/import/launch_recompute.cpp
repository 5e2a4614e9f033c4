// What is made again in the backward pass, from launch arguments.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "launch_parts.h"
#include "weft/workload/recompute.h"

namespace weft::imports {

namespace {

using workload::Module;
using workload::Modules;

std::optional<Module> module_of(const std::string& name) {
  for (int m = 0; m < workload::kModuleCount; ++m) {
    const auto module = static_cast<Module>(m);
    if (name == name_of(module)) return module;
  }
  return std::nullopt;
}

// As a plan writes them: "attention", "selective", "[layernorm, moe_act]".
std::string modules_text(Modules modules, Modules held) {
  if (modules.empty()) return "none";
  if (modules == workload::kAttentionModules) return "attention";
  if (modules == (workload::kSelectiveModules & held)) return "selective";
  return fmt::format("[{}]", to_text(modules));
}

// --recompute-modules, or nothing where one of them is not known. What the model has not is left
// out.
Modules selected(const Options& options, Modules held) {
  const auto given = options.texts("recompute-modules");
  if (given.empty()) return Module::kCoreAttention;
  Modules modules;
  for (const auto& name : given) {
    const auto module = module_of(name);
    if (!module) {
      options.understood("recompute-modules", "recomputation of these modules; none is taken");
      return {};
    }
    if (!held.meets(*module)) options.comment(fmt::format("The model has no {}.", name));
    modules = modules | (held & *module);
  }
  return modules;
}

// Flags that add modules, for what is not made again whole.
struct Adding {
  const char* flag;
  Modules modules;
};
const std::vector<Adding>& adding() {
  static const std::vector<Adding> kAll = {
      {"recompute-activations", Module::kCoreAttention},
      {"recompute-norm", Module::kLayerNorm},
      {"recompute-activation-function", Module::kMlpActivation | Module::kMoeActivation},
      {"recompute-mla-up-proj", Module::kLatentUpProjection},
      {"moe-layer-recompute", Module::kMoe}};
  return kAll;
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

// Of whole layers: all, so many of a stage, or all with one input kept for so many.
void read_full(const Options& options, ImportedPlan& plan, int layers) {
  plan.recompute = "full";
  const auto method = options.text("recompute-method");
  if (method && *method != "uniform" && *method != "block") {
    options.fail("recompute-method",
                 fmt::format("'{}' is not known; uniform or block is expected", *method));
  }
  if (method == "block") read_block(options, plan, layers);
  if (method == "uniform") plan.recompute_group = options.small("recompute-num-layers", 1, 1);
  for (const auto& one : adding()) {
    options.understood(one.flag,
                       "recomputation of a part of the layer; " + plan.recompute + " is taken");
  }
}

}  // namespace

void read_recompute(const Options& options, Launch& launch) {
  auto& plan = launch.plan;
  const auto granularity = options.text("recompute-granularity");
  if (granularity && *granularity != "selective" && *granularity != "full") {
    options.fail("recompute-granularity",
                 fmt::format("'{}' is not known; full or selective is expected", *granularity));
  }
  const bool full =
      granularity == "full" || (!granularity && options.has("checkpoint-activations"));
  if (full) return read_full(options, plan, launch.job.model.layers);
  const auto held = workload::modules_of(launch.job.model);
  Modules modules;
  if (granularity == "selective") modules = selected(options, held);
  for (const auto& one : adding()) {
    if (options.has(one.flag)) modules = modules | one.modules;
  }
  plan.recompute = modules_text(modules & held, held);
}

}  // namespace weft::imports
