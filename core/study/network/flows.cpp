#include "weft/network/flows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "graph_run.h"
#include "weft/network/cluster_size.h"
#include "weft/network/points.h"

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
  answer.least = quantile(arrived, 0);
  answer.median = quantile(arrived, 0.5);
  answer.p99 = quantile(arrived, kTail);
  answer.most = quantile(arrived, 1);
}

}  // namespace

FlowsAnswer answer(const cluster::Cluster& cluster, const traffic::Matrix& matrix,
                   const FlowsQuestion& question) {
  require_devices(cluster, matrix);
  const auto network = network_of(cluster, question.routing);
  traffic::RunOptions options;
  options.routing.policy = question.routing;
  options.routing.seed = question.seed;
  options.routing.threads = question.threads;
  options.threads = question.threads;
  const auto result = traffic::run(network, matrix, options);
  FlowsAnswer answer;
  answer.cluster = cluster.label;
  answer.devices = cluster.devices();
  answer.question = question;
  for (std::size_t i = 0; i < matrix.connections.size(); ++i) {
    answer.flows.push_back({matrix.connections[i], result.start[i], result.duration[i]});
  }
  fill_summary(answer);
  answer.time = result.run.time;
  answer.tiers = tier_bytes(network.fabric(), result.run);
  answer.hot_links = hot_links(network, result.run);
  return answer;
}

}  // namespace weft::network
