// Power at the meter, line by line.
#include <string>
#include <utility>

#include "weft/site/meter.h"

namespace weft::site {

namespace {

using base::Power;
using cluster::kHostPartCount;

class Lines {
 public:
  explicit Lines(const cluster::Cluster& cluster) : cluster_(cluster) {}

  void add_hosts(const HostPower& all) {
    add("devices", static_cast<double>(cluster_.devices()), all.devices);
    for (std::size_t p = 0; p < kHostPartCount; ++p) {
      add(cluster::name_of(static_cast<cluster::HostPart>(p)), 0, all.parts[p]);
    }
    add("fans and pumps", 0, all.fans);
    add("supply losses", 0, all.supply_loss);
    hosts_ = all.total();
  }

  void add_fabric() {
    for (const auto& tier : cluster_.fabric.inventory()) {
      const auto switches = static_cast<double>(tier.switches);
      add(tier.name + ", switches", switches, switches * tier.switch_power);
      const auto kind = tier.module_kind.empty() ? "" : " (" + tier.module_kind + ")";
      add(tier.name + ", optics" + kind, tier.optical_modules,
          tier.optical_modules * tier.module_power);
    }
  }

  // `pue`: of the moment.
  std::vector<PowerLine> with_site(const Site& site, double pue) {
    add("other IT", 0, hosts_ * site.other_it);
    const auto it = sum_of(lines_);
    if (!site.cooling) {
      add("cooling and losses", 0, it * (pue - 1));
    } else {
      add("cooling", 0, it * (pue - 1 - site.distribution));
      add("losses before IT", 0, it * site.distribution);
    }
    return std::move(lines_);
  }

 private:
  void add(std::string what, double count, Power power) {
    if (power.si() != 0) lines_.push_back({std::move(what), count, power});
  }

  const cluster::Cluster& cluster_;
  std::vector<PowerLine> lines_;
  Power hosts_;
};

}  // namespace

std::vector<PowerLine> power_lines(const cluster::Cluster& cluster, std::int64_t used_devices,
                                   Power per_device, const Site& site) {
  const auto& host = cluster.host;
  const auto& device = cluster.device();
  const std::int64_t per_host = host.devices;
  const std::int64_t full = used_devices / per_host;
  const auto rest = static_cast<double>(used_devices % per_host);
  const bool is_split = rest > 0;
  const auto parts = [&](double busy) {
    const auto idle = device.power.idle * (static_cast<double>(per_host) - busy);
    return host_parts(host, device, per_device * busy + idle);
  };
  HostPower all = parts(static_cast<double>(per_host)) * static_cast<double>(full);
  if (is_split) all += parts(rest);
  all += parts(0) * static_cast<double>(cluster.hosts - full - (is_split ? 1 : 0));
  Lines lines(cluster);
  lines.add_hosts(all);
  lines.add_fabric();
  return lines.with_site(site, site.pue);
}

std::vector<PowerLine> nameplate_lines(const cluster::Cluster& cluster, const Site& site) {
  Lines lines(cluster);
  lines.add_hosts(host_nameplate(cluster.host, cluster.device()) *
                  static_cast<double>(cluster.hosts));
  lines.add_fabric();
  return lines.with_site(site, highest_pue(site));
}

Power sum_of(const std::vector<PowerLine>& lines) {
  Power sum;
  for (const auto& one : lines) sum += one.power;
  return sum;
}

}  // namespace weft::site
