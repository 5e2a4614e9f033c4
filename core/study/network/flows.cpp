#include "weft/network/flows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "graph_run.h"
#include "weft/network/cluster_size.h"
#include "weft/validation/validate.h"

namespace weft::network {

namespace {

void require_devices(const cluster::Cluster& cluster, const traffic::Matrix& matrix) {
  if (matrix.nodes <= cluster.devices()) return;
  refuse(fmt::format("the matrix is of {} devices; {} has {}", matrix.nodes, cluster.label,
                     cluster.devices()));
}

void fill_summary(FlowsAnswer& answer) {
  std::vector<double> arrived;
  for (const auto& flow : answer.flows) {
    if (std::isfinite(flow.duration)) {
      arrived.push_back(flow.duration);
    } else {
      ++(std::isfinite(flow.start) ? answer.failed : answer.never_started);
    }
  }
  if (arrived.empty()) return;
  constexpr double kTail = 0.99;
  answer.least = validation::quantile(arrived, 0);
  answer.median = validation::quantile(arrived, 0.5);
  answer.p99 = validation::quantile(arrived, kTail);
  answer.most = validation::quantile(arrived, 1);
}

std::optional<PartedPairs> parted_of(const std::vector<FlowTime>& flows,
                                     const graph::Graph& graph) {
  std::set<std::pair<std::int32_t, std::int32_t>> pairs;
  std::optional<PartedPairs> parted;
  for (const auto& flow : flows) {
    if (std::isfinite(flow.duration) || !std::isfinite(flow.start)) continue;
    const auto& [from, to] = std::pair(flow.connection.from, flow.connection.to);
    pairs.emplace(from, to);
    if (!parted) parted = {0, graph.name(from), graph.name(to)};
  }
  if (parted) parted->count = static_cast<std::int64_t>(pairs.size());
  return parted;
}

}  // namespace

FlowsAnswer answer(const cluster::Cluster& cluster, const traffic::Matrix& matrix,
                   const FlowsQuestion& question) {
  require_devices(cluster, matrix);
  const auto network = network_of(cluster, question.routes);
  const auto options = run_options(network, question.routes, question.threads);
  const auto result = traffic::run(network, matrix, options);
  FlowsAnswer answer;
  answer.cluster = cluster.label;
  answer.devices = cluster.devices();
  answer.question = question;
  for (std::size_t i = 0; i < matrix.connections.size(); ++i) {
    answer.flows.push_back({matrix.connections[i], result.start[i], result.duration[i]});
  }
  fill_summary(answer);
  answer.parted = parted_of(answer.flows, network.graph());
  answer.time = result.run.time;
  answer.tiers = tier_bytes(network.fabric(), result.run.tier_bytes, result.run.sent,
                            static_cast<double>(cluster.devices()));
  answer.hot_links = hot_links(network, result.run);
  return answer;
}

}  // namespace weft::network
