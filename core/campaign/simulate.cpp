#include <algorithm>
#include <limits>
#include <stdexcept>

#include "tiers.h"
#include "weft/campaign/campaign.h"
#include "weft/campaign/closed_forms.h"

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
// step, and at least the time to write one while the job works on.
base::Time choose_interval(const Checkpoint& checkpoint, const Goodput& goodput, base::Time write,
                           base::Time step) {
  const Interval rule{checkpoint.rule, checkpoint.interval.value_or(base::Time(0))};
  const auto wanted = checkpoint.interval.value_or(
      interval_by(rule, goodput.mean_time_between, goodput.checkpoint_pause, goodput.recovery));
  return std::max(std::min(wanted, goodput.productive), std::max(step, write));
}

// What checkpoints cost the job: means over all tiers, each n-th checkpoint of which they write.
struct CheckpointTimes {
  base::Time pause;
  base::Time write;  // after the pause, to the tier that every checkpoint is written to
  base::Time load;   // of a restart, from the last tier, as mean_recovery() has it
};

CheckpointTimes checkpoint_times(const std::vector<Tier>& tiers) {
  CheckpointTimes times{base::Time(0), tiers.front().write, tiers.back().load.mean()};
  for (const auto& tier : tiers) times.pause += tier.pause / static_cast<double>(tier.every);
  return times;
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

// The mean over the run where hazards change with age, and only what stops the job.
void count_stops(Goodput& goodput, const Policy& policy) {
  for (std::size_t i = 0; i < policy.components.size(); ++i) {
    auto& one = goodput.by_component[i];
    const auto cause = cause_of(policy.components[i], one.units, policy);
    const bool plain = cause.law->constant() >= 0.0 && !cause.bad_batch &&
                       cause.frailty.kind == Frailty::Kind::kNone && cause.degraded <= 0.0;
    if (!plain) one.rate = stop_rate(cause, goodput.productive);
  }
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
  const PartInUse whole{&cluster, used_devices};
  return simulate({&whole, 1}, ledger, job, policy);
}

Goodput simulate(std::span<const PartInUse> parts, const step::Ledger& ledger,
                 const workload::Job& job, const Policy& policy) {
  const auto& checkpoint = policy.checkpoint;
  const auto bytes = checkpoint_bytes(checkpoint, workload::count_parameters(job.model).total);
  std::int64_t used_devices = 0;
  for (const auto& part : parts) {
    check(*part.cluster, part.devices);
    used_devices += part.devices;
  }
  const auto times = checkpoint_times(tiers_of(parts, checkpoint, bytes));

  Goodput goodput;
  goodput.productive = ledger.step * job.steps();
  goodput.by_component = interruptions(parts, policy.components, policy.domains);
  count_stops(goodput, policy);
  for (const auto& component : goodput.by_component) goodput.interruption_rate += component.rate;
  goodput.mean_time_between = mean_time(goodput.interruption_rate);
  goodput.recovery = recovery_time(policy.recovery, used_devices, times.load);
  goodput.checkpoint_pause = times.pause;
  goodput.checkpoint_interval = choose_interval(checkpoint, goodput, times.write, ledger.step);

  const JobShape shape{ledger.step, goodput.productive, workload::count_parameters(job.model).total,
                       1};
  if (goodput.productive.si() > 0.0) {
    goodput.not_counted = closed_form_obstacles(scenario_of(parts, shape, policy));
  }

  const Segment segment{goodput.checkpoint_interval, goodput.checkpoint_pause, goodput.recovery,
                        times.write};
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
