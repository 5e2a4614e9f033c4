// The schedules behind make_schedule(), one file for each family. Internal to the room. Each
// returns null when it does not carry out the collective.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "weft/traffic/schedule.h"

namespace weft::traffic {

// What is asked of a schedule.
struct Order {
  Collective collective = Collective::kAllReduce;
  std::int32_t ranks = 1;
  double bytes = 0;
};

using ScheduleOf = std::unique_ptr<Schedule>;

ScheduleOf ring_schedule(const Order& order, const ScheduleOptions& options);
ScheduleOf chain_schedule(const Order& order, const ScheduleOptions& options);
ScheduleOf tree_schedule(const Order& order, const ScheduleOptions& options);
ScheduleOf direct_schedule(const Order& order, const ScheduleOptions& options);
ScheduleOf hierarchical_schedule(const Order& order, const ScheduleOptions& options);
ScheduleOf in_switch_schedule(const Order& order);
ScheduleOf pairwise_schedule(const Order& order, const ScheduleOptions& options);
ScheduleOf torus_bucket_schedule(const Order& order, const ScheduleOptions& options);
ScheduleOf halving_doubling_schedule(const Order& order);
ScheduleOf bruck_schedule(const Order& order);

// Sizes of the levels that `units` divide p ranks into, from the inside out ({8, 64} of 128 ranks:
// 8, 8, 2); empty when they do not divide them evenly.
std::vector<std::int32_t> levels_of(std::int32_t ranks, Units units);

// Bit `bit` of a set of levels or dimensions.
inline bool has_bit(std::uint32_t bits, std::size_t bit) { return (bits >> bit & 1U) != 0; }

// Rings through all ranks, as many as `channels`, in which only one level changes its place from
// rank to rank (a reflected mixed-radix Gray code), rotated differently in each; levels that are
// meshes take their disjoint cycles in turn. Where a level is closed, each also the other way,
// after all of the first. Units of unequal sizes are entered by as many ranks as the smallest has.
class Rings {
 public:
  Rings(std::int32_t ranks, const ScheduleOptions& options);
  [[nodiscard]] std::int32_t count() const { return count_; }
  [[nodiscard]] std::int32_t next(std::int32_t channel, std::int32_t rank) const {
    return next_[place_of(channel, rank)];
  }
  // What a rank of a schedule with a lane for each ring sends to the next.
  [[nodiscard]] Message message(std::int32_t rank, double bytes) const {
    const std::int32_t channel = rank / ranks_;
    const std::int32_t to = next_[static_cast<std::size_t>(rank)];
    return {channel * ranks_ + to, bytes, channel,
            parts_.empty() ? 1 : parts_[static_cast<std::size_t>(rank)]};
  }
  // Places along a channel from rank 0.
  [[nodiscard]] std::vector<std::int32_t> places(std::int32_t channel) const;

 private:
  [[nodiscard]] std::size_t place_of(std::int32_t channel, std::int32_t rank) const {
    return static_cast<std::size_t>(channel) * static_cast<std::size_t>(ranks_) +
           static_cast<std::size_t>(rank);
  }
  void share(const std::vector<std::vector<std::int32_t>>& units, std::uint32_t dimensions);

  std::int32_t ranks_;
  std::int32_t count_ = 1;
  std::vector<std::int32_t> next_;    // by channel and rank
  std::vector<std::uint16_t> parts_;  // Message::parts; empty: one ring has its ports for itself
};

// Part of a step: members of lines (ranks at equal distance) exchange messages of equal size.
struct LineStage {
  std::int32_t stride = 1;
  std::int32_t size = 1;
  double bytes = 0;  // of one message
  int steps = 1;
  bool is_direct = false;    // every member to every other; else to the next along a ring
  bool both_ways = false;    // half as much to each neighbour
  bool in_switch = false;    // every member to its switch and back
  std::int32_t channel = 0;  // in_switch: the level
};
// Phases one after another, each of lines side by side whose steps are taken together.
using Phase = std::vector<LineStage>;
ScheduleOf staged_schedule(std::vector<Phase> phases);

}  // namespace weft::traffic
