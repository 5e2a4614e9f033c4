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

HostPower all_hosts(const cluster::Cluster& cluster, std::int64_t used_devices,
                    base::Power per_device) {
  if (used_devices < 0 || used_devices > cluster.devices()) {
    throw std::invalid_argument("site: more devices in use than the cluster has");
  }
  const std::int64_t per_host = cluster.host.devices;
  const std::int64_t full = used_devices / per_host;
  const std::int64_t rest = used_devices % per_host;
  const auto one = [&](std::int64_t busy) {
    const auto idle = cluster.device().power.idle * static_cast<double>(per_host - busy);
    return host_parts(cluster.host, cluster.device(),
                      per_device * static_cast<double>(busy) + idle);
  };
  auto all = one(per_host) * static_cast<double>(full);
  if (rest > 0) all += one(rest);
  all += one(0) * static_cast<double>(cluster.hosts - full - (rest > 0 ? 1 : 0));
  return all;
}

MeterPower meter_power(const cluster::Cluster& cluster, std::int64_t used_devices,
                       base::Power per_device, const Site& site) {
  const auto all = all_hosts(cluster, used_devices, per_device);
  MeterPower power;
  power.devices = all.devices;
  power.hosts = all.total() - all.devices;
  return with_overheads(power, cluster, site);
}

MeterPower rated_power(const cluster::Cluster& cluster, const Site& site) {
  const auto cap = cluster.state.point.power_cap;
  const auto limit = cluster.device().power.limit;
  const auto most = cap.si() > 0 ? std::min(cap, limit) : limit;
  return meter_power(cluster, cluster.devices(), most, site);
}

}  // namespace weft::site
