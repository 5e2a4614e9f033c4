// Single layers on eight hosts.
#pragma once

#include <gtest/gtest.h>

#include "shipped.h"
#include "weft/plan/memory.h"
#include "weft/step/layer_cost.h"

namespace weft::step {

// A stack that does nothing by itself: no host time, no residual.
inline workload::Software bare() {
  workload::Software software;
  software.launch = base::Time(0);
  return software;
}

// The groups of a plan on the first devices of a cluster.
struct OwnShapes {
  interconnect::GroupShape tensor, context, neighbour, expert, data, shard, replicas, expert_data,
      expert_shard, expert_copies;

  OwnShapes(const interconnect::Fabric& fabric, const plan::Plan& plan) {
    const auto used = plan.devices();
    const int ranks = plan.context * plan.data;
    tensor = fabric.group(used, 1, plan.tensor);
    context = fabric.group(used, plan.tensor, plan.context);
    neighbour = interconnect::slowest_hop(context);
    expert = fabric.group(used, 1, plan.expert);
    data = shard = fabric.group(used, plan.tensor, ranks);
    replicas = fabric.group(used, 1, 1);
    expert_data = fabric.group(used, plan.expert, plan::expert_replicas(plan));
    expert_shard = expert_data;
    expert_copies = fabric.group(used, 1, 1);
  }
  [[nodiscard]] GroupShapes references() const {
    return {tensor, context,  neighbour,   expert,       data,
            shard,  replicas, expert_data, expert_shard, expert_copies};
  }
};

class OnHosts : public testing::Test {
 protected:
  LayerCost cost(const plan::Plan& plan, workload::LayerKind kind = workload::LayerKind::kDense,
                 const LayerOptions& options = {}) const {
    const OwnShapes shapes(cluster_.fabric, plan);
    return layer_cost(cluster_, job_, software_, kind, plan.shard(), plan.zero, shapes.references(),
                      options);
  }
  static plan::Plan tensor_plan(int tensor) {
    plan::Plan plan;
    plan.tensor = tensor;
    plan.sequence_parallel = tensor > 1;
    return plan;
  }
  static plan::Plan data_plan(int data, int zero, int expert = 1) {
    plan::Plan plan;
    plan.data = data;
    plan.zero = zero;
    plan.expert = expert;
    return plan;
  }

  cluster::Cluster cluster_ = test::cluster_of("{use: dgx_h100, hosts: 8}");
  workload::Job job_ = test::job_of("llama3_8b", 4096, 64);
  workload::Software software_ = bare();
};

}  // namespace weft::step
