#include "weft/traffic/run.h"

#include <algorithm>

#include "courier.h"
#include "results.h"

namespace weft::traffic {

RunResult run(const Network& network, std::span<const Job> jobs, const RunOptions& options) {
  const bool all_to_all = !jobs.empty() && std::all_of(jobs.begin(), jobs.end(),
                                                       [](const Job& j) { return j.all_to_all; });
  RunOptions in_order = options;
  std::stable_sort(in_order.changes.begin(), in_order.changes.end(),
                   [](const auto& a, const auto& b) { return a.time < b.time; });
  const auto changes = effective_changes(network, in_order, all_to_all);
  Courier courier(network, jobs, in_order, all_to_all);
  flow::Options flows;
  flows.threads = options.threads;
  flows.changes = changes;
  flow::simulate(network.capacity(all_to_all), courier.ways().routes(), courier, flows);
  RunResult result;
  courier.report(result);
  count_links(network, courier.ways().bytes_by_link(), result);
  return result;
}

RunResult run(const Network& network, Collective collective, Algorithm algorithm,
              std::span<const std::int32_t> group, double bytes, const RunOptions& options) {
  PrepareOptions asked;
  asked.alone = true;
  const Prepared prepared = prepare(network.fabric(), collective, algorithm, group, bytes, asked);
  return run(network, {&prepared.job, 1}, options);
}

}  // namespace weft::traffic
