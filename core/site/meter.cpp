#include "weft/site/meter.h"

#include <algorithm>
#include <stdexcept>

namespace weft::site {

MeterPower with_overheads(MeterPower power, const cluster::Cluster& cluster, const Site& site) {
  power.fabric = fabric_power(cluster.fabric);
  power.other_it = (power.devices + power.hosts) * site.other_it;
  power.facility = power.it() * (site.pue - 1.0);
  return power;
}

namespace {

// Adds `count` hosts, each with `devices` as the power of its devices.
void add_hosts(MeterPower& power, const cluster::Cluster& cluster, std::int64_t count,
               base::Power devices) {
  const auto hosts = static_cast<double>(count);
  power.devices += devices * hosts;
  power.hosts += (host_power(cluster.host, cluster.device(), devices) - devices) * hosts;
}

}  // namespace

MeterPower& MeterPower::operator+=(const MeterPower& other) {
  devices += other.devices;
  hosts += other.hosts;
  fabric += other.fabric;
  other_it += other.other_it;
  facility += other.facility;
  return *this;
}

base::Power host_power(const cluster::Host& host, const chips::Device& device,
                       base::Power devices) {
  return host_parts(host, device, devices).total();
}

base::Power fabric_power(const interconnect::Fabric& fabric) {
  base::Power sum;
  for (const auto& tier : fabric.inventory()) sum += tier.power();
  return sum;
}

MeterPower meter_power(const cluster::Cluster& cluster, std::int64_t used_devices,
                       base::Power per_device, const Site& site) {
  if (used_devices < 0 || used_devices > cluster.devices()) {
    throw std::invalid_argument("site: more devices in use than the cluster has");
  }
  const auto idle = cluster.device().power.idle;
  const std::int64_t per_host = cluster.host.devices;
  const std::int64_t full = used_devices / per_host;
  const std::int64_t rest = used_devices % per_host;

  MeterPower power;
  add_hosts(power, cluster, full, per_device * static_cast<double>(per_host));
  if (rest > 0) {
    add_hosts(power, cluster, 1,
              per_device * static_cast<double>(rest) + idle * static_cast<double>(per_host - rest));
  }
  add_hosts(power, cluster, cluster.hosts - full - (rest > 0 ? 1 : 0),
            idle * static_cast<double>(per_host));
  return with_overheads(power, cluster, site);
}

MeterPower rated_power(const cluster::Cluster& cluster, const Site& site) {
  const auto cap = cluster.state.point.power_cap;
  const auto limit = cluster.device().power.limit;
  const auto most = cap.si() > 0 ? std::min(cap, limit) : limit;
  return meter_power(cluster, cluster.devices(), most, site);
}

}  // namespace weft::site
