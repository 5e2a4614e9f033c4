// Walks the space of plans, one cell at a time; what many plans have in common is refused at once.
#include <algorithm>
#include <utility>

#include "lists.h"
#include "weft/plan/parts.h"
#include "weft/plan/space.h"

namespace weft::plan {

namespace {

constexpr int kMostMicroBatch = 8;
// Places in a cell: more than any cell has candidates.
constexpr int kPlaceBits = 40;

// Whether a problem of a plan that is 1 in all else is one of its outermost degrees.
bool is_of_cell(Problem problem) {
  switch (problem) {
    case Problem::kPrecision:
    case Problem::kTooManyDevices:
    case Problem::kTensorHeads:
    case Problem::kTensorKvHeads:
    case Problem::kTensorWidth:
    case Problem::kTensorVocabulary:
    case Problem::kSequenceSplit:
    case Problem::kPipelineDepth:
      return true;
    default:
      return false;
  }
}

class CellWalk {
 public:
  CellWalk(const cluster::Cluster& cluster, const workload::Job& job, const Request& request,
           Lists lists, std::uint64_t place, Fitting& fitting, SpaceCount& count,
           const Space::Visit& visit, const Space::Split& split)
      : cluster_(cluster),
        job_(job),
        request_(request),
        lists_(std::move(lists)),
        place_(place),
        fitting_(fitting),
        count_(count),
        visit_(visit),
        split_(split),
        splits_(cluster.is_mixed() && request.layers.empty() && split) {}

  void run(const Space::Cell& cell) {
    plan_.tensor = cell.tensor;
    plan_.context = cell.context;
    plan_.pipeline = cell.pipeline;
    plan_.layers = request_.layers;
    plan_.recompute_layers = request_.recompute_layers;
    plan_.order = request_.order;
    apply_options(request_, plan_);
    per_split_ = lists_.pipelinings.size() * lists_.exchanges.size() * lists_.zeros.size() *
                 lists_.recomputes.size() * lists_.optimizer_offload.size() *
                 lists_.activation_offload.size();
    for (const bool sequence_parallel : lists_.sequence_parallel) {
      plan_.sequence_parallel = sequence_parallel;
      const auto alone = alone_in_cell();
      if (const auto problem = problem_of_cell(alone)) {
        refuse(*problem, candidates_of_cell(), alone);
        continue;
      }
      for (const int expert_tensor : lists_.expert_tensors) {
        plan_.expert_tensor = expert_tensor;
        experts();
      }
    }
  }

 private:
  // Micro-batches of a data degree: those whose product divides the batch.
  [[nodiscard]] Values micro_batches(int data) const {
    if (request_.micro_batch) return {*request_.micro_batch};
    const auto share = job_.global_batch / data;
    if (request_.axes.every_micro_batch) return divisors(share, share);
    auto values = powers_of_two(std::min<std::int64_t>(kMostMicroBatch, share));
    values.erase(
        std::remove_if(values.begin(), values.end(), [&](int value) { return share % value != 0; }),
        values.end());
    return values;
  }
  // With one replica the order of data and pipeline ranks says nothing.
  [[nodiscard]] std::size_t orders(int data) const { return data > 1 ? lists_.orders.size() : 1; }
  [[nodiscard]] std::size_t candidates_of(int data) const {
    return micro_batches(data).size() * per_split_ * orders(data);
  }
  [[nodiscard]] std::size_t candidates_of_cell() const {
    std::size_t sum = 0;
    for (const int data : lists_.data) sum += candidates_of(data);
    return sum * lists_.expert_tensors.size() * lists_.experts.size();
  }

  // The degrees of the cell and nothing else.
  [[nodiscard]] Plan alone_in_cell() const {
    auto alone = plan_;
    alone.data = alone.expert = alone.micro_batch = alone.virtual_stages = 1;
    alone.schedule = Schedule::kOneForwardOneBackward;
    alone.context_exchange = ContextExchange::kRing;
    alone.optimizer_offload = alone.activation_offload = 0;
    alone.zero_ranks = 0;
    alone.layers.clear();
    alone.parts.clear();
    return alone;
  }

  [[nodiscard]] std::optional<Problem> problem_of_cell(const Plan& alone) const {
    const auto problem = first_problem(cluster_, job_, alone);
    // Given layers may leave stages without one.
    if (problem == Problem::kPipelineDepth && !plan_.layers.empty()) return std::nullopt;
    return problem && is_of_cell(*problem) ? problem : std::nullopt;
  }

  void refuse(Problem problem, std::size_t candidates) { refuse(problem, candidates, plan_); }
  void refuse(Problem problem, std::size_t candidates, const Plan& example) {
    auto& refused = count_.refused[static_cast<std::size_t>(problem)];
    if (refused == 0 && candidates > 0) count_.examples.emplace_back(problem, example);
    count_.considered += candidates;
    refused += candidates;
    place_ += candidates;
  }

  void experts() {
    for (const int expert : lists_.experts) {
      plan_.expert = expert;
      for (const int data : lists_.data) {
        plan_.data = data;
        batch_split();
      }
    }
  }

