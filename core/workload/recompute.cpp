#include "weft/workload/recompute.h"

#include <array>

#include "weft/workload/layer.h"
#include "weft/workload/model.h"

namespace weft::workload {

const char* name_of(Module module) {
  constexpr std::array<const char*, kModuleCount> kNames = {"core_attn", "layernorm",     "mlp_act",
                                                            "moe_act",   "mla_up_proj",   "mlp",
                                                            "moe",       "shared_experts"};
  return kNames[static_cast<std::size_t>(module)];
}

Modules modules_of(const Model& model) {
  auto modules = Module::kCoreAttention | Module::kLayerNorm;
  const bool dense = model.has_mlp_layers();
  const bool shared = model.moe && model.moe->shared > 0;
  if (model.latent) modules = modules | Module::kLatentUpProjection;
  if (dense || shared) modules = modules | Module::kMlpActivation;
  if (dense) modules = modules | Module::kMlp;
  if (model.moe) modules = modules | Module::kMoeActivation | Module::kMoe;
  if (shared) modules = modules | Module::kSharedExperts;
  return modules;
}

std::string to_text(Modules modules) {
  std::string text;
  for (int m = 0; m < kModuleCount; ++m) {
    const auto module = static_cast<Module>(m);
    if (!modules.meets(module)) continue;
    text += (text.empty() ? "" : ", ") + std::string(name_of(module));
  }
  return text;
}

Pass done_again(const Pass& forward, Modules modules) {
  Pass again;
  for (const auto& kernel : forward.kernels) {
    if (kernel.modules.meets(modules)) again.kernels.push_back(kernel);
  }
  for (const auto& exchange : forward.exchanges) {
    if (exchange.modules.meets(modules)) again.exchanges.push_back(exchange);
  }
  return again;
}

Pass up_to_last_needed(const Pass& forward) {
  Pass again = forward;
  std::erase_if(again.kernels, [](const Kernel& kernel) { return kernel.ends_layer; });
  std::erase_if(again.exchanges, [](const Exchange& exchange) { return exchange.ends_layer; });
  return again;
}

}  // namespace weft::workload
