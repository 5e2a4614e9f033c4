#include "weft/campaign/step_times.h"

#include <algorithm>
#include <mutex>
#include <stdexcept>

namespace weft::campaign {

Throughput proportional_throughput(int replicas) {
  return [replicas](const Signature& state) {
    const double all = replicas;
    const double running = std::max(0.0, all - state.lost_replicas) / all;
    // A stage of `all` peers that misses one has (all − 1) to do the same work.
    const double rerouted = state.rerouted_hosts > 0 ? std::max(0.0, all - 1.0) / all : 1.0;
    return running * rerouted / std::max(state.link_slowdown, state.device_slowdown);
  };
}

double StepTimes::relative(const Signature& signature) {
  if (signature.is_sound()) return 1.0;
  {
    const std::shared_lock lock(mutex_);
    const auto found = known_.find(signature);
    if (found != known_.end()) return found->second;
  }
  // Asked under the lock: a step is simulated once, and the model need not be safe for threads.
  const std::unique_lock lock(mutex_);
  const auto found = known_.find(signature);
  if (found != known_.end()) return found->second;
  const double answer = throughput_(signature);
  if (!(answer >= 0.0 && answer <= 1.0)) {
    throw std::invalid_argument(
        "campaign: a degraded state runs at none to all of the sound speed");
  }
  return known_.emplace(signature, answer).first->second;
}

std::size_t StepTimes::asked() const {
  const std::shared_lock lock(mutex_);
  return known_.size();
}

std::size_t StepTimes::infeasible() const {
  const std::shared_lock lock(mutex_);
  return static_cast<std::size_t>(std::count_if(
      known_.begin(), known_.end(), [](const auto& known) { return known.second <= 0.0; }));
}

}  // namespace weft::campaign
