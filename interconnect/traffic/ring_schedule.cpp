// Rings: each rank passes on one part of the vector after another.

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "schedules.h"
#include "weft/interconnect/patterns.h"

namespace weft::traffic {

namespace {

using interconnect::mesh_cycles;
using interconnect::mesh_member;

// Beyond this the table of successors is too large to be meant.
constexpr std::int64_t kMostEdges = std::int64_t{1} << 28;

// Beyond this more rings would not be worth their messages.
constexpr std::int64_t kMostChannels = 2048;

// What the number of a ring through ranks in levels stands for.
struct Turn {
  std::int32_t offset = 0;  // mixed-radix: how far each level below the outermost is rotated
  std::int32_t cycle = 0;   // of those of each level that is a mesh, modulo how many it has
};

Turn turn_of(std::int32_t ranks, const std::vector<std::int32_t>& levels, std::int32_t channel) {
  const std::int32_t inside = ranks / levels.back();
  return {channel % inside, channel / inside};
}

// The rank at a place of a ring.
std::int32_t rank_at(std::int64_t place, std::int32_t ranks,
                     const std::vector<std::int32_t>& levels, std::uint32_t mesh, Turn turn) {
  std::int32_t rank = 0;
  std::int32_t inside = 1;
  std::int64_t rest = place % ranks;
  for (std::size_t level = 0; level < levels.size(); ++level) {
    const std::int32_t size = levels[level];
    auto digit = static_cast<std::int32_t>(rest % size);
    rest /= size;
    // Every other round runs backwards, so that a unit is entered where the one before was left.
    if (rest % 2 == 1) digit = size - 1 - digit;
    const bool is_outermost = level + 1 == levels.size();
    if (!is_outermost) digit = (digit + turn.offset) % size;
    if (has_bit(mesh, level)) {
      digit = mesh_member(size, turn.cycle % mesh_cycles(size), digit);
    }
    turn.offset /= size;
    rank += digit * inside;
    inside *= size;
  }
  return rank;
}

// Each rank of the outermost unit, with each cycle of the meshes: all ports then have the same
// load.
std::int32_t channels_of(std::int32_t ranks, const std::vector<std::int32_t>& levels,
                         std::uint32_t mesh) {
  const std::int64_t inside = ranks / levels.back();
  const std::int64_t most = std::max<std::int64_t>(kMostChannels / inside, 1);
  std::int64_t cycles = 1;
  for (std::size_t level = 0; level < levels.size(); ++level) {
    if (has_bit(mesh, level)) cycles = std::lcm(cycles, std::int64_t{mesh_cycles(levels[level])});
    if (cycles > most) break;
  }
  return static_cast<std::int32_t>(std::min(cycles, most) * inside);
}

class Ring final : public Schedule {
 public:
  Ring(Rings rings, const Order& order, int rounds)
      : rings_(std::move(rings)),
        steps_(rounds * (std::int64_t{order.ranks} - 1)),
        message_(order.bytes / order.ranks / rings_.count()) {}
  [[nodiscard]] std::int64_t steps() const override { return steps_; }
  void sends(std::int64_t /*step*/, std::int32_t rank,
             std::vector<Message>& messages) const override {
    for (std::int32_t channel = 0; channel < rings_.count(); ++channel) {
      messages.push_back({rings_.next(channel, rank), message_, channel});
    }
  }
  [[nodiscard]] std::int32_t receives(std::int64_t /*step*/, std::int32_t /*rank*/) const override {
    return rings_.count();
  }

 private:
  Rings rings_;
  std::int64_t steps_;
  double message_;
};

}  // namespace

Rings::Rings(std::int32_t ranks, const std::vector<std::int32_t>& levels, std::uint32_t mesh,
             std::int32_t channels, bool both_ways)
    : ranks_(ranks), count_(both_ways ? 2 * channels : channels) {
  if (std::int64_t{ranks} * count_ > kMostEdges) {
    throw std::invalid_argument("too many rings at once for so many ranks");
  }
  next_.resize(ranks_ * count_);
  for (std::int32_t channel = 0; channel < channels; ++channel) {
    const Turn turn = turn_of(ranks, levels, channel);
    std::int32_t here = rank_at(0, ranks, levels, mesh, turn);
    for (std::int32_t place = 0; place < ranks; ++place) {
      const std::int32_t there = rank_at(place + 1, ranks, levels, mesh, turn);
      next_[static_cast<std::size_t>(channel) * ranks_ + here] = there;
      if (both_ways) next_[static_cast<std::size_t>(channel + channels) * ranks_ + there] = here;
      here = there;
    }
  }
}

std::vector<std::int32_t> Rings::places(std::int32_t channel) const {
  std::vector<std::int32_t> places(ranks_);
  std::int32_t rank = 0;
  for (std::int32_t place = 0; place < static_cast<std::int32_t>(ranks_); ++place) {
    places[rank] = place;
    rank = next(channel, rank);
  }
  return places;
}

Rings rings_of(std::int32_t ranks, const ScheduleOptions& options) {
  std::vector<std::int32_t> levels = levels_of(ranks, options.units);
  if (levels.empty()) levels = {ranks};
  const std::int32_t channels =
      options.channels > 0 ? options.channels : channels_of(ranks, levels, options.mesh);
  const std::uint32_t all = (1U << levels.size()) - 1;
  return {ranks, levels, options.mesh, channels, ranks > 2 && (options.closed & all) == all};
}

ScheduleOf ring_schedule(const Order& order, const ScheduleOptions& options) {
  int rounds = 0;
  if (order.collective == Collective::kAllReduce) rounds = 2;
  if (order.collective == Collective::kAllGather) rounds = 1;
  if (order.collective == Collective::kReduceScatter) rounds = 1;
  if (rounds == 0) return nullptr;
  return std::make_unique<Ring>(rings_of(order.ranks, options), order, rounds);
}

}  // namespace weft::traffic
