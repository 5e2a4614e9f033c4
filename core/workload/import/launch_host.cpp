// How ranks stand and exchange, and what lives on the host, from launch arguments. Values:
// NVIDIA/Megatron-LM megatron/training/arguments.py @000c4ac (--cp-comm-type, rank orders
// tp-cp-ep-dp-pp and tp-cp-ep-pp-dp), Ascend/MindSpeed-LLM docs/features (--context-parallel-algo).
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <string>

#include "launch_parts.h"

namespace weft::imports {

namespace {

constexpr double kNarrowGradient = 2;  // bytes
constexpr double kWideGradient = 4;

// The exchange that a flag names for all layers alike; empty, and a note, for any other.
std::string exchange_of(const Options& options, const char* flag,
                        const std::map<std::string, std::string>& known) {
  const auto given = options.texts(flag);
  const bool alike = std::equal(given.begin() + 1, given.end(), given.begin());
  const auto found = known.find(given.front());
  if (alike && found != known.end()) return found->second;
  options.understood(flag, "an exchange of context ranks by several ways; the ring is taken");
  return "";
}

void read_exchange(const Options& options, ImportedPlan& plan) {
  if (plan.context == 1) return;
  const std::map<std::string, std::string> megatron = {{"p2p", "ring"},
                                                       {"all_gather", "all_gather"},
                                                       {"allgather", "all_gather"},
                                                       {"a2a", "ulysses"}};
  const std::map<std::string, std::string> mindspeed = {{"megatron_cp_algo", "ring"},
                                                        {"kvallgather_cp_algo", "all_gather"},
                                                        {"ulysses_cp_algo", "ulysses"}};
  if (!options.texts("cp-comm-type").empty()) {
    plan.context_exchange = exchange_of(options, "cp-comm-type", megatron);
  }
  for (const char* flag : {"context-parallel-algo", "use-cp-algo"}) {
    if (!options.texts(flag).empty()) plan.context_exchange = exchange_of(options, flag, mindspeed);
  }
}

double share_of(const Options& options, const char* flag, double fallback) {
  const auto text = options.text(flag);
  if (!text) return fallback;
  double value = -1;
  const auto* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, value);
  if (read.ec == std::errc() && read.ptr == end && value >= 0 && value <= 1) return value;
  options.fail(flag, fmt::format("--{}: '{}'; a share from 0 to 1 is expected", flag, *text));
}

void read_offload(const Options& options, const workload::Model& model, ImportedPlan& plan) {
  if (options.has("optimizer-cpu-offload")) {
    plan.optimizer_offload = share_of(options, "optimizer-offload-fraction", 1);
  } else if (options.has("optimizer-offload-fraction")) {
    options.comment("--optimizer-offload-fraction has no effect without --optimizer-cpu-offload.");
  }
  const int layers = options.small("cpu-offloading-num-layers", 0, 0);
  if (layers == 0) return;
  if (plan.recompute_layers > 0 || plan.recompute_group > 1) {
    return options.understood("cpu-offloading-num-layers",
                              "offload beside layers that are made again in part");
  }
  plan.activation_offload =
      std::min(1.0, static_cast<double>(layers) * plan.pipeline / model.layers);
}

}  // namespace

void read_host_and_order(const Options& options, Launch& launch) {
  auto& plan = launch.plan;
  read_exchange(options, plan);
  read_offload(options, launch.job.model, plan);
  if (options.has("use-tp-pp-dp-mapping") && plan.pipeline > 1) {
    plan.rank_order = "[tensor, context, pipeline, data]";
  }
  if (options.has("accumulate-allreduce-grads-in-fp32")) plan.gradient_bytes = kWideGradient;
  if (options.has("grad-reduce-in-bf16")) plan.gradient_bytes = kNarrowGradient;
}

}  // namespace weft::imports
