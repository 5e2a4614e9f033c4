#include "graph_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>

#include "weft/interconnect/wiring.h"
#include "weft/network/cluster_size.h"
#include "weft/traffic/fold.h"

namespace weft::network {

namespace {

// What closed forms choose among.
constexpr std::array kAlgorithms = {
    Algorithm::kRing,     Algorithm::kTree,     Algorithm::kDirect,     Algorithm::kHierarchical,
    Algorithm::kInSwitch, Algorithm::kPairwise, Algorithm::kTorusBucket};

// An all-to-all of more takes minutes and many gigabytes.
constexpr double kMostLinksOfWays = 4e7;
// Messages times links on their ways: a minute or so.
constexpr double kMostEffort = 7.5e7;

// One schedule for each shape of a group, and who runs them.
struct Jobs {
  std::vector<std::pair<interconnect::GroupShape, traffic::Prepared>> prepared;
  std::vector<traffic::Job> jobs;
};

interconnect::GroupShape shape_of_group(const interconnect::Fabric& fabric,
                                        const std::vector<std::int32_t>& devices) {
  return fabric.shape_of(std::vector<std::int64_t>(devices.begin(), devices.end()));
}

// None when the algorithm does not carry it out on one of the groups.
std::optional<Jobs> jobs_of(const interconnect::Fabric& fabric, const CollectiveQuestion& q,
                            Algorithm algorithm, base::Bytes bytes) {
  const traffic::PrepareOptions asked{q.channels, q.skew, q.routes.seed, q.groups == 1};
  Jobs all;
  for (int g = 0; g < q.groups; ++g) {
    const auto devices = devices_of_group(q, g);
    const auto shape = shape_of_group(fabric, devices);
    auto found = std::find_if(all.prepared.begin(), all.prepared.end(),
                              [&](const auto& known) { return known.first == shape; });
    if (found == all.prepared.end()) {
      auto prepared =
          traffic::prepare_if_applies(fabric, q.collective, algorithm, devices, bytes.si(), asked);
      if (!prepared) return std::nullopt;
      all.prepared.emplace_back(shape, std::move(*prepared));
      found = std::prev(all.prepared.end());
    }
    auto job = found->second.job;
    job.devices = job.schedule->devices_of(devices);
    all.jobs.push_back(std::move(job));
  }
  return all;
}

}  // namespace

traffic::Network network_of(const cluster::Cluster& cluster, const Routes& routes) {
  const auto nodes = interconnect::nodes_of(cluster.fabric);
  if (nodes > graph::GraphBuilder::kMaxNodes) {
    refuse(fmt::format("{} has {} nodes; flows are computed on up to {}", cluster.label, nodes,
                       graph::GraphBuilder::kMaxNodes),
           "closed forms have no such limit");
  }
  // A fault is of one switch, not of all that are like it.
  const bool merges = routes.policy == graph::Policy::kSpray && routes.faults.empty();
  return traffic::Network(cluster.fabric, merges);
}

std::vector<TierBytes> tier_bytes(const interconnect::Fabric& fabric,
                                  const std::vector<double>& cables,
                                  const std::vector<double>& sent, double devices) {
  std::vector<TierBytes> tiers;
  for (std::size_t i = 0; i < fabric.tiers().size(); ++i) {
    const auto& name = fabric.tiers()[i].name;
    const bool is_known = i < cables.size() && i < sent.size();
    tiers.push_back({name, is_known ? sent[i] / devices : 0.0, is_known ? cables[i] : 0.0});
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
      network_(network_of(cluster, question.routes)),
      options_(run_options(network_, question.routes, question.threads)) {
  if (question.collective != Collective::kAllToAll) return;
  links_of_ways_ = question.groups *
                   traffic::links_of_all_ways(network_, devices_of_group(question, 0), options_);
}

// The one asked for; else those that apply, the fastest in closed form first.
std::vector<Algorithm> FlowRunner::candidates(base::Bytes bytes) const {
  if (question_.algorithm) return {*question_.algorithm};
  std::vector<std::pair<double, Algorithm>> timed;
  for (const auto algorithm : kAlgorithms) {
    const auto cost = network_.fabric().cost(question_.collective, group_, bytes, algorithm);
    if (std::isfinite(cost.time.si())) timed.emplace_back(cost.time.si(), algorithm);
  }
  std::stable_sort(timed.begin(), timed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Algorithm> sorted;
  for (const auto& [time, algorithm] : timed) sorted.push_back(algorithm);
  return sorted;
}

// Whether every member sends to every other.
bool FlowRunner::is_exchange(Algorithm algorithm) const {
  return question_.collective == Collective::kAllToAll && algorithm != Algorithm::kBruck;
}

void FlowRunner::require_bearable(const std::vector<traffic::Job>& jobs) const {
  const auto effort = traffic::effort_of(network_, jobs, options_);
  if (effort.product() <= kMostEffort) return;
  refuse(fmt::format("about {:.2g} messages over {:.3g} links each are too many: more than {:.2g} "
                     "together take minutes",
                     effort.messages, effort.links, kMostEffort),
         "--algorithm ring --channels 1, another --algorithm, a smaller --group, or --fidelity "
         "closed");
}

bool FlowRunner::has_too_many_ways() const { return links_of_ways_ > kMostLinksOfWays; }

void FlowRunner::refuse_exchange() const {
  refuse(fmt::format("the ways of this all_to_all have about {:.2g} links together; flows are "
                     "computed over up to {:.2g}",
                     links_of_ways_, kMostLinksOfWays),
         "a smaller --group; --routing spray for all devices of a symmetric network; or --fidelity "
         "closed");
}

// All devices, evenly, on a network where all are alike.
std::optional<CollectiveRow> FlowRunner::folded(base::Bytes bytes) const {
  const bool is_whole = question_.ranks == network_.fabric().size() && question_.groups == 1;
  const auto& routes = question_.routes;
  const bool applies = is_whole && question_.skew == 0 && routes.faults.empty() &&
                       routes.policy == graph::Policy::kSpray;
  if (!applies) return std::nullopt;
  const auto result = traffic::folded_all_to_all(network_, bytes.si() / question_.ranks);
  if (!result) return std::nullopt;
  CollectiveRow row;
  row.algorithm = Algorithm::kDirect;
  row.time = base::Time(result->time);
  row.events = std::int64_t{question_.ranks} * (question_.ranks - 1);
  row.tiers = tier_bytes(network_.fabric(), result->tier_bytes, result->sent, question_.ranks);
  return row;
}

std::optional<CollectiveRow> FlowRunner::run(Algorithm algorithm, base::Bytes bytes) const {
  if (is_exchange(algorithm) && has_too_many_ways()) {
    auto row = algorithm == Algorithm::kDirect ? folded(bytes) : std::nullopt;
    if (!row) refuse_exchange();
    return row;
  }
  const auto jobs = jobs_of(network_.fabric(), question_, algorithm, bytes);
  if (!jobs) return std::nullopt;
  if (!is_exchange(algorithm)) require_bearable(jobs->jobs);
  const auto result = traffic::run(network_, jobs->jobs, options_);
  CollectiveRow row;
  row.algorithm = algorithm;
  row.low_latency = std::any_of(jobs->jobs.begin(), jobs->jobs.end(),
                                [](const auto& job) { return job.low_latency; });
  row.time = base::Time(result.time);
  row.events = result.events;
  row.failed = result.failed;
  if (result.parted) {
    const auto& graph = network_.graph();
    row.parted = {result.parted_pairs, graph.name(result.parted->first),
                  graph.name(result.parted->second)};
  }
  row.tiers = tier_bytes(network_.fabric(), result.tier_bytes, result.sent,
                         static_cast<double>(question_.ranks) * question_.groups);
  row.hot_links = hot_links(network_, result);
  return row;
}

CollectiveRow FlowRunner::row(base::Bytes bytes) const {
  for (const auto algorithm : candidates(bytes)) {
    if (auto row = run(algorithm, bytes)) return std::move(*row);
  }
  return {};
}

}  // namespace weft::network
