// Hand-made clusters of H100, B200 and GB200, and a site without overheads.
#pragma once

#include <utility>

#include "weft/site/site.h"

namespace weft::site::testing {

using base::Power;

inline interconnect::Fabric hosts_fabric(int devices_per_host, int hosts) {
  interconnect::Tier host;
  host.name = "host";
  host.children = devices_per_host;
  host.link.bandwidth = base::Bandwidth(450e9);
  interconnect::Tier network;
  network.name = "scale-out";
  network.children = hosts;
  network.link.bandwidth = base::Bandwidth(50e9);
  return interconnect::Fabric({host, network});
}

inline cluster::Cluster cluster_of(interconnect::Fabric fabric) {
  cluster::Cluster cluster;
  cluster.fabric = std::move(fabric);
  return cluster;
}

// Eight accelerators per host, with the 1.0 and 1.3 kW DC that stand around them and supplies as in
// the MLPerf logs; no fans (immersion), no power in the fabric.
inline cluster::Cluster eight_way(int hosts, Power limit, Power idle, Power active) {
  auto cluster = cluster_of(hosts_fabric(8, hosts));
  cluster.hosts = hosts;
  cluster.chip.device.power.limit = limit;
  cluster.chip.device.power.idle = idle;
  cluster.chip.device.power.active = active;
  cluster.host.base_idle = Power(1000);
  cluster.host.base_training = Power(1300);
  cluster.host.psu_efficiency = 0.945;
  return cluster;
}
inline cluster::Cluster h100_immersion(int hosts) {
  return eight_way(hosts, Power(700), Power(75), Power(200));
}
inline cluster::Cluster h100_air(int hosts) {
  auto cluster = h100_immersion(hosts);
  cluster.host.fan_fixed = Power(500);
  cluster.host.fan_cubic = Power(600);
  return cluster;
}

inline Site bare_site() {
  Site site;
  site.pue = 1.0;
  site.other_it = 0.0;
  site.electricity = {{0.0826 / 3.6e6, "USD"}};
  site.colocation = {{130.0 / (730 * 3.6e6), "USD"}};
  site.carbon_per_joule = 0.369 / 3.6e6;
  site.rates.set("CNY", 7.2);
  return site;
}

// A step in which the devices draw `mean`, at most `highest`.
inline step::Ledger ledger_of(base::Time step, Power mean, Power highest) {
  step::Ledger ledger;
  ledger.step = step;
  ledger.energy[0] = mean * step;
  ledger.highest_phase = highest;
  return ledger;
}

inline campaign::Goodput undisturbed(base::Time productive) {
  campaign::Goodput goodput;
  goodput.productive = productive;
  goodput.wall = productive;
  return goodput;
}

}  // namespace weft::site::testing
