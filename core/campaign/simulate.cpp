#include <algorithm>
#include <limits>
#include <stdexcept>

#include "weft/campaign/campaign.h"

namespace weft::campaign {

namespace {

void check(const cluster::Cluster& cluster, std::int64_t used_devices) {
  if (used_devices < 1 || used_devices > cluster.devices()) {
    throw std::invalid_argument("campaign: the job uses devices that the cluster does not have");
  }
  if (cluster.storage.read.si() <= 0 || cluster.storage.write.si() <= 0) {
    throw std::invalid_argument("campaign: the cluster's storage has no bandwidth");
  }
}

base::Time mean_time(base::Rate rate) {
  return rate.si() > 0 ? 1.0 / rate : base::Time(std::numeric_limits<double>::infinity());
}

// The policy's interval or the best one; at most the run (which ends with a checkpoint), at least a
// step, and at least the time to write one when the job works on meanwhile.
base::Time choose_interval(const Checkpoint& checkpoint, const Goodput& goodput, base::Time write,
                           base::Time step) {
  const auto wanted = checkpoint.interval.value_or(
      best_interval(goodput.mean_time_between, goodput.checkpoint_pause));
  const auto shortest = checkpoint.asynchronous ? std::max(step, write) : step;
  return std::max(std::min(wanted, goodput.productive), shortest);
}

// Fills in the times of the run: productive / interval segments.
void spend(Goodput& goodput, const Segment& segment) {
  const auto times = expected_times(goodput.mean_time_between, segment);
  const double segments = goodput.productive / segment.interval;
  goodput.checkpointing = times.checkpointing * segments;
  goodput.lost = times.lost * segments;
  goodput.recovering = times.recovering * segments;
  goodput.wall = goodput.productive + goodput.checkpointing + goodput.lost + goodput.recovering;
}

void give_up(Goodput& goodput) {
  goodput.makes_progress = false;
  goodput.ettr = 0;
  goodput.productive = base::Time(0);
}

}  // namespace

base::Bytes checkpoint_bytes(const Checkpoint& checkpoint, double parameters) {
  return checkpoint.bytes_per_parameter * parameters;
}

base::Time recovery_time(const Recovery& recovery, std::int64_t used_devices, base::Time load) {
  return recovery.detect + recovery.restart_fixed +
         recovery.restart_per_device * static_cast<double>(used_devices) + load;
}

Goodput simulate(const cluster::Cluster& cluster, std::int64_t used_devices,
                 const step::Ledger& ledger, const workload::Job& job, const Policy& policy) {
  check(cluster, used_devices);
  const auto& checkpoint = policy.checkpoint;
  const auto bytes = checkpoint_bytes(checkpoint, workload::count_parameters(job.model).total);
  const auto write = bytes / cluster.storage.write;

  Goodput goodput;
  goodput.by_component = interruptions(cluster, used_devices, policy.components);
  for (const auto& component : goodput.by_component) goodput.interruption_rate += component.rate;
  goodput.mean_time_between = mean_time(goodput.interruption_rate);
  goodput.recovery = recovery_time(policy.recovery, used_devices, bytes / cluster.storage.read);
  goodput.checkpoint_pause =
      checkpoint.blocking_fixed + (checkpoint.asynchronous ? base::Time(0) : write);
  goodput.productive = ledger.step * job.steps();
  goodput.checkpoint_interval = choose_interval(checkpoint, goodput, write, ledger.step);

  const Segment segment{goodput.checkpoint_interval, goodput.checkpoint_pause, goodput.recovery,
                        checkpoint.asynchronous ? write : base::Time(0)};
  goodput.ettr = renewal_ettr(goodput.mean_time_between, segment.interval, segment.pause,
                              segment.recovery + segment.durable_after);
  if (goodput.ettr < kHopeless) {
    give_up(goodput);
  } else {
    spend(goodput, segment);
  }
  return goodput;
}

}  // namespace weft::campaign
