// Why a case has no plan.
#include <fmt/format.h>

#include <array>
#include <optional>

#include "weft/plan/check.h"
#include "weft/study/memory_study.h"
#include "weft/study/run.h"

namespace weft::study {

namespace {

using plan::Problem;

// Whether a rule is about something that the user fixed.
bool concerns(Problem problem, const plan::Request& request) {
  const auto& r = request;
  switch (problem) {
    case Problem::kTooManyDevices:
      return r.tensor || r.context || r.pipeline || r.data;
    case Problem::kTensorHeads:
    case Problem::kTensorKvHeads:
    case Problem::kTensorWidth:
    case Problem::kTensorVocabulary:
      return r.tensor.has_value();
    case Problem::kSequenceSplit:
      return r.context || r.sequence_parallel;
    case Problem::kSequenceParallel:
      return r.sequence_parallel || r.expert_tensor;
    case Problem::kBatchSplit:
      return r.data || r.micro_batch;
    case Problem::kPipelineDepth:
      return r.pipeline || r.virtual_stages;
    case Problem::kLayerSplit:
      return !r.layers.empty();
    case Problem::kInterleaving:
      return r.virtual_stages.has_value();
    case Problem::kSchedule:
      return r.schedule.has_value();
    case Problem::kExpertSplit:
    case Problem::kExpertWithoutMoe:
      return r.expert || r.expert_tensor;
    case Problem::kContextHeads:
      return r.context_exchange.has_value();
    case Problem::kHostLink:
      return r.optimizer_offload || r.activation_offload;
    case Problem::kPartialOffload:
      return r.activation_offload || !r.recompute_layers.empty();
    case Problem::kShardSplit:
      return r.zero_ranks.has_value();
    case Problem::kPrecision:
    case Problem::kParts:
    case Problem::kMemory:
      break;
  }
  return false;
}

std::size_t refused_by(const plan::SpaceCount& count, Problem problem) {
  return count.refused[static_cast<std::size_t>(problem)];
}

// The order in which a walk through the space asks: what a later rule refused broke none before it.
constexpr std::array kAsked = {Problem::kPrecision,
                               Problem::kTooManyDevices,
                               Problem::kTensorHeads,
                               Problem::kTensorKvHeads,
                               Problem::kTensorWidth,
                               Problem::kTensorVocabulary,
                               Problem::kSequenceSplit,
                               Problem::kSequenceParallel,
                               Problem::kExpertWithoutMoe,
                               Problem::kExpertSplit,
                               Problem::kContextHeads,
                               Problem::kBatchSplit,
                               Problem::kPipelineDepth,
                               Problem::kLayerSplit,
                               Problem::kInterleaving,
                               Problem::kSchedule,
                               Problem::kShardSplit,
                               Problem::kHostLink,
                               Problem::kPartialOffload,
                               Problem::kParts,
                               Problem::kMemory};

// The last rule that refused any, of those about what the user fixed and of memory; else the one
// that refused most.
Problem reason_of(const plan::SpaceCount& count, const plan::Request& request) {
  auto most = kAsked.front();
  auto last = std::optional<Problem>();
  for (const auto problem : kAsked) {
    if (refused_by(count, problem) > refused_by(count, most)) most = problem;
    const bool counts = problem == Problem::kMemory || concerns(problem, request);
    if (counts && refused_by(count, problem) > 0) last = problem;
  }
  return last.value_or(most);
}

}  // namespace

std::string why_nothing(const workload::Job& job, const Case& c, const plan::SpaceCount& count) {
  if (count.considered == 0) {
    return "no plan to consider: the degrees given exceed the cluster or do not split the batch";
  }
  const auto problem = reason_of(count, c.request);
  auto text = fmt::format("none of {} plans is legal; {} refused by rule '{}'", count.considered,
                          refused_by(count, problem), plan::name_of(problem));
  if (problem == Problem::kMemory) {
    if (!count.nearest_miss) return text;
    return text + fmt::format("; the smallest, {}, {}", plan::to_text(*count.nearest_miss),
                              misfit_text(job, c, *count.nearest_miss));
  }
  if (const auto* example = count.example_of(problem)) {
    text += ": " + plan::explain(problem, c.cluster, job, c.software, *example);
  }
  return text;
}

}  // namespace weft::study
