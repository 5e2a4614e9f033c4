#include "detours.h"

#include <algorithm>
#include <utility>

namespace weft::traffic {

namespace {

constexpr std::int32_t kNoJob = -1;

// The link between two devices that a tier joins, -1 when it is dead.
graph::LinkId link_between(const graph::Graph& graph, graph::NodeId from, graph::NodeId to,
                           int tier, graph::Alive alive) {
  for (const graph::LinkId link : graph.out(from)) {
    if (graph.to(link) != to || graph.cable_of(link).tier != tier) continue;
    if (alive.empty() || alive[static_cast<std::size_t>(link)] != 0) return link;
  }
  return -1;
}

}  // namespace

void Detours::Spread::add(graph::LinkId link, double share) {
  const auto known = std::find(links.begin(), links.end(), link);
  if (known != links.end()) {
    shares[static_cast<std::size_t>(known - links.begin())] += share;
    return;
  }
  links.push_back(link);
  shares.push_back(share);
}

Detours::Detours(const Network& network, std::span<const Job> jobs) : fabric_(&network.fabric()) {
  const auto& tiers = fabric_->tiers();
  const bool has_any =
      std::any_of(tiers.begin(), tiers.end(), [](const auto& tier) { return tier.detours; }) &&
      std::any_of(jobs.begin(), jobs.end(), [](const Job& job) { return job.detours; });
  if (!has_any) return;
  job_of_.assign(static_cast<std::size_t>(network.graph().devices()), kNoJob);
  for (std::size_t job = 0; job < jobs.size(); ++job) {
    takes_.push_back(jobs[job].detours ? 1 : 0);
    for (const std::int32_t device : jobs[job].devices) {
      std::int32_t& known = job_of_[static_cast<std::size_t>(device)];
      if (known == kNoJob) known = static_cast<std::int32_t>(job);
    }
  }
}

Detours::Row Detours::row_of(int tier, graph::NodeId device) const {
  const std::int64_t inside = tier == 0 ? 1 : fabric_->unit_size(tier - 1);
  const std::int64_t unit = fabric_->unit_size(tier);
  return {static_cast<graph::NodeId>(device / unit * unit + device % inside),
          static_cast<graph::NodeId>(inside), fabric_->tiers()[tier].children};
}

// Members of a job in a row that one of them sends to: two at least send over it.
int Detours::peers(const Row& row, std::int32_t job) const {
  int members = 0;
  for (int i = 0; i < row.count; ++i) {
    members += job_of_[static_cast<std::size_t>(row.first + i * row.stride)] == job ? 1 : 0;
  }
  return std::max(members - 1, 1);
}

// A third child at work for another job has half a link to spare each way: that job's detours take
// the other half.
void Detours::spread_link(const graph::Graph& graph, std::int32_t job, graph::Alive alive,
                          graph::LinkId link, double share, Spread& spread) const {
  struct Over {
    graph::LinkId there, on;
    double weight;
  };
  const int tier = graph.cable_of(link).tier;
  const graph::NodeId from = graph.from(link);
  const graph::NodeId to = graph.to(link);
  const Row row = row_of(tier, from);
  const double direct = peers(row, job);
  std::vector<Over> ways;
  double sum = direct;
  for (int i = 0; i < row.count; ++i) {
    const graph::NodeId third = row.first + i * row.stride;
    const std::int32_t its_job = job_of_[static_cast<std::size_t>(third)];
    if (third == from || third == to || its_job == job) continue;
    const graph::LinkId there = link_between(graph, from, third, tier, alive);
    const graph::LinkId on = link_between(graph, third, to, tier, alive);
    if (there < 0 || on < 0) continue;
    ways.push_back({there, on, its_job == kNoJob ? 1.0 : 0.5});
    sum += ways.back().weight;
  }
  spread.add(link, share * direct / sum);
  for (const Over& way : ways) {
    spread.add(way.there, share * way.weight / sum);
    spread.add(way.on, share * way.weight / sum);
  }
  if (!ways.empty()) spread.latency += share * graph.cable_of(link).latency;
}

void Detours::spread_route(const graph::Graph& graph, graph::NodeId from, graph::Alive alive,
                           std::span<const graph::LinkId> links, std::span<const double> shares,
                           Spread& spread) const {
  const std::int32_t job = job_of_[static_cast<std::size_t>(from)];
  const bool takes = job != kNoJob && takes_[static_cast<std::size_t>(job)] != 0;
  for (std::size_t i = 0; i < links.size(); ++i) {
    const double share = shares.empty() ? 1 : shares[i];
    const auto& tier = fabric_->tiers()[static_cast<std::size_t>(graph.cable_of(links[i]).tier)];
    if (takes && tier.detours && tier.children > 2) {
      spread_link(graph, job, alive, links[i], share, spread);
    } else {
      spread.add(links[i], share);
    }
  }
}

std::vector<double> Detours::spread(const graph::Graph& graph, std::span<const graph::Pair> pairs,
                                    graph::Alive alive, flow::Routes& routes) const {
  std::vector<double> latencies;
  flow::Routes wider;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto route = static_cast<flow::RouteId>(i);
    const auto links = routes.links(route);
    const auto shares = routes.shares(route);
    Spread spread;
    spread_route(graph, pairs[i].from, alive, links, shares, spread);
    latencies.push_back(graph::latency_of(graph, links, shares) + spread.latency);
    wider.add(spread.links, spread.shares);
  }
  routes = std::move(wider);
  return latencies;
}

}  // namespace weft::traffic
