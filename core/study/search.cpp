#include "weft/study/search.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

namespace weft::study {

namespace {

// Plans replayed between two looks at the incumbent. A constant, so that the set of replayed plans
// does not depend on the number of threads.
constexpr std::size_t kBatch = 64;

std::vector<std::size_t> order_of(const std::vector<double>& bounds) {
  std::vector<std::size_t> order(bounds.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return bounds[a] < bounds[b]; });
  return order;
}

}  // namespace

Search best_plan(const cluster::Cluster& cluster, const workload::Job& job,
                 const workload::Software& software, const plan::Request& request,
                 const base::ThreadTeam& team) {
  Search search;
  const auto plans = plan::legal_plans(cluster, job, software, request, search.count);
  std::vector<step::Evaluator> evaluators;
  evaluators.reserve(static_cast<std::size_t>(team.size()));
  for (int t = 0; t < team.size(); ++t) evaluators.emplace_back(cluster, job, software);
  const auto evaluator = [&](int thread) -> step::Evaluator& {
    return evaluators[static_cast<std::size_t>(thread)];
  };

  std::vector<double> bounds(plans.size());
  team.for_each(plans.size(), [&](std::size_t i, int thread) {
    bounds[i] = evaluator(thread).lower_bound(plans[i]).si();
  });
  const auto order = order_of(bounds);

  double best = std::numeric_limits<double>::infinity();
  std::size_t best_index = plans.size();
  std::vector<double> times(kBatch);
  for (std::size_t begin = 0; begin < order.size() && bounds[order[begin]] <= best;
       begin += kBatch) {
    const auto size = std::min(kBatch, order.size() - begin);
    team.for_each(size, [&](std::size_t i, int thread) {
      times[i] = evaluator(thread).time(plans[order[begin + i]]).si();
    });
    search.replayed += size;
    for (std::size_t i = 0; i < size; ++i) {
      const auto index = order[begin + i];
      if (times[i] < best || (times[i] == best && index < best_index)) {
        best = times[i];
        best_index = index;
      }
    }
  }
  if (best_index < plans.size()) search.best = plans[best_index];
  return search;
}

}  // namespace weft::study
