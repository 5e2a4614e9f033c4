#include "weft/step_power/unlike.h"

#include <algorithm>
#include <utility>

#include "weft/chips/kernel.h"

namespace weft::step_power {

namespace {

using population::Population;
using step::Interval;
using step::Intervals;
using step::Part;

bool is_kernel(Part part) {
  return part == Part::kForward || part == Part::kBackward || part == Part::kRecompute ||
         part == Part::kHead || part == Part::kOptimizer;
}

// How a class goes through a step, in times of devices that are alike.
struct Pace {
  double own = 1;    // of its kernels
  double group = 1;  // of whatever its group does
  double step = 1;   // of the whole
  double power = 1;  // leakage
};

struct Kind {
  double share = 1;
  Pace pace;
};

// Classes of packages, in slow hosts and in others.
std::vector<Kind> kinds_of(const populated::Outcome& populated) {
  const auto& population = populated.population;
  const double step = populated.slow_down.step.mean;
  const double group = populated.slow_down.group.mean;
  std::vector<Kind> kinds;
  const auto add = [&](double share, double time, double power) {
    if (share <= 0) return;
    const double together = std::min(std::max(time, group), step);
    kinds.push_back({share, {std::min(time, together), together, step, power}});
  };
  for (const auto& kind : population.classes) {
    const double slow = population.slow.speed < 1 ? population.slow.share : 0.0;
    add(kind.share * (1 - slow), kind.time, kind.power);
    add(kind.share * slow, kind.time / population.slow.speed, kind.power);
  }
  return kinds;
}

// Energy of an interval: as it was, and waiting for all that it takes longer.
Intervals at_pace(const Intervals& alike, const Pace& pace, double waiting) {
  Intervals all;
  all.reserve(2 * alike.size() + 1);
  double length = 0;
  const auto wait = [&](double time) {
    if (time > 0) all.push_back({time, waiting * pace.power, Part::kStragglers});
  };
  for (const auto& one : alike) {
    const double own = is_kernel(one.part) ? pace.own : std::min(1.0, pace.group);
    const double power = waiting + (one.power - waiting) / own;
    all.push_back({own * one.time, power * pace.power, one.part});
    wait((pace.group - own) * one.time);
    length += one.time;
  }
  wait((pace.step - pace.group) * length);
  return all;
}

}  // namespace

base::Energy JobProfile::device_energy() const {
  base::Energy sum;
  for (const auto& part : energy_by_part) sum += part;
  return sum;
}

JobProfile of_alike_devices(step::StepProfile profile) {
  JobProfile job;
  job.step = profile.step;
  job.energy_by_part = profile.energy_by_part();
  job.classes.push_back({1.0, std::move(profile.stages)});
  return job;
}

JobProfile of_unlike_devices(const step::StepProfile& alike, const populated::Outcome& populated,
                             const cluster::Cluster& cluster) {
  const double waiting = chips::waiting_power(cluster.device()).si();
  JobProfile job;
  job.step = alike.step * populated.slow_down.step.mean;
  for (const auto& kind : kinds_of(populated)) {
    DevicesOfClass devices{kind.share, {}};
    for (const auto& stage : alike.stages) {
      devices.stages.push_back({stage.part, at_pace(stage.step, kind.pace, waiting),
                                at_pace(stage.forward, kind.pace, waiting)});
    }
    job.classes.push_back(std::move(devices));
  }
  const double power = populated.population.mean_power();
  job.energy_by_part = alike.energy_by_part();
  const auto stragglers = static_cast<std::size_t>(Part::kStragglers);
  job.energy_by_part[stragglers] += base::Energy(waiting * (job.step - alike.step).si());
  for (auto& part : job.energy_by_part) part *= power;
  return job;
}

}  // namespace weft::step_power
