// Power at the meter: devices, hosts with their fans and supplies, fabric, storage, cooling.
#pragma once

#include <cstdint>

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
  base::Power facility;  // cooling and distribution: (PUE - 1) · IT
  [[nodiscard]] base::Power it() const { return devices + hosts + fabric + other_it; }
  [[nodiscard]] base::Power total() const { return it() + facility; }
  MeterPower& operator+=(const MeterPower& other);
};

// Of one host at its plug, with `devices` as the DC power of all its devices together:
//   P = (devices + base(a)) / η_psu + fan_fixed + fan_cubic · u³
// a: devices between idle (0) and limit (1), base runs from base_idle to base_training with it;
// u: DC load over the DC load with all devices at their limit (fan affinity law).
base::Power host_power(const cluster::Host& host, const chips::Device& device, base::Power devices);

// Switches and modules draw their power whether or not there is traffic.
base::Power fabric_power(const interconnect::Fabric& fabric);

// `used_devices` draw `per_device` each, the others of the cluster are idle. Devices fill hosts in
// order.
MeterPower meter_power(const cluster::Cluster& cluster, std::int64_t used_devices,
                       base::Power per_device, const Site& site);

// All devices at their limit: what space and feeds are rented for.
MeterPower rated_power(const cluster::Cluster& cluster, const Site& site);

}  // namespace weft::site
