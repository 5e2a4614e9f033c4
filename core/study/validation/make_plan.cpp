#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "draft.h"
#include "weft/base/unit_text.h"
#include "weft/plan/memory.h"
#include "weft/validation/free_text.h"

namespace weft::validation {

namespace {

using plan::Plan;

// A rule's value for `recompute`.
constexpr const char* kLeastThatFits = "least that fits";

int whole(std::int64_t value) {
  return static_cast<int>(std::clamp<std::int64_t>(value, 1, std::numeric_limits<int>::max()));
}

bool fits_memory(const Draft& draft, const Plan& plan) {
  return plan::peak_memory(draft.out.job, draft.out.software, plan).total() <=
         draft.hosts->device().memory_usable;
}

// The layout that a source does not tell: the fewest model ranks that fit in memory, tensor
// parallelism inside a host first.
void choose_layout(Draft& draft, Plan& plan) {
  auto& run = draft.run;
  auto& job = draft.out.job;
  const auto devices = run.devices.value_or(1);
  const int in_host = draft.hosts->host.devices;
  for (int ranks = 1; ranks <= devices; ranks *= 2) {
    if (devices % ranks != 0) break;
    Plan trial = plan;
    trial.tensor = std::min(ranks, in_host);
    while (job.model.heads % trial.tensor != 0) trial.tensor /= 2;
    trial.pipeline = ranks / std::max(trial.tensor, 1);
    if (trial.pipeline > job.model.layers || ranks % trial.tensor != 0) break;
    trial.data = whole(devices / ranks);
    trial.sequence_parallel = trial.tensor > 1;
    if (job.global_batch < 1) job.global_batch = trial.data;
    plan = trial;
    if (fits_memory(draft, trial)) break;
  }
  draft.fill("tp", fmt::format("TP{} PP{} DP{}", plan.tensor, plan.pipeline, plan.data),
             "the layout is not stated: the fewest model ranks that fit in memory");
}

std::string degrees(Draft& draft, Plan& plan) {
  auto& run = draft.run;
  plan.context = whole(run.context.value_or(1));
  if (!run.tensor && !run.pipeline && !run.data) {
    if (!run.devices) return "neither the layout nor the number of devices is stated";
    choose_layout(draft, plan);
    return "";
  }
  plan.tensor = whole(run.tensor.value_or(1));
  plan.pipeline = whole(run.pipeline.value_or(1));
  const auto model_ranks = static_cast<std::int64_t>(plan.tensor) * plan.pipeline * plan.context;
  plan.data = whole(run.data.value_or(run.devices.value_or(model_ranks) / model_ranks));
  if (!run.devices || plan.devices() == *run.devices) return "";
  if (*run.devices % model_ranks != 0) {
    return fmt::format("TP{} PP{} CP{} do not divide {} devices", plan.tensor, plan.pipeline,
                       plan.context, *run.devices);
  }
  plan.data = whole(*run.devices / model_ranks);
  draft.fill("dp", std::to_string(plan.data), "devices over the other degrees");
  return "";
}

std::string batches(Draft& draft, Plan& plan) {
  auto& job = draft.out.job;
  auto& run = draft.run;
  plan.micro_batch = whole(run.micro_batch.value_or(1));
  const auto per_round = static_cast<std::int64_t>(plan.data) * plan.micro_batch;
  if (!run.global_batch || *run.global_batch < 1) {
    // Enough micro-batches to fill a pipeline, and a batch as usual in pre-training.
    constexpr std::int64_t kTokens = 1'000'000;
    const auto usual = std::max<std::int64_t>(1, kTokens / job.sequence / per_round);
    const auto turns = std::max<std::int64_t>(plan.pipeline > 1 ? 4 : 1,
                                              (usual + plan.pipeline - 1) / plan.pipeline);
    job.global_batch = per_round * turns * plan.pipeline;
    draft.fill("global_batch", std::to_string(job.global_batch),
               "not stated: about a million tokens, and at least four rounds of a pipeline");
    return "";
  }
  job.global_batch = *run.global_batch;
  if (job.global_batch % plan.data != 0) {
    const auto rounded = std::max<std::int64_t>(1, job.global_batch / plan.data) * plan.data;
    draft.fill(
        "global_batch", std::to_string(rounded),
        fmt::format("{} sequences do not split over {} replicas", job.global_batch, plan.data));
    job.global_batch = rounded;
  }
  const auto per_replica = job.global_batch / plan.data;
  if (per_replica % plan.micro_batch != 0) {
    const int smaller = whole(std::gcd<std::int64_t>(per_replica, plan.micro_batch));
    draft.fill("micro_batch", std::to_string(smaller),
               fmt::format("{} does not divide the {} sequences of a replica", plan.micro_batch,
                           per_replica));
    plan.micro_batch = smaller;
  }
  return "";
}

// Virtual stages take turns of whole pipelines; stacks that allow a rest do not gain by it. Rates
// change little when the batch is rounded.
void round_micro_batches(Draft& draft, const Plan& plan) {
  auto& job = draft.out.job;
  const auto micro_batches = plan.micro_batches(job);
  const bool takes_turns = plan.schedule == plan::Schedule::kOneForwardOneBackward;
  if (!takes_turns || plan.virtual_stages == 1 || micro_batches % plan.pipeline == 0) return;
  if (micro_batches < 2 * plan.pipeline) return;
  const auto turns = (micro_batches + plan.pipeline / 2) / plan.pipeline;
  job.global_batch = turns * plan.pipeline * plan.data * plan.micro_batch;
  draft.fill("global_batch", std::to_string(job.global_batch),
             fmt::format("{} micro-batches in whole turns of the pipeline", micro_batches));
}

plan::Schedule schedule_of(ScheduleName name) {
  switch (name) {
    case ScheduleName::kGPipe:
      return plan::Schedule::kGPipe;
    case ScheduleName::kZeroBubbleH1:
      return plan::Schedule::kZeroBubbleH1;
    case ScheduleName::kZeroBubbleH2:
      return plan::Schedule::kZeroBubbleH2;
    case ScheduleName::kZeroBubbleV:
      return plan::Schedule::kZeroBubbleV;
    case ScheduleName::kDualPipe:
      return plan::Schedule::kDualPipe;
    case ScheduleName::kDualPipeV:
      return plan::Schedule::kDualPipeV;
    case ScheduleName::kNone:
    case ScheduleName::kOneForwardOneBackward:
    case ScheduleName::kInterleaved:
      break;
  }
  return plan::Schedule::kOneForwardOneBackward;
}

// The number of chunks that a schedule has, and 1F1B where it cannot run: no pipeline, too few
// micro-batches, too few layers.
void take_chunks_of_schedule(Draft& draft, Plan& plan) {
  if (plan.schedule == plan::Schedule::kOneForwardOneBackward) return;
  const int stated = plan.virtual_stages;
  plan.virtual_stages = plan::traits_of(plan.schedule).virtual_stages;
  const auto& job = draft.out.job;
  const auto problem = plan::problem_of_schedule(plan.shape(plan.micro_batches(job)));
  if (problem.empty() && plan.chunks() <= job.model.layers) return;
  draft.fill("schedule", "1F1B", fmt::format("{}: {}", plan::title_of(plan.schedule), problem));
  plan.schedule = plan::Schedule::kOneForwardOneBackward;
  plan.virtual_stages = stated;
}

// Megatron-LM can count the embedding and the loss as layers
// (--account-for-embedding-in-pipeline-split, --account-for-loss-in-pipeline-split): the first and
// the last virtual stage may then have nothing else.
constexpr int kCountedAsLayers = 2;

// Virtual stages need as many layers, a pipeline, and rounds of whole pipelines.
void take_schedule(Draft& draft, Plan& plan) {
  const auto text = read_schedule(draft.run.schedule);
  draft.unplaced("schedule", text.rest);
  auto& job = draft.out.job;
  plan.virtual_stages = whole(draft.run.virtual_stages.value_or(1));
  if (text.schedule) plan.schedule = schedule_of(*text.schedule);
  if (!draft.run.virtual_stages && text.schedule == ScheduleName::kInterleaved) {
    plan.virtual_stages = 2;
    draft.fill("vpp", "2", "interleaved, and by how much is not stated");
  }
  take_chunks_of_schedule(draft, plan);
  round_micro_batches(draft, plan);
  if (plan.schedule != plan::Schedule::kOneForwardOneBackward) return;
  const bool runs = plan.pipeline > 1 && plan.micro_batches(job) % plan.pipeline == 0;
  auto possible = runs ? plan.virtual_stages : 1;
  const int slots = job.model.layers + kCountedAsLayers;
  while (possible > 1 && plan.pipeline * possible > slots) --possible;
  if (possible != plan.virtual_stages) {
    if (plan.pipeline > 1) {
      draft.fill("vpp", std::to_string(possible),
                 fmt::format("{} do not go with {} layers and {} micro-batches",
                             plan.virtual_stages, job.model.layers, plan.micro_batches(job)));
    }
    plan.virtual_stages = possible;
  }
  const int ends = plan.chunks() - job.model.layers;
  if (ends > 0) plan.layers = plan::layers_with_ends(job.model, plan.chunks(), true, ends > 1);
}

// Layers of the virtual stages as the stack's recipe has them; else as even as they go.
void take_split(Draft& draft, Plan& plan) {
  for (const auto& split : draft.rules.splits) {
    const int sum = std::accumulate(split.layers.begin(), split.layers.end(), 0);
    const bool is_of =
        static_cast<int>(split.layers.size()) == plan.chunks() && sum == draft.out.job.model.layers;
    if (!is_of || !holds(split.when, draft.traits)) continue;
    plan.layers = split.layers;
    draft.fill("schedule", fmt::format("layers [{}]", fmt::join(split.layers, ", ")), split.why);
    return;
  }
}

// What a run that does not say must at least have done again.
void choose_recompute(Draft& draft, Plan& plan) {
  for (const auto recompute :
       {plan::Recompute::kNone, plan::Recompute::kSelective, plan::Recompute::kFull}) {
    plan.recompute = recompute;
    if (fits_memory(draft, plan)) break;
  }
  draft.fill("recompute", plan::name_of(plan.recompute), "the least with which the run fits");
}

void take_recompute(Draft& draft, Plan& plan) {
  if (draft.run.recompute == kLeastThatFits) {
    choose_recompute(draft, plan);
    return;
  }
  const auto text = read_recompute(draft.run.recompute);
  draft.unplaced("recompute", text.rest);
  plan.recompute = text.kind.value_or(plan::Recompute::kNone);
  if (plan.recompute == plan::Recompute::kNone) return;
  plan.modules = plan.recompute == plan::Recompute::kModules ? text.modules : workload::Modules{};
  plan.recompute_layers = text.per_stage;
  if (text.per_chunk) plan.recompute_layers = {*text.per_chunk * plan.virtual_stages};
  if (text.every) {
    const int stage = (draft.out.job.model.layers + plan.pipeline - 1) / plan.pipeline;
    plan.recompute_layers = {(stage + *text.every - 1) / *text.every};
  }
}

void take_zero(Draft& draft, Plan& plan) {
  const auto text = read_zero(draft.run.zero);
  draft.unplaced("zero", text.rest);
  plan.zero = text.stage.value_or(1);
  int ranks = text.ranks.value_or(0);
  if (ranks == 0 && text.within_host) {
    ranks = std::max(1, draft.hosts->host.devices / plan.tensor);
  }
  if (ranks == 1) plan.zero = 0;
  const int all = plan.context * plan.data;
  if (ranks > 1 && ranks < all && all % ranks == 0) plan.zero_ranks = ranks;
}

void take_experts(Draft& draft, Plan& plan) {
  const auto& moe = draft.out.job.model.moe;
  if (!moe) return;
  const auto ranks = static_cast<std::int64_t>(plan.tensor) * plan.context * plan.data;
  plan.expert_tensor = whole(draft.run.expert_tensor.value_or(1));
  plan.expert = whole(draft.run.expert.value_or(1));
  if (plan.expert_tensor != 1 && plan.expert_tensor != plan.tensor) plan.expert_tensor = 1;
  if (ranks / plan.expert_tensor % plan.expert != 0 && plan.expert_tensor > 1) {
    plan.expert_tensor = 1;
    draft.fill("etp", "1", "expert and tensor ranks are more than the stage has");
  }
  const auto possible =
      std::gcd(std::gcd<std::int64_t>(plan.expert, moe->experts), ranks / plan.expert_tensor);
  if (possible != plan.expert) {
    draft.fill("ep", std::to_string(possible),
               fmt::format("{} ranks do not go with {} experts on {} ranks of a stage", plan.expert,
                           moe->experts, ranks));
    plan.expert = whole(possible);
  }
}

void take_sequence_parallel(Draft& draft, Plan& plan) {
  const auto text = read_flag(draft.run.sequence_parallel);
  draft.unplaced("sequence_parallel", text.rest);
  plan.sequence_parallel = plan.tensor > 1 && text.value.value_or(false);
  const bool whole_experts = draft.out.job.model.moe && plan.expert_tensor == 1;
  if (whole_experts && plan.tensor > 1 && !plan.sequence_parallel) {
    plan.sequence_parallel = true;
    draft.fill("sequence_parallel", "true", "whole experts beside tensor parallelism need it");
  }
}

}  // namespace

std::string make_plan(Draft& draft) {
  auto& plan = draft.out.plan;
  const auto& model = draft.out.job.model;
  // The layout, when it is to be chosen, depends on these.
  plan.zero = read_zero(draft.run.zero).stage.value_or(1);
  plan.recompute = read_recompute(draft.run.recompute).kind.value_or(plan::Recompute::kNone);
  draft.out.job.global_batch = draft.run.global_batch.value_or(0);
  if (auto reason = degrees(draft, plan); !reason.empty()) return reason;
  if (plan.pipeline > model.layers) {
    return fmt::format("{} layers cannot fill {} pipeline stages", model.layers, plan.pipeline);
  }
  if (auto reason = batches(draft, plan); !reason.empty()) return reason;
  take_schedule(draft, plan);
  take_split(draft, plan);
  take_zero(draft, plan);
  take_experts(draft, plan);
  take_sequence_parallel(draft, plan);
  take_recompute(draft, plan);
  draft.out.batch_share =
      static_cast<double>(draft.run.global_batch.value_or(draft.out.job.global_batch)) /
      static_cast<double>(draft.out.job.global_batch);
  return "";
}

std::string make_cluster(Draft& draft) {
  const auto devices = draft.out.plan.devices();
  const int each = draft.hosts->host.devices;
  const auto hosts = (devices + each - 1) / each;
  constexpr std::int64_t kMostHosts = 1'000'000;
  if (hosts > kMostHosts) return fmt::format("{} devices are no cluster", devices);
  int domain = 0;
  for (const auto& rule : draft.rules.clusters) {
    const bool named = std::any_of(rule.names.begin(), rule.names.end(), [&](const auto& name) {
      return matches(name, draft.cluster_name);
    });
    if (!named || rule.hosts_per_domain == 0 || devices <= rule.over) continue;
    domain = rule.hosts_per_domain;
    draft.fill("cluster", fmt::format("{} hosts of a domain in use", domain), rule.why);
    break;
  }
  // Whole domains: a few devices more than the run had stay idle.
  constexpr int kTries = 80;
  std::shared_ptr<const ClusterEntry> entry;
  for (int extra = 0; extra < kTries; ++extra) {
    const auto size = hosts + extra;
    if (domain > 0 && size % domain != 0) continue;
    entry = draft.documents.cluster(
        domain > 0 ? fmt::format("{{use: {}, hosts: {}, hosts_per_domain: {}}}", draft.cluster_name,
                                 size, domain)
                   : fmt::format("{{use: {}, hosts: {}}}", draft.cluster_name, size));
    if (entry->error.empty()) break;
  }
  if (!entry || !entry->error.empty()) {
    return entry ? entry->error : fmt::format("no size of {} fits", draft.cluster_name);
  }
  draft.out.cluster = entry;
  return "";
}

}  // namespace weft::validation
