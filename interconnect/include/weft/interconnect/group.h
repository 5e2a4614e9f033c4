// A communicating group, as the tiers of a fabric see it.
#pragma once

#include <array>

namespace weft::interconnect {

inline constexpr int kMaxTiers = 8;

// How many children of one unit of a tier the group touches, and how many members stand in one
// child; least and most differ when the group does not fit the tier evenly.
struct TierSpan {
  int children = 1;       // touched children of one unit, largest over units
  int members_least = 1;  // members in one touched child (a unit of the tier inside)
  int members_most = 1;
  friend bool operator==(const TierSpan&, const TierSpan&) = default;
};

struct GroupShape {
  int size = 1;
  std::array<TierSpan, kMaxTiers> tiers{};  // index 0 innermost; unused tiers have children = 1
  // No other group is at work: uplinks that are thinner than the ports behind them are its own, and
  // detours have the links of the other devices to themselves. Else groups like it fill the tiers.
  bool alone = false;

  // The outermost tier that the group crosses, -1 for a group of one.
  [[nodiscard]] int top_tier() const;
  // Whether every tier is filled evenly: the product of children is the size.
  [[nodiscard]] bool is_even() const;
  friend bool operator==(const GroupShape&, const GroupShape&) = default;
};

// The slowest pair of neighbours when the members of a group pass messages round in their order:
// one pair crosses the group's outermost tier. The group itself when it has one member.
GroupShape slowest_hop(const GroupShape& group);

// Which of two shapes of equal size communicates slower: from the outermost tier inwards, the one
// that touches more children, then the one with fewer members in its smallest child, then the one
// with more in its largest. A strict weak ordering.
bool is_costlier(const GroupShape& a, const GroupShape& b);

}  // namespace weft::interconnect
