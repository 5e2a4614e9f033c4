#include "weft/plan/fitting.h"

#include <algorithm>
#include <array>

#include "activations.h"
#include "held_passes.h"
#include "weft/plan/check.h"
#include "weft/plan/flat_table.h"
#include "weft/plan/word.h"

namespace weft::plan {

namespace {

constexpr int kPartBits = 12;

// Plan::shard() and the modules, on the stack of a part of the cluster.
std::array<std::uint64_t, 2> parts_key(const Plan& plan, int part) {
  Word a, b;
  a.add(plan.tensor, kDegreeBits).add(plan.context, kDegreeBits);
  a.add(plan.expert, kDegreeBits).add(plan.expert_tensor, kDegreeBits);
  b.add(plan.micro_batch, kReplicaBits).add(plan.sequence_parallel ? 1 : 0, 1);
  b.add(static_cast<int>(plan.context_exchange), 2);
  b.add(plan.recomputed_modules().bits(), 16).add(part, kPartBits);
  return {a.get(), b.get()};
}

// What stages hold: schedules of equal shortened length hold the same.
std::array<std::uint64_t, 2> stages_key(const Plan& plan, std::int64_t micro_batches) {
  const auto written = shortened(plan.shape(micro_batches));
  Word a;
  a.add(plan.pipeline, kDegreeBits).add(plan.virtual_stages, kDegreeBits);
  a.add(static_cast<int>(plan.schedule), 4);
  a.add(plan.recompute == Recompute::kNone ? 0 : 1, 1).add(written.rounds > 0 ? 1 : 0, 1);
  return {a.get(), static_cast<std::uint64_t>(written.micro_batches)};
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
  // Layers, orders and parts that a user gave; all plans of the tables have them.
  std::vector<int> layers, recompute_layers, parts_of_stages;
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
      plan.order != tables_->order || plan.parts != tables_->parts_of_stages) {
    tables_ = std::make_unique<Tables>();
    tables_->parts_of_stages = plan.parts;
    tables_->layers = plan.layers;
    tables_->recompute_layers = plan.recompute_layers;
    tables_->order = plan.order;
  }
  const auto micro_batches = plan.micro_batches(job_);
  const auto& kinds = tables_->stages
                          .get(stages_key(plan, micro_batches),
                               [&] { return stage_kinds(plan, job_.model, micro_batches); })
                          .first;
  auto& bytes = tables_->bytes;
  const workload::Software* stack = nullptr;  // and what depends on it, of the part at hand
  const MemoryParts* parts = nullptr;
  StateBytes state;
  int part = -1;
  for (const auto& kind : kinds) {
    if (kind.part != part) {
      part = kind.part;
      stack = &software_.of_part(part);
      parts = &tables_->parts
                   .get(parts_key(plan, part), [&] { return memory_parts(job_, *stack, plan); })
                   .first;
      state = state_bytes(job_, *stack, plan);
    }
    StageContent content;
    bytes.clear();
    for (const auto& held : kind.chunks) {
      const double n = held.times;
      const auto parameters = parameters_of_chunk(job_.model, held.chunk, parts->parameters);
      content.parameters.dense += n * parameters.dense;
      content.parameters.experts += n * parameters.experts;
      content.layers.add(held.chunk, held.times);
      if (with_activations) bytes.push_back(chunk_bytes(plan, *parts, held.chunk));
    }
    if (with_activations) content.held = most_held(kind, bytes);
    auto memory = memory_of_content(job_, *stack, plan, content, state, *parts);
    memory.part = part;
    visit(memory);
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
  bool all = true;
  each_content(plan, false, [&](const Memory& memory) {
    all = all && memory.state() <= cluster_.part(memory.part).device().memory_usable;
  });
  return all;
}

}  // namespace weft::plan
