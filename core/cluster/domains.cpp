#include "domains.h"

#include <fmt/format.h>

#include <span>
#include <stdexcept>
#include <utility>

namespace weft::cluster {

namespace {

// Fills a domain with fewer devices: the outermost tiers that they do not need get one child, the
// next as many as they fill. False when a child would be filled in part.
bool narrow(std::span<interconnect::Tier> scale_up, std::int64_t domain, std::int64_t devices) {
  auto inside = domain;
  for (std::size_t i = scale_up.size(); i-- > 0;) {
    auto& tier = scale_up[i];
    inside /= tier.children;
    if (devices % inside == 0) {
      tier.children = static_cast<int>(devices / inside);
      return true;
    }
    if (devices > inside) return false;
    tier.children = 1;
  }
  return false;
}

}  // namespace

std::int64_t use_part_of_each(Domains& domains, std::int64_t devices_per_host,
                              std::int64_t unit_hosts, base::Fields& use) {
  const std::int64_t hosts = use.small_integer("hosts_per_domain", 1);
  const auto whole = domains.devices / devices_per_host;
  const auto wrong = [&](const std::string& message) {
    use.reading().error(*use.value("hosts_per_domain"), message);
    return unit_hosts;
  };
  if (hosts > whole) {
    return wrong(fmt::format("a scale-up domain of this cluster has {} {}", whole,
                             whole == 1 ? "host" : "hosts"));
  }
  const auto devices = hosts * devices_per_host;
  if (!narrow(domains.scale_up, domains.devices, devices)) {
    return wrong(fmt::format("{} of the {} hosts of a scale-up domain do not fill its inner tiers",
                             hosts, whole));
  }
  domains.devices = devices;
  return unit_hosts % whole == 0 ? unit_hosts / whole * hosts : unit_hosts;
}

interconnect::Fabric fabric_for(Domains domains, std::int64_t hosts, std::int64_t devices,
                                const base::Fields& use) {
  auto& scale_out = domains.scale_out;
  const bool is_part = devices < domains.devices;
  if (!is_part && devices % domains.devices == 0) {
    scale_out.children = static_cast<int>(devices / domains.devices);
  } else if (is_part && narrow(domains.scale_up, domains.devices, devices)) {
    scale_out.children = 1;
  } else {
    use.reading().error(
        use.node(), fmt::format("{} hosts are {} devices, not a whole number of scale-up domains "
                                "of {}",
                                hosts, devices, domains.devices));
    return {};
  }
  domains.scale_up.push_back(std::move(scale_out));
  try {
    return interconnect::Fabric(std::move(domains.scale_up));
  } catch (const std::invalid_argument& error) {
    use.reading().error(use.node(), error.what());
    return {};
  }
}

}  // namespace weft::cluster
