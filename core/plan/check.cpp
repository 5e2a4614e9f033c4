#include "weft/plan/check.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <numeric>

#include "weft/plan/memory.h"
#include "weft/plan/parts.h"
#include "weft/plan/remedy.h"

namespace weft::plan {

const char* name_of(Problem problem) {
  constexpr std::array<const char*, kProblemCount> kNames = {
      "precision",    "devices",           "tensor_heads",       "tensor_kv_heads",
      "tensor_width", "tensor_vocabulary", "sequence_split",     "sequence_parallel",
      "batch_split",  "pipeline_depth",    "layer_split",        "interleaving",
      "schedule",     "expert_split",      "expert_without_moe", "context_heads",
      "host_link",    "partial_offload",   "shard_split",        "parts",
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
  if (model.state_space && model.state_space->heads % plan.tensor != 0) {
    return Problem::kTensorHeads;
  }
  const bool shared = model.moe && model.moe->shared > 0;
  const bool dense = model.has_mlp_layers();
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
  const auto& scan = job.model.state_space;
  if (scan && scan->heads % (plan.tensor * plan.context) != 0) return Problem::kContextHeads;
  const bool trades = plan.context > 1 && plan.context_exchange == ContextExchange::kUlysses;
  if (trades && job.model.heads % (plan.tensor * plan.context) != 0) return Problem::kContextHeads;
  if (job.global_batch % (static_cast<std::int64_t>(plan.data) * plan.micro_batch) != 0) {
    return Problem::kBatchSplit;
  }
  return std::nullopt;
}

// The first virtual stage has the embedding, the last the loss: only they may be without a layer.
bool splits_layers(const workload::Job& job, const Plan& plan) {
  const auto& layers = plan.layers;
  if (static_cast<int>(layers.size()) != plan.chunks()) return false;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const bool end = i == 0 || i + 1 == layers.size();
    if (layers[i] < (end ? 0 : 1)) return false;
  }
  return std::accumulate(layers.begin(), layers.end(), std::int64_t{0}) == job.model.layers;
}

std::optional<Problem> pipeline_problem(const workload::Job& job, const Plan& plan) {
  if (plan.layers.empty()) {
    if (job.model.layers < plan.chunks()) return Problem::kPipelineDepth;
  } else if (!splits_layers(job, plan)) {
    return Problem::kLayerSplit;
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

bool offloads_in_vain(const cluster::Cluster& cluster, const Plan& plan) {
  if (plan.optimizer_offload <= 0 && plan.activation_offload <= 0) return false;
  for (int p = 0; p < cluster.parts(); ++p) {
    const auto& host = cluster.part(p).host;
    if (plan.optimizer_offload > 0 && host.memory_bandwidth.si() <= 0) return true;
    if (host.device_link.si() <= 0) return true;
  }
  return false;
}

bool offloads_in_part(const Plan& plan) {
  const bool in_part = !plan.recompute_layers.empty() || plan.recompute_group > 1;
  return plan.activation_offload > 0 && plan.recompute != Recompute::kNone && in_part;
}

std::optional<Problem> first_problem(const cluster::Cluster& cluster, const workload::Job& job,
                                     const Plan& plan) {
  for (int p = 0; p < cluster.parts(); ++p) {
    if (!cluster.part(p).device().has(job.precision)) return Problem::kPrecision;
  }
  if (plan.devices() > cluster.all_devices()) return Problem::kTooManyDevices;
  if (auto problem = tensor_problem(job, plan)) return problem;
  if (auto problem = split_problem(job, plan)) return problem;
  if (auto problem = pipeline_problem(job, plan)) return problem;
  if (plan.context * plan.data % plan.shard_ranks() != 0) return Problem::kShardSplit;
  if (offloads_in_vain(cluster, plan)) return Problem::kHostLink;
  if (offloads_in_part(plan)) return Problem::kPartialOffload;
  if (auto problem = expert_problem(job, plan)) return problem;
  return problem_of_parts(cluster, plan);
}

bool fits(const cluster::Cluster& cluster, const Memory& memory) {
  const auto& part = cluster.part(memory.part);
  if (memory.total() > part.device().memory_usable) return false;
  const auto host = part.host.memory;
  return host.si() == 0 || memory.host * part.host.devices <= host;
}

std::optional<Problem> first_problem(const cluster::Cluster& cluster, const workload::Job& job,
                                     const workload::Software& software, const Plan& plan) {
  if (auto problem = first_problem(cluster, job, plan)) return problem;
  for (const auto& memory : memory_of_stages(job, software, plan)) {
    if (!fits(cluster, memory)) return Problem::kMemory;
  }
  return std::nullopt;
}

namespace {

const std::string& chip_without(const cluster::Cluster& cluster, chips::Precision precision) {
  int part = 0;
  while (part + 1 < cluster.parts() && cluster.part(part).device().has(precision)) ++part;
  return cluster.part(part).chip.name;
}

}  // namespace

std::string explain(Problem problem, const cluster::Cluster& cluster, const workload::Job& job,
                    const workload::Software& software, const Plan& plan) {
  const auto& model = job.model;
  switch (problem) {
    case Problem::kPrecision:
      return fmt::format("{} has no {} matrix units", chip_without(cluster, job.precision),
                         chips::name_of(job.precision));
    case Problem::kParts:
      return parts_problem_text(cluster, plan);
    case Problem::kTooManyDevices:
      if (plan.devices() <= cluster.all_devices()) return parts_problem_text(cluster, plan);
      return fmt::format("the plan needs {} devices, {} has {}", plan.devices(), cluster.label,
                         cluster.all_devices());
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
      return fmt::format("{} layers cannot fill {} virtual stages{}", model.layers, plan.chunks(),
                         layers_with_ends(model, plan.chunks(), true, true).empty()
                             ? ""
                             : "; embedding_as_layer and loss_as_layer would");
    case Problem::kLayerSplit:
      return fmt::format(
          "layers: {} entries that sum to {}; {} entries that sum to {} are needed, none but the "
          "first and the last of 0",
          plan.layers.size(),
          std::accumulate(plan.layers.begin(), plan.layers.end(), std::int64_t{0}), plan.chunks(),
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
    case Problem::kContextHeads:
      return fmt::format(
          "context_exchange: ulysses with tensor {} x context {}, which do not divide "
          "{} heads",
          plan.tensor, plan.context, model.heads);
    case Problem::kHostLink:
      return fmt::format(
          "the host of {} needs device_link for offload, and memory_bandwidth for an optimizer "
          "there",
          cluster.name);
    case Problem::kPartialOffload:
      return "activation_offload beside recompute_layers or recompute_group: layers would differ "
             "in "
             "what they send";
    case Problem::kShardSplit:
      return fmt::format("ZeRO over {} ranks: they do not divide {} data x context ranks",
                         plan.zero_ranks, plan.data * plan.context);
    case Problem::kMemory:
      return misfit_text(cluster, job, software, plan);
  }
  return "";
}

}  // namespace weft::plan
