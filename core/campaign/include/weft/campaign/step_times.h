// What a degraded state does to the speed of the job. The engine only names the state; the caller's
// model of the step answers, once for each state.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <map>
#include <shared_mutex>
#include <utility>

namespace weft::campaign {

// A degraded state of the whole job. Equal signatures run equally fast.
struct Signature {
  int lost_replicas = 0;         // data-parallel replicas that do not run
  int rerouted_hosts = 0;        // hosts whose micro-batches their peers run
  int slow_links = 0;            // links at reduced bandwidth
  double link_slowdown = 1.0;    // of the worst of them: sound over present bandwidth
  double device_slowdown = 1.0;  // of the slowest device: its step time over that when sound
  bool keeps_batch = false;      // the replicas that are left share the whole batch
  friend auto operator<=>(const Signature&,
                          const Signature&) = default;  // NOLINT(modernize-use-nullptr)
  [[nodiscard]] bool is_sound() const { return *this == Signature(); }
};

// Useful work per wall-clock time in a state, over that of the sound job; in [0, 1]. 0: the job
// cannot run in this state.
using Throughput = std::function<double(const Signature&)>;

// Without a model of the step: replicas count in proportion, rerouting spreads the work of the
// missing hosts over those that are left of their stage, and the slowest part sets the pace.
Throughput proportional_throughput(int replicas);

// Asks once per signature, one thread at a time; threads may share it.
class StepTimes {
 public:
  explicit StepTimes(Throughput throughput) : throughput_(std::move(throughput)) {}
  // Throws std::invalid_argument for an answer outside [0, 1].
  double relative(const Signature& signature);
  [[nodiscard]] std::size_t asked() const;
  // Of these, states in which the job cannot run.
  [[nodiscard]] std::size_t infeasible() const;

 private:
  Throughput throughput_;
  mutable std::shared_mutex mutex_;
  std::map<Signature, double> known_;
};

}  // namespace weft::campaign
