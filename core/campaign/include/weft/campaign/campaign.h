// Weeks of training: how often it breaks, what that costs, how long the run takes.
//
// simulate() is the closed form: mean hazards per component, failures that stop the job, renewal
// ETTR (Daly 2006; renewal.h). scenario_of() makes the same assumptions into what the engine plays
// event by event (outlook.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "weft/base/quantity.h"
#include "weft/campaign/outlook.h"
#include "weft/campaign/policy.h"
#include "weft/campaign/renewal.h"
#include "weft/cluster/cluster.h"
#include "weft/step/ledger.h"
#include "weft/workload/model.h"

namespace weft::campaign {

// A component's share of the interruptions.
struct Interruptions {
  std::string component;
  double units = 0;  // of this component in the devices, hosts and fabric in use
  base::Rate rate;   // of the whole job
};

struct Goodput {
  std::vector<Interruptions> by_component;
  base::Rate interruption_rate;    // of the job
  base::Time mean_time_between;    // infinite when nothing fails
  base::Time checkpoint_interval;  // productive time between two checkpoints
  base::Time checkpoint_pause;     // of the job, per checkpoint
  base::Time recovery;             // detect + restart + load, per interruption
  double ettr = 1.0;               // effective training time ratio: productive / wall
  base::Time productive;           // steps · step time
  base::Time checkpointing;
  base::Time lost;  // work done again
  base::Time recovering;
  base::Time wall;  // = the four above
  // What the policy says that a closed form cannot count: spares, degraded running, …
  std::vector<std::string> not_counted;
  int played = 0;              // runs of which these are means; 0: the closed form
  bool makes_progress = true;  // false: ETTR below kHopeless; ETTR and the five times above are 0

  [[nodiscard]] double interruptions_per_week() const { return interruption_rate * base::kWeek; }
};

// `used_devices` of the cluster run the job; idle ones are not counted as hazards. Throws
// std::invalid_argument when they are not 1 .. cluster.devices(), or when the storage has no
// bandwidth.
Goodput simulate(const cluster::Cluster& cluster, std::int64_t used_devices,
                 const step::Ledger& ledger, const workload::Job& job, const Policy& policy);

// A part of a mixed cluster, and how many of its devices are in use.
struct PartInUse {
  const cluster::Cluster* cluster = nullptr;
  std::int64_t devices = 0;
};
// The same of a job over several parts: units add up, but for the job itself, which is one.
// Checkpoints go to and come from the slowest storage.
Goodput simulate(std::span<const PartInUse> parts, const step::Ledger& ledger,
                 const workload::Job& job, const Policy& policy);

// The parts of simulate(), for tests and other rooms.

// How many of a unit `used_devices` involve. Devices fill hosts in order, so that a host (or
// package) with one device in use counts whole; switches between hosts and optical modules count in
// proportion to the devices in use.
double count_units(const cluster::Cluster& cluster, std::int64_t used_devices, Unit unit,
                   const Domains& domains = {});
double count_units(std::span<const PartInUse> parts, Unit unit, const Domains& domains = {});
// The job is a series system: each component interrupts it at units · hazard · (1 − tolerated).
std::vector<Interruptions> interruptions(const cluster::Cluster& cluster, std::int64_t used_devices,
                                         const std::vector<Component>& components);
std::vector<Interruptions> interruptions(std::span<const PartInUse> parts,
                                         const std::vector<Component>& components,
                                         const Domains& domains = {});
base::Bytes checkpoint_bytes(const Checkpoint& checkpoint, double parameters);
// From failure to the first step after it, with `load` to read the checkpoint back.
base::Time recovery_time(const Recovery& recovery, std::int64_t used_devices, base::Time load);

// What the engine needs to know of the job besides the policy.
struct JobShape {
  base::Time step;        // sound
  base::Time work;        // steps · step
  double parameters = 0;  // of the model, for the size of a checkpoint
  int replicas = 1;       // data-parallel replicas
};
// The policy for this job on these devices, as the engine plays it. The caller may still change it:
// units by bin, hazards by yield, a window instead of the work. Throws std::invalid_argument like
// simulate().
Scenario scenario_of(std::span<const PartInUse> parts, const JobShape& job, const Policy& policy);
Cause cause_of(const Component& component, double units, const Policy& policy);

}  // namespace weft::campaign
