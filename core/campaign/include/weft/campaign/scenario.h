// All that the engine needs to know of a job that runs for weeks, as one plain value: what can
// break and how often, what it takes with it, how the job comes back, and where its checkpoints
// are. Nothing here knows of chips, fabrics or plans; scenario_of() (campaign.h) fills it from
// them.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/quantity.h"
#include "weft/campaign/duration.h"
#include "weft/campaign/frailty.h"
#include "weft/campaign/interval.h"
#include "weft/campaign/law.h"

namespace weft::campaign {

// What a failure takes out of the job until it is mended. kDevice, kHost, kRail: the host. kSwitch:
// the hosts behind a leaf switch. kRack: those of a rack or of a power shelf. kCoolingLoop: those
// on one. kSite: all. kLink, kJob: none; the job restarts on the same hosts.
enum class Scope { kDevice, kHost, kRail, kLink, kSwitch, kRack, kCoolingLoop, kSite, kJob };

// How the job meets a failure. kTolerated: not at all. kDegraded: it runs on, slower. kSilent: it
// runs on, on wrong numbers.
enum class Outcome { kTolerated, kCrash, kHang, kDegraded, kSilent };

// Running on after a failure, slower.
struct Degradation {
  double slowdown = 1.0;  // step time of what is hit, over that when sound
  bool is_link = false;   // a lane or a link, not a device
  Duration lasts{};       // until it is found (and evicted) or has been mended in place
  bool evicted = false;   // its host is taken out of the job, after a checkpoint
};

// Some of the units come from a batch with a defect that others do not have.
struct BadBatch {
  double probability = 1.0;  // that the batch is in this cluster at all
  double share = 0.0;        // of the units
  WeibullShape defect{};     // on top of the law
};

// One cause of failures: a class of components, or of correlated events.
struct Cause {
  std::string name{};
  double units = 0;  // in the whole job; whole numbers unless the law is constant and all are alike
  LawPointer law{};  // of one unit
  base::Time age{};  // of the units when the job starts
  Frailty frailty{};
  std::optional<BadBatch> bad_batch{};
  Scope scope = Scope::kHost;
  double affects = 1.0;  // mean share of the hosts in its scope that are hit; at least one is
  // Shares of the failures; the rest are crashes.
  double tolerated = 0.0;
  double hang = 0.0;
  double degraded = 0.0;
  double silent = 0.0;
  double transient = 0.0;  // share of what is taken out that a reboot mends
  // Hazard of a unit in a spare host that waits, over that in the job; 0: it fails at work alone.
  // For scopes of one host.
  double idle_hazard = 1.0;
  Degradation degradation{};
  std::optional<Duration> repair{};  // instead of Repair::out_of_band, shared by all that is hit
};

struct Fleet {
  std::int64_t hosts = 1;  // of the job
  int devices_per_host = 8;
  int hosts_per_switch = 1;
  int hosts_per_rack = 1;
  int hosts_per_loop = 1;
  int replicas = 1;  // data-parallel replicas
};

// From the failure to the first step after it; loading is the checkpoint's.
struct Stages {
  Duration detect{};
  Duration localise{};
  Duration restart{};     // processes
  Duration initialise{};  // communicators
};

// Where hosts come from and go to.
struct Hosts {
  bool unlimited = true;  // a sound host is always at hand; the two numbers below do not count
  int warm = 0;           // standbys that run already
  int cold = 0;
  Duration swap{};       // to put a warm one in place
  Duration provision{};  // to put a cold one in place, or to warm it
  int crews = 0;         // hosts under repair at a time; 0: any number
  Duration reboot{};     // what a transient failure needs
  Duration out_of_band{};
  double returned_bad = 0;  // share of repairs after which the fault is still there
  int eject_after = 0;      // failures of one host until it is not taken back; 0: never
};

// A place that checkpoints are kept, with what it survives: the shares of failures after which its
// copies can still be read.
struct Tier {
  std::string name{};
  int every = 1;         // writes each n-th checkpoint
  base::Time pause{};    // of the job
  base::Time write{};    // after the pause, until it can be read back
  Duration load{};       // at a restart
  int keep = 1;          // durable checkpoints kept; 0: all
  double process = 1.0;  // survives a restart on the same hosts
  double host = 1.0;     // survives the loss of a host
  double domain = 1.0;   // survives the loss of a rack or of the hosts behind a switch
  double site = 1.0;
};

// What is done with fewer hosts than the job has.
enum class Elastic {
  kNone,     // wait
  kShrink,   // the replicas that miss a host stop
  kReroute,  // their other hosts work on; peers of the missing ones take over the micro-batches
  kBest      // what of these two runs faster, each time
};

struct ElasticPolicy {
  Elastic mode = Elastic::kNone;
  Duration slice_down{};  // stall until the others run on
  Duration rebuild{};     // of a replica on new hosts, beside the run
  Duration scale_up{};    // stall to take it in again
  double fatal = 0.0;     // share of failures that stop all replicas anyhow
  double smallest = 0.5;  // share of the replicas that must run
  // The replicas that are left share the whole batch; else each keeps its part of it and steps do
  // less.
  bool keeps_batch = false;
};

struct Maintenance {
  base::Time every{};
  Duration takes{};
};

struct Horizon {
  base::Time work{std::numeric_limits<double>::infinity()};    // productive, at full speed
  base::Time window{std::numeric_limits<double>::infinity()};  // of the wall clock
  // Events after which a replica is given up (ReplicaResult::cut): no job lives to see so many.
  std::uint64_t most_events = 20'000'000;
};

// Why the job stops, for the stages of its recovery.
enum class Stop { kCrash, kHang, kEviction, kCorruption, kMaintenance };
inline constexpr std::size_t kStops = 5;

struct Scenario {
  std::string name{};
  Fleet fleet{};
  std::vector<Cause> causes{};
  std::array<Stages, kStops> stages{};  // by Stop
  Hosts hosts{};
  std::vector<Tier> tiers{};  // nearest first
  Interval interval{};
  ElasticPolicy elastic{};
  std::optional<Maintenance> maintenance{};
  Duration corruption_found{};  // from a silent corruption to its detection
  Horizon horizon{};
};

// Throws std::invalid_argument where a scenario makes no sense, such as no tier, shares outside
// [0, 1] or no end.
void check(const Scenario& scenario);

}  // namespace weft::campaign