  void batch_split() {
    plan_.schedule = Schedule::kOneForwardOneBackward;
    plan_.virtual_stages = plan_.micro_batch = 1;
    const auto ranks = static_cast<std::int64_t>(plan_.tensor) * plan_.context * plan_.data;
    if (ranks % (static_cast<std::int64_t>(plan_.expert) * plan_.expert_tensor) != 0) {
      return refuse(Problem::kExpertSplit, candidates_of(plan_.data));
    }
    if (cluster_.is_mixed() && !place_stages()) {
      return refuse(Problem::kParts, candidates_of(plan_.data));
    }
    find_states_that_fit();
    for (const int micro_batch : micro_batches(plan_.data)) {
      plan_.micro_batch = micro_batch;
      std::size_t state = 0;  // of states_fit_
      for (const auto& one : lists_.pipelinings) {
        plan_.schedule = one.schedule;
        plan_.virtual_stages = one.virtual_stages;
        for (const auto exchange : lists_.exchanges) {
          plan_.context_exchange = exchange;
          pipelined(state);
        }
        state += lists_.zeros.size() * lists_.optimizer_offload.size();
      }
    }
  }

  bool place_stages() {
    plan_.parts = request_.parts.empty() ? placed_stages(cluster_, plan_) : request_.parts;
    return !plan_.parts.empty();
  }

  // Whether a plan fits, with layers where they are open.
  bool fits() {
    if (!splits_) return fitting_.fits(plan_);
    plan_.layers.clear();
    return split_(plan_);
  }

  // Weights, gradients and optimizer do not depend on the micro-batch and on what is recomputed.
  void find_states_that_fit() {
    states_fit_.clear();
    for (const auto& one : lists_.pipelinings) {
      plan_.schedule = one.schedule;
      plan_.virtual_stages = one.virtual_stages;
      const bool splits = plan_.layers.empty()
                              ? plan_.chunks() <= job_.model.layers
                              : plan_.chunks() == static_cast<int>(plan_.layers.size());
      for (const int zero : lists_.zeros) {
        plan_.zero = zero;
        for (const double offload : lists_.optimizer_offload) {
          plan_.optimizer_offload = offload;
          // What has no stages is refused for that.
          states_fit_.push_back(!splits || splits_ || fitting_.state_fits(plan_));
        }
      }
    }
  }

  void pipelined(std::size_t state) {
    const auto leaves = lists_.zeros.size() * lists_.recomputes.size() *
                        lists_.optimizer_offload.size() * lists_.activation_offload.size();
    const auto number = orders(plan_.data);
    plan_.rank_order = lists_.orders.front();
    plan_.optimizer_offload = lists_.optimizer_offload.front();
    plan_.activation_offload = lists_.activation_offload.front();
    if (splits_) plan_.layers.clear();
    if (const auto problem = first_problem(cluster_, job_, plan_)) {
      return refuse(*problem, leaves * number);
    }
    for (const int zero : lists_.zeros) {
      plan_.zero = zero;
      for (const double optimizer : lists_.optimizer_offload) {
        plan_.optimizer_offload = optimizer;
        if (states_fit_[state++]) {
          kept(number);
        } else {
          state_does_not_fit(lists_.recomputes.size() * lists_.activation_offload.size() * number);
        }
      }
    }
  }

  void state_does_not_fit(std::size_t candidates) {
    if (count_.legal == 0) {
      plan_.recompute = lists_.recomputes.back();
      plan_.activation_offload = lists_.activation_offload.back();
      remember_miss();
    }
    count_.by_state += candidates;
    refuse(Problem::kMemory, candidates);
  }

  void kept(std::size_t orders) {
    for (const auto recompute : lists_.recomputes) {
      plan_.recompute = recompute;
      for (const double activations : lists_.activation_offload) {
        plan_.activation_offload = activations;
        if (!fits()) {
          if (count_.legal == 0) remember_miss();  // else nobody will ask
          refuse(Problem::kMemory, orders);
          continue;
        }
        for (std::size_t o = 0; o < orders; ++o) ordered(o);
      }
    }
  }

  void ordered(std::size_t order) {
    plan_.rank_order = lists_.orders[order];
    if (order > 0) {
      if (const auto problem = first_problem(cluster_, job_, plan_)) {
        plan_.rank_order = lists_.orders.front();
        return refuse(*problem, 1);
      }
    }
    ++count_.considered;
    ++count_.legal;
    visit_(plan_, place_++);
    plan_.rank_order = lists_.orders.front();
  }

  void remember_miss() {
    const auto needed = fitting_.needed(plan_);
    if (count_.nearest_miss && needed >= count_.least_needed) return;
    count_.least_needed = needed;
    count_.nearest_miss = plan_;
  }

  const cluster::Cluster& cluster_;
  const workload::Job& job_;
  const Request& request_;
  const Lists lists_;
  std::uint64_t place_;
  Fitting& fitting_;
  SpaceCount& count_;
  const Space::Visit& visit_;
  const Space::Split& split_;
  const bool splits_;  // layers are balanced plan by plan
  Plan plan_;
  std::size_t per_split_ = 1;     // candidates of one micro-batch in one order of ranks
  std::vector<char> states_fit_;  // [pipelining][zero][optimizer offload]
};

}  // namespace

Space::Space(const cluster::Cluster& cluster, const workload::Job& job,
             const workload::Software& software, const Request& request)
    : cluster_(cluster),
      job_(job),
      software_(software),
      request_(request),
      cells_(cells_of(cluster, job, request)) {}

void Space::walk(std::size_t cell, Fitting& fitting, SpaceCount& count, const Visit& visit,
                 const Split& split) const {
  const auto& at = cells_[cell];
  auto lists = lists_of(cluster_, job_, software_, request_, at);
  SpaceCount of_cell;
  CellWalk(cluster_, job_, request_, std::move(lists), std::uint64_t{cell} << kPlaceBits, fitting,
           of_cell, visit, split)
      .run(at);
  count += of_cell;
}

}  // namespace weft::plan
