// Groups for the tests of this room, and what closed forms say of them.
#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

#include "../fabrics.h"
#include "weft/traffic/run.h"

namespace weft::traffic::testing {

using interconnect::Fabric;
using interconnect::Link;
using interconnect::Tier;
using interconnect::TierKind;

using interconnect::testing::k_ary_tree;
using interconnect::testing::make_link;
using interconnect::testing::make_tier;

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
