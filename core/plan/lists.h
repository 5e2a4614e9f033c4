// The values that a walk through a cell of the space tries.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "weft/plan/space.h"

namespace weft::plan {

using Values = std::vector<int>;

Values divisors(std::int64_t number, std::int64_t most);
Values powers_of_two(std::int64_t most);
// The given value, or the others.
template <class Value>
std::vector<Value> either(const std::optional<Value>& fixed, std::vector<Value> values) {
  return fixed ? std::vector<Value>{*fixed} : std::move(values);
}

// A schedule with its virtual stages.
struct Pipelining {
  Schedule schedule = Schedule::kOneForwardOneBackward;
  int virtual_stages = 1;
};

// Values that do not depend on the batch.
struct Lists {
  std::vector<bool> sequence_parallel;
  Values expert_tensors, experts, data, zeros;
  std::vector<Pipelining> pipelinings;
  std::vector<Recompute> recomputes;
  std::vector<double> optimizer_offload, activation_offload;
  std::vector<ContextExchange> exchanges;
  std::vector<RankOrder> orders;
};
Lists lists_of(const cluster::Cluster& cluster, const workload::Job& job,
               const workload::Software& software, const Request& request, const Space::Cell& cell);

// The cells of a space.
std::vector<Space::Cell> cells_of(const cluster::Cluster& cluster, const workload::Job& job,
                                  const Request& request);

}  // namespace weft::plan
