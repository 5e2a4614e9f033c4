#include "weft/plan/fitting.h"

#include <algorithm>
#include <array>

#include "activations.h"
#include "held_passes.h"
#include "weft/plan/check.h"
#include "weft/plan/flat_table.h"

namespace weft::plan {

namespace {

constexpr int kFittingDegreeBits = 13;
constexpr int kFittingReplicaBits = 23;

std::uint64_t packed(std::uint64_t word, std::int64_t value, int bits) {
  return (word << bits) | static_cast<std::uint64_t>(value);
}

// Plan::shard() and the modules.
std::array<std::uint64_t, 2> parts_key(const Plan& plan) {
  std::uint64_t a = packed(0, plan.tensor, kFittingDegreeBits);
  a = packed(a, plan.context, kFittingDegreeBits);
  a = packed(a, plan.expert, kFittingDegreeBits);
  a = packed(a, plan.expert_tensor, kFittingDegreeBits);
  std::uint64_t b = packed(0, plan.micro_batch, kFittingReplicaBits);
  b = packed(b, plan.sequence_parallel ? 1 : 0, 1);
  b = packed(b, static_cast<int>(plan.context_exchange), 2);
  b = packed(b, plan.recomputed_modules().bits(), 16);
  return {a, b};
}

// What stages hold: schedules of equal shortened length hold the same.
std::array<std::uint64_t, 2> stages_key(const Plan& plan, std::int64_t micro_batches) {
  std::uint64_t a = packed(0, plan.pipeline, kFittingDegreeBits);
  a = packed(a, plan.virtual_stages, kFittingDegreeBits);
  a = packed(a, static_cast<int>(plan.schedule), 4);
  a = packed(a, plan.recompute == Recompute::kNone ? 0 : 1, 1);
  const auto written = shortened(plan.shape(micro_batches));
  a = packed(a, written.rounds > 0 ? 1 : 0, 1);
  return {a, static_cast<std::uint64_t>(written.micro_batches)};
}

// The most that a stage of this kind holds, by the bytes of its chunks.
Held most_held(const StageKind& kind, const std::vector<ChunkBytes>& bytes) {
  Held most;
  for (const auto& moment : kind.most) {
    Held held;
    for (std::size_t c = 0; c < bytes.size(); ++c) {
      const auto& one = bytes[c];
      held.device += (one.kept + one.head) * moment.kept[c] + one.put_off * moment.put_off[c];
      held.host += one.away * moment.kept[c];
    }
    most.device = std::max(most.device, held.device);
    most.host = std::max(most.host, held.host);
  }
  return most;
}

}  // namespace

struct Fitting::Tables {
  // Layers and orders that a user gave; all plans of the tables have them.
  std::vector<int> layers, recompute_layers;
  GivenOrder order;
  FlatTable<2, MemoryParts> parts;
  FlatTable<2, std::vector<StageKind>> stages;
  std::vector<ChunkBytes> bytes;  // of the chunks of one stage
};

Fitting::Fitting(const cluster::Cluster& cluster, const workload::Job& job,
                 const workload::Software& software)
    : cluster_(cluster), job_(job), software_(software), tables_(std::make_unique<Tables>()) {}
Fitting::Fitting(Fitting&&) noexcept = default;
Fitting::~Fitting() = default;

void Fitting::forget() { tables_->parts = {}; }

template <class Visit>
void Fitting::each_content(const Plan& plan, bool with_activations, Visit visit) {
  if (plan.layers != tables_->layers || plan.recompute_layers != tables_->recompute_layers ||
      plan.order != tables_->order) {
    tables_ = std::make_unique<Tables>();
    tables_->layers = plan.layers;
    tables_->recompute_layers = plan.recompute_layers;
    tables_->order = plan.order;
  }
  const auto micro_batches = plan.micro_batches(job_);
  const auto& parts =
      tables_->parts.get(parts_key(plan), [&] { return memory_parts(job_, software_, plan); })
          .first;
  const auto& kinds = tables_->stages
                          .get(stages_key(plan, micro_batches),
                               [&] { return stage_kinds(plan, job_.model, micro_batches); })
                          .first;
  const auto state = state_bytes(job_, software_, plan);
  auto& bytes = tables_->bytes;
  for (const auto& kind : kinds) {
    StageContent content;
    bytes.clear();
    for (const auto& held : kind.chunks) {
      const double n = held.times;
      const auto parameters = parameters_of_chunk(job_.model, held.chunk, parts.parameters);
      content.parameters.dense += n * parameters.dense;
      content.parameters.experts += n * parameters.experts;
      content.layers.add(held.chunk, held.times);
      if (with_activations) bytes.push_back(chunk_bytes(plan, parts, held.chunk));
    }
    if (with_activations) content.held = most_held(kind, bytes);
    visit(memory_of_content(job_, software_, plan, content, state, parts));
  }
}

base::Bytes Fitting::needed(const Plan& plan) {
  base::Bytes most;
  each_content(plan, true, [&](const Memory& memory) { most = std::max(most, memory.total()); });
  return most;
}

bool Fitting::fits(const Plan& plan) {
  bool all = true;
  each_content(plan, true,
               [&](const Memory& memory) { all = all && plan::fits(cluster_, memory); });
  return all;
}

bool Fitting::state_fits(const Plan& plan) {
  base::Bytes most;
  each_content(plan, false, [&](const Memory& memory) { most = std::max(most, memory.state()); });
  return most <= cluster_.device().memory_usable;
}

}  // namespace weft::plan
