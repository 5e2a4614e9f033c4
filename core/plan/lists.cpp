#include "lists.h"

#include <algorithm>
#include <set>

namespace weft::plan {

namespace {

// A context rank keeps at least this many tokens of a sequence.
constexpr std::int64_t kLeastContextTokens = 1024;

Values merged(const Values& a, const Values& b, const Values& c) {
  std::set<int> all(a.begin(), a.end());
  all.insert(b.begin(), b.end());
  all.insert(c.begin(), c.end());
  return {all.begin(), all.end()};
}

class ListMaker {
 public:
  ListMaker(const cluster::Cluster& cluster, const workload::Job& job,
            const workload::Software& software, const Request& request, const Space::Cell& cell)
      : cluster_(cluster), job_(job), software_(software), request_(request), cell_(cell) {}

  [[nodiscard]] Lists lists() const {
    const auto& axes = request_.axes;
    const bool moe = job_.model.moe.has_value();
    Lists lists;
    lists.sequence_parallel = {request_.sequence_parallel.value_or(cell_.tensor > 1)};
    if (axes.plain_tensor && cell_.tensor > 1 && !request_.sequence_parallel) {
      lists.sequence_parallel.push_back(false);
    }
    lists.expert_tensors = {request_.expert_tensor.value_or(1)};
    if ((axes.expert_tensor || request_.open.expert_tensor) && moe && cell_.tensor > 1 &&
        !request_.expert_tensor) {
      lists.expert_tensors.push_back(cell_.tensor);
    }
    lists.experts =
        either(request_.expert,
               moe ? divisors(job_.model.moe->experts, cluster_.all_devices()) : Values{1});
    lists.data = data();
    lists.pipelinings = pipelinings();
    const auto zeros = axes.every_zero      ? Values{0, 1, 2, 3}
                       : cell_.pipeline > 1 ? Values{1}
                                            : Values{1, 2, 3};
    lists.zeros = either(request_.zero, zeros);
    lists.recomputes = recomputes();
    add_options(lists);
    return lists;
  }

 private:
  // Keys that say `auto` try more than those that are not there.
  void add_options(Lists& lists) const {
    const auto& axes = request_.axes;
    const auto& open = request_.open;
    const auto wide = Axes::wide();
    lists.optimizer_offload = either(
        request_.optimizer_offload,
        possible(open.optimizer_offload ? wide.optimizer_offload : axes.optimizer_offload, {}));
    lists.activation_offload = either(
        request_.activation_offload,
        possible({}, open.activation_offload ? wide.activation_offload : axes.activation_offload));
    // Without context ranks there is nothing to exchange, without a pipeline nothing to order.
    lists.exchanges = {ContextExchange::kRing};
    if (cell_.context > 1) {
      lists.exchanges = either(request_.context_exchange,
                               open.context_exchange ? wide.exchanges : axes.exchanges);
    }
    const auto& orders = open.rank_order ? wide.rank_orders : axes.rank_orders;
    const auto first = std::vector<RankOrder>{kTensorFirst};
    lists.orders = either(request_.rank_order, cell_.pipeline > 1 ? orders : first);
  }

  [[nodiscard]] Values data() const {
    if (request_.data) return {*request_.data};
    const auto each = static_cast<std::int64_t>(cell_.tensor) * cell_.context * cell_.pipeline;
    const auto most = cluster_.all_devices() / each;
    auto values = divisors(job_.global_batch, most);
    const double least = request_.axes.least_used * static_cast<double>(most);
    values.erase(values.begin(),
                 std::find_if(values.begin(), values.end(), [&](int d) { return d >= least; }));
    return values;
  }

