#include "domains.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

namespace weft::cluster {

namespace {

using interconnect::Tier;
using interconnect::TierKind;

// Whole groups, whole routers of one group, or a part of one router.
bool resize_dragonfly(interconnect::Dragonfly& shape, std::int64_t devices) {
  const std::int64_t of_router = shape.devices;
  const std::int64_t of_group = of_router * shape.routers;
  if (devices % of_group == 0) {
    shape.groups = static_cast<int>(devices / of_group);
    return true;
  }
  if (devices > of_group) return false;
  shape.groups = 1;
  if (devices % of_router == 0) {
    shape.routers = static_cast<int>(devices / of_router);
    return true;
  }
  if (devices > of_router) return false;
  shape.routers = 1;
  shape.devices = static_cast<int>(devices);
  return true;
}

// Gives a tier fewer children. False when it cannot be built so.
bool resize(Tier& tier, std::int64_t children, std::int64_t devices_inside) {
  if (children == tier.children) return true;
  // A part of a ring is a row, unless it ends where cubes do and is closed optically.
  if (tier.kind == TierKind::kRing && (tier.cube == 0 || children % tier.cube != 0)) {
    tier.wraps = false;
  }
  if (tier.kind == TierKind::kDragonfly &&
      !resize_dragonfly(tier.dragonfly, children * devices_inside)) {
    return false;
  }
  if (tier.kind == TierKind::kGraph) return false;
  tier.children = static_cast<int>(children);
  return true;
}

std::int64_t product(std::span<const Tier> tiers) {
  std::int64_t devices = 1;
  for (const auto& tier : tiers) devices *= tier.children;
  return devices;
}

// Fills tiers with fewer devices: the outermost that they do not need go, the next has as many
// children as they fill. False when a child would be filled in part.
bool narrow(std::vector<Tier>& tiers, std::int64_t devices) {
  auto inside = product(tiers);
  for (std::size_t i = tiers.size(); i-- > 0;) {
    auto& tier = tiers[i];
    inside /= tier.children;
    if (tier.kind == TierKind::kGraph && devices <= inside) {
      tiers.erase(tiers.begin() + static_cast<std::ptrdiff_t>(i));
      if (devices == inside) return true;
      continue;
    }
    if (devices % inside == 0) return resize(tier, devices / inside, inside);
    if (devices > inside || !resize(tier, 1, inside)) return false;
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
  if (!narrow(domains.scale_up, devices)) {
    return wrong(fmt::format("{} of the {} hosts of a scale-up domain do not fill its inner tiers",
                             hosts, whole));
  }
  domains.devices = devices;
  return unit_hosts % whole == 0 ? unit_hosts / whole * hosts : unit_hosts;
}

namespace {

// The tiers of one site with so many devices; none, and an error, when they do not fit.
std::vector<Tier> tiers_of_site(Domains& domains, std::int64_t hosts, std::int64_t devices,
                                const base::Fields& use) {
  std::vector<Tier> tiers = std::move(domains.scale_up);
  for (auto& tier : domains.scale_out) tiers.push_back(std::move(tier));
  std::optional<Tier> open;
  if (domains.is_open) {
    open = std::move(tiers.back());
    tiers.pop_back();
  }
  const auto whole = product(tiers);
  const auto wrong = [&](const std::string& message) {
    use.reading().error(use.node(), message);
    return std::vector<Tier>{};
  };
  if (devices > whole && !open) {
    return wrong(fmt::format("{} hosts are {} devices; the network of this cluster joins {}", hosts,
                             devices, whole));
  }
  const bool fits = devices < whole ? narrow(tiers, devices) : devices % whole == 0;
  if (!fits && !open) {
    return wrong(fmt::format("{} hosts are {} devices, no whole part of a network of {}", hosts,
                             devices, whole));
  }
  if (!fits) {
    return wrong(
        fmt::format("{} hosts are {} devices, not a whole number of scale-up domains "
                    "of {}",
                    hosts, devices, whole));
  }
  if (open) {
    open->children = static_cast<int>(std::max<std::int64_t>(devices / whole, 1));
    tiers.push_back(std::move(*open));
  }
  return tiers;
}

}  // namespace

interconnect::Fabric fabric_for(Domains domains, std::int64_t hosts, std::int64_t devices,
                                const base::Fields& use) {
  const std::int64_t sites = domains.sites ? domains.sites->children : 1;
  if (hosts % sites != 0) {
    use.reading().error(use.node(),
                        fmt::format("{} hosts are not as many at each of {} sites", hosts, sites));
    return {};
  }
  std::vector<Tier> tiers = tiers_of_site(domains, hosts, devices / sites, use);
  if (tiers.empty()) return {};
  if (domains.sites) tiers.push_back(std::move(*domains.sites));
  try {
    return interconnect::Fabric(std::move(tiers));
  } catch (const std::invalid_argument& error) {
    use.reading().error(use.node(), error.what());
    return {};
  }
}

}  // namespace weft::cluster
