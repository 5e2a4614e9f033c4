#include "weft/network/collective.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "graph_run.h"
#include "weft/network/cluster_size.h"
#include "weft/traffic/run.h"

namespace weft::network {

namespace {

using interconnect::Fabric;
using interconnect::GroupShape;

std::int64_t block_of(const CollectiveQuestion& q) { return q.stride * q.ranks; }

void require_closed_options(const CollectiveQuestion& q) {
  if (q.fidelity == Fidelity::kFlow) return;
  const char* why = "closed forms are of one group, evenly spread";
  if (q.groups > 1) refuse(fmt::format("--groups needs --fidelity flow: {}", why));
  if (q.skew != 0) refuse(fmt::format("--skew needs --fidelity flow: {}", why));
  if (q.channels > 0) refuse("--channels needs --fidelity flow: closed forms use every port");
  const auto& routes = q.routes;
  if (routes.policy != CollectiveQuestion().routes.policy || routes.rail_aligned ||
      !routes.faults.empty()) {
    refuse(
        "--routing, --rail-aligned and --fault need --fidelity flow: closed forms know no routes");
  }
}

void require_rings(const CollectiveQuestion& q) {
  if (q.channels == 0) return;
  if (q.algorithm != Algorithm::kRing) {
    refuse("--channels needs --algorithm ring: no other algorithm has channels");
  }
  const bool has_rings = q.collective != Collective::kBroadcast &&
                         q.collective != Collective::kAllToAll &&
                         q.collective != Collective::kPointToPoint;
  if (!has_rings) {
    refuse(fmt::format("--channels is for all_reduce, all_gather and reduce_scatter; {} has one",
                       name_of(q.collective)));
  }
}

void require_fit(const cluster::Cluster& cluster, const CollectiveQuestion& q) {
  if (q.ranks < 2) refuse("a group of at least 2 devices is expected");
  if (q.collective == Collective::kPointToPoint && q.ranks != 2) {
    refuse("point-to-point is between 2 devices");
  }
  if (q.skew != 0 && q.collective != Collective::kAllToAll) refuse("--skew is for all_to_all");
  const auto blocks = (q.groups + q.stride - 1) / q.stride;
  const auto needed =
      q.groups >= q.stride ? blocks * block_of(q) : (q.ranks - 1) * q.stride + q.groups;
  if (needed <= cluster.devices()) return;
  refuse(fmt::format("{} of {} devices, {} apart, reach over {} devices; {} has {}",
                     q.groups == 1 ? "a group" : fmt::format("{} groups", q.groups), q.ranks,
                     q.stride, needed, cluster.label, cluster.devices()));
}

GroupShape shape_of(const Fabric& fabric, const CollectiveQuestion& q) {
  std::vector<std::int64_t> devices;
  devices.reserve(static_cast<std::size_t>(q.ranks));
  for (std::int64_t rank = 0; rank < q.ranks; ++rank) devices.push_back(rank * q.stride);
  GroupShape shape = fabric.shape_of(devices);
  shape.alone = q.groups == 1;
  return shape;
}

void fill_rates(const CollectiveQuestion& q, CollectiveRow& row) {
  const double time = row.time.si();
  if (!(time > 0) || !std::isfinite(time)) return;
  const double rate = row.bytes.si() / time;
  row.algorithm_bandwidth = base::Bandwidth(rate);
  row.bus_bandwidth = base::Bandwidth(rate * interconnect::bus_factor(q.collective, q.ranks));
}

// An uneven all-to-all may keep more to itself than the bound takes for granted.
void require_bound(const CollectiveQuestion& q, const CollectiveRow& row) {
  constexpr double kRounding = 1e-9;
  if (q.skew != 0 || row.time.si() >= row.lower_bound.si() * (1 - kRounding)) return;
  throw std::logic_error(fmt::format("{} by {} in {} s is faster than the bound of {} s",
                                     name_of(q.collective), name_of(row.algorithm), row.time.si(),
                                     row.lower_bound.si()));
}

[[noreturn]] void no_algorithm(const CollectiveQuestion& q) {
  const char* which = q.algorithm ? name_of(*q.algorithm) : "no algorithm";
  refuse(fmt::format("{} does not carry out {} on this group{}", which, name_of(q.collective),
                     q.fidelity == Fidelity::kFlow ? " message by message" : ""),
         q.algorithm ? "--algorithm auto takes one that does" : "");
}

CollectiveRow closed_row(const Fabric& fabric, const GroupShape& group, const CollectiveQuestion& q,
                         base::Bytes bytes) {
  const auto best = fabric.cost(q.collective, group, bytes, q.algorithm.value_or(Algorithm::kNone));
  if (!std::isfinite(best.time.si())) no_algorithm(q);
  CollectiveRow row;
  row.algorithm = best.algorithm;
  row.low_latency = best.low_latency;
  row.time = best.time;
  const auto& tiers = fabric.tiers();
  for (std::size_t i = 0; i < tiers.size(); ++i) {
    row.tiers.push_back({tiers[i].name, best.sent[i].si(), std::nullopt});
  }
  return row;
}

}  // namespace

std::vector<std::int32_t> devices_of_group(const CollectiveQuestion& question, int group) {
  const auto base = group / question.stride * block_of(question) + group % question.stride;
  std::vector<std::int32_t> devices;
  devices.reserve(static_cast<std::size_t>(question.ranks));
  for (std::int64_t rank = 0; rank < question.ranks; ++rank) {
    devices.push_back(static_cast<std::int32_t>(base + rank * question.stride));
  }
  return devices;
}

CollectiveAnswer answer(const cluster::Cluster& cluster, const CollectiveQuestion& question) {
  require_closed_options(question);
  require_rings(question);
  require_fit(cluster, question);
  CollectiveAnswer all{cluster.label, cluster.devices(), question, {}};
  const auto group = shape_of(cluster.fabric, question);
  std::optional<FlowRunner> flows;
  if (question.fidelity == Fidelity::kFlow) flows.emplace(cluster, question, group);
  for (const auto bytes : question.sizes) {
    auto row = flows ? flows->row(bytes) : closed_row(cluster.fabric, group, question, bytes);
    if (flows && row.algorithm == Algorithm::kNone) no_algorithm(question);
    row.bytes = bytes;
    row.lower_bound = cluster.fabric.lower_bound(question.collective, group, bytes);
    require_bound(question, row);
    fill_rates(question, row);
    all.rows.push_back(std::move(row));
  }
  return all;
}

}  // namespace weft::network
