#include "weft/plan/check.h"

#include <fmt/format.h>

#include <array>
#include <numeric>

#include "weft/base/unit_text.h"

namespace weft::plan {

const char* name_of(Problem problem) {
  constexpr std::array<const char*, kProblemCount> kNames = {
      "precision",    "devices",           "tensor_heads",       "tensor_kv_heads",
      "tensor_width", "tensor_vocabulary", "sequence_split",     "sequence_parallel",
      "batch_split",  "pipeline_depth",    "layer_split",        "interleaving",
      "schedule",     "expert_split",      "expert_without_moe", "shard_split",
      "memory"};
  return kNames[static_cast<std::size_t>(problem)];
}

namespace {

std::optional<Problem> tensor_problem(const workload::Job& job, const Plan& plan) {
  const auto& model = job.model;
  if (model.heads % plan.tensor != 0) return Problem::kTensorHeads;
  if (model.kv_heads % plan.tensor != 0 && plan.tensor % model.kv_heads != 0) {
    return Problem::kTensorKvHeads;
  }
  const bool shared = model.moe && model.moe->shared > 0;
  const bool dense = model.moe_layers() < model.layers;
  if (model.hidden % plan.tensor != 0 || (dense && model.ffn % plan.tensor != 0) ||
      (shared && model.moe->shared * model.moe->shared_ffn % plan.tensor != 0)) {
    return Problem::kTensorWidth;
  }
  if (plan.tensor > model.vocabulary) return Problem::kTensorVocabulary;
  if (plan.sequence_parallel && plan.tensor == 1) return Problem::kSequenceParallel;
  // Without it the tensor ranks would route the same tokens to whole experts.
  const bool whole = model.moe && plan.expert_tensor == 1;
  if (whole && plan.tensor > 1 && !plan.sequence_parallel) return Problem::kSequenceParallel;
  return std::nullopt;
}

std::optional<Problem> split_problem(const workload::Job& job, const Plan& plan) {
  // Ring attention balances the causal triangle with two blocks per context rank.
  const std::int64_t blocks = plan.context > 1 ? 2 * plan.context : 1;
  const std::int64_t pieces = blocks * (plan.sequence_parallel ? plan.tensor : 1);
  if (job.sequence % pieces != 0) return Problem::kSequenceSplit;
  if (job.global_batch % (static_cast<std::int64_t>(plan.data) * plan.micro_batch) != 0) {
    return Problem::kBatchSplit;
  }
  return std::nullopt;
}

std::optional<Problem> pipeline_problem(const workload::Job& job, const Plan& plan) {
  if (job.model.layers < plan.chunks()) return Problem::kPipelineDepth;
  if (!plan.layers.empty()) {
    const bool fits =
        static_cast<int>(plan.layers.size()) == plan.chunks() &&
        std::accumulate(plan.layers.begin(), plan.layers.end(), 0) == job.model.layers;
    if (!fits) return Problem::kLayerSplit;
  }
  const bool interleaves =
      plan.virtual_stages > 1 && plan.schedule == Schedule::kOneForwardOneBackward;
  if (interleaves && (plan.pipeline == 1 || plan.micro_batches(job) % plan.pipeline != 0)) {
    return Problem::kInterleaving;
  }
  if (!problem_of_schedule(plan.shape(plan.micro_batches(job))).empty()) return Problem::kSchedule;
  return std::nullopt;
}

std::optional<Problem> expert_problem(const workload::Job& job, const Plan& plan) {
  if (!job.model.moe) {
    return plan.expert > 1 ? std::optional(Problem::kExpertWithoutMoe) : std::nullopt;
  }
  const std::int64_t ranks =
      static_cast<std::int64_t>(plan.tensor) * plan.context * plan.data / plan.expert_tensor;
  if (plan.expert_tensor != 1 && plan.expert_tensor != plan.tensor) return Problem::kExpertSplit;
  if (job.model.moe->experts % plan.expert != 0 || ranks % plan.expert != 0) {
    return Problem::kExpertSplit;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Problem> first_problem(const cluster::Cluster& cluster, const workload::Job& job,
                                     const Plan& plan) {
  if (!cluster.device().has(job.precision)) return Problem::kPrecision;
  if (plan.devices() > cluster.devices()) return Problem::kTooManyDevices;
  if (auto problem = tensor_problem(job, plan)) return problem;
  if (auto problem = split_problem(job, plan)) return problem;
  if (auto problem = pipeline_problem(job, plan)) return problem;
  if (plan.context * plan.data % plan.shard_ranks() != 0) return Problem::kShardSplit;
  return expert_problem(job, plan);
}

std::optional<Problem> first_problem(const cluster::Cluster& cluster, const workload::Job& job,
                                     const workload::Software& software, const Plan& plan) {
  if (auto problem = first_problem(cluster, job, plan)) return problem;
  for (int stage = 0; stage < plan.pipeline; ++stage) {
    const auto memory = memory_of_stage(job, software, plan, stage);
    if (memory.total() > cluster.device().memory_usable) return Problem::kMemory;
  }
  return std::nullopt;
}

std::string explain(Problem problem, const cluster::Cluster& cluster, const workload::Job& job,
                    const workload::Software& software, const Plan& plan) {
  const auto& model = job.model;
  switch (problem) {
    case Problem::kPrecision:
      return fmt::format("{} has no {} matrix units", cluster.chip.name,
                         chips::name_of(job.precision));
    case Problem::kTooManyDevices:
      return fmt::format("the plan needs {} devices, {} has {}", plan.devices(), cluster.label,
                         cluster.devices());
    case Problem::kTensorHeads:
      return fmt::format("tensor: {} does not divide {} heads", plan.tensor, model.heads);
    case Problem::kTensorKvHeads:
      return fmt::format("tensor: {} and {} key-value heads: neither divides the other",
                         plan.tensor, model.kv_heads);
    case Problem::kTensorWidth:
      return fmt::format("tensor: {} does not divide hidden {} and MLP width {}", plan.tensor,
                         model.hidden, model.ffn);
    case Problem::kTensorVocabulary:
      return fmt::format("tensor: {} is more than the vocabulary of {}", plan.tensor,
                         model.vocabulary);
    case Problem::kSequenceSplit:
      return fmt::format("a sequence of {} does not split over context {} and tensor {}",
                         job.sequence, plan.context, plan.tensor);
    case Problem::kSequenceParallel:
      return plan.tensor == 1 ? "sequence_parallel needs tensor > 1"
                              : "experts with tensor > 1 need sequence_parallel";
    case Problem::kBatchSplit:
      return fmt::format("data {} x micro_batch {} does not divide the batch of {} sequences",
                         plan.data, plan.micro_batch, job.global_batch);
    case Problem::kPipelineDepth:
      return fmt::format("{} layers cannot fill {} virtual stages", model.layers, plan.chunks());
    case Problem::kLayerSplit:
      return fmt::format("layers: {} entries that sum to {}; {} entries that sum to {} are needed",
                         plan.layers.size(),
                         std::accumulate(plan.layers.begin(), plan.layers.end(), 0), plan.chunks(),
                         model.layers);
    case Problem::kInterleaving:
      return fmt::format(
          "virtual_stages: {} needs pipeline > 1 and micro-batches ({}) in multiples of the "
          "pipeline ({})",
          plan.virtual_stages, plan.micro_batches(job), plan.pipeline);
    case Problem::kSchedule:
      return fmt::format("schedule: {}: {}", name_of(plan.schedule),
                         problem_of_schedule(plan.shape(plan.micro_batches(job))));
    case Problem::kExpertSplit:
      return fmt::format("expert: {} must divide {} experts and {} tensor x context x data ranks",
                         plan.expert, model.moe ? model.moe->experts : 0,
                         plan.tensor * plan.context * plan.data);
    case Problem::kExpertWithoutMoe:
      return fmt::format("expert: {} but {} has no experts", plan.expert, model.name);
    case Problem::kShardSplit:
      return fmt::format("ZeRO over {} ranks: they do not divide {} data x context ranks",
                         plan.zero_ranks, plan.data * plan.context);
    case Problem::kMemory: {
      const auto memory = peak_memory(job, software, plan);
      return fmt::format("needs {} on stage {}, a device of {} has {}",
                         base::to_text(memory.total()), memory.stage, cluster.chip.name,
                         base::to_text(cluster.device().memory_usable));
    }
  }
  return "";
}

}  // namespace weft::plan
