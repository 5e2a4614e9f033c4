// The space of legal plans.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "weft/base/fields.h"
#include "weft/cluster/cluster.h"
#include "weft/plan/axes.h"
#include "weft/plan/check.h"
#include "weft/plan/fitting.h"
#include "weft/plan/plan.h"

namespace weft::plan {

// Keys of which a search without `auto` tries one value, and which say `auto`: it then tries those
// of Axes::wide(), experts on one tensor rank and on all.
struct OpenKeys {
  bool schedule = false, expert_tensor = false, context_exchange = false, rank_order = false;
  bool optimizer_offload = false, activation_offload = false;
  [[nodiscard]] bool any() const {
    return schedule || expert_tensor || context_exchange || rank_order || optimizer_offload ||
           activation_offload;
  }
};

// What a user fixed; everything else is searched.
struct Request {
  std::optional<int> tensor, context, data, pipeline, virtual_stages, expert, micro_batch, zero;
  std::optional<int> zero_ranks;  // all of them where it is not given, and not searched
  std::optional<bool> sequence_parallel;
  std::optional<Recompute> recompute;
  std::optional<Schedule> schedule;
  std::optional<int> expert_tensor;  // 1 where it is not given, and not searched
  std::vector<int> layers;
  std::vector<int> recompute_layers;  // of each pipeline stage, the last for all that follow
  std::vector<int> parts;             // of each pipeline stage, on a mixed cluster
  GivenOrder order;                   // with Schedule::kGiven
  std::optional<ContextExchange> context_exchange;
  std::optional<RankOrder> rank_order;
  std::optional<double> optimizer_offload, activation_offload;  // shares
  std::optional<double> gradient_bytes;
  workload::Modules modules;  // with Recompute::kModules
  int recompute_group = 1;
  std::optional<base::Position> position;  // of the plan in its file
  OpenKeys open;
  Axes axes;

  // Whether nothing is left to search.
  [[nodiscard]] bool is_complete() const;
};

// Gives a plan what the request says of exchanges, rank order, offload and gradients.
void apply_options(const Request& request, Plan& plan);

// `plan: auto`, or a map whose keys are numbers or `auto`. Values that no plan could have for this
// job and cluster (TP that does not divide the heads) are located errors.
Request read_request(const base::Node& node, base::Reading& reading, const workload::Job& job,
                     const cluster::Cluster& cluster);

// What enumeration saw.
struct SpaceCount {
  std::size_t considered = 0;
  std::size_t legal = 0;                             // and fit in memory
  std::array<std::size_t, kProblemCount> refused{};  // by the first rule that refused
  // Of those refused for memory: by weights, gradients and optimizer alone, many at once.
  std::size_t by_state = 0;
  // The first plan that each rule refused.
  std::vector<std::pair<Problem, Plan>> examples;
  std::optional<Plan> nearest_miss;  // when nothing fits: what needs least memory
  base::Bytes least_needed;          // by it

  // The example of a rule, or null.
  [[nodiscard]] const Plan* example_of(Problem problem) const;
  SpaceCount& operator+=(const SpaceCount& other);
};

// All legal plans that fit, in a fixed order: tensor over the divisors of the heads, pipeline over
// powers of two and the divisors of the layers and of the devices, context over powers of two (at
// least 1024 tokens a context rank); then expert ranks over the divisors of the experts, data over
// the divisors of the batch that use at least Axes::least_used of the devices, micro-batch over
// powers of two up to 8 sequences, schedules with virtual stages over the divisors of a stage's
// layers (others than 1F1B: what they need), on a mixed cluster placed_stages(), ZeRO-1 in
// pipelines and ZeRO-1 … 3 without, all kinds of recomputation, sequence parallelism wherever there
// is tensor parallelism, and what Axes adds. Fixed values replace their range. Nothing is stored: a
// space may have any size.
class Space {
 public:
  // Degrees outermost in the order; what they allow can be walked alone.
  struct Cell {
    int tensor = 1;
    int context = 1;
    int pipeline = 1;
  };
  // All of them must outlive the space.
  Space(const cluster::Cluster& cluster, const workload::Job& job,
        const workload::Software& software, const Request& request);

  [[nodiscard]] std::span<const Cell> cells() const { return cells_; }
  // Calls visit(plan, place) for every legal plan of a cell that fits, in order; `place` grows
  // along the whole space. Different threads may walk at once, each with its own `fitting`.
  using Visit = std::function<void(const Plan& plan, std::uint64_t place)>;
  // On a mixed cluster whose layers the request leaves open, `split` gives a plan its layers and
  // says whether they fit; without it layers are as even as they go.
  using Split = std::function<bool(Plan& plan)>;
  void walk(std::size_t cell, Fitting& fitting, SpaceCount& count, const Visit& visit,
            const Split& split = {}) const;

 private:
  const cluster::Cluster& cluster_;
  const workload::Job& job_;
  const workload::Software& software_;
  const Request& request_;
  std::vector<Cell> cells_;
};

// The plans of a space as a list, for small ones. When none uses Axes::least_used of the devices,
// those that use fewer.
std::vector<Plan> legal_plans(const cluster::Cluster& cluster, const workload::Job& job,
                              const workload::Software& software, const Request& request,
                              SpaceCount& count);

// The legal plan nearest to `plan` (fewest and smallest changes), if there is one.
std::optional<Plan> nearest_legal(const cluster::Cluster& cluster, const workload::Job& job,
                                  const workload::Software& software, const Plan& plan);

}  // namespace weft::plan
