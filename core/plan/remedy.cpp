#include "weft/plan/remedy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "weft/base/unit_text.h"
#include "weft/plan/check.h"

namespace weft::plan {

namespace {

using workload::Module;
using workload::Modules;

// Module lists from the cheapest to make again to the dearest.
constexpr std::array kModuleLists = {
    Modules(Module::kLayerNorm),
    Module::kLayerNorm | Module::kMlpActivation | Module::kMoeActivation,
    workload::kSelectiveModules | Module::kLatentUpProjection,
    workload::kSelectiveModules | Module::kLatentUpProjection | Module::kSharedExperts,
};

// What a change of a plan does, tried with everything else as it is.
class Trials {
 public:
  Trials(const cluster::Cluster& cluster, const workload::Job& job,
         const workload::Software& software, const Plan& plan)
      : cluster_(cluster),
        job_(job),
        software_(software),
        plan_(plan),
        needed_(peak_memory(job, software, plan).total()) {}

  std::vector<Remedy> run(const Plan& base, const std::string& before) {
    found_.clear();
    before_ = before;
    gradients(base);
    modules(base);
    micro_batch(base);
    zero(base);
    layers(base);
    offload(base);
    degrees(base);
    return std::move(found_);
  }

 private:
  // Whether it fits, and then keeps it.
  bool take(const Plan& plan, const std::string& change) {
    if (first_problem(cluster_, job_, software_, plan)) return false;
    const auto needed = peak_memory(job_, software_, plan).total();
    found_.push_back({plan, before_ + change, needed_ - needed});
    return true;
  }

  void gradients(Plan plan) {
    if (state_bytes(job_, software_, plan).gradients <= 2) return;
    plan.gradient_bytes = 2;
    take(plan, "gradient_bytes: 2 B");
  }

  void modules(Plan plan) {
    if (plan.recompute == Recompute::kFull) return;
    if (software_.attention == workload::AttentionKernel::kUnfused &&
        plan.recompute == Recompute::kNone) {
      plan.recompute = Recompute::kAttention;
      if (take(plan, "recompute: attention")) return;
    }
    for (const auto list : kModuleLists) {
      plan.recompute = Recompute::kModules;
      plan.modules = list | plan_.recomputed_modules();
      if (take(plan, fmt::format("recompute: [{}]", to_text(plan.modules)))) return;
    }
  }

  void micro_batch(Plan plan) {
    for (plan.micro_batch /= 2; plan.micro_batch >= 1; plan.micro_batch /= 2) {
      if (take(plan, fmt::format("micro_batch: {}", plan.micro_batch))) return;
    }
  }

  void zero(Plan plan) {
    const int most = plan.pipeline > 1 ? 1 : 3;
    while (++plan.zero <= most) {
      if (take(plan, fmt::format("zero: {}", plan.zero))) return;
    }
  }

  // The fewest layers of a stage.
  void layers(Plan plan) {
    if (plan.recompute == Recompute::kFull && plan.recompute_layers.empty()) return;
    plan.recompute = Recompute::kFull;
    const int most = (job_.model.layers + plan.pipeline - 1) / plan.pipeline;
    int least = 1;
    plan.recompute_layers = {most};
    if (first_problem(cluster_, job_, software_, plan)) return;
    for (int high = most; least < high;) {
      const int middle = (least + high) / 2;
      plan.recompute_layers = {middle};
      if (first_problem(cluster_, job_, software_, plan)) {
        least = middle + 1;
      } else {
        high = middle;
      }
    }
    plan.recompute_layers = {least};
    take(plan, fmt::format("recompute: full, recompute_layers: {}", least));
  }

  void offload(const Plan& plan) {
    auto away = plan;
    for (const double share : {0.5, 1.0}) {
      if (share <= plan.activation_offload) continue;
      away.activation_offload = share;
      if (take(away, fmt::format("activation_offload: {}", share))) break;
    }
    away = plan;
    for (const double share : {0.5, 1.0}) {
      if (share <= plan.optimizer_offload) continue;
      away.optimizer_offload = share;
      if (take(away, fmt::format("optimizer_offload: {}", share))) break;
    }
  }

