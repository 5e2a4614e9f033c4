#include "weft/validation/memory_points.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>

#include "weft/plan/check.h"
#include "weft/plan/memory.h"
#include "weft/validation/prepare.h"

namespace weft::validation {

namespace {

constexpr double kHalfWord = 2.0;  // the 16-bit weight in the upper half of its FP32 copy
constexpr double kMoments = 8.0;
constexpr double kWord = 4.0;

// A row made ready, with what only tables of memory say.
struct Ready {
  PreparedRun run;
  plan::StateBytes state;
};

// Layers without work stand in the count of a stage's layers.
void leave_out(const std::vector<int>& layers, PreparedRun& run) {
  auto& model = run.job.model;
  auto& plan = run.plan;
  const int chunks = plan.chunks();
  if (layers.empty() || model.layers % chunks != 0) return;
  const int each = model.layers / chunks;
  plan.layers.assign(static_cast<std::size_t>(chunks), each);
  for (const int layer : layers) {
    if (layer >= model.layers) continue;
    --plan.layers[static_cast<std::size_t>(layer / each)];
  }
  for (const int count : plan.layers) model.layers -= each - count;
}

// The public shape comes before what rules take a family to have.
PublishedRun with_public_shape(PublishedRun run, const Rules& rules, const Documents& documents) {
  const auto name = model_of(run.model, rules, documents.names("model"));
  if (name.empty()) return run;
  const auto entry = documents.model(name);
  if (!entry->error.empty()) return run;
  const auto& known = entry->value;
  if (run.hidden && *run.hidden != known.hidden) return run;
  if (!run.vocabulary) run.vocabulary = known.vocabulary;
  if (run.gated.empty()) run.gated = known.gated ? "true" : "false";
  // A model cut to a few layers keeps one dense layer for those that have none.
  const bool cut = run.layers && known.moe && *run.layers < known.layers / 2;
  if (cut && known.moe->first_dense_layers > 1 && !run.first_dense_layers) {
    run.first_dense_layers = 1;
  }
  return run;
}

Ready make_ready(const MemoryPoint& point, const Rules& rules, const Documents& documents) {
  Ready ready{prepare_run(with_public_shape(point.run, rules, documents), rules, documents), {}};
  auto& run = ready.run;
  if (run.is_skipped()) return ready;
  if (point.predictions) run.job.model.prediction_layers = *point.predictions;
  if (point.fused_norms) run.software.norm_bytes = 0;
  leave_out(point.left_out, run);
  ready.state = plan::state_bytes(run.job, run.software, run.plan);
  if (point.state.reuses_weights) ready.state.optimizer -= kHalfWord;
  if (point.state.offloads_optimizer) ready.state.optimizer = 0;
  if (point.state.has_reference) ready.state.weights += plan::kWeightBytes;
  return ready;
}

// The largest weight of a stage that the optimizer updates at once, with its FP32 copy.
base::Bytes update_buffer(const MemoryPoint& point, const Ready& ready, int stage) {
  if (point.fused_optimizer) return {};
  const auto& plan = ready.run.plan;
  const auto& model = ready.run.job.model;
  const auto held = plan::parameters_of_stage(ready.run.job, plan, stage);
  const double share = plan.zero >= 1 ? 1.0 / plan.shard_ranks() : 1.0;
  const auto hidden = static_cast<double>(model.hidden);
  const double inputs = model.gated ? 2 : 1;
  double largest = inputs * hidden * static_cast<double>(model.ffn) / plan.tensor;
  const bool end = stage == 0 || stage == plan.pipeline - 1;
  const double table = static_cast<double>(model.vocabulary) * hidden / plan.tensor;
  if (end) largest = std::max(largest, table);
  double buffer = std::min(largest, held.dense * share);
  if (model.moe) {
    const double local =
        point.groups_experts ? static_cast<double>(model.moe->experts) / plan.expert : 1.0;
    const double expert =
        inputs * hidden * static_cast<double>(model.moe->ffn) / plan.expert_tensor * local;
    const double expert_share = plan.zero >= 1 ? 1.0 / plan::expert_shard_ranks(plan) : 1.0;
    buffer = std::max(buffer, std::min(expert, held.experts * expert_share));
  }
  return base::Bytes(kWord * buffer);
}

// Moments are made by the first update: the passes before it run without them.
base::Bytes first_peak(const MemoryPoint& point, const Ready& ready, const plan::Memory& memory) {
  const auto& plan = ready.run.plan;
  base::Bytes moments;
  if (!point.state.offloads_optimizer && ready.state.optimizer > 0) {
    moments = plan::held_bytes(plan::parameters_of_stage(ready.run.job, plan, memory.stage), plan,
                               kMoments, plan.zero >= 1);
  }
  const auto passes = memory.allocated() - moments;
  return std::max(
      {memory.state(), passes, memory.state() + update_buffer(point, ready, memory.stage)});
}

base::Bytes bytes_of(const MemoryPoint& point, const Ready& ready, const plan::Memory& memory) {
  switch (point.part) {
    case MemoryPart::kReserved:
      return memory.reserved();
    case MemoryPart::kDevice:
    case MemoryPart::kFits:
      return memory.total();
    case MemoryPart::kState:
      return memory.state();
    case MemoryPart::kFirstPeak:
      return first_peak(point, ready, memory);
    case MemoryPart::kWeightsGradients:
      return memory.weights + memory.gradients;
    case MemoryPart::kOptimizer:
      return memory.optimizer;
    case MemoryPart::kActivations:
      return memory.activations;
    case MemoryPart::kAllocated:
      break;
  }
  return memory.allocated();
}

// Of the stage that the point is of, or of the one that needs most.
base::Bytes need_of(const MemoryPoint& point, const Ready& ready) {
  const auto& run = ready.run;
  base::Bytes most;
  for (int stage = 0; stage < run.plan.pipeline; ++stage) {
    if (point.stage >= 0 && stage != point.stage) continue;
    const auto memory = plan::memory_of_stage(run.job, run.software, run.plan, stage, ready.state);
    most = std::max(most, bytes_of(point, ready, memory));
  }
  return most;
}

double bytes_per(const std::string& unit) {
  constexpr double kMebi = 1024.0 * 1024.0;
  if (unit == "MiB" || unit == "MB") return unit == "MB" ? 1e6 : kMebi;
  return unit == "GB" ? 1e9 : kMebi * 1024.0;
}

void compare(const MemoryPoint& point, const Ready& ready, PointResult& result) {
  const auto need = need_of(point, ready);
  if (point.part == MemoryPart::kFits) {
    result.predicted_fits = need <= ready.run.cluster->value.device().memory_usable;
    return;
  }
  result.predicted = need.si() / bytes_per(point.run.unit);
  result.relative_error = *result.predicted / *result.published - 1.0;
}

PointResult described(const MemoryPoint& point) {
  PointResult result;
  result.id = point.run.id;
  result.source = point.run.source;
  result.split = point.run.split;
  result.memory_kind = name_of(point.part);
  result.unit = point.part == MemoryPart::kFits ? "" : point.run.unit;
  if (point.part != MemoryPart::kFits) result.published = point.run.value;
  result.published_fits = point.fits;
  result.reason = point.refusal;
  return result;
}

}  // namespace

const char* name_of(MemoryPart part) {
  constexpr std::array kNames = {"allocated", "reserved",        "device",
                                 "state",     "first-step peak", "weights and gradients",
                                 "optimizer", "activations",     "fits"};
  return kNames[static_cast<std::size_t>(part)];
}

PointResult evaluate(const MemoryPoint& point, const Rules& rules, const Documents& documents) {
  auto result = described(point);
  if (result.is_skipped()) return result;
  try {
    const auto ready = make_ready(point, rules, documents);
    result.filled = ready.run.filled;
    result.reason = ready.run.reason;
    if (!result.is_skipped()) compare(point, ready, result);
  } catch (const std::exception& error) {
    result.reason = fmt::format("cannot be evaluated: {}", error.what());
  }
  return result;
}

MemoryAnswer evaluate(const std::vector<MemoryPoint>& points, const Rules& rules,
                      const Documents& documents, const base::ThreadTeam& team) {
  MemoryAnswer answer;
  answer.rows.resize(points.size());
  team.for_each(points.size(), [&](std::size_t index, int) {
    answer.rows[index] = evaluate(points[index], rules, documents);
  });
  answer.summaries = summarise(answer.rows);
  answer.fits = summarise_fits(answer.rows);
  return answer;
}

}  // namespace weft::validation
