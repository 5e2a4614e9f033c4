// Collectives and traffic carried out on the graph of a fabric, message by message, by flows.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "weft/base/quantity.h"
#include "weft/flow/engine.h"
#include "weft/graph/graph.h"
#include "weft/graph/routing.h"
#include "weft/interconnect/fabric.h"
#include "weft/traffic/schedule.h"

namespace weft::traffic {

// A fabric wired up, with what messages need to know of its links.
class Network {
 public:
  // `merges`: switches that are alike are taken as one (graph::merge_twins), exact for sprayed
  // traffic. Those of tiers of switches always are, since every message is striped over them.
  explicit Network(const interconnect::Fabric& fabric, bool merges = false);

  [[nodiscard]] const interconnect::Fabric& fabric() const { return fabric_; }
  [[nodiscard]] const graph::Graph& graph() const { return graph_; }
  // byte/s of each link after its efficiency: what large ring steps reach, or what all-to-all does.
  [[nodiscard]] std::span<const double> capacity(bool all_to_all) const {
    return all_to_all ? all_to_all_capacity_ : capacity_;
  }
  // Bytes that a message over this tier occupies its links for besides its own (Link::half_size,
  // once for each link of a device).
  [[nodiscard]] double extra_bytes(int tier) const { return extra_bytes_[tier]; }

 private:
  interconnect::Fabric fabric_;
  graph::Graph graph_;
  std::vector<double> capacity_;
  std::vector<double> all_to_all_capacity_;
  std::vector<double> extra_bytes_;
};

// One group that runs a schedule: rank i is device devices[i].
struct Job {
  const Schedule* schedule = nullptr;
  std::vector<std::int32_t> devices;
  bool all_to_all = false;   // which efficiency of the links holds
  bool low_latency = false;  // messages take the low-latency way of links that have one
  double call_overhead = 0;  // s, once
  double start = 0;          // s
  bool detours = false;      // where a tier has them, messages also go over third children
  // Messages of a rank to itself: the tier whose switches reduce, by Message::channel.
  std::vector<int> in_switch_tiers;
};

struct RunOptions {
  graph::RoutingOptions routing;
  // Links that change (to a nominal capacity) or die; flows are routed anew.
  std::vector<flow::LinkChange> changes;
  int threads = 1;
};

struct HotLink {
  graph::LinkId link = 0;
  double bytes = 0;
  double use = 0;  // share of the time of the run, at nominal capacity
};

struct RunResult {
  std::vector<double> finish;     // s, of each job; infinite when a message of it failed
  double time = 0;                // s, of the last
  std::int64_t events = 0;        // messages that arrived
  std::int64_t failed = 0;        // messages that found no way
  std::int64_t parted_pairs = 0;  // (from, to) of those messages, each pair once
  std::optional<std::pair<std::int32_t, std::int32_t>> parted;  // the first of them, devices
  std::vector<double> tier_bytes;  // by tier: over the cables of the tier, each crossing counted
  std::vector<double> sent;        // by tier: over the links of it that leave devices
  std::vector<HotLink> hottest;    // at most ten, by use
};

// Runs the jobs side by side on shared links. A message of b bytes whose outermost tier is k takes
// part as b + extra_bytes(k) bytes, of which the channels of a ring pay a share each, and arrives
// the latency of its route after its last byte; on an otherwise idle network that is Fabric::cost
// for one message. Tiers of switches and pairs are sprayed over whatever the policy. Never below
// Fabric::lower_bound. Throws std::invalid_argument when a group cannot reach itself (the message
// names the first pair) and for devices out of range.
RunResult run(const Network& network, std::span<const Job> jobs, const RunOptions& options);

// What a run takes: its time grows with the product.
struct Effort {
  double messages = 0;
  double links = 0;  // on the way of a message, mean
  [[nodiscard]] double product() const { return messages * links; }
};
// Told by some thousand ranks and steps drawn evenly, and the ways of some of their messages.
Effort effort_of(const Network& network, std::span<const Job> jobs, const RunOptions& options);

// What a schedule can be asked for besides.
struct PrepareOptions {
  int channels = 0;        // ring; 0: as Schedule chooses
  double skew = 0;         // all-to-all, direct or pairwise: as skewed()
  std::uint64_t seed = 0;  // of the skew
  bool alone = false;      // GroupShape::alone
};

// The schedule for a group (devices in order of rank) of a fabric: units from the tiers that it
// fills evenly, chunks and shots as the closed form would choose them; kNone: the algorithm that
// Fabric::cost chooses. None when the algorithm does not carry out the collective on this group.
struct Prepared {
  std::unique_ptr<Schedule> schedule;
  Algorithm algorithm = Algorithm::kNone;
  Job job;
};
std::optional<Prepared> prepare_if_applies(const interconnect::Fabric& fabric,
                                           Collective collective, Algorithm algorithm,
                                           std::span<const std::int32_t> group, double bytes,
                                           const PrepareOptions& asked = {});
// The same; throws std::invalid_argument when there is none.
Prepared prepare(const interconnect::Fabric& fabric, Collective collective, Algorithm algorithm,
                 std::span<const std::int32_t> group, double bytes,
                 const PrepareOptions& asked = {});

// How many links the ways from each member of a group to each other have, told by a few of them:
// what an all-to-all takes in memory and time.
double links_of_all_ways(const Network& network, std::span<const std::int32_t> group,
                         const RunOptions& options);

// One collective by one algorithm: prepare() and run().
RunResult run(const Network& network, Collective collective, Algorithm algorithm,
              std::span<const std::int32_t> group, double bytes, const RunOptions& options);

}  // namespace weft::traffic
