// Questions that are answered by flows on the graph of a cluster.
#pragma once

#include <cstdint>
#include <vector>

#include "weft/network/collective.h"
#include "weft/traffic/run.h"

namespace weft::network {

// The network of a cluster; refuses one too large for a graph.
traffic::Network network_of(const cluster::Cluster& cluster, const Routes& routes);

// Bytes by tier (cables and leaving devices, sums) of as many devices.
std::vector<TierBytes> tier_bytes(const interconnect::Fabric& fabric,
                                  const std::vector<double>& cables,
                                  const std::vector<double>& sent, double devices);
std::vector<HotLink> hot_links(const traffic::Network& network, const traffic::RunResult& result);

// One collective question at any size, on one wired network.
class FlowRunner {
 public:
  FlowRunner(const cluster::Cluster& cluster, const CollectiveQuestion& question,
             const interconnect::GroupShape& group);
  // Algorithm::kNone when none carries it out message by message. Throws base::InputError when that
  // is too much to compute.
  [[nodiscard]] CollectiveRow row(base::Bytes bytes) const;

 private:
  [[nodiscard]] std::vector<Algorithm> candidates(base::Bytes bytes) const;
  [[nodiscard]] bool is_exchange(Algorithm algorithm) const;
  void require_bearable(const std::vector<traffic::Job>& jobs) const;
  [[nodiscard]] bool has_too_many_ways() const;
  [[noreturn]] void refuse_exchange() const;
  [[nodiscard]] std::optional<CollectiveRow> folded(base::Bytes bytes) const;
  [[nodiscard]] std::optional<CollectiveRow> run(Algorithm algorithm, base::Bytes bytes) const;

  const CollectiveQuestion& question_;
  interconnect::GroupShape group_;
  traffic::Network network_;
  traffic::RunOptions options_;
  double links_of_ways_ = 0;  // of an all-to-all, all groups
};

}  // namespace weft::network
