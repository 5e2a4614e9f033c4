// The space of legal plans.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "weft/base/fields.h"
#include "weft/cluster/cluster.h"
#include "weft/plan/check.h"
#include "weft/plan/plan.h"

namespace weft::plan {

// What a user fixed; everything else is searched.
struct Request {
  std::optional<int> tensor, context, data, pipeline, virtual_stages, expert, micro_batch, zero;
  std::optional<bool> sequence_parallel;
  std::optional<Recompute> recompute;
  std::optional<Schedule> schedule;
  std::optional<int> expert_tensor;  // 1 where it is not given
  std::vector<int> layers;
  std::vector<int> recompute_layers;       // of each pipeline stage, the last for all that follow
  GivenOrder order;                        // with Schedule::kGiven
  std::optional<base::Position> position;  // of the plan in its file

  // Whether nothing is left to search.
  [[nodiscard]] bool is_complete() const;
};

// `plan: auto`, or a map whose keys are numbers or `auto`. Values that no plan could have for this
// job and cluster (TP that does not divide the heads) are located errors.
Request read_request(const base::Node& node, base::Reading& reading, const workload::Job& job,
                     const cluster::Cluster& cluster);

// What enumeration saw.
struct SpaceCount {
  std::size_t considered = 0;
  std::size_t legal = 0;                             // and fit in memory
  std::array<std::size_t, kProblemCount> refused{};  // by the first rule that refused
  std::optional<Plan> nearest_miss;                  // when nothing fits: what needs least memory
};

// All legal plans that fit, in a fixed order: tensor over the divisors of the heads, pipeline over
// powers of two and the divisors of the layers and of the devices, virtual stages over the divisors
// of a stage's layers (what other schedules than 1F1B, tried only where they are asked for, need),
// context and micro-batch over powers of two (at least 1024 tokens a context rank, at most 8
// sequences), data over the divisors of the batch that use at least half of the devices (all of
// them if that leaves nothing), ZeRO-1 in pipelines and ZeRO-1 … 3 without, all kinds of
// recomputation, sequence parallelism wherever there is tensor parallelism. Fixed degrees replace
// their range.
std::vector<Plan> legal_plans(const cluster::Cluster& cluster, const workload::Job& job,
                              const workload::Software& software, const Request& request,
                              SpaceCount& count);

// The legal plan nearest to `plan` (fewest and smallest changes), if there is one.
std::optional<Plan> nearest_legal(const cluster::Cluster& cluster, const workload::Job& job,
                                  const workload::Software& software, const Plan& plan);

}  // namespace weft::plan
