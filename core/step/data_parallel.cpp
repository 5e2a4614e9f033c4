#include <algorithm>

#include "weft/chips/kernel.h"
#include "weft/plan/memory.h"
#include "weft/step/stage_cost.h"

namespace weft::step {

namespace {

using interconnect::Collective;

// Adam on FP32 state: read gradient, master weight and two moments, write the last three and the
// 16-bit weight.
constexpr double kAdam = plan::kGradientBytes + 2 * plan::kOptimizerBytes + plan::kWeightBytes;
// The unsharded gradients are read for the norm and cleared for the next step.
constexpr double kGradientPasses = 2 * plan::kGradientBytes;
constexpr double kAdamOps = 15.0;
constexpr double kOptimizerKernels = 8.0;

class Work {
 public:
  explicit Work(const interconnect::Fabric& fabric) : fabric_(fabric) {}

  base::Time exchange(Collective collective, const interconnect::GroupShape& shape, double bytes) {
    if (bytes <= 0 || shape.size <= 1) return base::Time(0);
    const auto cost = fabric_.cost(collective, shape, base::Bytes(bytes));
    for (std::size_t t = 0; t < sent.size(); ++t) sent[t] += cost.sent[t];
    return cost.time;
  }

  Traffic sent{};

 private:
  const interconnect::Fabric& fabric_;
};

Communication behind(base::Time work, base::Time window, double layers, bool overlaps, double tax) {
  if (!overlaps) return {work, base::Time(0)};
  const auto open = window * (1.0 - 1.0 / layers);
  const auto exposed = std::max(work - open, work / layers);
  const auto hidden = work - exposed;
  return {exposed + hidden * tax, hidden};
}

}  // namespace

DataParallelWork data_parallel_work(const cluster::Cluster& cluster, int zero,
                                    const workload::ShardedParameters& parameters,
                                    const GroupShapes& shapes) {
  DataParallelWork result;
  Work work(cluster.fabric);
  const double dense = parameters.dense;
  const double experts = parameters.experts;
  if (zero == 0) {
    result.gradients =
        work.exchange(Collective::kAllReduce, shapes.data, plan::kGradientBytes * dense) +
        work.exchange(Collective::kAllReduce, shapes.expert_data, plan::kGradientBytes * experts);
  } else if (zero == 1) {
    result.gradients =
        work.exchange(Collective::kReduceScatter, shapes.data, plan::kGradientBytes * dense) +
        work.exchange(Collective::kReduceScatter, shapes.expert_data,
                      plan::kGradientBytes * experts);
  }
  if (zero == 1 || zero == 2) {
    result.parameters =
        work.exchange(Collective::kAllGather, shapes.data, plan::kWeightBytes * dense) +
        work.exchange(Collective::kAllGather, shapes.expert_data, plan::kWeightBytes * experts);
  }
  const double sharded =
      zero == 0 ? dense + experts : dense / shapes.data.size + experts / shapes.expert_data.size;
  const double gradients = zero >= 2 ? sharded : dense + experts;
  const chips::MemoryBound update{base::Bytes(kAdam * sharded + kGradientPasses * gradients),
                                  base::Work(kAdamOps * sharded), kOptimizerKernels};
  const auto cost = chips::memory_bound(cluster.device(), cluster.state.point, update);
  result.optimizer = cost.time;
  result.optimizer_energy = cost.energy;
  result.sent = work.sent;
  return result;
}

DataParallelCost overlapped(const DataParallelWork& work, const workload::Software& software,
                            base::Time forward, base::Time backward, double layers) {
  DataParallelCost cost;
  const double tax = software.communication_tax;
  cost.gradients = behind(work.gradients, backward, layers, software.overlap_gradients, tax);
  cost.parameters = behind(work.parameters, forward, layers, software.overlap_parameters, tax);
  cost.optimizer = work.optimizer;
  cost.optimizer_energy = work.optimizer_energy;
  cost.sent = work.sent;
  return cost;
}

}  // namespace weft::step
