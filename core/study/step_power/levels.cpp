#include "weft/step_power/levels.h"

#include <algorithm>
#include <array>
#include <utility>

#include "host_groups.h"
#include "weft/chips/kernel.h"
#include "weft/power/timeline.h"

namespace weft::step_power {

using power::Pieces;
using power::Term;

Levels::Levels(const cluster::Cluster& cluster, const plan::Plan& plan, const JobProfile& profile,
               double floor)
    : cluster_(&cluster),
      plan_(&plan),
      profile_(&profile),
      floor_(floor),
      groups_(host_groups(cluster, plan)) {}

Levels::~Levels() = default;

double Levels::least(int number) const { return floor_ * part(number).device().power.limit.si(); }

Pieces Levels::pieces_of(int number, const step::Intervals& intervals, double rate) const {
  const double floor = least(number);
  Pieces pieces;
  pieces.reserve(intervals.size() + 1);
  double now = 0;
  for (const auto& one : intervals) {
    now += one.time;
    pieces.push_back({now, std::max(one.power, floor)});
  }
  if (rate < 1) {
    const double waiting = chips::waiting_power(part(number).device()).si();
    pieces.push_back({now / rate, std::max(waiting, floor)});
  }
  return pieces;
}

Levels::PiecesByStage Levels::pieces_of(step::Intervals step::StageProfile::*which,
                                        double rate) const {
  const auto& classes = profile_->classes;
  PiecesByStage all;
  for (std::size_t s = 0; s < classes.front().stages.size(); ++s) {
    std::vector<Pieces> of_class;
    for (const auto& devices : classes) {
      const auto& stage = devices.stages[s];
      of_class.push_back(pieces_of(stage.part, stage.*which, rate));
    }
    std::vector<Term> terms;
    for (std::size_t c = 0; c < classes.size(); ++c) {
      terms.push_back({&of_class[c], classes[c].share});
    }
    all.push_back(terms.size() == 1 ? std::move(of_class.front()) : power::sum_of(terms));
  }
  return all;
}

Pieces Levels::devices_of(const HostGroup& group, const PiecesByStage& stages) const {
  std::vector<Term> terms;
  for (const auto& held : group.stages) {
    terms.push_back({&stages[static_cast<std::size_t>(held.stage)], double(held.devices)});
  }
  auto sum = power::sum_of(terms);
  const double idle = group.idle * part(group.part).device().power.idle.si();
  for (auto& one : sum) one.power += idle;
  return sum;
}

double Levels::beside(int number, double devices) const {
  const auto& of = part(number);
  return site::host_power(of.host, of.device(), base::Power(devices)).si() - devices;
}

Curves Levels::sum_over_hosts(const PiecesByStage& stages) const {
  std::vector<Pieces> devices, hosts;
  for (const auto& group : groups_) {
    devices.push_back(devices_of(group, stages));
    hosts.push_back(
        power::mapped(devices.back(), [&](double power) { return beside(group.part, power); }));
  }
  std::vector<Term> of_devices, of_hosts;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    of_devices.push_back({&devices[g], groups_[g].hosts});
    of_hosts.push_back({&hosts[g], groups_[g].hosts});
  }
  return {power::sum_of(of_devices), power::sum_of(of_hosts)};
}

Curves Levels::step(double rate) const {
  return sum_over_hosts(pieces_of(&step::StageProfile::step, rate));
}

Curves Levels::forward() const {
  return sum_over_hosts(pieces_of(&step::StageProfile::forward, 1));
}

Pair Levels::stepping() const {
  const auto curves = step();
  const double length = power::length_of(curves.devices);
  return {power::energy_of(curves.devices) / length, power::energy_of(curves.hosts) / length};
}

Pair Levels::constant(bool waits) const {
  Pair sum;
  for (const auto& group : groups_) {
    const auto& device = part(group.part).device();
    const double idle = device.power.idle.si();
    double devices = group.idle * idle;
    for (const auto& held : group.stages) {
      const double one =
          waits ? std::max(chips::waiting_power(device).si(), least(group.part)) : idle;
      devices += held.devices * one;
    }
    sum = sum + Pair{devices, beside(group.part, devices)} * group.hosts;
  }
  return sum;
}

Pair Levels::waiting() const { return constant(true); }

Pair Levels::idle() const { return constant(false); }

Pair Levels::unused() const {
  Pair sum;
  for (int p = 0; p < cluster_->parts(); ++p) {
    const double devices = part(p).host.devices * part(p).device().power.idle.si();
    sum = sum + Pair{devices, beside(p, devices)} * idle_hosts(*cluster_, *plan_, p);
  }
  return sum;
}

double Levels::hosts() const {
  double sum = 0;
  for (const auto& group : groups_) sum += group.hosts;
  return sum;
}

std::vector<Levels::Host> Levels::single_hosts() const {
  const auto stages = pieces_of(&step::StageProfile::step, 1);
  std::vector<Host> all;
  for (const auto& group : groups_) {
    const auto whole = [&](double devices) { return devices + beside(group.part, devices); };
    all.push_back({power::mapped(devices_of(group, stages), whole), group.hosts});
  }
  return all;
}

double Levels::mean_host_in_forward() const {
  const auto curves = forward();
  const double energy = power::energy_of(curves.devices) + power::energy_of(curves.hosts);
  return energy / power::length_of(curves.devices) / hosts();
}

Overheads::Overheads(const cluster::Cluster& cluster, const site::Site& site) {
  for (int p = 0; p < cluster.parts(); ++p) {
    constant += site::with_overheads({}, cluster.part(p), site);
  }
  const auto none = site::with_overheads({}, cluster, site);
  const auto added = [&](site::MeterPower power) {
    auto with = site::with_overheads(power, cluster, site);
    with.fabric = with.fabric - none.fabric;
    with.other_it = with.other_it - none.other_it;
    with.facility = with.facility - none.facility;
    return with;
  };
  site::MeterPower devices, hosts;
  devices.devices = hosts.hosts = base::Power(1);
  of_devices = added(devices);
  of_hosts = added(hosts);
}

site::MeterPower Overheads::at(const Pair& pair) const {
  const auto joined = [&](base::Power site::MeterPower::*part) {
    return constant.*part + of_devices.*part * pair.devices + of_hosts.*part * pair.hosts;
  };
  site::MeterPower power;
  for (const auto part :
       {&site::MeterPower::devices, &site::MeterPower::hosts, &site::MeterPower::fabric,
        &site::MeterPower::other_it, &site::MeterPower::facility}) {
    power.*part = joined(part);
  }
  return power;
}

power::Samples site_over_step(const Levels& levels, const Overheads& overheads,
                              base::Time interval) {
  const auto curves = levels.step();
  const std::array<Term, 2> parts = {{{&curves.devices, overheads.of_devices.total().si()},
                                      {&curves.hosts, overheads.of_hosts.total().si()}}};
  power::Timeline timeline;
  const auto function = timeline.add(power::Periodic(power::sum_of(parts)));
  timeline.add(
      {power::length_of(curves.devices), function, 0, 1, overheads.total(levels.unused())});
  return timeline.sample(interval.si());
}

}  // namespace weft::step_power
