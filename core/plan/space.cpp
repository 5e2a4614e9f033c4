#include "weft/plan/space.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace weft::plan {

namespace {

using Values = std::vector<int>;

// A search uses at least this share of the devices, unless no plan can.
constexpr double kLeastUsed = 0.5;
// A context rank keeps at least this many tokens of a sequence.
constexpr std::int64_t kLeastContextTokens = 1024;
constexpr int kMostMicroBatch = 8;

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

Values either(const std::optional<int>& fixed, Values values) {
  return fixed ? Values{*fixed} : std::move(values);
}

Values merged(const Values& a, const Values& b, const Values& c) {
  std::set<int> all(a.begin(), a.end());
  all.insert(b.begin(), b.end());
  all.insert(c.begin(), c.end());
  return {all.begin(), all.end()};
}

// Walks the space in a fixed order and keeps what is legal and fits.
class Enumerator {
 public:
  Enumerator(const cluster::Cluster& cluster, const workload::Job& job,
             const workload::Software& software, const Request& request, double least_used,
             SpaceCount& count)
      : cluster_(cluster),
        job_(job),
        software_(software),
        request_(request),
        least_used_(least_used),
        count_(count) {}

  std::vector<Plan> run() {
    const auto devices = cluster_.devices();
    const auto& model = job_.model;
    const auto tensors = either(request_.tensor, divisors(model.heads, devices));
    const auto contexts =
        either(request_.context, powers_of_two(job_.sequence / kLeastContextTokens));
    const auto pipelines = either(
        request_.pipeline, merged(divisors(model.layers, model.layers),
                                  powers_of_two(std::min<std::int64_t>(model.layers, devices)),
                                  divisors(devices, model.layers)));
    for (const int tensor : tensors) {
      for (const int context : contexts.empty() ? Values{1} : contexts) {
        for (const int pipeline : pipelines) {
          const auto each = static_cast<std::int64_t>(tensor) * context * pipeline;
          if (each > devices && !request_.data) continue;
          Plan plan;
          plan.tensor = tensor;
          plan.context = context;
          plan.pipeline = pipeline;
          plan.layers = request_.layers;
          plan.recompute_layers = request_.recompute_layers;
          plan.expert_tensor = request_.expert_tensor.value_or(1);
          plan.schedule = request_.schedule.value_or(Schedule::kOneForwardOneBackward);
          plan.order = request_.order;
          plan.sequence_parallel = request_.sequence_parallel.value_or(tensor > 1);
          batch_splits(plan, devices / std::max<std::int64_t>(each, 1));
        }
      }
    }
    return std::move(plans_);
  }

 private:
  void batch_splits(Plan& plan, std::int64_t most_data) {
    for (plan.micro_batch = 1; plan.micro_batch <= kMostMicroBatch; plan.micro_batch *= 2) {
      if (request_.micro_batch) plan.micro_batch = *request_.micro_batch;
      const auto replicas = job_.global_batch / plan.micro_batch;
      for (const int data : either(request_.data, divisors(replicas, most_data))) {
        plan.data = data;
        if (!request_.data && data < least_used_ * static_cast<double>(most_data)) continue;
        pipeline_splits(plan);
      }
      if (request_.micro_batch) break;
    }
  }

  void pipeline_splits(Plan& plan) {
    const auto per_stage = job_.model.layers / plan.pipeline;
    const bool interleaves = plan.pipeline > 1 && plan.schedule == Schedule::kOneForwardOneBackward;
    const int needed = std::max(traits_of(plan.schedule).virtual_stages, 1);
    const auto chunks = interleaves ? divisors(per_stage, per_stage) : Values{needed};
    const auto experts =
        job_.model.moe ? divisors(job_.model.moe->experts, cluster_.devices()) : Values{1};
    const auto zeros = plan.pipeline > 1 ? Values{1} : Values{1, 2, 3};
    for (const int chunk : either(request_.virtual_stages, chunks.empty() ? Values{1} : chunks)) {
      plan.virtual_stages = chunk;
      for (const int expert : either(request_.expert, experts)) {
        plan.expert = expert;
        for (const int zero : either(request_.zero, zeros)) {
          plan.zero = zero;
          recomputes(plan);
        }
      }
    }
  }

  void recomputes(Plan& plan) {
    for (int r = 0; r < kRecomputeCount; ++r) {
      plan.recompute = static_cast<Recompute>(r);
      if (request_.recompute && *request_.recompute != plan.recompute) continue;
      // Flash attention keeps nothing that recomputing it would free.
      const bool frees_nothing = plan.recompute == Recompute::kAttention &&
                                 software_.attention == workload::AttentionKernel::kFlash;
      if (frees_nothing && !request_.recompute) continue;
      ++count_.considered;
      if (const auto problem = first_problem(cluster_, job_, software_, plan)) {
        ++count_.refused[static_cast<std::size_t>(*problem)];
        if (*problem == Problem::kMemory) remember_miss(plan);
        if (*problem != Problem::kMemory) return;  // recomputation changes nothing else
        continue;
      }
      ++count_.legal;
      plans_.push_back(plan);
    }
  }

  void remember_miss(const Plan& plan) {
    if (!plans_.empty()) return;  // something fits: nobody will ask
    const auto needed = peak_memory(job_, software_, plan).total();
    if (count_.nearest_miss && needed >= least_needed_) return;
    least_needed_ = needed;
    count_.nearest_miss = plan;
  }

  const cluster::Cluster& cluster_;
  const workload::Job& job_;
  const workload::Software& software_;
  const Request& request_;
  double least_used_;
  SpaceCount& count_;
  std::vector<Plan> plans_;
  base::Bytes least_needed_;
};

double steps_between(int a, int b) {
  return std::abs(std::log2(static_cast<double>(a)) - std::log2(static_cast<double>(b)));
}

// Changes weigh what they move: a doubled degree one, another kind of recomputation a half.
double distance(const Plan& a, const Plan& b) {
  double sum = steps_between(a.tensor, b.tensor) + steps_between(a.context, b.context) +
               steps_between(a.data, b.data) + steps_between(a.pipeline, b.pipeline) +
               steps_between(a.virtual_stages, b.virtual_stages) +
               steps_between(a.expert, b.expert) + steps_between(a.micro_batch, b.micro_batch);
  sum += 0.5 * std::abs(a.zero - b.zero);
  sum += a.recompute == b.recompute ? 0.0 : 0.5;
  sum += a.schedule == b.schedule && a.layers == b.layers ? 0.0 : 0.5;
  sum += a.sequence_parallel == b.sequence_parallel ? 0.0 : 0.25;
  return sum;
}

}  // namespace

bool Request::is_complete() const {
  return tensor && context && data && pipeline && virtual_stages && expert && micro_batch && zero &&
         recompute;
}

std::vector<Plan> legal_plans(const cluster::Cluster& cluster, const workload::Job& job,
                              const workload::Software& software, const Request& request,
                              SpaceCount& count) {
  auto plans = Enumerator(cluster, job, software, request, kLeastUsed, count).run();
  if (!plans.empty()) return plans;
  count = {};
  return Enumerator(cluster, job, software, request, 0.0, count).run();
}

std::optional<Plan> nearest_legal(const cluster::Cluster& cluster, const workload::Job& job,
                                  const workload::Software& software, const Plan& plan) {
  SpaceCount count;
  std::optional<Plan> nearest;
  for (const auto& candidate : legal_plans(cluster, job, software, Request{}, count)) {
    if (!nearest || distance(candidate, plan) < distance(*nearest, plan)) nearest = candidate;
  }
  return nearest;
}

}  // namespace weft::plan
