// `weft collective`: one collective on a network that does nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "weft/cluster/cluster.h"
#include "weft/graph/routing.h"
#include "weft/interconnect/fabric.h"
#include "weft/network/routes.h"

namespace weft::network {

using interconnect::Algorithm;
using interconnect::Collective;

enum class Fidelity { kClosed, kFlow };

struct CollectiveQuestion {
  Collective collective = Collective::kAllReduce;
  std::vector<base::Bytes> sizes;  // as Fabric::cost takes them
  int ranks = 2;
  std::int64_t stride = 1;  // between the devices of neighbouring ranks
  std::optional<Algorithm> algorithm;
  Fidelity fidelity = Fidelity::kClosed;
  // kFlow. Closed forms spread messages evenly over equal ways, as spraying does.
  Routes routes{graph::Policy::kSpray, 0, false, {}};
  int groups = 1;    // kFlow: side by side, one after another and then interleaved by the stride
  double skew = 0;   // kFlow, all-to-all: exponent of the power law of destinations
  int channels = 0;  // kFlow, ring: rings at once; 0: one for each rank of the innermost unit
  int threads = 1;
};

// Devices of a group in order of rank: group g begins at g/stride blocks of stride·ranks devices
// and g%stride devices further on.
std::vector<std::int32_t> devices_of_group(const CollectiveQuestion& question, int group);

struct TierBytes {
  std::string tier;
  double bytes = 0;  // that one device sends over its own links, mean over the devices asked about
  // Over all its cables, each crossing counted; closed forms do not count cables.
  std::optional<double> cable_bytes;
};

struct HotLink {
  std::string from, to, tier;
  double bytes = 0;
  double use = 0;  // share of the time at nominal capacity
};

// Pairs of nodes (from, to) that faults have left without a way, of those that tried.
struct PartedPairs {
  std::int64_t count = 0;
  std::string from, to;  // of the first
};

struct CollectiveRow {
  base::Bytes bytes;
  Algorithm algorithm = Algorithm::kNone;
  bool low_latency = false;
  base::Time time;                                     // of the last group
  base::Bandwidth algorithm_bandwidth, bus_bandwidth;  // 0 for a barrier
  base::Time lower_bound;
  std::vector<TierBytes> tiers;
  std::vector<HotLink> hot_links;      // kFlow
  std::optional<std::int64_t> events;  // kFlow: messages
  std::int64_t failed = 0;             // kFlow: messages that found no way
  std::optional<PartedPairs> parted;   // kFlow: the pairs that they were between
};

struct CollectiveAnswer {
  std::string cluster;  // its label
  std::int64_t devices = 0;
  CollectiveQuestion question;
  std::vector<CollectiveRow> rows;  // one a size
};

// Throws base::InputError when the question does not fit the cluster: too large a group, an
// algorithm that does not carry it out, options of flows without flows.
CollectiveAnswer answer(const cluster::Cluster& cluster, const CollectiveQuestion& question);

}  // namespace weft::network
