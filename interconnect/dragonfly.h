// Which groups of a dragonfly the global links join, and what links carry. Internal to the room.
#pragma once

#include <cstdint>
#include <vector>

#include "wiring_parts.h"

namespace weft::interconnect {

// All devices.
inline double devices_of(const Dragonfly& shape) {
  return static_cast<double>(shape.groups) * shape.routers * shape.devices;
}

// The global links of one group. All groups are alike: the link to the group k further on (modulo
// their number) has the same place in every group, and parallel ones lie on different routers.
class GlobalLinks {
 public:
  // Throws std::invalid_argument when some group would not be reached.
  explicit GlobalLinks(const Dragonfly& shape);

  // Links to the group k further on, 0 < k < groups; as many as to the group k back.
  [[nodiscard]] int count(int k) const { return counts_[k]; }
  // The router (dragonfly+: spine) of the group that the c-th of them leaves from.
  [[nodiscard]] int owner(int k, int c) const { return owners_[first_[k] + c]; }
  // At the other end, where the same link leads k back.
  [[nodiscard]] int far_owner(int k, int c) const { return owner(groups_ - k, c); }
  // Of one group.
  [[nodiscard]] std::int64_t total() const { return static_cast<std::int64_t>(owners_.size()); }

 private:
  int groups_;
  std::vector<int> counts_;
  std::vector<std::int64_t> first_;
  std::vector<int> owners_;
};

// What the most loaded cable carries, as a multiple of what each device sends; minimal ways (one
// global cable, at most one local cable on either side), all that are equally short alike.
struct DragonflyLoad {
  int switch_hops = 1;
  double neighbour = 0;   // the devices of each child send to those of the next
  double all_to_all = 0;  // each device sends to all others alike
};
DragonflyLoad dragonfly_load(const Dragonfly& shape, std::int64_t devices_inside);

std::int64_t dragonfly_nodes(const Tier& tier, std::int64_t devices_inside);
double dragonfly_cables(const Tier& tier, std::int64_t devices_inside);
void wire_dragonfly(const UnitWiring& unit, graph::GraphBuilder& builder);

}  // namespace weft::interconnect
