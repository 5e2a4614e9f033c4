// Detours in a full mesh (All-Path-Routing of UB-Mesh, arXiv:2503.20377): a message goes in parts
// over the direct link and over third children, which takes two links.
//
// Each of g members sends alike to all others of them, in a mesh of n children. A detour over a
// child outside the group takes a link that the group's own direct messages leave idle; over a
// member it takes one that they fill, and gains nothing.
//   Alone: the n - g links of a member to others carry a part of all its g - 1 messages each. Equal
//   loads: all n - 1 links are busy, as if a member had n - 1 links instead of g - 1.
//   Groups of g fill the mesh: a link between two groups carries the first half of the detours of
//   its one end and the second half of those of its other. Equal loads: (n + g - 2) / 2 links.
// For g = n both are n - 1: uniform traffic of all children gains nothing.

#include "algorithms.h"

namespace weft::interconnect {

void take_detours(int children, bool alone, Crossing& crossing) {
  const double direct = crossing.links;
  crossing.links = alone ? children - 1.0 : (children - 1 + direct) / 2;
  crossing.detoured = 1 - direct / crossing.links;
}

// A message has arrived when all its parts have.
void Fabric::add_detours() {
  const std::span<const TierModel> direct = models();
  for (std::size_t i = 0; i < tiers_.size(); ++i) {
    if (!tiers_[i].detours || tiers_[i].children < 3) continue;
    if (detour_models_.empty()) detour_models_.assign(direct.begin(), direct.end());
    detour_models_[i].detour_children = tiers_[i].children;
    detour_models_[i].latency *= 2;
  }
}

}  // namespace weft::interconnect
