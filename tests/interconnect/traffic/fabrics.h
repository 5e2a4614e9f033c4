// Fabrics for the tests of this room.
#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

#include "weft/traffic/run.h"

namespace weft::traffic::testing {

using interconnect::Fabric;
using interconnect::Link;
using interconnect::Tier;
using interconnect::TierKind;

inline Link make_link(double gigabytes_per_second, double microseconds = 0, double efficiency = 1,
                      double half_kilobytes = 0) {
  Link link;
  link.name = "link";
  link.bandwidth = base::Bandwidth(gigabytes_per_second * 1e9);
  link.latency = base::Time(microseconds * 1e-6);
  link.efficiency = efficiency;
  link.all_to_all_efficiency = efficiency;
  link.half_size = base::Bytes(half_kilobytes * 1e3);
  return link;
}

inline Tier make_tier(TierKind kind, int children, const Link& link) {
  Tier tier;
  tier.name = "tier";
  tier.kind = kind;
  tier.children = children;
  tier.link = link;
  return tier;
}

// A k-ary fat tree of three tiers (k³/4 hosts) or two (k²/2).
inline Fabric k_ary_tree(int k, int layers, const Link& link) {
  Tier tier = make_tier(TierKind::kFatTree, layers == 3 ? k * k * k / 4 : k * k / 2, link);
  tier.radix = k;
  tier.layers = layers;
  return Fabric({tier});
}

inline std::vector<std::int32_t> everyone(const Fabric& fabric) {
  std::vector<std::int32_t> devices(static_cast<std::size_t>(fabric.size()));
  std::iota(devices.begin(), devices.end(), 0);
  return devices;
}

inline std::vector<std::int32_t> strided(std::int32_t first, std::int32_t stride,
                                         std::int32_t count) {
  std::vector<std::int32_t> devices;
  for (std::int32_t i = 0; i < count; ++i) devices.push_back(first + i * stride);
  return devices;
}

inline double closed_form(const Fabric& fabric, Collective collective, Algorithm algorithm,
                          const std::vector<std::int32_t>& group, double bytes) {
  const std::vector<std::int64_t> devices(group.begin(), group.end());
  return fabric.cost(collective, fabric.shape_of(devices), base::Bytes(bytes), algorithm).time.si();
}

inline double bound(const Fabric& fabric, Collective collective,
                    const std::vector<std::int32_t>& group, double bytes) {
  const std::vector<std::int64_t> devices(group.begin(), group.end());
  return fabric.lower_bound(collective, fabric.shape_of(devices), base::Bytes(bytes)).si();
}

}  // namespace weft::traffic::testing
