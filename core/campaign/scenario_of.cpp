#include <algorithm>
#include <cmath>

#include "tiers.h"
#include "weft/campaign/campaign.h"

namespace weft::campaign {

namespace {

// The job as the tiers of its checkpoints see it.
struct Writers {
  base::Bytes bytes;
  double devices = 0;
  double hosts = 0;
  base::Bandwidth storage_write;
  base::Bandwidth storage_read;
};

Writers writers_of(std::span<const PartInUse> parts, base::Bytes bytes) {
  Writers writers;
  writers.bytes = bytes;
  for (const auto& part : parts) {
    const auto& cluster = *part.cluster;
    writers.devices += static_cast<double>(part.devices);
    writers.hosts += count_units(cluster, part.devices, Unit::kHost);
    const bool first = writers.storage_write.si() <= 0.0;
    writers.storage_write =
        first ? cluster.storage.write : std::min(writers.storage_write, cluster.storage.write);
    writers.storage_read =
        first ? cluster.storage.read : std::min(writers.storage_read, cluster.storage.read);
  }
  return writers;
}

base::Time moving(base::Bytes bytes, base::Bandwidth speed) {
  return speed.si() > 0.0 ? bytes / speed : base::Time(0);
}

Tier tier_of(const TierForm& form, const Writers& writers) {
  Tier tier;
  tier.name = form.name;
  tier.every = form.every;
  tier.keep = form.keep;
  tier.process = form.process;
  tier.host = form.host;
  tier.domain = form.domain;
  tier.site = form.site;
  const auto of_host = writers.bytes / writers.hosts;
  const auto write = form.storage_writes ? moving(writers.bytes, writers.storage_write)
                                         : moving(of_host, form.write);
  const auto read =
      form.storage_reads ? moving(writers.bytes, writers.storage_read) : moving(of_host, form.read);
  tier.load = fixed(form.storage_reads || form.read.si() > 0.0 ? read : write);
  tier.pause = form.pause + moving(writers.bytes / writers.devices, form.copy);
  if (form.asynchronous) {
    tier.write = write;
  } else {
    tier.pause += write;
  }
  return tier;
}

std::vector<Tier> tiers_for(const Checkpoint& checkpoint, const Writers& writers) {
  std::vector<TierForm> forms = checkpoint.tiers;
  if (forms.empty()) {
    TierForm storage;
    storage.name = "storage";
    storage.pause = checkpoint.blocking_fixed;
    storage.asynchronous = checkpoint.asynchronous;
    storage.storage_writes = true;
    storage.storage_reads = true;
    storage.keep = 0;
    forms.push_back(storage);
  }
  std::vector<Tier> tiers;
  tiers.reserve(forms.size());
  for (const auto& form : forms) tiers.push_back(tier_of(form, writers));
  return tiers;
}

Duration longer(Duration duration, base::Time by) {
  // Only what does not depend on the draw can be added to a fixed time; a drawn one grows in
  // proportion.
  if (by.si() <= 0.0) return duration;
  if (duration.is_fixed()) return fixed(duration.typical + by);
  const double factor = 1.0 + by / duration.mean();
  duration.typical *= factor;
  duration.longest *= factor;
  return duration;
}

std::array<Stages, kStops> stages_of(const Recovery& recovery, double devices) {
  Stages crash;
  const bool drawn = !recovery.detection.is_fixed() || recovery.detection.typical.si() > 0.0;
  crash.detect = drawn ? recovery.detection : fixed(recovery.detect);
  crash.localise = recovery.localise;
  crash.restart = fixed(recovery.restart_fixed + recovery.restart_per_device * devices);
  crash.initialise = longer(recovery.communicator, recovery.communicator_per_device * devices);
  std::array<Stages, kStops> stages;
  stages.fill(crash);
  // Who plans a stop, or knows already which host is slow, has nothing to find.
  for (const Stop known : {Stop::kEviction, Stop::kMaintenance}) {
    stages[static_cast<std::size_t>(known)].detect = Duration();
    stages[static_cast<std::size_t>(known)].localise = Duration();
  }
  stages[static_cast<std::size_t>(Stop::kCorruption)].detect = Duration();
  for (std::size_t i = 0; i < kStops; ++i) {
    const auto& other = recovery.other[i];
    if (other.detect) stages[i].detect = *other.detect;
    if (other.localise) stages[i].localise = *other.localise;
    if (other.restart) stages[i].restart = *other.restart;
  }
  return stages;
}

Hosts hosts_of(const Policy& policy, double hosts_of_job) {
  Hosts hosts = policy.spares.hosts.value_or(Hosts());
  hosts.cold += static_cast<int>(std::ceil(policy.spares.share * hosts_of_job - 1e-9));
  hosts.crews = policy.crews;
  hosts.reboot = policy.reboot;
  hosts.out_of_band = policy.out_of_band;
  hosts.returned_bad = policy.returned_bad;
  return hosts;
}

Fleet fleet_of(const Policy& policy, const Writers& writers, int replicas) {
  Fleet fleet;
  fleet.hosts = static_cast<std::int64_t>(writers.hosts);
  fleet.devices_per_host =
      std::max(1, static_cast<int>(std::lround(writers.devices / writers.hosts)));
  fleet.hosts_per_switch = policy.domains.hosts_per_switch;
  fleet.hosts_per_rack = policy.domains.hosts_per_rack;
  fleet.hosts_per_loop = policy.domains.hosts_per_loop;
  fleet.replicas = replicas;
  return fleet;
}

}  // namespace

std::vector<Tier> tiers_of(std::span<const PartInUse> parts, const Checkpoint& checkpoint,
                           base::Bytes bytes) {
  return tiers_for(checkpoint, writers_of(parts, bytes));
}

Cause cause_of(const Component& component, double units, const Policy& policy) {
  Cause cause;
  cause.name = component.name;
  cause.law = component.law ? component.law : constant_law(component.hazard);
  cause.frailty = component.frailty;
  cause.bad_batch = component.bad_batch;
  const bool alike = cause.law->constant() >= 0.0 && !cause.bad_batch &&
                     cause.frailty.kind == Frailty::Kind::kNone;
  cause.units = alike ? units : std::round(units);
  cause.age = policy.age + policy.acceptance * policy.acceleration;
  cause.scope = component.scope.value_or(scope_of(component.unit));
  cause.affects = component.affects;
  cause.tolerated = component.tolerated;
  cause.hang = component.hang;
  cause.degraded = component.degraded;
  cause.silent = component.silent;
  cause.transient = component.transient;
  cause.idle_hazard = component.idle_hazard.value_or(policy.spares.idle_hazard);
  cause.degradation = component.degradation;
  cause.repair = component.repair;
  return cause;
}

Scenario scenario_of(std::span<const PartInUse> parts, const JobShape& job, const Policy& policy) {
  const auto writers = writers_of(parts, checkpoint_bytes(policy.checkpoint, job.parameters));
  Scenario scenario;
  scenario.name = policy.name;
  scenario.fleet = fleet_of(policy, writers, job.replicas);
  for (const auto& component : policy.components) {
    const double units = count_units(parts, component.unit, policy.domains);
    scenario.causes.push_back(cause_of(component, units, policy));
  }
  scenario.stages = stages_of(policy.recovery, writers.devices);
  scenario.hosts = hosts_of(policy, writers.hosts);
  scenario.tiers = tiers_for(policy.checkpoint, writers);
  scenario.interval = {policy.checkpoint.rule, policy.checkpoint.interval.value_or(base::Time(0)),
                       std::max(job.step, base::Time(1e-3))};
  scenario.elastic = policy.elastic;
  scenario.maintenance = policy.maintenance;
  scenario.corruption_found = policy.corruption_found;
  scenario.horizon.work = job.work;
  check(scenario);
  return scenario;
}

}  // namespace weft::campaign
