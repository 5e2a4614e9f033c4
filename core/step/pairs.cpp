// Pairs of passes: their times, and what their stage waits for less.
#include "index.h"
#include "part_prices.h"
#include "stage_map.h"
#include "weft/step/evaluator.h"
#include "weft/step/pair_cost.h"

namespace weft::step {

namespace {

// Calls visit(operation, times) for what a stage does in all rounds.
template <class Visit>
void walk(const plan::StageOrder& stage, std::int64_t rounds, Visit visit) {
  for (std::size_t k = 0; k < stage.operations.size(); ++k) {
    const bool repeats = k >= stage.round_begin && k < stage.round_end;
    visit(stage.operations[k], repeats ? static_cast<double>(rounds) : 1.0);
  }
}

}  // namespace

PairSaving Evaluator::saving(int forward_stage, int backward_stage) const {
  const auto pass_of = [&](int virtual_stage) -> const PassTimes& {
    return passes_[at(map_->chunk_of[at(virtual_stage)])];
  };
  const int part = map_->chunks[at(map_->chunk_of[at(forward_stage)])].part;
  return pair_saving(pass_of(forward_stage).forward_open, pass_of(backward_stage).backward_open,
                     software_of(part).communication_tax);
}

void Evaluator::prepare_pairs(const plan::Plan& plan) {
  pairs_.clear();
  if (!interwoven_) return;
  const auto shape = plan.shape(1);
  pairs_.resize(at(shape.model_chunks()) * at(shape.chunks()));
  for (int vs = 0; vs < shape.model_chunks(); ++vs) {
    const int stage = plan::holder_of(shape, vs, 0).stage;
    for (int c = 0; c < shape.chunks(); ++c) {
      // With two copies of the model a pass meets one of the other copy, whichever it is of.
      const int back = shape.virtual_stage(stage, shape.ways() == 2 ? 1 : c);
      pairs_[at(vs) * at(shape.chunks()) + at(c)] =
          forward_[at(vs)] + backward_[at(back)] - saving(vs, back).sum();
    }
  }
}

void Evaluator::book_pairs(const plan::Plan& plan, int stage, Ledger& ledger) const {
  const auto shape = plan.shape(plan.micro_batches(job_));
  const auto rounds = plan::shortened(shape).rounds;
  const auto expert = static_cast<std::size_t>(Part::kExpert);
  const double kept = 1.0 - software_of(plan.part_of(stage)).communication_tax;
  walk(plan::stage_order(shape, stage), rounds, [&](const plan::Operation& op, double times) {
    if (op.task != plan::Task::kPair) return;
    const auto saved =
        saving(shape.virtual_stage(stage, op.chunk), shape.virtual_stage(stage, op.backward_chunk));
    ledger.parts[expert] -= base::Time(saved.sum() * times);
    if (kept > 0) ledger.hidden[expert] += base::Time(saved.sum() / kept * times);
  });
}

std::array<base::Time, plan::kTaskCount> Evaluator::task_times(const plan::Plan& plan) {
  prepare(plan);
  const auto shape = plan.shape(plan.micro_batches(job_));
  const auto rounds = plan::shortened(shape).rounds;
  std::array<base::Time, plan::kTaskCount> sum{};
  for (int stage = 0; stage < plan.pipeline; ++stage) {
    walk(plan::stage_order(shape, stage), rounds, [&](const plan::Operation& op, double times) {
      const auto vs = at(shape.virtual_stage(stage, op.chunk));
      double duration = 0;
      switch (op.task) {
        case plan::Task::kForward:
          duration = forward_[vs];
          break;
        case plan::Task::kBackward:
          duration = backward_[vs];
          break;
        case plan::Task::kInputGradient:
          duration = backward_[vs] - weight_[vs];
          break;
        case plan::Task::kWeightGradient:
          duration = weight_[vs];
          break;
        case plan::Task::kPair:
          duration = forward_[vs] + backward_[at(shape.virtual_stage(stage, op.backward_chunk))];
          if (interwoven_) duration = pairs_[vs * at(shape.chunks()) + at(op.backward_chunk)];
          break;
      }
      sum[static_cast<std::size_t>(op.task)] += base::Time(duration * times);
    });
  }
  for (auto& one : sum) one *= 1.0 / plan.pipeline;
  return sum;
}

}  // namespace weft::step
