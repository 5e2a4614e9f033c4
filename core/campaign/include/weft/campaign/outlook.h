// What the engine says about weeks of a job: means over replicas with confidence intervals, and one
// replica told as a story.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/quantity.h"
#include "weft/campaign/scenario.h"
#include "weft/campaign/step_times.h"
#include "weft/campaign/time_ledger.h"

namespace weft::campaign {

// A mean over independent replicas and half the width of its 95 % confidence interval (Student);
// not a number for one replica.
struct Estimate {
  double mean = 0;
  double half_width = 0;
  double low = 0;  // 5 % and 95 % quantiles of the replicas
  double high = 0;
};
Estimate estimate(std::vector<double> values);

enum class Happening {
  kStopped,    // by a failure, an eviction, a found corruption or maintenance
  kRunning,    // again; `amount` is the throughput from now on
  kDegraded,   // `amount` is the throughput from now on
  kCorrupted,  // silently
  kShrunk,     // runs on without hosts; `amount` is the throughput from now on
  kRegrown,
  kWaits,    // for hosts
  kRepaired  // a host came back
};
std::string_view happening_name(Happening happening);

struct TimelineEntry {
  double time = 0;  // s since the start
  Happening happening = Happening::kStopped;
  std::string cause;
  double amount = 0;
};

// What the job does from the end of the stretch before, without a break.
struct Stretch {
  double until = 0;  // s since the start
  // kProductive: it works, though some of that may be lost or slowed.
  TimeClass time_class = TimeClass::kProductive;
  double rate = 1;     // of the sound job's speed, while it works
  double missing = 0;  // hosts that are not in place
};

// One replica. Vectors by cause are in the order of Scenario::causes.
struct ReplicaResult {
  double wall = 0;        // s
  double productive = 0;  // s
  bool finished = false;  // all of Horizon::work; not what makes no progress (kHopeless)
  bool cut = false;       // given up after Horizon::most_events; all else is of the time until then
  TimeByClass times{};
  DevicesByClass devices{};           // device-s
  std::vector<double> interruptions;  // by cause
  std::vector<double> degradations;   // by cause
  std::vector<double> corruptions;    // by cause
  double maintenances = 0;
  double checkpoints = 0;
  double hosts_replaced = 0;
  double hosts_repaired = 0;
  double spares_failed = 0;       // while they waited
  double waits = 0;               // times that the job could not go on for lack of hosts
  double waits_infeasible = 0;    // of these: enough replicas were left, but no plan for them
  double waited = 0;              // s
  double waited_infeasible = 0;   // s
  double repair_time = 0;         // host-s
  double work_lost_worst = 0;     // s at one go
  std::vector<TimeByClass> loss;  // by cause, then checkpoints, then maintenance
  std::vector<double> hosts_out;  // s with as many hosts out, 0, 1, …
  std::vector<std::vector<double>> by_month;  // failures that are not tolerated: month, cause
  std::vector<double> restores;               // by tier, then from the start
  std::vector<TimelineEntry> timeline;
  std::vector<Stretch> stretches;  // where asked for; to the end of the run
};

struct Sampling {
  std::int64_t replicas = 100;
  std::uint64_t seed = 1;
  int threads = 0;                      // 0: all that the machine offers
  std::size_t timeline_entries = 2000;  // of the first replica, at most
  bool progress = false;                // a line of it, on a terminal
};

struct CauseOutlook {
  std::string name;
  Estimate interruptions;  // in the run
  Estimate degradations;
  Estimate corruptions;
  Estimate loss;                // share of the wall clock
  TimeByClass loss_by_class{};  // share of the wall clock, mean
};

struct Outlook {
  std::int64_t replicas = 0;
  Estimate ettr;                 // productive / wall
  Estimate goodput;              // productive device-time / all device-time, spares and repair too
  Estimate wall;                 // s
  Estimate interruptions;        // in the run, maintenance not counted
  base::Time mean_time_between;  // wall / interruptions; infinite when there were none
  TimeByClass time_share{};      // of the wall clock
  DevicesByClass device_share{};
  std::vector<CauseOutlook> by_cause;
  TimeByClass loss_to_checkpoints{};  // share of the wall clock
  TimeByClass loss_to_maintenance{};
  Estimate hosts_out;                   // time average
  std::vector<double> hosts_out_share;  // of the time with as many hosts out
  Estimate hosts_replaced;
  Estimate spares_failed;
  Estimate waits;               // ReplicaResult::waits
  double waits_infeasible = 0;  // mean
  double waiting = 0;           // share of the wall clock, mean
  double waiting_infeasible = 0;
  Estimate checkpoints;
  std::vector<std::vector<double>> by_month;  // mean failures: month, cause
  std::vector<double> restores;               // mean, by tier, then from the start
  double finished = 0;                        // share of the replicas
  std::int64_t cut = 0;                       // replicas given up after Horizon::most_events
  std::size_t states_asked = 0;               // degraded states whose step was simulated
  std::size_t states_infeasible = 0;          // of these, in which the job cannot run
  base::Time expected_between;              // mean time between stops at the hazards of the horizon
  base::Time interval;                      // that the rule gives for it
  std::optional<double> closed_form;        // ETTR, where the closed form is valid
  std::vector<std::string> why_not_closed;  // else what it cannot do
  std::vector<TimelineEntry> timeline;      // of replica 0

  // Hosts out at a time that are not exceeded in `level` of the time: spares for that level.
  [[nodiscard]] int spares_for(double level) const;
};

// One replica; the same for every number of threads and in every what-if that leaves its failures
// alone. Throws std::logic_error when time or device-time is not conserved.
ReplicaResult simulate_replica(const Scenario& scenario, StepTimes& step_times, std::uint64_t seed,
                               std::uint64_t replica, std::size_t timeline_entries = 0,
                               bool with_stretches = false);

// All replicas. Throws std::invalid_argument for a scenario that makes no sense.
Outlook look_ahead(const Scenario& scenario, StepTimes& step_times, const Sampling& sampling);

// The interval between checkpoints with the highest mean ETTR, by golden section on its logarithm
// between a fifth and five times that of the rule. Every try sees the same failures.
struct BestInterval {
  base::Time planned;  // by the rule
  double planned_ettr = 0;
  base::Time found;
  double found_ettr = 0;
};
BestInterval search_interval(const Scenario& scenario, StepTimes& step_times,
                             const Sampling& sampling);

// What a change does to the ETTR when both see the same failures: the mean of the differences has a
// narrower interval than the difference of the means.
struct Comparison {
  Estimate before;
  Estimate after;
  Estimate difference;  // after − before, replica by replica
};
Comparison compare(const Scenario& before, const Scenario& after, StepTimes& step_times,
                   const Sampling& sampling);

// Mean rate of stops (failures that are not tolerated and do not merely slow) over the horizon.
base::Rate stop_rate(const Scenario& scenario);
base::Rate stop_rate(const Cause& cause, base::Time span);
// The mean hazard of a cause over `span` from `age` on, all units, tolerated ones too.
base::Rate failure_rate(const Cause& cause, base::Time span);
// Detect, localise, restart, initialise and load after a crash, mean.
base::Time mean_recovery(const Scenario& scenario);
// What the rule of the scenario gives before the run has taught more.
base::Time planned_interval(const Scenario& scenario);

}  // namespace weft::campaign
