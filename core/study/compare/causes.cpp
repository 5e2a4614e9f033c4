#include "weft/compare/causes.h"

#include <algorithm>
#include <cmath>

#include "weft/step/evaluator.h"

namespace weft::compare {

namespace {

using step::Ledger;
using step::Part;

// Links and memory that cost nothing: so many times as fast. Finite, as the models divide by it.
constexpr double kFree = 1e9;

interconnect::Tier freed(interconnect::Tier tier) {
  auto& link = tier.link;
  link.bandwidth *= kFree;
  link.latency = link.switch_latency = link.call_overhead = base::Time(0);
  link.half_size = base::Bytes(0);
  link.low_latency.reset();
  if (link.in_switch_reduction) link.in_switch_reduction->latency = base::Time(0);
  tier.graph_use.latency = base::Time(0);
  tier.graph_use.neighbour_time /= kFree;
  tier.graph_use.all_to_all_time /= kFree;
  return tier;
}

cluster::Cluster with_free_tiers(cluster::Cluster cluster, int from) {
  auto tiers = cluster.fabric.tiers();
  for (auto t = static_cast<std::size_t>(from); t < tiers.size(); ++t) tiers[t] = freed(tiers[t]);
  if (!tiers.empty()) cluster.fabric = interconnect::Fabric(std::move(tiers));
  return cluster;
}

cluster::Cluster without_cap(cluster::Cluster cluster) {
  cluster.state.point.power_cap = base::Power(0);
  return cluster;
}

cluster::Cluster with_free_memory(cluster::Cluster cluster) {
  cluster.chip.device.memory_bandwidth *= kFree;
  return cluster;
}

Ledger ledger_of(const cluster::Cluster& cluster, const workload::Job& job,
                 const study::Case& study_case, const study::Outcome& outcome) {
  return step::Evaluator(cluster, job, study_case.software).simulate(outcome.plan);
}

double kernels_of(const Ledger& ledger) {
  return (ledger.part(Part::kForward) + ledger.part(Part::kBackward) + ledger.part(Part::kHead))
      .si();
}

// What of `all` vanishes when `rest` is left.
double vanished(double all, double rest) {
  return all > 0 ? std::clamp(1 - rest / all, 0.0, 1.0) : 0.0;
}

class Splitter {
 public:
  Splitter(const workload::Job& job, const study::Case& study_case, const study::Outcome& outcome,
           int scale_up_tiers)
      : ledger_(outcome.ledger), outcome_(outcome) {
    const auto of = [&](const cluster::Cluster& cluster) {
      return ledger_of(cluster, job, study_case, outcome);
    };
    const auto& cluster = study_case.cluster;
    plain_ = of(cluster);
    uncapped_ = cluster.state.point.power_cap.si() > 0 ? of(without_cap(cluster)) : plain_;
    free_memory_ = of(with_free_memory(without_cap(cluster)));
    free_scale_out_ = of(with_free_tiers(cluster, scale_up_tiers));
  }

  // Seconds of a step of one device in use.
  ByCause step() {
    kernels();
    for (const auto part :
         {Part::kTensor, Part::kContext, Part::kExpert, Part::kPipelineTransfer, Part::kData}) {
      communication(part);
    }
    add(Cause::kRecompute, Part::kRecompute);
    add(Cause::kHost, Part::kHost);
    add(Cause::kBubbles, Part::kBubble);
    add(Cause::kOptimizer, Part::kOptimizer);
    add(Cause::kOffload, Part::kOffload);
    add(Cause::kStragglers, Part::kStragglers);
    return causes_;
  }

 private:
  double& at(Cause cause) { return causes_[static_cast<std::size_t>(cause)]; }
  void add(Cause cause, Part part) { at(cause) += ledger_.part(part).si(); }

  void kernels() {
    const double all = kernels_of(ledger_);
    const double plain = kernels_of(plain_);
    const double uncapped = std::min(kernels_of(uncapped_), plain);
    const double streaming = std::min(kernels_of(free_memory_), uncapped);
    at(Cause::kPower) = all * vanished(plain, uncapped);
    at(Cause::kMemory) = all * (vanished(plain, streaming) - vanished(plain, uncapped));
    at(Cause::kPeak) = outcome_.mfu * ledger_.step.si();
    at(Cause::kKernels) = all - at(Cause::kPower) - at(Cause::kMemory) - at(Cause::kPeak);
  }

  void communication(Part part) {
    const double all = ledger_.part(part).si();
    const double out = all * vanished(plain_.part(part).si(), free_scale_out_.part(part).si());
    at(Cause::kScaleOut) += out;
    at(Cause::kScaleUp) += all - out;
  }

  const Ledger& ledger_;
  const study::Outcome& outcome_;
  Ledger plain_, uncapped_, free_memory_, free_scale_out_;
  ByCause causes_{};
};

}  // namespace

double sum(const ByCause& causes) {
  double all = 0;
  for (const double one : causes) all += one;
  return all;
}

ByCause causes_of(const workload::Job& job, const workload::Job& reference,
                  const study::Case& study_case, const study::Outcome& outcome,
                  int scale_up_tiers) {
  auto causes = Splitter(job, study_case, outcome, scale_up_tiers).step();
  const auto at = [&](Cause cause) -> double& { return causes[static_cast<std::size_t>(cause)]; };
  const double used = static_cast<double>(outcome.devices_used) / job.tokens_per_step();
  for (auto& one : causes) one *= used;
  at(Cause::kIdle) =
      static_cast<double>(outcome.devices_idle) * outcome.ledger.step.si() / job.tokens_per_step();
  const double stepping = sum(causes);
  const double steps = job.steps() * outcome.ledger.step.si();
  at(Cause::kFailures) = stepping * (outcome.goodput.wall.si() / steps - 1);
  at(Cause::kBatch) = sum(causes) * (job.tokens / reference.tokens - 1);
  return causes;
}

FreeLinks with_free_links(const workload::Job& job, const study::Case& study_case,
                          const study::Outcome& outcome, int scale_up_tiers) {
  const auto& cluster = study_case.cluster;
  const auto time = [&](const cluster::Cluster& on) {
    return step::Evaluator(on, job, study_case.software).time(outcome.plan);
  };
  const auto plain = time(cluster);
  const auto of = [&](int from) {
    const double share = std::min(time(with_free_tiers(cluster, from)) / plain, 1.0);
    return outcome.ledger.step * share;
  };
  return {of(0), of(scale_up_tiers)};
}

double Waterfall::gap() const {
  double all = 0;
  for (std::size_t c = 0; c < kCauseCount; ++c) all += part(static_cast<Cause>(c));
  return all;
}

double Waterfall::share(Cause cause) const {
  const double all = gap();
  return all == 0 ? 0.0 : part(cause) / all;
}

}  // namespace weft::compare
