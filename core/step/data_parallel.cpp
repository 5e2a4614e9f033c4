#include <algorithm>

#include "weft/chips/kernel.h"
#include "weft/plan/memory.h"
#include "weft/step/stage_cost.h"

namespace weft::step {

namespace {

using interconnect::Collective;

constexpr double kAdamOps = 15.0;
constexpr double kOptimizerKernels = 8.0;

class Work {
 public:
  Work(const interconnect::Fabric& fabric, const workload::Software& software)
      : fabric_(fabric), software_(software) {}

  base::Time exchange(Collective collective, const interconnect::GroupShape& shape, double bytes) {
    if (bytes <= 0 || shape.size <= 1) return base::Time(0);
    const auto cost = collective_cost(fabric_, software_, collective, shape, base::Bytes(bytes));
    for (std::size_t t = 0; t < sent.size(); ++t) sent[t] += cost.sent[t];
    return cost.time;
  }

  Traffic sent{};

 private:
  const interconnect::Fabric& fabric_;
  const workload::Software& software_;
};

Communication behind(base::Time work, base::Time window, double layers, bool overlaps, double tax) {
  if (!overlaps) return {work, base::Time(0)};
  const auto open = window * (1.0 - 1.0 / layers);
  const auto exposed = std::max(work - open, work / layers);
  const auto hidden = work - exposed;
  return {exposed + hidden * tax, hidden};
}

// What the copy of gradients to the host adds to the wait for their reduction: each layer's follows
// its reduction, on a link of its own, so that both share one window and the longer one counts.
base::Time added_by_copy(const DataParallelWork& work, base::Time window, double layers,
                         bool overlaps) {
  const auto exposed = [&](base::Time time) {
    return behind(time, window, layers, true, 0).exposed;
  };
  if (!overlaps) return exposed(work.to_host);
  return exposed(std::max(work.gradients, work.to_host)) +
         std::min(work.gradients, work.to_host) / layers - exposed(work.gradients);
}

}  // namespace

DataParallelWork data_parallel_work(const cluster::Cluster& cluster,
                                    const workload::Software& software, int zero,
                                    double gradient_bytes,
                                    const workload::ShardedParameters& parameters,
                                    const GroupShapes& shapes, int copies) {
  DataParallelWork result;
  Work work(cluster.fabric, software);
  const double dense = parameters.dense;
  const double experts = parameters.experts;
  const double g = gradient_bytes;
  if (zero == 0) {
    result.gradients = work.exchange(Collective::kAllReduce, shapes.data, g * dense) +
                       work.exchange(Collective::kAllReduce, shapes.expert_data, g * experts);
  } else if (zero == 1) {
    result.gradients = work.exchange(Collective::kReduceScatter, shapes.shard, g * dense) +
                       work.exchange(Collective::kReduceScatter, shapes.expert_shard, g * experts);
  }
  if (zero >= 1) {
    result.gradients +=
        work.exchange(Collective::kAllReduce, shapes.replicas, g * dense / shapes.shard.size) +
        work.exchange(Collective::kAllReduce, shapes.expert_copies,
                      g * experts / shapes.expert_shard.size);
  }
  if (zero == 1 || zero == 2) {
    result.parameters =
        work.exchange(Collective::kAllGather, shapes.shard, plan::kWeightBytes * dense) +
        work.exchange(Collective::kAllGather, shapes.expert_shard, plan::kWeightBytes * experts);
  }
  const double sharded =
      zero == 0 ? dense + experts
                : (dense / shapes.shard.size + experts / shapes.expert_shard.size) / copies;
  const double gradients = zero >= 2 ? sharded : dense + experts;
  // Gradients are read for the norm and cleared for the next step, then read by Adam.
  const chips::MemoryBound update{
      base::Bytes((plan::kAdamTraffic + g) * sharded + 2 * g * gradients),
      base::Work(kAdamOps * sharded), kOptimizerKernels};
  const auto cost = chips::memory_bound(cluster.device(), cluster.state.point, update);
  result.updated = sharded;
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
  if (work.to_host.si() > 0) {
    const auto exposed = added_by_copy(work, backward, layers, software.overlap_gradients);
    cost.gradients.exposed += exposed;
    cost.gradients.hidden += work.to_host - exposed;
  }
  cost.parameters = behind(work.parameters, forward, layers, software.overlap_parameters, tax);
  cost.optimizer = work.optimizer;
  cost.optimizer_energy = work.optimizer_energy;
  cost.sent = work.sent;
  return cost;
}

}  // namespace weft::step
