#include "graph_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "weft/interconnect/wiring.h"
#include "weft/network/cluster_size.h"

namespace weft::network {

namespace {

constexpr std::array kAlgorithms = {Algorithm::kRing,
                                    Algorithm::kTree,
                                    Algorithm::kDirect,
                                    Algorithm::kHierarchical,
                                    Algorithm::kPairwise,
                                    Algorithm::kTorusBucket,
                                    Algorithm::kHalvingDoubling,
                                    Algorithm::kBruck};

// Ranks in one unit of each tier that the group crosses, without the outermost; none when the group
// does not fill its tiers evenly.
std::vector<std::int32_t> units_of(const interconnect::GroupShape& group) {
  std::vector<std::int32_t> units;
  if (!group.is_even()) return units;
  std::int32_t inside = 1;
  for (const auto& tier : group.tiers) {
    if (tier.children <= 1) continue;
    inside *= tier.children;
    if (inside < group.size) units.push_back(inside);
  }
  return units;
}

double call_overhead(const interconnect::Fabric& fabric, const interconnect::GroupShape& group) {
  double most = 0;
  for (std::size_t i = 0; i < fabric.tiers().size(); ++i) {
    if (group.tiers[i].children <= 1) continue;
    most = std::max(most, fabric.tiers()[i].link.call_overhead.si());
  }
  return most;
}

}  // namespace

traffic::Network network_of(const cluster::Cluster& cluster, graph::Policy routing) {
  const auto nodes = interconnect::nodes_of(cluster.fabric);
  if (nodes > graph::GraphBuilder::kMaxNodes) {
    refuse(fmt::format("{} has {} nodes; flows are computed on up to {}", cluster.label, nodes,
                       graph::GraphBuilder::kMaxNodes),
           "closed forms have no such limit");
  }
  return traffic::Network(cluster.fabric, routing == graph::Policy::kSpray);
}

std::vector<TierBytes> tier_bytes(const interconnect::Fabric& fabric,
                                  const traffic::RunResult& result) {
  std::vector<TierBytes> tiers;
  for (std::size_t i = 0; i < fabric.tiers().size(); ++i) {
    tiers.push_back(
        {fabric.tiers()[i].name, i < result.tier_bytes.size() ? result.tier_bytes[i] : 0.0});
  }
  return tiers;
}

std::vector<HotLink> hot_links(const traffic::Network& network, const traffic::RunResult& result) {
  const auto& graph = network.graph();
  const auto& tiers = network.fabric().tiers();
  std::vector<HotLink> links;
  for (const auto& hot : result.hottest) {
    const auto tier = static_cast<std::size_t>(graph.cable_of(hot.link).tier);
    links.push_back({graph.name(graph.from(hot.link)), graph.name(graph.to(hot.link)),
                     tier < tiers.size() ? tiers[tier].name : "", hot.bytes, hot.use});
  }
  return links;
}

FlowRunner::FlowRunner(const cluster::Cluster& cluster, const CollectiveQuestion& question,
                       const interconnect::GroupShape& group)
    : question_(question),
      group_(group),
      network_(network_of(cluster, question.routing)),
      units_(units_of(group)),
      call_overhead_(call_overhead(cluster.fabric, group)) {}

traffic::RunOptions FlowRunner::options() const {
  traffic::RunOptions options;
  options.routing.policy = question_.routing;
  options.routing.seed = question_.seed;
  options.routing.threads = question_.threads;
  options.threads = question_.threads;
  return options;
}

// The one asked for; else all, the fastest in closed form first. All messages at once is what
// all-to-all comes to on networks that share fairly.
std::vector<Algorithm> FlowRunner::candidates(base::Bytes bytes) const {
  if (question_.algorithm) return {*question_.algorithm};
  if (question_.collective == Collective::kAllToAll) {
    return {Algorithm::kDirect, Algorithm::kPairwise};
  }
  std::vector<std::pair<double, Algorithm>> timed;
  for (const auto algorithm : kAlgorithms) {
    const auto cost = network_.fabric().cost(question_.collective, group_, bytes, algorithm);
    timed.emplace_back(cost.time.si(), algorithm);
  }
  std::stable_sort(timed.begin(), timed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Algorithm> sorted;
  for (const auto& [time, algorithm] : timed) {
    if (std::isfinite(time)) sorted.push_back(algorithm);
  }
  return sorted;
}

std::unique_ptr<traffic::Schedule> FlowRunner::schedule(Algorithm algorithm,
                                                        base::Bytes bytes) const {
  traffic::ScheduleOptions options;
  options.units = units_;
  options.channels = question_.channels;
  if (question_.skew != 0) {
    return traffic::all_to_all_v(
        question_.ranks,
        traffic::skewed(question_.ranks, bytes.si(), question_.skew, question_.seed),
        algorithm == Algorithm::kDirect);
  }
  return traffic::make_schedule(question_.collective, algorithm, question_.ranks, bytes.si(),
                                options);
}

std::optional<traffic::RunResult> FlowRunner::run(Algorithm algorithm, base::Bytes bytes) const {
  const auto schedule = this->schedule(algorithm, bytes);
  if (!schedule) return std::nullopt;
  std::vector<traffic::Job> jobs(static_cast<std::size_t>(question_.groups));
  for (int g = 0; g < question_.groups; ++g) {
    auto& job = jobs[static_cast<std::size_t>(g)];
    job.schedule = schedule.get();
    job.devices = devices_of_group(question_, g);
    job.all_to_all = question_.collective == Collective::kAllToAll;
    job.call_overhead = call_overhead_;
  }
  return traffic::run(network_, jobs, options());
}

CollectiveRow FlowRunner::row(base::Bytes bytes) const {
  CollectiveRow row;
  for (const auto algorithm : candidates(bytes)) {
    const auto result = run(algorithm, bytes);
    if (!result) continue;
    row.algorithm = algorithm;
    row.time = base::Time(result->time);
    row.events = result->events;
    row.failed = result->failed;
    row.tiers = tier_bytes(network_.fabric(), *result);
    row.hot_links = hot_links(network_, *result);
    break;
  }
  return row;
}

}  // namespace weft::network
