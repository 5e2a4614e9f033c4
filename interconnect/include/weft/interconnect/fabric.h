// A fabric: tiers nested from the inside out (die pair, mesh or switch in a host, super-node,
// scale-out network), and the groups of devices that communicate over it. Knows nothing of
// training.
//
// Devices are numbered 0 .. size-1 from the inside out: the devices of one unit of a tier are
// consecutive.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "weft/interconnect/collective.h"
#include "weft/interconnect/group.h"
#include "weft/interconnect/tier.h"

namespace weft::interconnect {

// Where many devices share what leads on, less than all their ports (oversubscription, the trunk of
// a site); devices = 0: nowhere in the tier.
struct Trunk {
  double devices = 0;         // behind one of them
  double of_child = 1;        // of those, in one child
  double children = 1;        // that have devices behind it
  double byte_time = 0;       // s/byte, of all behind it
  double port_byte_time = 0;  // s/byte of a device that has it to itself
  double message_bytes = 0;   // that a message counts for besides its own
  double message_time = 0;    // s, of a message that has it to itself, besides its bytes
};

// A tier reduced to what the cost of a collective needs, in SI units.
struct TierModel {
  double latency = 0;       // s, one message
  double byte_time = 0;     // s/byte that a device sends (kFullMesh: to one peer)
  double message_time = 0;  // s, occupation of a link by a message besides its bytes
  double all_to_all_byte_time = 0;
  double all_to_all_message_time = 0;
  double in_switch_byte_time = 0;
  double in_switch_latency = 0;
  int in_switch_minimum = 0;  // ranks; 0: the tier does not reduce
  double call_overhead = 0;   // s
  double bandwidth = 0;  // byte/s of a device (kFullMesh: to one peer), nominal, oversubscribed
  bool is_mesh = false;
  // is_mesh: children of a unit, when ways may lead over a third one; 0: direct ways only.
  int detour_children = 0;
  bool is_direct = false;  // every pair of children is one hop apart
  bool shares_ports = false;
  bool is_ring = false;  // bandwidth is that of one device to one of its two neighbours
  bool wraps = false;    // is_ring: the last child is joined to the first
  Trunk trunk;
  bool forwards = false;  // a message that changes its place here and further in crosses both tiers
};

class Fabric {
 public:
  // One device alone.
  Fabric() = default;
  // Tiers from the inside out. Throws std::invalid_argument when there are none or too many, or one
  // of them cannot be built.
  explicit Fabric(std::vector<Tier> tiers);

  // Devices in the whole fabric: the product of the children.
  [[nodiscard]] std::int64_t size() const {
    return tiers_.empty() ? 1 : unit_sizes_[tiers_.size() - 1];
  }
  [[nodiscard]] const std::vector<Tier>& tiers() const { return tiers_; }
  // Devices in one unit of a tier.
  [[nodiscard]] std::int64_t unit_size(int tier) const { return unit_sizes_[tier]; }

  // The shape of any set of devices (sorted, distinct).
  [[nodiscard]] GroupShape shape_of(std::span<const std::int64_t> devices) const;
  // The costliest shape (is_costlier) among the groups {base + i·stride : i < members} that tile
  // devices 0 .. used-1 in blocks of stride·members. Throws std::invalid_argument when not one
  // block fits.
  [[nodiscard]] GroupShape group(std::int64_t used, std::int64_t stride, int members) const;
  // The worst pair (d, d + stride) in 0 .. used-1, for point-to-point.
  [[nodiscard]] GroupShape neighbours(std::int64_t used, std::int64_t stride) const;

  // Time and traffic of one collective. `bytes` S is: all-reduce, reduce-scatter: the vector that
  // each rank holds; all-gather: the vector that each rank ends with; all-to-all: what each rank
  // sends, its own part included; point-to-point: the message (the group is a pair). The cheapest
  // legal algorithm is taken; ties go to the first in the enumeration. Where links have a
  // low-latency way, collectives in steps (all but all-to-all and point-to-point) take it when it
  // is faster. A group shares uplinks with as many others as the tiers have room for, unless it is
  // `alone`. Where tiers have detours, messages take them when that is faster: exact when the
  // group is alone, or when groups like it fill the tier. Never below lower_bound().
  [[nodiscard]] CollectiveCost cost(Collective collective, const GroupShape& group,
                                    base::Bytes bytes) const;
  // The same with a given algorithm (kNone: any); time is infinite when it does not apply to this
  // group.
  [[nodiscard]] CollectiveCost cost(Collective collective, const GroupShape& group,
                                    base::Bytes bytes, Algorithm algorithm) const;
  // What no algorithm can beat at nominal bandwidth: bytes through the ports of a device and
  // through the ports of each unit, and one message over the outermost tier.
  [[nodiscard]] base::Time lower_bound(Collective collective, const GroupShape& group,
                                       base::Bytes bytes) const;

  // One message over a tier, without its bytes: the link and the switches on the way.
  [[nodiscard]] base::Time message_latency(int tier) const {
    return base::Time(models_[tier].latency);
  }
  // The same by the low-latency way of links that have one (CollectiveCost::low_latency).
  [[nodiscard]] base::Time low_message_latency(int tier) const {
    return low_latency_models_.empty() ? message_latency(tier)
                                       : base::Time(low_latency_models_[tier].latency);
  }
  // One entry per tier: totals for the whole fabric; the bisection is that of one unit.
  [[nodiscard]] std::vector<TierInventory> inventory() const;

 private:
  [[nodiscard]] std::span<const TierModel> models() const {
    return {models_.data(), tiers_.size()};
  }
  void add_low_latency();
  void add_detours();
  std::vector<Tier> tiers_;
  std::array<std::int64_t, kMaxTiers> unit_sizes_{};
  std::array<TierModel, kMaxTiers> models_{};
  // The same where links that have a low-latency way use it; empty when none has.
  std::vector<TierModel> low_latency_models_;
  // The same where tiers with detours use them; empty when none has.
  std::vector<TierModel> detour_models_;
};

}  // namespace weft::interconnect
