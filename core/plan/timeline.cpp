#include "weft/plan/timeline.h"

#include <algorithm>

#include "activations.h"

namespace weft::plan {

namespace {

std::size_t index_of(int i) { return static_cast<std::size_t>(i); }

// Adds up what a stage holds from operation to operation.
class Holding {
 public:
  explicit Holding(std::vector<ChunkBytes> chunks) : chunks_(std::move(chunks)) {}

  // Does `op`; kept() and put_off() are then those of while it runs.
  void run(const Operation& op) {
    kept_ += after_kept_;
    put_off_ += after_put_off_;
    away_ += after_away_;
    after_kept_ = after_put_off_ = after_away_ = base::Bytes(0);
    if (op.task == Task::kForward || op.task == Task::kPair) enter(of(op.chunk));
    if (op.task == Task::kBackward) leave(of(op.chunk));
    if (op.task == Task::kPair) leave(of(op.backward_chunk));
    if (op.task == Task::kInputGradient) turn(of(op.chunk));
    if (op.task == Task::kWeightGradient) after_put_off_ -= of(op.chunk).put_off;
  }

  [[nodiscard]] base::Bytes kept() const { return kept_; }
  [[nodiscard]] base::Bytes put_off() const { return put_off_; }
  [[nodiscard]] base::Bytes away() const { return away_; }

 private:
  [[nodiscard]] const ChunkBytes& of(int chunk) const { return chunks_[index_of(chunk)]; }

  void enter(const ChunkBytes& chunk) {
    kept_ += chunk.kept + chunk.head;
    away_ += chunk.away;
  }
  void leave(const ChunkBytes& chunk) {
    after_kept_ -= chunk.kept + chunk.head;
    after_away_ -= chunk.away;
  }
  // An input gradient: the larger of before and after counts while it runs.
  void turn(const ChunkBytes& chunk) {
    if (chunk.put_off > chunk.kept + chunk.head) {
      kept_ -= chunk.kept + chunk.head;
      put_off_ += chunk.put_off;
    } else {
      after_kept_ -= chunk.kept + chunk.head;
      after_put_off_ += chunk.put_off;
    }
    after_away_ -= chunk.away;
  }

  std::vector<ChunkBytes> chunks_;
  base::Bytes kept_, put_off_, away_;
  base::Bytes after_kept_, after_put_off_, after_away_;
};

Holding holding_of(const workload::Job& job, const Plan& plan, const MemoryParts& parts,
                   int stage) {
  const auto shape = plan.shape(plan.micro_batches(job));
  std::vector<ChunkBytes> chunks;
  for (int c = 0; c < shape.chunks(); ++c) {
    chunks.push_back(chunk_bytes(job, plan, parts, shape.virtual_stage(stage, c)));
  }
  return Holding(std::move(chunks));
}

Operation later(Operation op, std::int64_t micro_batches) {
  op.micro_batch += static_cast<int>(micro_batches);
  op.backward_micro_batch += static_cast<int>(micro_batches);
  return op;
}

bool goes_back(Task task) {
  return task == Task::kBackward || task == Task::kInputGradient || task == Task::kPair;
}

}  // namespace

std::vector<Operation> operations_of(const PipelineShape& shape, int stage) {
  const auto order = stage_order(shape, stage);
  const auto all = shortened(shape);
  const auto begin = order.operations.begin();
  const auto round_begin = begin + static_cast<std::ptrdiff_t>(order.round_begin);
  const auto round_end = begin + static_cast<std::ptrdiff_t>(order.round_end);
  std::vector<Operation> operations(begin, round_begin);
  for (std::int64_t r = 0; r < all.rounds; ++r) {
    for (auto op = round_begin; op != round_end; ++op) {
      operations.push_back(later(*op, r * all.step));
    }
  }
  const auto shift = std::max<std::int64_t>(all.rounds - 1, 0) * all.step;
  for (auto op = round_end; op != order.operations.end(); ++op) {
    operations.push_back(later(*op, shift));
  }
  return operations;
}

std::vector<MemoryMoment> memory_timeline(const workload::Job& job,
                                          const workload::Software& software, const Plan& plan,
                                          int stage) {
  const auto parts = memory_parts(job, software, plan);
  const auto state = memory_of_stage(job, software, plan, stage);
  const auto buffers =
      buffers_of_stage(job, software, plan, parts, layers_of_stage(job.model, plan, stage));
  auto holding = holding_of(job, plan, parts, stage);
  std::vector<MemoryMoment> moments;
  for (const auto& op : operations_of(plan.shape(plan.micro_batches(job)), stage)) {
    holding.run(op);
    MemoryMoment moment;
    moment.operation = op;
    moment.kept = holding.kept();
    moment.put_off = holding.put_off();
    moment.buffers = goes_back(op.task) ? buffers.all() : buffers.any_pass;
    const auto tensors = state.state() + moment.kept + moment.put_off + moment.buffers;
    moment.total = tensors * (1.0 + software.reserved_fraction) + software.reserved_fixed;
    moments.push_back(moment);
  }
  return moments;
}

Held most_held_in_order(const workload::Job& job, const Plan& plan, const MemoryParts& parts,
                        int stage) {
  // Rounds are alike: the shortened schedule has them all.
  auto holding = holding_of(job, plan, parts, stage);
  Held most;
  for (const auto& op : stage_order(plan.shape(plan.micro_batches(job)), stage).operations) {
    holding.run(op);
    most.device = std::max(most.device, holding.kept() + holding.put_off());
    most.host = std::max(most.host, holding.away());
  }
  return most;
}

}  // namespace weft::plan
