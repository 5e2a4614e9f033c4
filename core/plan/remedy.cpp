#include "weft/plan/remedy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "lists.h"
#include "weft/base/unit_text.h"
#include "weft/plan/axes.h"
#include "weft/plan/check.h"
#include "weft/plan/write.h"

namespace weft::plan {

namespace {

using workload::Module;
using workload::Modules;

// Modules from the cheapest to make again to the dearest; each list has those before it.
constexpr std::array kCheapestFirst = {Module::kLayerNorm,
                                       Module::kMlpActivation,
                                       Module::kMoeActivation,
                                       Module::kLatentUpProjection,
                                       Module::kSharedExperts,
                                       Module::kMlp,
                                       Module::kMoe};
constexpr int kTenths = 10;

Modules without(Modules modules, Module module) {
  Modules rest;
  for (int m = 0; m < workload::kModuleCount; ++m) {
    const auto one = static_cast<Module>(m);
    if (one != module && modules.meets(one)) rest = rest | one;
  }
  return rest;
}

// What a plan makes again of each layer that is not made again whole.
Modules modules_in(const Plan& plan) {
  if (plan.recompute == Recompute::kSelective) return workload::kSelectiveModules;
  if (plan.recompute == Recompute::kAttention) return workload::kAttentionModules;
  return plan.recomputed_modules();
}

// The most layers of a stage.
int largest_stage(const workload::Job& job, const Plan& plan) {
  int most = 0;
  const auto shape = plan.shape(1);
  for (int stage = 0; stage < plan.pipeline; ++stage) {
    int layers = 0;
    for (int c = 0; c < plan.virtual_stages; ++c) {
      layers += chunk_of(plan, job.model, shape.virtual_stage(stage, c)).layers();
    }
    most = std::max(most, layers);
  }
  return most;
}

// What a change of a plan does, tried with everything else as it is.
class Trials {
 public:
  Trials(const cluster::Cluster& cluster, const workload::Job& job,
         const workload::Software& software, const Plan& plan)
      : cluster_(cluster),
        job_(job),
        software_(software),
        plan_(plan),
        needed_(fullest_stage(cluster, job, software, plan).total()) {}

  void run(const Plan& base) {
    less_offload(base);
    gradients(base);
    modules(base);
    micro_batch(base);
    zero(base);
    zero_ranks(base);
    layers(base);
    schedules(base);
    offload(base);
    degrees(base);
  }

  // Changes that go as far as they can, to be joined with a second one.
  [[nodiscard]] std::vector<Plan> firsts() const {
    std::vector<Plan> plans;
    const auto add = [&](auto change) {
      auto other = plan_;
      change(other);
      const bool known = std::find(plans.begin(), plans.end(), other) != plans.end();
      if (other == plan_ || known || first_problem(cluster_, job_, other)) return;
      plans.push_back(other);
    };
    add([](Plan& p) { p.micro_batch = 1; });
    add([](Plan& p) { p.zero = p.pipeline > 1 ? std::max(p.zero, 1) : 3; });
    add([&](Plan& p) { make_all_again(p); });
    add([](Plan& p) { p.optimizer_offload = 1; });
    return plans;
  }

  std::vector<Remedy> take_found() { return std::move(found_); }
  [[nodiscard]] bool any() const { return !found_.empty(); }

 private:
  [[nodiscard]] bool fits(const Plan& plan) const {
    return !first_problem(cluster_, job_, software_, plan);
  }
  // Whether it fits, and then keeps it.
  bool take(const Plan& plan) {
    const auto is_known = [&](const Remedy& remedy) { return remedy.plan == plan; };
    if (!fits(plan) || std::any_of(found_.begin(), found_.end(), is_known)) return false;
    const auto needed = fullest_stage(cluster_, job_, software_, plan).total();
    found_.push_back({plan, changed_text(plan_, plan), needed_ - needed});
    return true;
  }

  void make_all_again(Plan& plan) const {
    plan.recompute = Recompute::kFull;
    if (!plan.recompute_layers.empty()) plan.recompute_layers = {largest_stage(job_, plan)};
  }

  void gradients(Plan plan) {
    if (state_bytes(job_, software_, plan).gradients <= 2) return;
    plan.gradient_bytes = 2;
    take(plan);
  }

