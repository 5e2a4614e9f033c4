// A fat tree in numbers of switches, shared by its inventory and its wiring. Internal to the room.
#pragma once

#include <cstdint>

#include "wiring_parts.h"

namespace weft::interconnect {

// One of the equal networks that a tier is made of: a plane, or one rail of it when rails are not
// joined.
struct FatTree {
  std::int64_t networks = 1;
  int layers = 1;
  std::int64_t sets = 1;      // of leaves, one per rail
  std::int64_t ports = 0;     // towards devices
  std::int64_t up = 0;        // from leaves to spines
  std::int64_t up_again = 0;  // from spines to cores
  std::int64_t leaves = 1;
  std::int64_t spines = 0;
  std::int64_t cores = 0;
  std::int64_t pods = 1;      // three layers: groups of leaves that share their spines
  double thinning = 1;        // oversubscription at the leaves
  double thinning_again = 1;  // and at the spines

  [[nodiscard]] std::int64_t switches() const { return networks * (leaves + spines + cores); }
};

// Throws std::invalid_argument when the switches have too few ports.
FatTree fat_tree_of(const Tier& tier, std::int64_t devices_inside);

Nodes fat_tree_tops(const Tier& tier, std::int64_t devices_inside);
std::int64_t fat_tree_nodes(const Tier& tier, std::int64_t devices_inside);
double fat_tree_cables(const Tier& tier, std::int64_t devices_inside);
void wire_fat_tree(const UnitWiring& unit, graph::GraphBuilder& builder);

}  // namespace weft::interconnect
