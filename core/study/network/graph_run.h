// Questions that are answered by flows on the graph of a cluster.
#pragma once

#include <cstdint>
#include <vector>

#include "weft/network/collective.h"
#include "weft/traffic/run.h"

namespace weft::network {

// The network of a cluster; refuses one too large for a graph.
traffic::Network network_of(const cluster::Cluster& cluster, graph::Policy routing);

std::vector<TierBytes> tier_bytes(const interconnect::Fabric& fabric,
                                  const traffic::RunResult& result);
std::vector<HotLink> hot_links(const traffic::Network& network, const traffic::RunResult& result);

// One collective question at any size, on one wired network.
class FlowRunner {
 public:
  FlowRunner(const cluster::Cluster& cluster, const CollectiveQuestion& question,
             const interconnect::GroupShape& group);
  // Algorithm::kNone when none carries it out message by message.
  [[nodiscard]] CollectiveRow row(base::Bytes bytes) const;

 private:
  [[nodiscard]] std::vector<Algorithm> candidates(base::Bytes bytes) const;
  [[nodiscard]] std::optional<traffic::RunResult> run(Algorithm algorithm, base::Bytes bytes) const;
  [[nodiscard]] std::unique_ptr<traffic::Schedule> schedule(Algorithm algorithm,
                                                            base::Bytes bytes) const;
  [[nodiscard]] traffic::RunOptions options() const;

  const CollectiveQuestion& question_;
  interconnect::GroupShape group_;
  traffic::Network network_;
  std::vector<std::int32_t> units_;  // ranks in one unit of each tier, from the inside out
  double call_overhead_ = 0;
};

}  // namespace weft::network
