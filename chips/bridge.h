// What the bridge between the dies of one device leaves of its memory bandwidth.
#pragma once

#include <algorithm>

#include "weft/chips/chip.h"

namespace weft::chips {

// A die sends remote_share of the bytes of its own memory, bandwidth/dies, out over the bridge, and
// takes in as much: one direction of the bridge carries each.
inline base::Bandwidth bridged(base::Bandwidth bandwidth, const Chip& chip, double remote_share) {
  if (chip.dies < 2 || chip.die_to_die.si() <= 0) return bandwidth;
  const auto bridge = chip.die_to_die * chip.die_to_die_efficiency;
  return std::min(bandwidth, bridge * (static_cast<double>(chip.dies) / remote_share));
}

}  // namespace weft::chips
