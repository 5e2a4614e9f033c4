// `weft flows`: the completion time of every flow of a traffic matrix.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "weft/cluster/cluster.h"
#include "weft/graph/routing.h"
#include "weft/network/collective.h"
#include "weft/traffic/matrix.h"

namespace weft::network {

struct FlowsQuestion {
  Routes routes{graph::Policy::kEcmp, 0, false, {}};
  int threads = 1;
};

struct FlowTime {
  traffic::Connection connection;
  double start = 0;     // s; infinite when its trigger was never fired
  double duration = 0;  // s, from its start; infinite when it found no way or never started
};

struct FlowsAnswer {
  std::string cluster;
  std::int64_t devices = 0;
  FlowsQuestion question;
  std::vector<FlowTime> flows;                      // in the order of the file
  std::int64_t failed = 0;                          // found no way
  std::optional<PartedPairs> parted;                // the pairs that they were between
  std::int64_t never_started = 0;                   // their triggers were never fired
  double least = 0, median = 0, p99 = 0, most = 0;  // s, of the flows that arrived
  double time = 0;                                  // s, until the last one is done
  std::vector<TierBytes> tiers;
  std::vector<HotLink> hot_links;
};

// Throws base::InputError when the matrix names devices that the cluster does not have, or the
// cluster is too large for a graph.
FlowsAnswer answer(const cluster::Cluster& cluster, const traffic::Matrix& matrix,
                   const FlowsQuestion& question);

}  // namespace weft::network
