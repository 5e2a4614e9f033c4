#include "weft/interconnect/group.h"

#include <cstdint>

namespace weft::interconnect {

int GroupShape::top_tier() const {
  for (int tier = kMaxTiers - 1; tier >= 0; --tier) {
    if (tiers[tier].children > 1) return tier;
  }
  return -1;
}

bool GroupShape::is_even() const {
  std::int64_t product = 1;
  for (const TierSpan& span : tiers) product *= span.children;
  return product == size;
}

GroupShape slowest_hop(const GroupShape& group) {
  const int top = group.top_tier();
  if (top < 0) return group;
  GroupShape pair;
  pair.size = 2;
  pair.tiers[top].children = 2;
  for (int tier = top + 1; tier < kMaxTiers; ++tier) {
    pair.tiers[tier].members_least = pair.tiers[tier].members_most = 2;
  }
  return pair;
}

bool is_costlier(const GroupShape& a, const GroupShape& b) {
  for (int tier = kMaxTiers - 1; tier >= 0; --tier) {
    const TierSpan& x = a.tiers[tier];
    const TierSpan& y = b.tiers[tier];
    if (x.children != y.children) return x.children > y.children;
    if (x.members_least != y.members_least) return x.members_least < y.members_least;
    if (x.members_most != y.members_most) return x.members_most > y.members_most;
  }
  return false;
}

}  // namespace weft::interconnect
