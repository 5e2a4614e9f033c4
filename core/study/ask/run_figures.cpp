#include "run_figures.h"

#include <cmath>

#include "weft/workload/model.h"

namespace weft::ask {

namespace {

double devices_used(const RunAnswer& a) { return static_cast<double>(a.plan->devices()); }

double tokens_per_second(const RunAnswer& a) {
  return a.study->job.tokens_per_step() / a.step.si();
}

// Model FLOP/s of all devices in use, causal attention.
base::WorkRate achieved(const RunAnswer& a) {
  const auto per_token =
      workload::model_flops_per_token(a.study->job, a.study_case->software.expert_capacity,
                                      workload::FlopConvention::kCausalAttention);
  return per_token * a.study->job.tokens_per_step() / a.step;
}

// At the plain peak of the chips; of a mixed cluster, and of unlike devices, the outcome knows.
double utilisation(const RunAnswer& a) {
  if (a.outcome) return a.outcome->mfu;
  const auto& device = a.study_case->cluster.device();
  const auto peak = device.peaks.matrix[chips::index_of(a.study->job.precision)];
  return achieved(a) / (peak * devices_used(a));
}

double share(const RunAnswer& a, std::initializer_list<step::Part> parts) {
  base::Time sum;
  for (const auto part : parts) sum += a.outcome->ledger.part(part);
  return sum / a.step;
}

double wall(const RunAnswer& a) {
  const auto& goodput = a.outcome->goodput;
  return goodput.makes_progress ? goodput.wall.si() : kUnknown;
}

double trained_tokens_per_second(const RunAnswer& a) {
  return tokens_per_second(a) * a.outcome->goodput.ettr;
}

// In use and idle, of all parts.
double peak(const RunAnswer& a) {
  double sum = 0;
  for (const auto& part : a.outcome->parts) {
    sum += part.peak.si() * static_cast<double>(part.devices_used + part.devices_idle);
  }
  return sum;
}

using P = step::Part;

// Of the step and the plan.
std::vector<RunFigure> step_figures() {
  return {
      {{"step_time", "s", "one training step", false},
       Needs::kStep,
       [](const RunAnswer& a) { return a.step.si(); }},
      {{"tokens_per_second", "tokens/s", "whole cluster, while stepping", true},
       Needs::kStep,
       tokens_per_second},
      {{"tokens_per_device_second", "tokens/s", "of one device in use, while stepping", true},
       Needs::kStep,
       [](const RunAnswer& a) { return tokens_per_second(a) / devices_used(a); }},
      {{"achieved", "FLOP/s", "model FLOP/s of one device in use, causal attention", true},
       Needs::kStep,
       [](const RunAnswer& a) { return achieved(a).si() / devices_used(a); }},
      {{"mfu", "", "model FLOPs utilisation, of the matrix peak in the job's precision", true},
       Needs::kStep,
       utilisation},
      {{"devices_used", "", "by the plan", false}, Needs::kStep, devices_used},
      {{"devices", "", "of the cluster, used or not", false},
       Needs::kStep,
       [](const RunAnswer& a) {
         double sum = 0;
         for (int p = 0; p < a.study_case->cluster.parts(); ++p) {
           sum += static_cast<double>(a.study_case->cluster.part(p).devices());
         }
         return sum;
       }},
      {{"tensor", "", "tensor-parallel degree", false},
       Needs::kStep,
       [](const RunAnswer& a) { return double(a.plan->tensor); }},
      {{"pipeline", "", "pipeline-parallel degree", false},
       Needs::kStep,
       [](const RunAnswer& a) { return double(a.plan->pipeline); }},
      {{"context", "", "context-parallel degree", false},
       Needs::kStep,
       [](const RunAnswer& a) { return double(a.plan->context); }},
      {{"data", "", "data-parallel replicas", false},
       Needs::kStep,
       [](const RunAnswer& a) { return double(a.plan->data); }},
      {{"expert", "", "expert-parallel degree", false},
       Needs::kStep,
       [](const RunAnswer& a) { return double(a.plan->expert); }},
  };
}

// Of the ledger, the weeks and the meter.
std::vector<RunFigure> outcome_figures() {
  return {
      {{"exposed_communication", "", "share of the step that waits for the network", false},
       Needs::kOutcome,
       [](const RunAnswer& a) {
         return share(a, {P::kTensor, P::kContext, P::kExpert, P::kPipelineTransfer, P::kData});
       }},
      {{"bubble", "", "share of the step that waits for other pipeline stages", false},
       Needs::kOutcome,
       [](const RunAnswer& a) { return share(a, {P::kBubble}); }},
      {{"stragglers", "", "share of the step that waits for slower devices", false},
       Needs::kOutcome,
       [](const RunAnswer& a) { return share(a, {P::kStragglers}); }},
      {{"memory", "B", "of the fullest stage's device", false},
       Needs::kOutcome,
       [](const RunAnswer& a) { return a.outcome->memory.total().si(); }},
      {{"packages", "", "in use and idle", false},
       Needs::kOutcome,
       [](const RunAnswer& a) { return a.outcome->packages_used + a.outcome->packages_idle; }},
      {{"dies", "", "in use and idle", false},
       Needs::kOutcome,
       [](const RunAnswer& a) { return a.outcome->dies_used + a.outcome->dies_idle; }},
      {{"tokens_per_package_second", "tokens/s", "of one package in use, while stepping", true},
       Needs::kOutcome,
       [](const RunAnswer& a) { return tokens_per_second(a) / a.outcome->packages_used; }},
      {{"peak", "FLOP/s", "dense matrix peak of all devices in the job's precision", true},
       Needs::kOutcome,
       peak},
      {{"peak_per_watt", "FLOP/J", "the same over the mean power at the meter", true},
       Needs::kOutcome,
       [](const RunAnswer& a) { return peak(a) / a.outcome->bill.mean.total().si(); }},
      {{"mean_power", "W", "at the meter while training", false},
       Needs::kOutcome,
       [](const RunAnswer& a) { return a.outcome->bill.mean.total().si(); }},
      {{"peak_power", "W", "at the meter, all devices in their hottest phase", false},
       Needs::kOutcome,
       [](const RunAnswer& a) { return a.outcome->bill.peak.total().si(); }},
      {{"energy_per_token", "J/token", "at the meter", false},
       Needs::kOutcome,
       [](const RunAnswer& a) { return a.outcome->bill.per_token.si(); }},
      {{"energy", "J", "of the run, at the meter", false},
       Needs::kOutcome,
       [](const RunAnswer& a) { return a.outcome->bill.energy.si(); }},
      {{"carbon", "kg", "of the run's energy, CO2e", false},
       Needs::kOutcome,
       [](const RunAnswer& a) { return a.outcome->bill.carbon_kg; }},
      {{"interruptions_per_week", "", "of the job", false},
       Needs::kOutcome,
       [](const RunAnswer& a) { return a.outcome->goodput.interruptions_per_week(); }},
      {{"mean_time_between", "s", "between interruptions of the job", true},
       Needs::kOutcome,
       [](const RunAnswer& a) { return a.outcome->goodput.mean_time_between.si(); }},
      {{"ettr", "", "effective training time ratio: productive time over wall time", true},
       Needs::kOutcome,
       [](const RunAnswer& a) { return a.outcome->goodput.ettr; }},
      {{"trained_tokens_per_second", "tokens/s", "whole cluster, failures taken off", true},
       Needs::kOutcome,
       trained_tokens_per_second},
      {{"wall", "s", "wall clock of the whole run", false}, Needs::kOutcome, wall},
  };
}

double maybe(const std::optional<double>& value) { return value.value_or(kUnknown); }

// Over what there is little of.
std::vector<RunFigure> per_figures(const base::Currency& money) {
  return {
      {{"racks", "", "of hosts and of the switches that join them", false},
       Needs::kPer,
       [](const RunAnswer& a) { return maybe(a.per->racks); }},
      {{"wafers", "", "logic wafers that the packages take", false},
       Needs::kPer,
       [](const RunAnswer& a) { return maybe(a.per->wafers); }},
      {{"packages_per_wafer", "", "good ones of a logic wafer", true},
       Needs::kPer,
       [](const RunAnswer& a) {
         const auto& outcome = *a.outcome;
         return (outcome.packages_used + outcome.packages_idle) / maybe(a.per->wafers);
       }},
      {{"capital", money, "of the whole cluster", false},
       Needs::kPer,
       [](const RunAnswer& a) { return maybe(a.per->capital); }},
      {{"own_per_million_tokens", money, "owned: cost of a million tokens of the run", false},
       Needs::kPer,
       [](const RunAnswer& a) { return maybe(a.per->own_million); }},
      {{"own_cost", money, "owned: cost of the run", false},
       Needs::kPer,
       [](const RunAnswer& a) { return maybe(a.per->own_million) * (a.study->job.tokens / 1e6); }},
  };
}

}  // namespace

std::vector<RunFigure> run_figures(const base::Currency& money) {
  auto all = step_figures();
  for (auto& figure : outcome_figures()) all.push_back(std::move(figure));
  for (auto& figure : per_figures(money)) all.push_back(std::move(figure));
  return all;
}

}  // namespace weft::ask
