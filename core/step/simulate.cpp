// The ledger of a step: every stage's passes, data-parallel work and waiting, booked by cause.
#include <algorithm>
#include <stdexcept>

#include "index.h"
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
}

void add(Ledger& sum, const Ledger& other) {
  for (std::size_t p = 0; p < kPartCount; ++p) {
    sum.parts[p] += other.parts[p];
    sum.hidden[p] += other.hidden[p];
  }
  for (std::size_t p = 0; p < kEnergyPartCount; ++p) sum.energy[p] += other.energy[p];
  for (std::size_t t = 0; t < sum.sent.size(); ++t) sum.sent[t] += other.sent[t];
}

base::Power power_of(const PassCost& pass) {
  return pass.kernels.si() > 0 ? pass.energy / pass.kernels : base::Power(0);
}

}  // namespace

// One micro-batch on every chunk of a stage, then the data-parallel work around all of them.
void Evaluator::book_stage(const plan::Plan& plan, int stage, Ledger& ledger) const {
  const auto shape = plan.shape(plan.micro_batches(job_));
  for (int c = 0; c < shape.chunks(); ++c) {
    const int vs = shape.virtual_stage(stage, c);
    const auto& chunk = chunks_[at(vs)];
    for (const auto& part : parts_of(chunk)) {
      if (part.count == 0) continue;
      const auto& cost = cost_of(part.kind);
      const double n = part.count;
      const bool is_layer = part.kind == LayerKind::kDense || part.kind == LayerKind::kMoe;
      book(ledger, is_layer ? Part::kForward : Part::kHead, PassCost{}.add(cost.forward, n));
      book(ledger, is_layer ? Part::kBackward : Part::kHead, PassCost{}.add(cost.backward, n));
      if (part.recomputed == 0) continue;
      book(ledger, Part::kRecompute,
           PassCost{}.add(cost.recomputed(plan.recompute), part.recomputed));
    }
    const double sent = sends(shape, stage, c, true) + sends(shape, stage, c, false);
    if (!software_.overlap_pipeline) book(ledger, Part::kPipelineTransfer, transfer_.time * sent);
    for (std::size_t t = 0; t < transfer_.sent.size(); ++t) {
      ledger.sent[t] += transfer_.sent[t] * sent;
    }
  }
  scale(ledger, static_cast<double>(shape.micro_batches_per_way()));
  if (interwoven_) book_pairs(plan, stage, ledger);

  const auto& data = stages_[at(stage)].data;
  book(ledger, Part::kData, data.gradients);
  book(ledger, Part::kData, data.parameters);
  book(ledger, Part::kOptimizer, data.optimizer);
  book(ledger, Part::kHost, software_.per_step);
  ledger.energy[static_cast<std::size_t>(EnergyPart::kKernels)] += data.optimizer_energy;
  for (std::size_t t = 0; t < data.sent.size(); ++t) ledger.sent[t] += data.sent[t];
}

Ledger Evaluator::simulate(const plan::Plan& plan) {
  if (const auto problem = plan::first_problem(cluster_, job_, plan)) {
    throw std::invalid_argument(plan::explain(*problem, cluster_, job_, software_, plan));
  }
  prepare(plan);
  const auto pipeline = times(plan);
  Ledger ledger;
  ledger.fidelity = Fidelity::kF2;
  ledger.step = base::Time(replay(pipeline, Folding::kFolded, scratch_));

  // With transfers beside compute, the waiting they cause is what would vanish without them.
  base::Time waits_for_transfer;
  if (pipeline.transfer > 0) {
    auto without = pipeline;
    without.transfer = 0;
    waits_for_transfer = ledger.step - base::Time(replay(without, Folding::kFolded, scratch_));
  }
  for (int i = 0; i < plan.pipeline; ++i) {
    Ledger stage;
    book_stage(plan, i, stage);
    auto idle = ledger.step - stage.sum_of_parts();
    if (idle < ledger.step * kRounding) idle = base::Time(0);
    // A stage with little slack cannot have waited longer than it was idle.
    const auto transfer = std::clamp(waits_for_transfer, base::Time(0), idle);
    book(stage, Part::kPipelineTransfer, transfer);
    book(stage, Part::kBubble, idle - transfer);
    add(ledger, stage);
  }
  scale(ledger, 1.0 / plan.pipeline);

  const auto& device = cluster_.device();
  const auto& point = cluster_.state.point;
  const auto exposed = ledger.part(Part::kTensor) + ledger.part(Part::kContext) +
                       ledger.part(Part::kExpert) + ledger.part(Part::kData) +
                       ledger.part(Part::kPipelineTransfer) + ledger.part(Part::kOffload);
  const auto waiting =
      ledger.part(Part::kBubble) + ledger.part(Part::kHost) + ledger.part(Part::kStragglers);
  auto& communication = ledger.energy[static_cast<std::size_t>(EnergyPart::kCommunication)];
  communication += chips::communicating_power(device, point) * exposed;
  const auto& tiers = cluster_.fabric.tiers();
  for (std::size_t t = 0; t < tiers.size(); ++t) {
    communication += tiers[t].link.energy_per_byte * ledger.sent[t];
  }
  ledger.energy[static_cast<std::size_t>(EnergyPart::kWaiting)] +=
      chips::waiting_power(device) * waiting;

  for (const auto* cost : costs_) {
    if (cost == nullptr) continue;
    ledger.highest_phase =
        std::max({ledger.highest_phase, power_of(cost->forward), power_of(cost->backward)});
  }
  ledger.highest_phase = std::max(ledger.highest_phase, ledger.mean_device_power());
  return ledger;
}

}  // namespace weft::step
