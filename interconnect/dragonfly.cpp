// Groups of routers, every group joined to every other by global links that are spread over its
// routers. Dragonfly (Kim, Dally, Scott and Abts, ISCA 2008): the routers of a group are joined to
// each other. Dragonfly+ (Shpiner et al., HiPINEB 2017): leaves with devices are joined to spines
// with global links.

#include "dragonfly.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "tier_kinds.h"

namespace weft::interconnect {

namespace {

constexpr int kMostRouters = 4096;      // of one group
constexpr double kMostLinks = 1 << 20;  // global ones, of one group
constexpr double kMostWays = 5e8;       // looked at to find the busiest cable

double local_links(const Dragonfly& shape) {
  const double routers = shape.routers;
  return shape.groups * (shape.spines > 0 ? routers * shape.spines : routers * (routers - 1) / 2);
}

// Between the first half of the groups and the others, or of the routers of a lone group.
double links_across(const Dragonfly& shape, const GlobalLinks& links) {
  if (shape.groups == 1) {
    const int half = shape.routers / 2;
    return static_cast<double>(half) * (shape.spines > 0 ? shape.spines : shape.routers - half);
  }
  const int half = shape.groups / 2;
  double across = 0;
  for (int k = 1; k < shape.groups; ++k) {
    // Groups of the first half whose k-th successor lies in the other.
    const int leaving = std::min({k, half, shape.groups - k, shape.groups - half});
    across += static_cast<double>(leaving) * links.count(k);
  }
  return across;
}

void check_shape(const Tier& tier, std::int64_t devices_inside) {
  const Dragonfly& shape = tier.dragonfly;
  const double devices = static_cast<double>(devices_inside) * tier.children;
  if (devices_of(shape) != devices) {
    throw std::invalid_argument(fmt::format("{}: a dragonfly for {} devices is to join {}",
                                            tier.name, devices_of(shape), devices));
  }
  const double links = std::max(shape.routers, shape.spines) * 1.0 * shape.global_links;
  if (shape.routers > kMostRouters || shape.spines > kMostRouters || links > kMostLinks) {
    throw std::invalid_argument(
        fmt::format("{}: groups of {} routers and {} global links are too large", tier.name,
                    std::max(shape.routers, shape.spines), links));
  }
  const double pairs = static_cast<double>(shape.routers) * shape.routers;
  if (shape.spines == 0 && shape.groups > 1 && pairs * links > kMostWays) {
    throw std::invalid_argument(
        fmt::format("{}: {:.3g} ways between the routers of two groups are too many", tier.name,
                    pairs * links));
  }
}

TierInventory dragonfly_inventory(const Tier& tier, std::int64_t devices_inside) {
  check_shape(tier, devices_inside);
  const Dragonfly& shape = tier.dragonfly;
  const GlobalLinks links(shape);
  const auto ports = static_cast<double>(ports_of(tier, devices_inside * tier.children));
  const double global = static_cast<double>(links.total()) * shape.groups / 2;
  TierInventory built = inventory_of_links(tier, ports + local_links(shape) + global);
  built.switches = static_cast<std::int64_t>(shape.groups) * (shape.routers + shape.spines);
  const double most = tier.links_per_device * static_cast<double>(devices_inside) *
                      (tier.children / 2);  // NOLINT(bugprone-integer-division)
  built.bisection = std::min(links_across(shape, links), most) * tier.link.bandwidth;
  return built;
}

int dragonfly_hops(const Tier& tier, std::int64_t devices_inside) {
  return dragonfly_load(tier.dragonfly, devices_inside).switch_hops;
}

// How many devices, and so children, follow from the shape.
std::vector<Tier> finished(base::Fields& fields, const TierContext& context, Tier tier) {
  tier.links_per_device = fields.number("links_per_device", 1);
  read_each_switch(fields, tier);
  const double children = devices_of(tier.dragonfly) / static_cast<double>(context.devices_inside);
  if (children > 1e9) {
    fields.reading().error(fields.node(), "more devices than can be counted");
  } else if (children < 1 || children != static_cast<int>(children)) {
    fields.reading().error(
        fields.node(), fmt::format("a dragonfly for {} devices holds no whole number of units of "
                                   "{}",
                                   devices_of(tier.dragonfly), context.devices_inside));
  } else {
    tier.children = static_cast<int>(children);
  }
  return {tier};
}

}  // namespace

TierParts dragonfly_parts() {
  return {dragonfly_inventory, dragonfly_hops, dragonfly_nodes, dragonfly_cables, wire_dragonfly};
}

std::vector<Tier> read_dragonfly(base::Fields& fields, const TierContext& context) {
  Tier tier = read_common(fields, context, TierKind::kDragonfly, "dragonfly");
  tier.dragonfly.groups = fields.small_integer("groups", 1);
  tier.dragonfly.routers = fields.small_integer("routers", 1);
  tier.dragonfly.devices = fields.small_integer("devices_per_router", 1);
  tier.dragonfly.global_links = fields.small_integer("global_links", 1);
  return finished(fields, context, tier);
}

std::vector<Tier> read_dragonfly_plus(base::Fields& fields, const TierContext& context) {
  Tier tier = read_common(fields, context, TierKind::kDragonfly, "dragonfly+");
  tier.dragonfly.groups = fields.small_integer("groups", 1);
  tier.dragonfly.routers = fields.small_integer("leaves", 1);
  tier.dragonfly.spines = fields.small_integer("spines", 1);
  tier.dragonfly.devices = fields.small_integer("devices_per_leaf", 1);
  tier.dragonfly.global_links = fields.small_integer("global_links", 1);
  return finished(fields, context, tier);
}

}  // namespace weft::interconnect
