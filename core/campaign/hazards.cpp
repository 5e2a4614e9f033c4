#include <cmath>
#include <stdexcept>

#include "weft/campaign/campaign.h"

namespace weft::campaign {

namespace {

double whole_units(std::int64_t devices, std::int64_t devices_per_unit) {
  const std::int64_t units = (devices + devices_per_unit - 1) / devices_per_unit;
  return static_cast<double>(units);
}

double optical_modules(const interconnect::TierInventory& tier) { return tier.optical_modules; }
double cables(const interconnect::TierInventory& tier) { return static_cast<double>(tier.links); }

template <class Count>
double in_fabric(const cluster::Cluster& cluster, Count count) {
  double sum = 0;
  for (const auto& tier : cluster.fabric.inventory()) sum += count(tier);
  return sum;
}

// Of the network: switch chips inside a host fail with what stands around them.
double switches_between_hosts(const cluster::Cluster& cluster) {
  const auto tiers = cluster.fabric.inventory();
  double sum = 0;
  for (std::size_t t = 0; t < tiers.size(); ++t) {
    const bool is_inside = cluster.fabric.unit_size(static_cast<int>(t)) <= cluster.host.devices;
    if (!is_inside) sum += static_cast<double>(tiers[t].switches);
  }
  return sum;
}

}  // namespace

double count_units(const cluster::Cluster& cluster, std::int64_t used_devices, Unit unit,
                   const Domains& domains) {
  const auto devices = static_cast<double>(used_devices);
  const double share = devices / static_cast<double>(cluster.devices());
  const double hosts = whole_units(used_devices, cluster.host.devices);
  switch (unit) {
    case Unit::kDevice:
      return devices;
    case Unit::kPackage:
      return whole_units(used_devices, cluster.device().devices_per_package);
    case Unit::kMemoryByte:
      return devices * cluster.device().memory_capacity.si();
    case Unit::kHost:
    case Unit::kPowerSupply:
      return hosts;
    case Unit::kNic:
      return hosts * cluster.host.nics;
    case Unit::kSwitch:
      return share * switches_between_hosts(cluster);
    case Unit::kOpticalModule:
      return share * in_fabric(cluster, optical_modules);
    case Unit::kCable:
      return share * in_fabric(cluster, cables);
    case Unit::kRack:
      return std::ceil(hosts / domains.hosts_per_rack);
    case Unit::kCoolingLoop:
      return std::ceil(hosts / domains.hosts_per_loop);
    case Unit::kJob:
    case Unit::kSite:
    case Unit::kStorage:
      return 1.0;
  }
  throw std::invalid_argument("campaign: unknown unit of a hazard");
}

std::vector<Interruptions> interruptions(const cluster::Cluster& cluster, std::int64_t used_devices,
                                         const std::vector<Component>& components) {
  const PartInUse whole{&cluster, used_devices};
  return interruptions({&whole, 1}, components);
}

double count_units(std::span<const PartInUse> parts, Unit unit, const Domains& domains) {
  if (unit == Unit::kJob) return 1.0;
  double units = 0;
  for (const auto& part : parts) units += count_units(*part.cluster, part.devices, unit, domains);
  return units;
}

std::vector<Interruptions> interruptions(std::span<const PartInUse> parts,
                                         const std::vector<Component>& components,
                                         const Domains& domains) {
  std::vector<Interruptions> all;
  all.reserve(components.size());
  for (const auto& component : components) {
    const double units = count_units(parts, component.unit, domains);
    all.push_back(
        {component.name, units, component.hazard * (units * (1.0 - component.tolerated))});
  }
  return all;
}

}  // namespace weft::campaign
