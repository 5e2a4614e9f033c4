// What a campaign assumes: how often each component stops the job, how the job comes back, where
// spare hosts come from, and how it is checkpointed.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/catalog.h"
#include "weft/base/fields.h"
#include "weft/base/quantity.h"
#include "weft/campaign/duration.h"
#include "weft/campaign/frailty.h"
#include "weft/campaign/interval.h"
#include "weft/campaign/law.h"
#include "weft/campaign/scenario.h"

namespace weft::campaign {

// What a hazard counts. kPackage is the "GPU slot" of published failure tables: rates per slot are
// per package, also where software sees each die as a device. kPowerSupply: of a host, as one.
enum class Unit {
  kDevice,
  kPackage,
  kMemoryByte,
  kHost,
  kNic,
  kSwitch,
  kOpticalModule,
  kJob,
  kPowerSupply,
  kCable,
  kRack,
  kCoolingLoop,
  kSite,
  kStorage
};

// One cause of interruptions.
struct Component {
  std::string name;
  Unit unit = Unit::kDevice;
  base::Rate hazard;       // of one unit: failures that would stop the job; the constant part
  double tolerated = 0.0;  // share of these that the job survives without stopping
  LawPointer law{};        // null: the constant hazard alone
  Frailty frailty{};
  std::optional<BadBatch> bad_batch{};
  std::optional<Scope> scope{};  // none: that of its unit
  double affects = 1.0;
  double hang = 0.0;
  double degraded = 0.0;
  double silent = 0.0;
  double transient = 0.0;
  Degradation degradation{};
  std::optional<Duration> repair{};
  std::optional<double> idle_hazard{};  // none: SparePolicy::idle_hazard
};

// How the stages of a kind of stop differ from those after a crash.
struct StopStages {
  std::optional<Duration> detect{};
  std::optional<Duration> localise{};
  std::optional<Duration> restart{};
};

// From a failure to the first step after it, without loading the checkpoint.
struct Recovery {
  base::Time detect;  // mean
  base::Time restart_fixed;
  base::Time restart_per_device;
  Duration detection{};  // as drawn; nothing: `detect`
  Duration localise{};
  Duration communicator{};
  base::Time communicator_per_device{};
  std::array<StopStages, kStops> other{};  // by Stop
};

// A tier of checkpoints as written; Tier is what it comes to for one job.
struct TierForm {
  std::string name;
  int every = 1;
  base::Time pause{};           // on top of what follows
  base::Bandwidth copy{};       // of one device while the job waits; 0: nothing to copy
  base::Bandwidth write{};      // of one host; 0: at no cost
  base::Bandwidth read{};       // of one host; 0: like `write`
  bool storage_writes = false;  // at the speed of the cluster's storage instead
  bool storage_reads = false;
  bool asynchronous = true;  // writing does not stop the job
  int keep = 1;
  double process = 1.0;
  double host = 1.0;
  double domain = 1.0;
  double site = 1.0;
};

struct Checkpoint {
  base::Bytes bytes_per_parameter{14};  // BF16 weight, FP32 master, two Adam moments
  base::Time blocking_fixed;            // pause of the job on top of the writing
  bool asynchronous = false;            // writing does not stop the job
  std::optional<base::Time> interval;   // none: by the rule
  IntervalRule rule = IntervalRule::kOptimal;
  std::vector<TierForm> tiers{};  // none: one on the storage, by the lines above
};

// Hosts behind one of each, for correlated failures.
struct Domains {
  int hosts_per_switch = 32;
  int hosts_per_rack = 4;
  int hosts_per_loop = 32;
};

struct SparePolicy {
  std::optional<Hosts> hosts{};  // none: a sound host is always at hand
  double share = 0;              // of the job's hosts, on top of Hosts::cold
  double idle_hazard = 1;        // of what stands in a spare, over that in the job
};

struct Policy {
  std::string name;
  std::vector<Component> components;
  Recovery recovery;
  Checkpoint checkpoint;
  Domains domains{};
  SparePolicy spares{};
  Duration reboot{};
  Duration out_of_band{};
  double returned_bad = 0;
  int crews = 0;  // 0: any number
  ElasticPolicy elastic{};
  std::optional<Maintenance> maintenance{};
  Duration corruption_found{};
  base::Time age{};         // of the hosts when they are accepted
  base::Time acceptance{};  // run under test before the job, what fails is replaced
  double acceleration = 1;  // of ageing during the test
};

// The scope of what a unit takes with it when nothing is said.
Scope scope_of(Unit unit);

// Reads a document of kind `campaign`. Errors go to `reading`.
Policy read_policy(const base::Document& document, base::Reading& reading);

// Its parts.
Component read_component(const std::string& name, base::Fields fields, double factor);
Recovery read_recovery(base::Fields fields);
Checkpoint read_checkpoint(base::Fields fields);

}  // namespace weft::campaign
