// How the layers are spread over the stages of a pipeline. Rules: NVIDIA/Megatron-LM
// megatron/core/transformer/transformer_block.py, MindSpeed-LLM docs (--num-layer-list,
// --noop-layers, --schedules-method).
#include <fmt/format.h>

#include <numeric>

#include "launch_parts.h"
#include "patterns.h"

namespace weft::imports {

namespace {

// Layers that are built, those that hold nothing too.
int built_layers(const Options& options, const Launch& launch) {
  return launch.job.model.layers + static_cast<int>(empty_layers(options).size());
}

int read_virtual_stages(const Options& options, const Launch& launch) {
  const int pipeline = launch.plan.pipeline;
  if (options.text("schedules-method") == "dualpipev") return 2;
  if (const auto stages = options.number("num-virtual-stages-per-pipeline-rank", 1)) {
    return static_cast<int>(*stages);
  }
  const auto chunk = options.number("num-layers-per-virtual-pipeline-stage", 1);
  if (!chunk) return 1;
  const int layers = built_layers(options, launch);
  if (layers % (*chunk * pipeline) != 0) {
    options.fail(
        "num-layers-per-virtual-pipeline-stage",
        fmt::format("{} layers are no multiple of {} x {} stages", layers, *chunk, pipeline));
  }
  return static_cast<int>(layers / (*chunk * pipeline));
}

std::vector<int> listed(const Options& options, const char* flag,
                        std::vector<int> (*read)(std::string_view)) {
  const auto text = options.text(flag);
  if (!text) return {};
  try {
    return read(*text);
  } catch (const PatternError& error) {
    options.fail(flag, fmt::format("--{}: {}", flag, error.what()));
  }
}

void check_sum(const Options& options, const char* flag, const std::vector<int>& layers,
               std::size_t stages, int expected) {
  const auto sum = std::accumulate(layers.begin(), layers.end(), 0);
  if (layers.size() == stages && sum == expected) return;
  options.fail(flag, fmt::format("{} stages with {} layers; {} with {} are expected", layers.size(),
                                 sum, stages, expected));
}

// Even chunks, where the input table and the loss may each stand for a layer.
std::vector<int> even(const Options& options, int layers, const ImportedPlan& plan) {
  const int chunks = plan.pipeline * plan.virtual_stages;
  const int table = options.has("account-for-embedding-in-pipeline-split") ? 1 : 0;
  const int loss = options.has("account-for-loss-in-pipeline-split") ? 1 : 0;
  if ((layers + table + loss) % chunks != 0) {
    options.fail("pipeline-model-parallel-size",
                 fmt::format("{} layers (embedding and loss counted: {}) are no multiple of {} "
                             "stages",
                             layers, layers + table + loss, chunks));
  }
  std::vector<int> counts(static_cast<std::size_t>(chunks), (layers + table + loss) / chunks);
  counts.front() -= table;
  counts.back() -= loss;
  return counts;
}

// Given numbers for the first and the last stage, what is left spread evenly between them.
std::vector<int> with_ends(const Options& options, int layers, const ImportedPlan& plan) {
  const auto first = options.number("decoder-first-pipeline-num-layers", 0);
  const auto last = options.number("decoder-last-pipeline-num-layers", 0);
  const int inner = plan.pipeline - (first ? 1 : 0) - (last ? 1 : 0);
  const auto left = layers - first.value_or(0) - last.value_or(0);
  const char* flag =
      first ? "decoder-first-pipeline-num-layers" : "decoder-last-pipeline-num-layers";
  if (left < 0 || (inner == 0 ? left != 0 : inner < 0 || left % inner != 0)) {
    options.fail(flag, fmt::format("{} layers are left for {} stages", left, inner));
  }
  std::vector<int> stages(static_cast<std::size_t>(plan.pipeline),
                          inner > 0 ? static_cast<int>(left) / inner : 0);
  if (first) stages.front() = static_cast<int>(*first);
  if (last) stages.back() = static_cast<int>(*last);
  // Virtual stage c x pipeline + i is a part of stage i.
  std::vector<int> chunks;
  for (int c = 0; c < plan.virtual_stages; ++c) {
    for (const int count : stages) {
      if (count % plan.virtual_stages != 0) {
        options.fail(flag, fmt::format("{} layers of a stage are no multiple of {} virtual stages",
                                       count, plan.virtual_stages));
      }
      chunks.push_back(count / plan.virtual_stages);
    }
  }
  return chunks;
}

std::vector<int> chunk_sizes(const Options& options, int layers, const Launch& launch) {
  const auto& plan = launch.plan;
  const auto chunks =
      static_cast<std::size_t>(plan.pipeline) * static_cast<std::size_t>(plan.virtual_stages);
  if (options.has("pipeline-model-parallel-layout")) {
    auto layout = listed(options, "pipeline-model-parallel-layout", layout_pattern);
    check_sum(options, "pipeline-model-parallel-layout", layout, chunks, layers);
    return layout;
  }
  // Layers that hold nothing switch the list off.
  if (options.has("num-layer-list") && !options.has("noop-layers")) {
    auto list = listed(options, "num-layer-list", number_list);
    check_sum(options, "num-layer-list", list, chunks, layers);
    return list;
  }
  if (options.has("decoder-first-pipeline-num-layers") ||
      options.has("decoder-last-pipeline-num-layers")) {
    return with_ends(options, layers, plan);
  }
  return even(options, layers, plan);
}

}  // namespace

void read_stages(const Options& options, Launch& launch) {
  auto& plan = launch.plan;
  const auto method = options.text("schedules-method");
  if (method == "dualpipev") {
    plan.schedule = "dualpipe_v";
  } else if (method) {
    options.fail("schedules-method",
                 fmt::format("'{}' is not known; dualpipev is expected", *method));
  }
  // A layout says by its length how often it goes around.
  plan.virtual_stages = read_virtual_stages(options, launch);
  if (options.has("pipeline-model-parallel-layout")) {
    const auto layout = listed(options, "pipeline-model-parallel-layout", layout_pattern);
    const auto pipeline = static_cast<std::size_t>(plan.pipeline);
    if (layout.size() % pipeline == 0) {
      plan.virtual_stages = static_cast<int>(layout.size() / pipeline);
    }
  }
  auto sizes = chunk_sizes(options, built_layers(options, launch), launch);
  const bool uneven = sizes != std::vector<int>(sizes.size(), sizes.front());
  const auto empty = empty_layers(options);
  int layer = 0;
  for (auto& size : sizes) {
    const int end = layer + size;
    for (const int number : empty) size -= number >= layer && number < end ? 1 : 0;
    layer = end;
  }
  if (uneven || !empty.empty()) plan.layers = sizes;
}

}  // namespace weft::imports
