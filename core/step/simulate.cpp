// The ledger of a step: every stage's passes, data-parallel work and waiting, booked by cause.
#include <algorithm>
#include <stdexcept>

#include "index.h"
#include "part_prices.h"
#include "stage_map.h"
#include "weft/chips/kernel.h"
#include "weft/plan/check.h"
#include "weft/step/evaluator.h"

namespace weft::step {

namespace {

using workload::LayerKind;

// Idle time below this share of a step is rounding.
constexpr double kRounding = 1e-12;

void book(Ledger& ledger, Part part, base::Time time) {
  ledger.parts[static_cast<std::size_t>(part)] += time;
}

void book(Ledger& ledger, Part part, const Communication& communication) {
  ledger.parts[static_cast<std::size_t>(part)] += communication.exposed;
  ledger.hidden[static_cast<std::size_t>(part)] += communication.hidden;
}

void book(Ledger& ledger, Part kernels, const PassCost& pass) {
  book(ledger, kernels, pass.kernels);
  book(ledger, Part::kHost, pass.host);
  book(ledger, Part::kTensor, pass.tensor);
  book(ledger, Part::kContext, pass.context);
  book(ledger, Part::kExpert, pass.expert);
  book(ledger, Part::kData, pass.data);
  book(ledger, Part::kOffload, pass.offload);
  book(ledger, Part::kStragglers, pass.stragglers);
  ledger.energy[static_cast<std::size_t>(EnergyPart::kKernels)] += pass.energy;
  for (std::size_t t = 0; t < pass.sent.size(); ++t) ledger.sent[t] += pass.sent[t];
}

void scale(Ledger& ledger, double factor) {
  for (auto& part : ledger.parts) part *= factor;
  for (auto& part : ledger.hidden) part *= factor;
  for (auto& part : ledger.energy) part *= factor;
  for (auto& bytes : ledger.sent) bytes *= factor;
  ledger.crossed *= factor;
}

void add(Ledger& sum, const Ledger& other) {
  for (std::size_t p = 0; p < kPartCount; ++p) {
    sum.parts[p] += other.parts[p];
    sum.hidden[p] += other.hidden[p];
  }
  for (std::size_t p = 0; p < kEnergyPartCount; ++p) sum.energy[p] += other.energy[p];
  for (std::size_t t = 0; t < sum.sent.size(); ++t) sum.sent[t] += other.sent[t];
  sum.crossed += other.crossed;
}

base::Power power_of(const PassCost& pass) {
  return pass.kernels.si() > 0 ? pass.energy / pass.kernels : base::Power(0);
}

}  // namespace

void Evaluator::book_handovers(const ChunkClass& chunk, Ledger& ledger) const {
  const bool waits = !software_of(chunk.part).overlap_pipeline;
  for (const int to : {chunk.forward_to, chunk.backward_to}) {
    const auto* handed = handover(chunk.part, to);
    if (handed == nullptr) continue;
    if (waits) book(ledger, Part::kPipelineTransfer, handed->time);
    for (std::size_t t = 0; t < handed->sent.size(); ++t) ledger.sent[t] += handed->sent[t];
    ledger.crossed += handed->crossed;
  }
}

// One micro-batch on every chunk of a stage, then the data-parallel work around all of them.
void Evaluator::book_stage(const plan::Plan& plan, int stage, Ledger& ledger) const {
  const auto shape = plan.shape(plan.micro_batches(job_));
  const int on = plan.part_of(stage);
  for (int c = 0; c < shape.chunks(); ++c) {
    const auto& chunk = map_->chunks[at(map_->chunk_of[at(shape.virtual_stage(stage, c))])];
    for (const auto& part : chunk.parts) {
      const auto& cost = cost_of(on, part.kind);
      const double n = part.count;
      const bool is_layer = part.kind == LayerKind::kDense || part.kind == LayerKind::kMoe;
      book(ledger, is_layer ? Part::kForward : Part::kHead, PassCost{}.add(cost.forward, n));
      book(ledger, is_layer ? Part::kBackward : Part::kHead, PassCost{}.add(cost.backward, n));
      if (part.recomputed == 0) continue;
      book(ledger, Part::kRecompute,
           PassCost{}.add(cost.recomputed(plan.recompute), part.recomputed));
    }
    book_handovers(chunk, ledger);
  }
  scale(ledger, static_cast<double>(shape.micro_batches_per_way()));
  if (interwoven_) book_pairs(plan, stage, ledger);

  const auto& data = stages_[at(stage)].data;
  book(ledger, Part::kData, data.gradients);
  book(ledger, Part::kData, data.parameters);
  book(ledger, Part::kOptimizer, data.optimizer);
  book(ledger, Part::kHost, software_of(on).per_step);
  ledger.energy[static_cast<std::size_t>(EnergyPart::kKernels)] += data.optimizer_energy;
  for (std::size_t t = 0; t < data.sent.size(); ++t) ledger.sent[t] += data.sent[t];
}

// What communication and waiting draw on the devices of a part, and its hottest phase.
void Evaluator::book_power(int part, Ledger& ledger) const {
  const auto& prices = *parts_[at(part)];
  const auto& device = prices.cluster().device();
  const auto& point = prices.cluster().state.point;
  const auto exposed = ledger.part(Part::kTensor) + ledger.part(Part::kContext) +
                       ledger.part(Part::kExpert) + ledger.part(Part::kData) +
                       ledger.part(Part::kPipelineTransfer) + ledger.part(Part::kOffload);
  const auto waiting =
      ledger.part(Part::kBubble) + ledger.part(Part::kHost) + ledger.part(Part::kStragglers);
  auto& communication = ledger.energy[static_cast<std::size_t>(EnergyPart::kCommunication)];
  communication += chips::communicating_power(device, point) * exposed;
  const auto& tiers = prices.cluster().fabric.tiers();
  for (std::size_t t = 0; t < tiers.size(); ++t) {
    communication += tiers[t].link.energy_per_byte * ledger.sent[t];
  }
  communication += cluster_.joint.link.energy_per_byte * ledger.crossed;
  ledger.energy[static_cast<std::size_t>(EnergyPart::kWaiting)] +=
      chips::waiting_power(device) * waiting;

  for (const auto* cost : costs_[at(part)]->costs) {
    if (cost == nullptr) continue;
    ledger.highest_phase =
        std::max({ledger.highest_phase, power_of(cost->forward), power_of(cost->backward)});
  }
  ledger.highest_phase = std::max(ledger.highest_phase, ledger.mean_device_power());
}

base::Time Evaluator::waits_for_transfer(const PipelineTimes& pipeline, base::Time step) {
  const auto any = [](const std::vector<double>& delays) {
    return std::any_of(delays.begin(), delays.end(), [](double delay) { return delay > 0; });
  };
  if (!any(hands_forward_) && !any(hands_backward_)) return base::Time(0);
  auto without = pipeline;
  without.hands_forward = without.hands_backward = {};
  return step - base::Time(replay(without, Folding::kFolded, scratch_));
}

std::vector<Ledger> Evaluator::simulate_parts(const plan::Plan& plan) {
  if (const auto problem = plan::first_problem(cluster_, job_, plan)) {
    throw std::invalid_argument(plan::explain(*problem, cluster_, job_, software_, plan));
  }
  prepare(plan);
  const auto pipeline = times(plan);
  const base::Time step(replay(pipeline, Folding::kFolded, scratch_));
  const auto for_transfer = waits_for_transfer(pipeline, step);
  std::vector<Ledger> parts(parts_.size());
  for (int i = 0; i < plan.pipeline; ++i) {
    Ledger stage;
    book_stage(plan, i, stage);
    auto idle = step - stage.sum_of_parts();
    if (idle < step * kRounding) idle = base::Time(0);
    // A stage with little slack cannot have waited longer than it was idle.
    const auto transfer = std::clamp(for_transfer, base::Time(0), idle);
    book(stage, Part::kPipelineTransfer, transfer);
    book(stage, Part::kBubble, idle - transfer);
    add(parts[at(plan.part_of(i))], stage);
  }
  for (std::size_t part = 0; part < parts.size(); ++part) {
    auto& ledger = parts[part];
    ledger.fidelity = Fidelity::kF2;
    ledger.step = step;
    const int stages = plan.stages_in(static_cast<int>(part));
    if (stages == 0) continue;
    scale(ledger, 1.0 / stages);
    book_power(static_cast<int>(part), ledger);
  }
  return parts;
}

Ledger whole_of(std::span<const Ledger> parts, const plan::Plan& plan) {
  if (parts.size() == 1) return parts.front();
  Ledger whole;
  whole.fidelity = parts.front().fidelity;
  whole.step = parts.front().step;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    auto share = parts[part];
    scale(share, static_cast<double>(plan.stages_in(static_cast<int>(part))) / plan.pipeline);
    add(whole, share);
    whole.highest_phase = std::max(whole.highest_phase, parts[part].highest_phase);
  }
  return whole;
}

Ledger Evaluator::simulate(const plan::Plan& plan) { return whole_of(simulate_parts(plan), plan); }

}  // namespace weft::step
