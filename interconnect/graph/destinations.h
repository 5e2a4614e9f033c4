// Destinations in an order in which those that share distances follow each other.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "scope.h"

namespace weft::graph::detail {

// What each device of a scope hangs on.
class Attachments {
 public:
  explicit Attachments(const Scope& scope);
  // Nodes, no devices, with a live link to the device; sorted, each once.
  [[nodiscard]] std::span<const NodeId> roots(NodeId device) const {
    return {roots_.data() + first_[device], roots_.data() + first_[device + 1]};
  }
  // Whether distances to it must be searched for it alone: devices that forward are around it.
  [[nodiscard]] bool is_alone(NodeId device) const { return alone_[device] != 0; }
  [[nodiscard]] bool same_class(NodeId a, NodeId b) const;
  // By class, then by number.
  [[nodiscard]] bool before(NodeId a, NodeId b) const;

 private:
  std::vector<std::int64_t> first_;
  std::vector<NodeId> roots_;
  std::vector<std::uint8_t> alone_;
};

// Numbers of the devices for D-mod-k: consecutive for those under the same switches of tiers beyond
// `inner` (behind shared ports too), whatever numbers the hosts in between give them and whichever
// links are dead.
std::vector<std::uint32_t> numbers_of(const Scope& scope, int inner);

}  // namespace weft::graph::detail
