// Spare hosts and those under repair, internal to the room. A host has a name (>= 0) only where
// hosts are told apart; all others are -1.
#pragma once

#include <cstdint>
#include <deque>
#include <queue>
#include <vector>

#include "weft/base/random.h"
#include "weft/campaign/scenario.h"

namespace weft::campaign {

class HostPool {
 public:
  HostPool(const Hosts& policy, std::uint64_t seed, std::uint64_t replica);

  // When a repair or the warming of a standby ends.
  [[nodiscard]] double next_time() const;
  // Does what is due at next_time(). Returns the name of a host that has come back from repair, -1
  // for one without a name, or kNone when a standby has become warm.
  static constexpr int kNone = -2;
  int advance();

  // A host leaves the job for a repair of `takes` s, by a crew. It does not come back when
  // `for_good`.
  void send(int host, double takes, bool for_good, double now);
  struct Spare {
    int host = -1;
    bool warm = false;
  };
  [[nodiscard]] bool has_spare() const;
  // A spare; only if has_spare().
  Spare take(double now);

  // One of the idle hosts, the one at `place` in [0, 1) of them, breaks down and is sent for a
  // repair of `takes` s. Nothing happens when there is none.
  void lose_idle(double place, double takes, double now);

  [[nodiscard]] std::int64_t out() const { return out_; }  // under repair or waiting for it
  [[nodiscard]] std::int64_t repaired() const { return repaired_; }
  [[nodiscard]] std::int64_t idle() const;  // spares, also while they are warmed
  [[nodiscard]] int peak_out() const { return static_cast<int>(peak_out_); }

 private:
  struct Event {
    double time;
    std::uint64_t order;
    int host;
    bool warmed;
    bool operator<(const Event& other) const {
      return time != other.time ? time > other.time : order > other.order;
    }
  };
  struct Warming {
    std::uint64_t order;  // of its event
    int host;
  };
  struct Waiting {
    int host;
    double takes;
  };
  void start_repair(int host, double takes, double now);
  void warm_up(double now);

  Hosts policy_;
  base::RandomStream random_;
  std::priority_queue<Event> events_;
  std::deque<Waiting> waiting_;
  std::deque<int> warm_;
  std::deque<int> cold_;
  std::vector<Warming> warming_;
  std::int64_t out_ = 0;
  std::int64_t busy_crews_ = 0;
  std::int64_t repaired_ = 0;
  std::int64_t peak_out_ = 0;
  std::uint64_t order_ = 0;
};

}  // namespace weft::campaign
