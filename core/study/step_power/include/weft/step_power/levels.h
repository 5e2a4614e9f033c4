// What all hosts draw in each thing that a job does, and what the meter of their site sees of it.
#pragma once

#include <memory>
#include <vector>

#include "weft/cluster/cluster.h"
#include "weft/plan/plan.h"
#include "weft/power/pieces.h"
#include "weft/power/samples.h"
#include "weft/site/facility.h"
#include "weft/site/meter.h"
#include "weft/step_power/unlike.h"

namespace weft::step_power {

// W of all packages, and of their hosts beside them.
struct Pair {
  double devices = 0, hosts = 0;
  [[nodiscard]] double sum() const { return devices + hosts; }
  friend Pair operator+(const Pair& a, const Pair& b) {
    return {a.devices + b.devices, a.hosts + b.hosts};
  }
  friend Pair operator*(const Pair& a, double times) {
    return {a.devices * times, a.hosts * times};
  }
};

// The same as functions of time, of one length.
struct Curves {
  power::Pieces devices, hosts;
};

struct HostGroup;

// Of the hosts that the plan uses. Cluster, plan and profile must outlive it. `floor`: share of its
// limit that a device of the job does not fall below (an idle one does).
class Levels {
 public:
  Levels(const cluster::Cluster& cluster, const plan::Plan& plan, const JobProfile& profile,
         double floor);
  ~Levels();

  // Over one step; with `rate` below 1 all of them wait for the rest of step / rate.
  [[nodiscard]] Curves step(double rate = 1) const;
  // Over one micro-batch of forward passes alone.
  [[nodiscard]] Curves forward() const;
  [[nodiscard]] Pair stepping() const;  // mean of step()
  [[nodiscard]] Pair waiting() const;   // all devices of the job wait
  [[nodiscard]] Pair idle() const;      // the same hosts, idle
  // The hosts that the plan does not use.
  [[nodiscard]] Pair unused() const;
  [[nodiscard]] double hosts() const;
  // Of one host of each group, its devices and all, over a step, and how many there are.
  struct Host {
    power::Pieces power;
    double hosts = 0;
  };
  [[nodiscard]] std::vector<Host> single_hosts() const;
  [[nodiscard]] double mean_host_in_forward() const;

 private:
  using PiecesByStage = std::vector<power::Pieces>;

  [[nodiscard]] const cluster::Cluster& part(int number) const { return cluster_->part(number); }
  [[nodiscard]] double least(int part) const;
  // Of one device of each stage, mean over the classes of devices.
  [[nodiscard]] PiecesByStage pieces_of(step::Intervals step::StageProfile::*which,
                                        double rate) const;
  [[nodiscard]] power::Pieces pieces_of(int part, const step::Intervals& intervals,
                                        double rate) const;
  [[nodiscard]] power::Pieces devices_of(const HostGroup& group, const PiecesByStage& stages) const;
  // What a host draws beside its devices.
  [[nodiscard]] double beside(int part, double devices) const;
  [[nodiscard]] Curves sum_over_hosts(const PiecesByStage& stages) const;
  [[nodiscard]] Pair constant(bool waits) const;

  const cluster::Cluster* cluster_;
  const plan::Plan* plan_;
  const JobProfile* profile_;
  double floor_;
  std::vector<HostGroup> groups_;
};

// From hosts to the meter: what is there whatever they draw, and what each of their watts adds.
struct Overheads {
  site::MeterPower constant, of_devices, of_hosts;

  Overheads(const cluster::Cluster& cluster, const site::Site& site);
  [[nodiscard]] site::MeterPower at(const Pair& pair) const;
  [[nodiscard]] double total(const Pair& pair) const { return at(pair).total().si(); }
};

// Means over `interval` at the meter of the site over one step, all hosts of the cluster. Throws as
// power::Timeline::sample() does.
power::Samples site_over_step(const Levels& levels, const Overheads& overheads,
                              base::Time interval);

}  // namespace weft::step_power
