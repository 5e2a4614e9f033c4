// Shapes of groups: how a set of devices falls into the units of the tiers.

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include <fmt/format.h>

#include "weft/interconnect/fabric.h"

namespace weft::interconnect {

namespace {

// Devices in one unit of each tier, from the inside out.
using UnitSizes = std::span<const std::int64_t>;

// Fills the spans of one tier from sorted devices, device(i) for i < size; a child has `child_size`
// devices, a unit `unit_size`.
template <class Device>
TierSpan span_of(const Device& device, int size, std::int64_t child_size, std::int64_t unit_size) {
  TierSpan span{0, size, 1};
  int children = 0;
  int members = 0;
  for (int i = 0; i < size; ++i) {
    ++members;
    const bool is_last = i + 1 == size;
    const bool ends_child = is_last || device(i + 1) / child_size != device(i) / child_size;
    if (!ends_child) continue;
    span.members_least = std::min(span.members_least, members);
    span.members_most = std::max(span.members_most, members);
    members = 0;
    ++children;
    const bool ends_unit = is_last || device(i + 1) / unit_size != device(i) / unit_size;
    if (!ends_unit) continue;
    span.children = std::max(span.children, children);
    children = 0;
  }
  return span;
}

template <class Device>
GroupShape shape_from(const Device& device, int size, UnitSizes units) {
  GroupShape shape;
  shape.size = size;
  for (std::size_t tier = 0; tier < units.size(); ++tier) {
    const std::int64_t child = tier == 0 ? 1 : units[tier - 1];
    shape.tiers[tier] = span_of(device, size, child, units[tier]);
  }
  return shape;
}

// Whether blocks and strides nest in the units, so that all groups have the same shape.
bool is_aligned(UnitSizes inner_units, std::int64_t stride, std::int64_t block) {
  return std::all_of(inner_units.begin(), inner_units.end(), [&](std::int64_t unit) {
    const bool stride_nests = unit % stride == 0 || stride % unit == 0;
    return stride_nests && (unit % block == 0 || block % unit == 0);
  });
}

// Members of an aligned group in one touched unit.
int aligned_members(std::int64_t unit, std::int64_t stride, int size) {
  return static_cast<int>(std::clamp<std::int64_t>(unit / stride, 1, size));
}

GroupShape aligned_shape(UnitSizes units, std::int64_t stride, int size) {
  GroupShape shape;
  shape.size = size;
  int below = 1;
  for (std::size_t tier = 0; tier < units.size(); ++tier) {
    const bool is_outermost = tier + 1 == units.size();
    const int members = is_outermost ? size : aligned_members(units[tier], stride, size);
    shape.tiers[tier] = {members / below, below, below};
    below = members;
  }
  return shape;
}

// Groups whose first devices differ by less than the common divisor of stride and unit, or by a
// multiple of the common multiple of block and unit, have the same shape: one of each is looked at.
GroupShape worst_shape(UnitSizes units, std::int64_t used, std::int64_t stride, int size) {
  const std::int64_t block = stride * size;
  const std::int64_t outer = units[units.size() - 2];
  const std::int64_t step = std::gcd(stride, units.front());
  const std::int64_t end = std::min(used / block * block, std::lcm(block, outer));
  GroupShape worst;
  for (std::int64_t start = 0; start < end; start += block) {
    for (std::int64_t base = start; base < start + stride; base += step) {
      const auto device = [=](int i) { return base + i * stride; };
      const GroupShape shape = shape_from(device, size, units);
      if ((start == 0 && base == 0) || is_costlier(shape, worst)) worst = shape;
    }
  }
  return worst;
}

}  // namespace

GroupShape Fabric::shape_of(std::span<const std::int64_t> devices) const {
  if (devices.empty()) throw std::invalid_argument("a group has at least one device");
  const auto device = [&](int i) { return devices[i]; };
  return shape_from(device, static_cast<int>(devices.size()), {unit_sizes_.data(), tiers_.size()});
}

GroupShape Fabric::group(std::int64_t used, std::int64_t stride, int members) const {
  if (stride < 1 || members < 1 || used > size() || used / stride < members) {
    throw std::invalid_argument(fmt::format("no group of {} with stride {} in {} of {} devices",
                                            members, stride, used, size()));
  }
  const UnitSizes units{unit_sizes_.data(), tiers_.size()};
  if (units.empty()) return {};
  if (is_aligned(units.first(units.size() - 1), stride, stride * members)) {
    return aligned_shape(units, stride, members);
  }
  return worst_shape(units, used, stride, members);
}

GroupShape Fabric::neighbours(std::int64_t used, std::int64_t stride) const {
  if (stride < 1 || used > size() || used <= stride) {
    throw std::invalid_argument(
        fmt::format("no pair with stride {} in {} of {} devices", stride, used, size()));
  }
  // A pair crosses a boundary between units when the last pair to start before it still fits.
  int top = 0;
  for (std::size_t tier = 0; tier + 1 < tiers_.size(); ++tier) {
    if (std::max(stride, unit_sizes_[tier]) < used) top = static_cast<int>(tier) + 1;
  }
  GroupShape pair;
  pair.size = 2;
  for (std::size_t tier = 0; tier < tiers_.size(); ++tier) {
    const int below = static_cast<int>(tier) > top ? 2 : 1;
    pair.tiers[tier] = {static_cast<int>(tier) == top ? 2 : 1, below, below};
  }
  return pair;
}

}  // namespace weft::interconnect
