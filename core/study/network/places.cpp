// Which cluster, of which size, a measured collective ran on.

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "weft/base/csv.h"
#include "weft/network/points.h"

namespace weft::network {

namespace {

constexpr const char* kNames = "collective_clusters.csv";

// `*` stands for any characters.
bool matches(std::string_view pattern, std::string_view text) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (text.substr(0, star) != pattern.substr(0, star)) return false;
  const auto rest = pattern.substr(star + 1);
  for (auto at = star; at <= text.size(); ++at) {
    if (matches(rest, text.substr(at))) return true;
  }
  return false;
}

// Devices that the cluster must have: of the whole nodes that the point ran on.
std::int64_t devices_of(const CollectivePoint& point, const cluster::Cluster& one) {
  return std::max<std::int64_t>(point.ranks, std::int64_t{point.nodes} * one.host.devices);
}

}  // namespace

ClusterNames::ClusterNames(const base::Catalog& catalog) {
  const auto file = shipped_points(catalog).replace_filename(kNames);
  const auto rows = base::read_csv(base::whole_text(file), file.string());
  for (std::size_t r = 1; r < rows.rows.size(); ++r) {
    const auto& fields = rows.rows[r];
    if (fields.size() < 2) {
      throw base::InputError({{fields.front().position, std::max(1, fields.front().length),
                               "a pattern and a cluster are expected here", ""}});
    }
    rules_.push_back({fields[0].text, fields[1].text});
  }
}

std::string ClusterNames::cluster_of(const CollectivePoint& point) const {
  if (!point.cluster.empty()) return point.cluster;
  const auto found = std::find_if(rules_.begin(), rules_.end(), [&](const Rule& rule) {
    return matches(rule.pattern, point.curve);
  });
  return found == rules_.end() ? "" : found->cluster;
}

Places::Places(const base::Catalog& catalog, std::optional<std::string> cluster)
    : catalog_(catalog), cluster_(std::move(cluster)), names_(catalog) {}

Places::Place Places::place(const CollectivePoint& point) {
  Place place;
  place.cluster = cluster_.value_or(names_.cluster_of(point));
  place.reason = point.reason;
  if (!place.reason.empty()) return place;
  if (place.cluster.empty()) {
    place.reason = fmt::format("no cluster is known for '{}'", point.curve);
    return place;
  }
  const auto read = [&](std::int64_t devices) -> const cluster::Cluster& {
    const auto key = std::pair(place.cluster, devices);
    auto found = read_.find(key);
    if (found == read_.end()) {
      found = read_.emplace(key, read_cluster(catalog_, place.cluster, {}, devices)).first;
    }
    return found->second;
  };
  const auto& one = read(1);
  const auto& cluster = read(devices_of(point, one));
  // Ranks of more than one node are spread over them evenly, one stride apart.
  std::vector<std::int64_t> devices;
  const std::int64_t nodes = std::max(point.nodes, 1);
  const auto per_node = (point.ranks + nodes - 1) / nodes;
  for (std::int64_t rank = 0; rank < point.ranks; ++rank) {
    const auto node = point.nodes > 0 ? rank / per_node : 0;
    const auto inside = point.nodes > 0 ? rank % per_node : rank;
    devices.push_back(node * (point.nodes > 0 ? cluster.host.devices : 0) + inside);
  }
  if (point.nodes > 0 && per_node > cluster.host.devices) {
    place.reason = fmt::format("{} ranks in a node of {}", per_node, cluster.host.devices);
    return place;
  }
  place.fabric = cluster.fabric;
  place.group = cluster.fabric.shape_of(devices);
  return place;
}

}  // namespace weft::network
