// Power at the meter: devices, hosts with their fans and supplies, fabric, storage, cooling.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "weft/base/quantity.h"
#include "weft/cluster/cluster.h"
#include "weft/site/facility.h"

namespace weft::site {

// Power at the meter of the whole cluster (idle devices included), by part.
struct MeterPower {
  base::Power devices;   // packages, DC
  base::Power hosts;     // CPUs, memory, NICs, fans, supply losses
  base::Power fabric;    // switches and optical modules
  base::Power other_it;  // storage, management
  base::Power facility;  // cooling and distribution: (PUE - 1) · IT, mean over the weather
  [[nodiscard]] base::Power it() const { return devices + hosts + fabric + other_it; }
  [[nodiscard]] base::Power total() const { return it() + facility; }
  MeterPower& operator+=(const MeterPower& other);
};

// Of one host at its plug, with `devices` as the DC power of all its devices together:
//   P = (devices + base(a)) / η_psu + fan_fixed + fan_cubic · u³
// a: devices between idle (0) and limit (1), base runs from base_idle to base_training with it;
// u: DC load over the DC load with all devices at their limit (fan affinity law).
base::Power host_power(const cluster::Host& host, const chips::Device& device, base::Power devices);

// The same by part.
struct HostPower {
  base::Power devices;
  std::array<base::Power, cluster::kHostPartCount> parts{};  // beside them
  base::Power supply_loss;
  base::Power fans;
  [[nodiscard]] base::Power total() const;
  HostPower& operator+=(const HostPower& other);
  friend HostPower operator*(HostPower power, double times);
};
HostPower host_parts(const cluster::Host& host, const chips::Device& device, base::Power devices);
// Devices, CPUs and all else at their limit at once, fans at full speed: what a feed is laid for.
HostPower host_nameplate(const cluster::Host& host, const chips::Device& device);

// All hosts of a cluster: `used_devices` draw `per_device` each, the others are idle. Devices fill
// hosts in order. Throws std::invalid_argument for more devices than there are.
HostPower all_hosts(const cluster::Cluster& cluster, std::int64_t used_devices,
                    base::Power per_device);

// Switches and modules draw their power whether or not there is traffic.
base::Power fabric_power(const interconnect::Fabric& fabric);

// Fabric, storage and cooling of a cluster whose devices and hosts draw `power`; affine in these.
MeterPower with_overheads(MeterPower power, const cluster::Cluster& cluster, const Site& site);

// all_hosts() with fabric, storage and cooling.
MeterPower meter_power(const cluster::Cluster& cluster, std::int64_t used_devices,
                       base::Power per_device, const Site& site);

// All devices at their limit: what space and feeds are rented for.
MeterPower rated_power(const cluster::Cluster& cluster, const Site& site);

// One kind of part of the whole cluster and its site.
struct PowerLine {
  std::string what;
  double count = 0;   // 0: not counted
  base::Power power;  // of all
};

// meter_power() line by line, from devices to cooling; they sum to its total. What draws nothing is
// left out.
std::vector<PowerLine> power_lines(const cluster::Cluster& cluster, std::int64_t used_devices,
                                   base::Power per_device, const Site& site);
// Every host at its nameplate, the network as it is, and the facility in the hottest hour.
std::vector<PowerLine> nameplate_lines(const cluster::Cluster& cluster, const Site& site);
base::Power sum_of(const std::vector<PowerLine>& lines);

}  // namespace weft::site