  // Those added of which none can be left out again.
  void modules(Plan plan) {
    if (plan.recompute == Recompute::kFull) return;
    const auto given = modules_in(plan);
    const auto held = modules_of(job_.model);
    plan.recompute = Recompute::kModules;
    plan.modules = given;
    if (software_.attention == workload::AttentionKernel::kUnfused) {
      plan.modules = plan.modules | Module::kCoreAttention;
    }
    std::size_t last = 0;
    while (last < kCheapestFirst.size() && !fits(plan)) {
      plan.modules = plan.modules | (held & kCheapestFirst[last++]);
    }
    if (!fits(plan)) return;
    const auto leave_out = [&](Module module) {
      auto fewer = plan;
      fewer.modules = without(plan.modules, module);
      if (!given.meets(module) && fits(fewer)) plan = fewer;
    };
    while (last > 0) leave_out(kCheapestFirst[--last]);
    leave_out(Module::kCoreAttention);
    take(plan);
  }

  void micro_batch(Plan plan) {
    const auto share = job_.global_batch / plan.data;
    while (--plan.micro_batch >= 1) {
      if (share % plan.micro_batch == 0 && take(plan)) return;
    }
  }

  void zero(Plan plan) {
    const int most = plan.pipeline > 1 ? 1 : 3;
    while (++plan.zero <= most) {
      if (take(plan)) return;
    }
  }

  void zero_ranks(Plan plan) {
    if (plan.zero_ranks == 0) return;
    const auto ranks = std::int64_t{plan.data} * plan.context;
    for (const int wider : divisors(ranks, ranks)) {
      if (wider <= plan.zero_ranks) continue;
      plan.zero_ranks = wider;
      if (take(plan)) return;
    }
  }

  // The fewest layers of a stage.
  void layers(Plan plan) {
    if (plan.recompute == Recompute::kFull && plan.recompute_layers.empty()) return;
    plan.recompute = Recompute::kFull;
    const int most = largest_stage(job_, plan);
    int least = 1;
    plan.recompute_layers = {most};
    if (!fits(plan)) return;
    for (int high = most; least < high;) {
      const int middle = (least + high) / 2;
      plan.recompute_layers = {middle};
      if (fits(plan)) {
        high = middle;
      } else {
        least = middle + 1;
      }
    }
    plan.recompute_layers = {least};
    take(plan);
  }

  // Those that the stack ships, and fewer virtual stages.
  void schedules(const Plan& plan) {
    if (plan.pipeline == 1) return;
    for (int s = 0; s < kScheduleCount; ++s) {
      auto other = plan;
      other.schedule = static_cast<Schedule>(s);
      if (other.schedule == Schedule::kGiven) continue;
      other.order = {};
      const int needed = traits_of(other.schedule).virtual_stages;
      const auto numbers =
          needed > 0 ? Values{needed} : divisors(plan.virtual_stages, plan.virtual_stages);
      for (const int number : numbers) {
        other.virtual_stages = number;
        const bool splits = plan.layers.empty() || number == plan.virtual_stages;
        if (splits && !(other == plan) && ships(software_, other)) take(other);
      }
    }
  }

  // The least share, in tenths.
  void offload(const Plan& plan) {
    for (const auto share : {&Plan::optimizer_offload, &Plan::activation_offload}) {
      auto away = plan;
      for (int tenth = 1; tenth <= kTenths; ++tenth) {
        away.*share = static_cast<double>(tenth) / kTenths;
        if (away.*share > plan.*share && take(away)) break;
      }
    }
  }

  // The largest share that hosts have room for.
  void less_offload(const Plan& plan) {
    for (const auto share : {&Plan::optimizer_offload, &Plan::activation_offload}) {
      auto nearer = plan;
      for (int tenth = kTenths - 1; tenth >= 0; --tenth) {
        nearer.*share = static_cast<double>(tenth) / kTenths;
        if (nearer.*share < plan.*share && take(nearer)) break;
      }
    }
  }