  // Ranks of another degree in the place of data ranks.
  void degrees(const Plan& plan) {
    constexpr std::array kDegrees = {
        std::pair{"context", &Plan::context}, std::pair{"pipeline", &Plan::pipeline},
        std::pair{"tensor", &Plan::tensor}, std::pair{"expert", &Plan::expert}};
    for (const auto& [name, degree] : kDegrees) {
      const bool is_expert = degree == &Plan::expert;
      auto other = plan;
      if (degree == &Plan::pipeline && !plan.layers.empty()) continue;
      while (is_expert ? job_.model.moe && other.expert < job_.model.moe->experts
                       : other.data % 2 == 0) {
        other.*degree *= 2;
        if (!is_expert) other.data /= 2;
        other.sequence_parallel |= degree == &Plan::tensor;
        const auto ranks = is_expert ? std::string() : fmt::format(", data: {}", other.data);
        if (take(other, fmt::format("{}: {}{}", name, other.*degree, ranks))) break;
      }
    }
  }

  const cluster::Cluster& cluster_;
  const workload::Job& job_;
  const workload::Software& software_;
  const Plan& plan_;
  base::Bytes needed_;
  std::string before_;
  std::vector<Remedy> found_;
};

}  // namespace

Misfit misfit_of(const cluster::Cluster& cluster, const workload::Job& job,
                 const workload::Software& software, const Plan& plan) {
  Misfit misfit;
  misfit.memory = peak_memory(job, software, plan);
  const auto& memory = misfit.memory;
  const auto usable = cluster.device().memory_usable;
  misfit.over = memory.total() - usable;
  if (misfit.over.si() <= 0) {
    misfit.on_host = true;
    misfit.part = "the host";
    misfit.part_bytes = memory.host * cluster.host.devices;
    misfit.over = misfit.part_bytes - cluster.host.memory;
    return misfit;
  }
  const std::array<std::pair<const char*, base::Bytes>, 6> parts = {
      {{"weights", memory.weights},
       {"gradients", memory.gradients},
       {"optimizer", memory.optimizer},
       {"reserve", memory.reserve},
       {"buffers", memory.buffers},
       {"activations", memory.activations}}};
  base::Bytes sum;
  for (const auto& [name, bytes] : parts) {
    sum += bytes;
    misfit.part = name;
    misfit.part_bytes = bytes;
    if (sum > usable) break;
  }
  return misfit;
}

std::vector<Remedy> remedies(const cluster::Cluster& cluster, const workload::Job& job,
                             const workload::Software& software, const Plan& plan) {
  Trials trials(cluster, job, software, plan);
  auto found = trials.run(plan, "");
  if (!found.empty()) return found;
  auto full = plan;
  full.recompute = Recompute::kFull;
  full.recompute_layers.clear();
  return trials.run(full, "recompute: full, ");
}

std::string misfit_text(const cluster::Cluster& cluster, const workload::Job& job,
                        const workload::Software& software, const Plan& plan) {
  const auto misfit = misfit_of(cluster, job, software, plan);
  auto text =
      misfit.on_host
          ? fmt::format("offloads {} to a host that has {}", base::to_text(misfit.part_bytes),
                        base::to_text(cluster.host.memory))
          : fmt::format("needs {} on stage {}, a device of {} has {}; it goes over with {} ({})",
                        base::to_text(misfit.memory.total()), misfit.memory.stage,
                        cluster.chip.name, base::to_text(cluster.device().memory_usable),
                        misfit.part, base::to_text(misfit.part_bytes));
  const auto found = remedies(cluster, job, software, plan);
  if (found.empty()) return text + "; no small change makes it fit";
  return text + fmt::format("; smallest change that fits: {} (saves {})", found.front().change,
                            base::to_text(found.front().saved));
}

}  // namespace weft::plan
