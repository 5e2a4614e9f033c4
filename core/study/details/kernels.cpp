// The kernels of a step by shape: those of workload::layer_work() at the times that the step has
// for them (step::kernel_cost()).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>
#include <variant>

#include "weft/details/step_details.h"
#include "weft/step/kernel_cost.h"

namespace weft::details {

namespace {

using workload::Kernel;
using workload::LayerKind;

std::string name_of(const chips::Gemm& shape) {
  const std::string batch = shape.batch > 1 ? fmt::format("{:.0f} × ", shape.batch) : "";
  return fmt::format("matrix product {}[{:.0f} × {:.0f} × {:.0f}]", batch, shape.m, shape.n,
                     shape.k);
}
std::string name_of(const chips::GroupedGemm& shape) {
  return fmt::format("products of {:.0f} experts [{:.0f} × {:.0f} × {:.0f}]", shape.groups, shape.m,
                     shape.n, shape.k);
}
std::string name_of(const chips::Attention& shape) {
  return shape.backward ? "attention, gradients" : "attention";
}
std::string name_of(const chips::Quantise& shape) {
  return std::string("casts to ") + chips::name_of(shape.to);
}
std::string name_of(const chips::MemoryBound&) { return "norms, activations, data moved"; }

double vector_work(const Kernel& kernel) {
  const auto* shape = std::get_if<chips::MemoryBound>(&kernel.shape);
  return shape != nullptr ? shape->vector_work.si() * kernel.times : 0.0;
}

// How often a step of the mean stage runs what a layer of each kind does, forward and backward.
struct Times {
  std::array<double, 4> all{}, again{};
};

Times times_of(const workload::Job& job, const plan::Plan& plan, int part) {
  const auto micro_batches = static_cast<double>(plan.micro_batches(job));
  const auto shape = plan.shape(plan.micro_batches(job));
  Times times;
  int stages = 0;
  for (int stage = 0; stage < plan.pipeline; ++stage) {
    if (plan.part_of(stage) != part) continue;
    ++stages;
    for (int c = 0; c < shape.chunks(); ++c) {
      const auto chunk = plan::chunk_of(plan, job.model, shape.virtual_stage(stage, c));
      const double often = micro_batches / shape.ways();
      for (const auto& one : step::parts_of(chunk)) {
        times.all[static_cast<std::size_t>(one.kind)] += often * one.count;
        times.again[static_cast<std::size_t>(one.kind)] += often * one.recomputed;
      }
    }
  }
  for (auto* sums : {&times.all, &times.again}) {
    for (auto& sum : *sums) sum /= std::max(stages, 1);
  }
  return times;
}

class Uses {
 public:
  Uses(const cluster::Cluster& part, const workload::Software& software)
      : device_(step::with_libraries(part.device(), software)),
        point_(part.state.point),
        software_(software) {}

  void add(const workload::Pass& pass, const char* when, double times) {
    if (times <= 0) return;
    for (const auto& kernel : pass.kernels) add(kernel, when, times);
  }

  std::vector<KernelUse> sorted(double& total) {
    std::vector<KernelUse> all;
    total = 0;
    for (auto& [name, use] : uses_) total += use.time * use.count;
    for (auto& [name, use] : uses_) {
      use.share = total > 0 ? use.time * use.count / total : 0.0;
      all.push_back(use);
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.share > b.share; });
    return all;
  }

 private:
  void add(const Kernel& kernel, const char* when, double times) {
    const auto cost = step::kernel_cost(device_, point_, software_, kernel);
    if (cost.time.si() <= 0) return;
    const bool is_matrix = cost.matrix_work.si() > 0;
    const auto name =
        std::visit([](const auto& shape) { return name_of(shape); }, kernel.shape) + ", " + when;
    auto& use = uses_[name];
    use.name = name;
    use.is_matrix = use.is_matrix || is_matrix;
    // A mean over all of one name.
    const double before = use.count;
    const auto mean = [&](double& value, double added) {
      value = (value * before + added * times) / (before + times);
    };
    mean(use.flops, is_matrix ? cost.matrix_work.si() : vector_work(kernel));
    mean(use.bytes, cost.memory_traffic.si());
    mean(use.time, cost.time.si());
    use.count = before + times;
  }

  chips::Device device_;
  chips::OperatingPoint point_;
  const workload::Software& software_;
  std::map<std::string, KernelUse> uses_;
};

workload::Pass made_again(const workload::Pass& forward, const workload::Software& software,
                          const plan::Plan& plan) {
  switch (plan.recompute) {
    case plan::Recompute::kFull:
      return software.recomputation_stops_early ? up_to_last_needed(forward) : forward;
    case plan::Recompute::kAttention:
      return done_again(forward, workload::kAttentionModules);
    case plan::Recompute::kModules:
      return done_again(forward, plan.modules);
    case plan::Recompute::kNone:
    case plan::Recompute::kSelective:
      break;
  }
  return done_again(forward, workload::kSelectiveModules);
}

ChipUse use_of(const workload::Job& job, const cluster::Cluster& part,
               const workload::Software& software, const plan::Plan& plan, int number) {
  Uses uses(part, software);
  const auto times = times_of(job, plan, number);
  for (std::size_t k = 0; k < times.all.size(); ++k) {
    if (times.all[k] <= 0) continue;
    const auto work = layer_work(job, software, static_cast<LayerKind>(k), plan.shard());
    uses.add(work.forward, "forward", times.all[k]);
    uses.add(work.backward, "backward", times.all[k]);
    uses.add(made_again(work.forward, software, plan), "again", times.again[k]);
  }
  ChipUse use;
  use.chip = part.chip.name;
  use.bandwidth = part.device().memory_bandwidth;
  use.roofline = chips::roofline(part.device());
  use.kernels = uses.sorted(use.named);
  return use;
}

}  // namespace

std::vector<ChipUse> chips_of(const workload::Job& job, const study::Case& c,
                              const study::Outcome& outcome) {
  std::vector<ChipUse> all;
  for (int p = 0; p < c.cluster.parts(); ++p) {
    const auto& part = c.cluster.part(p);
    all.push_back(use_of(job, part, c.software.of_part(p), outcome.plan, p));
  }
  return all;
}

}  // namespace weft::details