  // Ranks of another degree in the place of data ranks; more ranks of experts.
  void degrees(const Plan& plan) {
    for (const auto degree : {&Plan::context, &Plan::pipeline, &Plan::tensor}) {
      if (degree == &Plan::pipeline && !plan.layers.empty()) continue;
      for (const int factor : divisors(plan.data, plan.data)) {
        if (factor == 1) continue;
        auto other = plan;
        other.*degree *= factor;
        other.data /= factor;
        other.sequence_parallel |= degree == &Plan::tensor;
        if (degree == &Plan::tensor && plan.expert_tensor > 1) other.expert_tensor = other.tensor;
        if (take(other)) break;
      }
    }
    if (!job_.model.moe) return;
    for (const int ranks : divisors(job_.model.moe->experts, job_.model.moe->experts)) {
      auto other = plan;
      other.expert = ranks;
      if (ranks > plan.expert && take(other)) break;
    }
  }

  const cluster::Cluster& cluster_;
  const workload::Job& job_;
  const workload::Software& software_;
  const Plan& plan_;
  base::Bytes needed_;
  std::vector<Remedy> found_;
};

// What hosts lack where devices have enough: by the stage that sends them most.
Misfit host_misfit(const cluster::Cluster& cluster, const workload::Job& job,
                   const workload::Software& software, const Plan& plan) {
  Misfit misfit;
  misfit.on_host = true;
  misfit.part = "the host";
  const auto over = [&](const Memory& memory) {
    const auto& host = cluster.part(memory.part).host;
    return memory.host * host.devices - host.memory;
  };
  const auto stages = memory_of_stages(job, software, plan);
  misfit.memory =
      *std::max_element(stages.begin(), stages.end(),
                        [&](const Memory& a, const Memory& b) { return over(a) < over(b); });
  misfit.part_bytes = misfit.memory.host * cluster.part(misfit.memory.part).host.devices;
  misfit.over = over(misfit.memory);
  return misfit;
}

}  // namespace

Misfit misfit_of(const cluster::Cluster& cluster, const workload::Job& job,
                 const workload::Software& software, const Plan& plan) {
  Misfit misfit;
  misfit.memory = fullest_stage(cluster, job, software, plan);
  const auto& memory = misfit.memory;
  const auto usable = cluster.part(memory.part).device().memory_usable;
  misfit.over = memory.total() - usable;
  if (misfit.over.si() <= 0) return host_misfit(cluster, job, software, plan);
  const std::array<std::pair<const char*, base::Bytes>, 5> parts = {
      {{"weights", memory.weights},
       {"gradients", memory.gradients},
       {"optimizer", memory.optimizer},
       {"buffers", memory.buffers},
       {"activations", memory.activations}}};
  // No plan gets rid of the reserve: what is left beside it is shared out.
  base::Bytes sum = memory.reserve;
  for (const auto& [name, bytes] : parts) {
    sum += bytes;
    if (bytes.si() > 0 || misfit.part_bytes.si() <= 0) {
      misfit.part = name;
      misfit.part_bytes = bytes;
    }
    if (sum > usable) break;
  }
  return misfit;
}

std::vector<Remedy> remedies(const cluster::Cluster& cluster, const workload::Job& job,
                             const workload::Software& software, const Plan& plan) {
  Trials trials(cluster, job, software, plan);
  trials.run(plan);
  if (!trials.any()) {
    for (const auto& first : trials.firsts()) trials.run(first);
  }
  return trials.take_found();
}

std::string misfit_text(const cluster::Cluster& cluster, const Misfit& misfit) {
  const auto& part = cluster.part(misfit.memory.part);
  if (misfit.on_host) {
    return fmt::format("offloads {} to a host that has {}", base::to_text(misfit.part_bytes),
                       base::to_text(part.host.memory));
  }
  return fmt::format("needs {} on stage {}, a device of {} has {}; it goes over with {} ({})",
                     base::to_text(misfit.memory.total()), misfit.memory.stage, part.chip.name,
                     base::to_text(part.device().memory_usable), misfit.part,
                     base::to_text(misfit.part_bytes));
}

std::string misfit_text(const cluster::Cluster& cluster, const workload::Job& job,
                        const workload::Software& software, const Plan& plan) {
  const auto text = misfit_text(cluster, misfit_of(cluster, job, software, plan));
  const auto found = remedies(cluster, job, software, plan);
  if (found.empty()) return text + "; no small change makes it fit";
  return text + fmt::format("; what would fit: {} (saves {})", found.front().change,
                            base::to_text(found.front().saved));
}

}  // namespace weft::plan
