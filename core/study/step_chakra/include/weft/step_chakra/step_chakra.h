// One training step as Chakra execution traces (arXiv 2305.14516), a trace for each rank.
//
// Rank r is device r, in the order of the plan's axes. A pass of a layer is one compute node with
// the FLOPs and the memory traffic of its kernels (num_ops, tensor_size) and the time that they
// take (runtime, with what the model adds to kernels: host, stragglers, the optimizer); its
// collectives are nodes with the bytes and groups of the plan. What the model hides of them runs
// beside compute nodes that do not wait for them. Results go to other stages as a send and a
// receive. Nodes of a stream depend on one another in the order of the schedule.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "weft/chakra/trace.h"
#include "weft/cluster/cluster.h"
#include "weft/plan/plan.h"
#include "weft/step/timeline.h"
#include "weft/workload/model.h"
#include "weft/workload/software.h"

namespace weft::step_chakra {

inline constexpr std::size_t kMostNodes = 20'000'000;  // of all ranks: some 2 GB

// What a step is written from; all must outlive the writer.
struct Step {
  const cluster::Cluster& cluster;
  const workload::Job& job;
  const workload::Software& software;
  const plan::Plan& plan;
  const step::Timeline& timeline;
};

// Why a step cannot be written; empty if it can.
std::string problem_of(const Step& step);

// Ranks of each group, by name.
chakra::Groups groups_of(const plan::Plan& plan);

// Nodes of all ranks.
std::size_t nodes_of(const Step& step);

// Of the devices of one rank.
class RankWriter {
 public:
  explicit RankWriter(const Step& step);
  [[nodiscard]] chakra::Trace trace_of(std::int64_t rank) const;

 private:
  Step step_;
};

}  // namespace weft::step_chakra