  [[nodiscard]] std::vector<Pipelining> pipelinings() const {
    const auto per_stage = job_.model.layers / cell_.pipeline;
    std::vector<Pipelining> found;
    const auto& axes = request_.axes;
    const std::vector<Schedule> one = {Schedule::kOneForwardOneBackward};
    // Without a pipeline all schedules are the same; one that is given needs some.
    const bool any = cell_.pipeline == 1 || (axes.schedules.empty() && request_.pipeline);
    for (const auto schedule : either(request_.schedule, any ? one : axes.schedules)) {
      const bool interleaves = axes.interleaves && cell_.pipeline > 1 &&
                               schedule == Schedule::kOneForwardOneBackward && per_stage > 0;
      const int needed = std::max(traits_of(schedule).virtual_stages, 1);
      const auto chunks = interleaves ? divisors(per_stage, per_stage) : Values{needed};
      for (const int v : either(request_.virtual_stages, chunks)) found.push_back({schedule, v});
    }
    return found;
  }

  // Of shares to offload, those that hosts can take.
  [[nodiscard]] std::vector<double> possible(const std::vector<double>& optimizer,
                                             const std::vector<double>& activations) const {
    std::vector<double> found;
    Plan plan;
    for (const double share : optimizer) {
      plan.optimizer_offload = share;
      if (!offloads_in_vain(cluster_, plan)) found.push_back(share);
    }
    plan.optimizer_offload = 0;
    plan.recompute = Recompute::kFull;  // or any other of a part of the layers
    plan.recompute_layers = request_.recompute_layers;
    plan.recompute_group = request_.recompute_group;
    for (const double share : activations) {
      plan.activation_offload = share;
      if (!offloads_in_vain(cluster_, plan) && !offloads_in_part(plan)) found.push_back(share);
    }
    return found;
  }

  [[nodiscard]] std::vector<Recompute> recomputes() const {
    if (request_.recompute) return {*request_.recompute};
    std::vector<Recompute> found;
    for (int r = 0; r < kRecomputeCount; ++r) {
      const auto recompute = static_cast<Recompute>(r);
      // Flash attention keeps nothing that recomputing it would free.
      const bool frees_nothing = recompute == Recompute::kAttention &&
                                 software_.attention == workload::AttentionKernel::kFlash;
      if (!frees_nothing) found.push_back(recompute);
    }
    return found;
  }

  const cluster::Cluster& cluster_;
  const workload::Job& job_;
  const workload::Software& software_;
  const Request& request_;
  const Space::Cell& cell_;
};

}  // namespace

Values divisors(std::int64_t number, std::int64_t most) {
  Values found;
  for (std::int64_t d = 1; d <= std::min(number, most); ++d) {
    if (number % d == 0) found.push_back(static_cast<int>(d));
  }
  return found;
}

Values powers_of_two(std::int64_t most) {
  Values found;
  for (std::int64_t d = 1; d <= most; d *= 2) found.push_back(static_cast<int>(d));
  return found;
}

Lists lists_of(const cluster::Cluster& cluster, const workload::Job& job,
               const workload::Software& software, const Request& request,
               const Space::Cell& cell) {
  return ListMaker(cluster, job, software, request, cell).lists();
}

std::vector<Space::Cell> cells_of(const cluster::Cluster& cluster, const workload::Job& job,
                                  const Request& request) {
  std::vector<Space::Cell> cells;
  const auto devices = cluster.all_devices();
  const auto& model = job.model;
  const auto tensors = either(request.tensor, divisors(model.heads, devices));
  auto contexts = either(request.context, powers_of_two(job.sequence / kLeastContextTokens));
  if (contexts.empty()) contexts = {1};
  const auto pipelines =
      either(request.pipeline, merged(divisors(model.layers, model.layers),
                                      powers_of_two(std::min<std::int64_t>(model.layers, devices)),
                                      divisors(devices, model.layers)));
  for (const int tensor : tensors) {
    for (const int context : contexts) {
      for (const int pipeline : pipelines) {
        const auto each = static_cast<std::int64_t>(tensor) * context * pipeline;
        if (each <= devices || request.data) cells.push_back({tensor, context, pipeline});
      }
    }
  }
  return cells;
}

}  // namespace weft::plan
