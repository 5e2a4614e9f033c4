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
  Lines lines(cluster);
  lines.add_hosts(all_hosts(cluster, used_devices, per_device));
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
