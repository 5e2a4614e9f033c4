// Collectives, the algorithms that carry them out, and what they cost.
#pragma once

#include <array>

#include "weft/base/quantity.h"
#include "weft/interconnect/group.h"

namespace weft::interconnect {

enum class Collective { kAllReduce, kAllGather, kReduceScatter, kAllToAll, kPointToPoint };

enum class Algorithm { kNone, kRing, kTree, kDirect, kHierarchical, kInSwitch, kPairwise };

const char* name_of(Algorithm algorithm);
const char* name_of(Collective collective);

struct CollectiveCost {
  base::Time time;
  Algorithm algorithm = Algorithm::kNone;
  // Bytes that one device sends over each tier (mean over the group).
  std::array<base::Bytes, kMaxTiers> sent{};
};

}  // namespace weft::interconnect
