// Flows over time: transfers start, share links max-min fairly, finish, and give rise to others;
// links change capacity or die. Knows nothing of collectives or training.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "weft/flow/max_min.h"
#include "weft/flow/routes.h"

namespace weft::flow {

// A flow to start.
struct Transfer {
  double bytes = 0;    // >= 0; of one of the equal flows that it stands for
  RouteId route = 0;   // in the table given to simulate(); an empty route takes no time
  double start = 0;    // s, the moment that it enters the network; not before `now`
  double latency = 0;  // s between its last byte's leaving and its completion
  double weight = 1;
  double cap = kUncapped;   // byte/s
  double multiplicity = 1;  // equal flows that it stands for
  std::uint64_t tag = 0;    // the source's own
};

// A transfer that is over, or that failed because a link of its route died.
struct Completion {
  std::uint64_t tag = 0;
  bool failed = false;
};

// Where transfers come from. Called back in model time, in one thread.
class Source {
 public:
  virtual ~Source() = default;
  // Called first with nothing finished at time 0, then once for each moment at which transfers
  // complete, with all that complete then, in the order in which they were started. What is
  // appended to `starts` starts at Transfer::start >= now. New routes may be added to the table.
  virtual void advance(double now, std::span<const Completion> finished,
                       std::vector<Transfer>& starts) = 0;
  // Another route for a transfer whose route has lost a link; none, or one with a dead link: it
  // fails.
  virtual std::optional<RouteId> reroute(double now, const Transfer& transfer) {
    (void)now;
    (void)transfer;
    return std::nullopt;
  }
};

// From `time` on, a link has this capacity. One that changes to 0 is dead: flows on it, and those
// that come to it later, go another way or fail. (Over one that starts out with 0, flows wait.)
struct LinkChange {
  double time = 0;
  LinkId link = 0;
  double capacity = 0;
};

struct Options {
  int threads = 1;                        // for solves that fall apart; results do not depend on it
  std::span<const LinkChange> changes{};  // in order of time
  bool count_bytes = false;               // fill Summary::bytes
};

struct Summary {
  double end = 0;              // s, the last completion
  std::int64_t transfers = 0;  // that completed or failed, an event each
  std::int64_t failed = 0;
  std::int64_t moments = 0;   // distinct times at which rates were looked at again
  std::int64_t solved = 0;    // rates computed, summed over all moments
  std::vector<double> bytes;  // per link, when asked for
};

// Runs until nothing is left. `capacity` is byte/s of each link. Completions within 1e-12 of each
// other (relative) are taken as one moment. Only flows whose rate can have changed are solved
// again. Throws std::invalid_argument for a transfer with an unknown route, negative bytes or a
// start in the past, and std::runtime_error when flows are left that can never finish (all their
// capacity is gone and no change is to come).
Summary simulate(std::span<const double> capacity, Routes& routes, Source& source,
                 const Options& options = {});

// The plainest source: all transfers known at the start. finish[i] is when transfers[i] completed
// (kUncapped when it failed).
struct Finished {
  std::vector<double> finish;  // s
  Summary summary;
};
Finished simulate(std::span<const double> capacity, Routes& routes,
                  std::span<const Transfer> transfers, const Options& options = {});

}  // namespace weft::flow
