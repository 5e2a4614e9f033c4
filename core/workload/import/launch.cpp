#include "weft/import/launch.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "launch_parts.h"
#include "shell.h"
#include "weft/import/write.h"

namespace weft::imports {

namespace {

// Any of these in a command makes it the launch.
constexpr std::array kMarks =
    std::to_array<std::string_view>({"--num-layers", "--encoder-num-layers", "--hidden-size",
                                     "--tensor-model-parallel-size", "--micro-batch-size"});

bool is_mark(std::string_view word) {
  const std::string_view name = word.substr(0, word.find('='));
  return std::find(kMarks.begin(), kMarks.end(), name) != kMarks.end();
}

// Whether a file starts with a flag: then it is one list of arguments over many lines.
bool is_argument_list(std::string_view text) {
  while (true) {
    const std::size_t first = text.find_first_not_of(" \t\r\n\\");
    if (first == std::string_view::npos) return false;
    text.remove_prefix(first);
    if (text.front() != '#') return text.starts_with("--");
    text.remove_prefix(std::min(text.find('\n'), text.size()));
  }
}

std::vector<Word> launch_words(const base::PlainText& file, const LaunchSettings& settings,
                               Notes& notes) {
  if (is_argument_list(file.bytes())) return arguments_of(file, settings.variables);
  auto script = run_script(file, settings.variables, is_mark);
  for (const auto& word : script.sourced) {
    notes.unknown.push_back({file.position(word.position()), "source " + word.shown(),
                             "what this file sets is not known here"});
  }
  auto& found = script.commands;
  if (found.empty()) {
    throw base::InputError({{file.position(0), 1, "no command with arguments of a model is here",
                             fmt::format("such as {}", kMarks.front())}});
  }
  if (found.size() > 1) {
    throw base::InputError(
        {{file.position(found[1].front().position()), 1,
          "this is a second command with arguments of a model", "one run is expected in a file"}});
  }
  return std::move(found.front());
}

std::int64_t read_devices(const Options& options, const LaunchSettings& settings) {
  constexpr std::int64_t kMost = 1 << 24;
  if (settings.devices) return *settings.devices;
  const auto first = [&](std::initializer_list<const char*> flags) {
    std::optional<std::int64_t> value;
    for (const char* flag : flags) {
      if (!value) value = options.number(flag, 1, kMost);
    }
    return value;
  };
  const auto processes = first({"nproc-per-node", "num-gpus", "ntasks-per-node"});
  const auto nodes = first({"nnodes", "num-nodes", "nodes"});
  if (processes) return *processes * nodes.value_or(1);
  options.fail("nnodes", "how many devices there are is not said by --nproc_per_node and --nnodes",
               "give --devices");
}

chips::Precision read_precision(const Options& options) {
  using chips::Precision;
  if (options.has("fp4-format")) return Precision::kNvfp4;
  if (options.has("fp8-format")) {
    const auto recipe = options.text("fp8-recipe").value_or("delayed");
    if (recipe == "delayed" || recipe == "tensorwise") return Precision::kFp8;
    if (recipe == "blockwise") return Precision::kFp8Block;
    if (recipe == "mxfp8") return Precision::kMxfp8;
    options.fail(
        "fp8-recipe",
        fmt::format("'{}' is not known; delayed, tensorwise, blockwise or mxfp8 is expected",
                    recipe));
  }
  if (options.has("bf16")) return Precision::kBf16;
  if (options.has("fp16")) return Precision::kFp16;
  options.fail("", "neither --bf16 nor --fp16 is given: training in 32 bits is not modelled");
}

void read_job(const Options& options, const LaunchSettings& settings, Launch& launch) {
  auto& job = launch.job;
  constexpr std::int64_t kMost = std::int64_t{1} << 40;
  job.sequence = options.required("seq-length", 1);
  const auto batch = options.number("global-batch-size", 1);
  job.global_batch = batch.value_or(std::int64_t{launch.plan.micro_batch} * launch.plan.data);
  if (!batch) {
    options.comment(fmt::format("--global-batch-size is not given: {}, one micro-batch a rank.",
                                job.global_batch));
  }
  const auto steps = options.number("train-iters", 1, kMost);
  const auto samples = options.number("train-samples", 1, kMost);
  if (settings.tokens) {
    job.tokens = *settings.tokens;
  } else if (samples) {
    job.tokens = static_cast<double>(*samples) * static_cast<double>(job.sequence);
  } else if (steps) {
    job.tokens = static_cast<double>(*steps) * job.tokens_per_step();
  } else {
    options.fail("", "neither --train-iters nor --train-samples is given", "give --tokens");
  }
  job.precision = read_precision(options);
  if (options.has("lora-r")) job.training = workload::Training::kLowRank;
}

// What is not said is left out.
std::string options_text(const ImportedPlan& plan) {
  std::string text;
  const auto add = [&](bool given, const char* key, const auto& value) {
    if (given) text += fmt::format(", {}: {}", key, value);
  };
  add(plan.recompute_group > 1, "recompute_group", plan.recompute_group);
  add(!plan.context_exchange.empty(), "context_exchange", plan.context_exchange);
  add(!plan.rank_order.empty(), "rank_order", plan.rank_order);
  add(plan.zero_ranks > 0, "zero_ranks", plan.zero_ranks);
  add(plan.gradient_bytes > 0, "gradient_bytes", fmt::format("{} B", plan.gradient_bytes));
  add(plan.optimizer_offload > 0, "optimizer_offload", plan.optimizer_offload);
  add(plan.activation_offload > 0, "activation_offload", plan.activation_offload);
  return text;
}

std::string plan_text(const ImportedPlan& plan) {
  std::string text = fmt::format("{{tensor: {}, context: {}, data: {}, pipeline: {}, ", plan.tensor,
                                 plan.context, plan.data, plan.pipeline);
  text += fmt::format("virtual_stages: {}, expert: {}, ", plan.virtual_stages, plan.expert);
  if (plan.expert_tensor != 1) text += fmt::format("expert_tensor: {}, ", plan.expert_tensor);
  text += fmt::format("micro_batch: {}, zero: {}, sequence_parallel: {}, ", plan.micro_batch,
                      plan.zero, plan.sequence_parallel);
  if (!plan.schedule.empty()) text += fmt::format("schedule: {}, ", plan.schedule);
  text += fmt::format("recompute: {}", plan.recompute);
  if (plan.recompute_layers > 0)
    text += fmt::format(", recompute_layers: {}", plan.recompute_layers);
  text += options_text(plan);
  if (!plan.layers.empty()) text += fmt::format(", layers: [{}]", fmt::join(plan.layers, ", "));
  return text + "}";
}

}  // namespace

Launch read_launch(const base::PlainText& file, const std::string& name,
                   const LaunchSettings& settings) {
  Launch launch;
  launch.source = file.source()->name;
  const Options options(file, launch_words(file, settings, launch.notes), launch.notes);
  launch.devices = read_devices(options, settings);
  launch.job.model = launched_model(options, settings);
  launch.job.model.name = name;
  read_plan(options, launch);
  read_job(options, settings, launch);
  launch.software = options.has_mindspeed() ? "mindspeed_llm" : "megatron_core";
  return launch;
}

std::string study_document(const Launch& launch, const std::string& model,
                           const std::optional<ClusterUse>& cluster) {
  const auto& job = launch.job;
  std::string text = fmt::format("# From {}: {} devices.\n", launch.source, launch.devices);
  text += comments_of(launch.notes) + "kind: study\n";
  text += fmt::format(
      "job: {{model: {}, sequence: {}, global_batch: {} sequences, tokens: {:.0f}, "
      "precision: {}{}}}\n",
      quoted(model), job.sequence, job.global_batch, job.tokens, chips::name_of(job.precision),
      job.training == workload::Training::kLowRank ? ", training: low_rank" : "");
  if (cluster) {
    text += fmt::format("clusters: [{{use: {}, hosts: {}, software: {}}}]\n", quoted(cluster->name),
                        cluster->hosts, launch.software);
  } else {
    text += fmt::format(
        "# Name a cluster of {} devices: [{{use: NAME, hosts: N, software: {}}}]\n"
        "clusters: []\n",
        launch.devices, launch.software);
  }
  return text + "plan: " + plan_text(launch.plan) + "\n";
}

}  // namespace weft::imports
