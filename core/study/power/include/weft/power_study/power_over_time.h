// `weft power`: what a cluster draws while a job runs on it, moment by moment: of the profile of a
// step the sum over devices, hosts and the site, where devices differ by class; over hours the
// steps of one replica of the campaign, its checkpoints and its failures.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/base/parallel.h"
#include "weft/power/samples.h"
#include "weft/power/timeline.h"
#include "weft/site/meter.h"
#include "weft/study/run.h"

namespace weft::power_study {

// What all hosts of the cluster draw, in two channels, W; the others follow from them.
struct Trace {
  power::Samples devices;  // packages, DC
  power::Samples hosts;    // beside them: CPUs, memory, NICs, fans, supply losses
  power::Samples site;     // at the meter, cooling too
};

// Part of the energy at the meter of the site.
struct EnergyShare {
  std::string cause;
  base::Energy energy;
  bool is_lost = false;  // else it went into the step's own kernels
};

// What the meter of one host reads while the job steps, means over `meter`, all hosts of the job at
// all phases of the step.
struct HostReadings {
  base::Time meter;
  base::Power mean, p5, p95, highest;
  base::Power evaluating;  // mean, forward passes alone
};

// With one more way to smooth it than the one before.
struct Smoothing {
  std::string what;
  power::Statistics statistics;  // of the site
  base::Energy energy;           // at the meter
  // To the curve before it: energy = that of the curve before + added - withheld.
  base::Energy added;
  base::Energy withheld;  // asked for and drawn later, when the window is over
  base::Time lost;        // of work, until what was withheld has been done
};

struct Events {
  double stops = 0, checkpoints = 0;
  double working = 0;  // share of the window in which steps are made
  double kept = 0;     // the same, of steps whose work was not lost
  double ettr = 0;     // productive time over all of it, mean of the whole campaign
};

struct PowerAnswer {
  const study::Case* study_case = nullptr;
  study::CaseResult result;  // no outcome: why there is no plan; the rest is then empty
  base::Time window, interval, step;
  Trace trace;
  site::MeterPower mean;         // by part
  power::Statistics statistics;  // of the site
  power::Line line;              // the strongest of its spectrum
  HostReadings host;
  double tokens = 0;                     // that count in the end
  base::Energy energy;                   // at the meter
  base::Energy energy_of_hosts;          // of hosts and their devices alone
  double carbon_kg = 0;                  // CO2e, by the hours of the window
  std::vector<EnergyShare> shares;       // sum to `energy`
  std::vector<Smoothing> smoothing;      // in the order in which they are put on
  std::optional<power::Samples> smooth;  // of the site, with all of them
  std::optional<Events> events;          // of a window
  std::vector<std::string> notes;

  [[nodiscard]] base::Energy per_token() const { return energy / tokens; }
  [[nodiscard]] double carbon_per_token() const { return carbon_kg / tokens; }  // kg
};

// One a case of `study`, by its `power`. Throws base::InputError for explicit plans that are not
// legal and for more samples than there can be. A case with a population is that of the clusters
// drawn from it, in the mean.
std::vector<PowerAnswer> over_time(const study::Study& study, const base::ThreadTeam& team);

// The part behind a plan, for tests and benchmarks.
PowerAnswer over_time(const study::Study& study, const study::Case& study_case,
                      study::CaseResult result);

}  // namespace weft::power_study
