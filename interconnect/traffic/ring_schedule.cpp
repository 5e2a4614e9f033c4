// Rings: each rank passes on one part of the vector after another.

#include <algorithm>
#include <map>
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

// Members of a group in nested units: of each level but the outermost, from the inside out, the
// first rank of each unit.
struct Nest {
  std::int32_t ranks = 1;
  std::vector<std::vector<std::int32_t>> starts;
  std::uint32_t mesh = 0;  // a bit for each level

  [[nodiscard]] std::size_t levels() const { return starts.size() + 1; }
  // Units of the level inside that of `level`, or ranks, in [first, last).
  [[nodiscard]] std::vector<std::int32_t> children(std::size_t level, std::int32_t first,
                                                   std::int32_t last) const {
    std::vector<std::int32_t> found;
    if (level == 0) {
      found.resize(last - first);
      std::iota(found.begin(), found.end(), first);
      return found;
    }
    const auto& inner = starts[level - 1];
    const auto begin = std::lower_bound(inner.begin(), inner.end(), first);
    found.assign(begin, std::lower_bound(begin, inner.end(), last));
    return found;
  }
  // Sizes of the units of a level: ranks in each, and children of each.
  template <class Take>
  void each_unit(std::size_t level, const Take& take) const {
    if (level == starts.size()) return take(ranks, children(level, 0, ranks).size());
    const auto& units = starts[level];
    for (std::size_t unit = 0; unit < units.size(); ++unit) {
      const std::int32_t last = unit + 1 < units.size() ? units[unit + 1] : ranks;
      take(last - units[unit], children(level, units[unit], last).size());
    }
  }
  // Ranks of the smallest of the outermost units; 1 when there are none.
  [[nodiscard]] std::int32_t least_inside() const {
    if (starts.empty()) return 1;
    std::int32_t least = ranks;
    each_unit(starts.size() - 1,
              [&](std::int32_t size, std::size_t) { least = std::min(least, size); });
    return least;
  }
  [[nodiscard]] std::int32_t least_children(std::size_t level) const {
    auto least = static_cast<std::size_t>(ranks);
    each_unit(level, [&](std::int32_t, std::size_t count) { least = std::min(least, count); });
    return static_cast<std::int32_t>(least);
  }
};

Nest nest_of(std::int32_t ranks, const ScheduleOptions& options) {
  Nest nest{ranks, options.starts, options.mesh};
  if (!nest.starts.empty()) return nest;
  const std::vector<std::int32_t> levels = levels_of(ranks, options.units);
  std::int32_t unit = 1;
  for (std::size_t level = 0; level + 1 < levels.size(); ++level) {
    unit *= levels[level];
    auto& starts = nest.starts.emplace_back();
    for (std::int32_t first = 0; first < ranks; first += unit) starts.push_back(first);
  }
  return nest;
}

// What the number of a ring stands for.
struct Turn {
  std::int32_t offset = 0;  // mixed-radix: how far each level below the outermost is rotated
  std::int32_t cycle = 0;   // of those of each level that is a mesh, modulo how many it has
};

// The ranks in the order of one ring.
class Walk {
 public:
  Walk(const Nest& nest, const std::vector<std::int32_t>& radix, Turn turn)
      : nest_(nest), cycle_(turn.cycle), visited_(nest.levels()) {
    for (const std::int32_t size : radix) {
      rotation_.push_back(turn.offset);
      turn.offset /= size;
    }
    order_.reserve(static_cast<std::size_t>(nest.ranks));
    visit(nest.starts.size(), 0, nest.ranks);
  }
  [[nodiscard]] const std::vector<std::int32_t>& order() const { return order_; }

 private:
  void visit(std::size_t level, std::int32_t first, std::int32_t last) {
    // Every other round runs backwards, so that a unit is entered where the one before was left.
    const bool is_backwards = visited_[level]++ % 2 == 1;
    const std::vector<std::int32_t> children = nest_.children(level, first, last);
    const auto size = static_cast<std::int32_t>(children.size());
    for (std::int32_t place = 0; place < size; ++place) {
      std::int32_t digit = is_backwards ? size - 1 - place : place;
      if (level < nest_.starts.size()) digit = (digit + rotation_[level]) % size;
      if (has_bit(nest_.mesh, level)) {
        digit = mesh_member(size, cycle_ % mesh_cycles(size), digit);
      }
      if (level == 0) {
        order_.push_back(children[digit]);
      } else {
        visit(level - 1, children[digit], digit + 1 < size ? children[digit + 1] : last);
      }
    }
  }

  const Nest& nest_;
  std::int32_t cycle_;
  std::vector<std::int32_t> rotation_;  // of each level
  std::vector<std::int32_t> visited_;   // units of each level
  std::vector<std::int32_t> order_;
};

// Each rank of the smallest outermost unit, with each cycle of the meshes: the ports that leave it
// then have the same load.
std::int32_t channels_of(const Nest& nest) {
  const std::int64_t inside = nest.least_inside();
  const std::int64_t most = std::max<std::int64_t>(kMostChannels / inside, 1);
  std::int64_t cycles = 1;
  for (std::size_t level = 0; level < nest.levels(); ++level) {
    if (!has_bit(nest.mesh, level)) continue;
    nest.each_unit(level, [&](std::int32_t, std::size_t size) {
      if (cycles > most) return;
      cycles = std::lcm(cycles, std::int64_t{mesh_cycles(static_cast<std::int32_t>(size))});
    });
  }
  return static_cast<std::int32_t>(std::min(cycles, most) * inside);
}

// Of each rank, the unit of each level but the outermost that it is in.
std::vector<std::vector<std::int32_t>> units_of(const Nest& nest) {
  std::vector<std::vector<std::int32_t>> units;
  for (const auto& starts : nest.starts) {
    auto& of_rank = units.emplace_back(nest.ranks);
    for (std::size_t unit = 0; unit < starts.size(); ++unit) {
      const std::int32_t last = unit + 1 < starts.size() ? starts[unit + 1] : nest.ranks;
      std::fill(of_rank.begin() + starts[unit], of_rank.begin() + last,
                static_cast<std::int32_t>(unit));
    }
  }
  return units;
}

// Each channel is a lane: rings do not wait for each other.
class Ring final : public Schedule {
 public:
  Ring(Rings rings, const Order& order, int rounds)
      : rings_(std::move(rings)),
        steps_(rounds * (std::int64_t{order.ranks} - 1)),
        message_(order.bytes / order.ranks / rings_.count()) {}
  [[nodiscard]] std::int32_t lanes() const override { return rings_.count(); }
  [[nodiscard]] std::int64_t steps() const override { return steps_; }
  void sends(std::int64_t /*step*/, std::int32_t rank,
             std::vector<Message>& messages) const override {
    messages.push_back(rings_.message(rank, message_));
  }
  [[nodiscard]] std::int32_t receives(std::int64_t /*step*/, std::int32_t /*rank*/) const override {
    return 1;
  }

 private:
  Rings rings_;
  std::int64_t steps_;
  double message_;
};

}  // namespace

Rings::Rings(std::int32_t ranks, const ScheduleOptions& options) : ranks_(ranks) {
  const Nest nest = nest_of(ranks, options);
  const std::int32_t channels = options.channels > 0 ? options.channels : channels_of(nest);
  // Of a torus whose members fill some dimensions, the links of those are used both ways.
  const std::uint32_t all = (1U << nest.levels()) - 1;
  const bool both_ways = ranks > 2 && (options.closed & all) != 0;
  count_ = both_ways ? 2 * channels : channels;
  if (std::int64_t{ranks} * count_ > kMostEdges) {
    throw std::invalid_argument("too many rings at once for so many ranks");
  }
  next_.resize(static_cast<std::size_t>(ranks) * count_);
  std::vector<std::int32_t> radix;
  for (std::size_t level = 0; level + 1 < nest.levels(); ++level) {
    radix.push_back(nest.least_children(level));
  }
  const std::int32_t inside = nest.least_inside();
  for (std::int32_t channel = 0; channel < channels; ++channel) {
    const Walk walk(nest, radix, {channel % inside, channel / inside});
    std::int32_t here = walk.order().back();
    for (const std::int32_t there : walk.order()) {
      next_[place_of(channel, here)] = there;
      if (both_ways) next_[place_of(channel + channels, there)] = here;
      here = there;
    }
  }
  if (count_ > 1) share(units_of(nest), options.dimensions);
}

// Along a dimension a rank has a link to each neighbour, else ports for all of a level.
void Rings::share(const std::vector<std::vector<std::int32_t>>& units, std::uint32_t dimensions) {
  parts_.resize(next_.size());
  const auto level_of = [&](std::int32_t from, std::int32_t to) {
    std::size_t level = 0;
    while (level < units.size() && units[level][from] != units[level][to]) ++level;
    return level;
  };
  std::map<std::pair<std::size_t, std::int32_t>, std::uint16_t> ports;
  for (std::int32_t rank = 0; rank < ranks_; ++rank) {
    ports.clear();
    for (const bool counts : {true, false}) {
      for (std::int32_t channel = 0; channel < count_; ++channel) {
        const std::int32_t to = next(channel, rank);
        const std::size_t level = level_of(rank, to);
        std::uint16_t& port = ports[{level, has_bit(dimensions, level) ? to : 0}];
        if (counts) {
          ++port;
        } else {
          parts_[place_of(channel, rank)] = port;
        }
      }
    }
  }
}

std::vector<std::int32_t> Rings::places(std::int32_t channel) const {
  std::vector<std::int32_t> places(static_cast<std::size_t>(ranks_));
  std::int32_t rank = 0;
  for (std::int32_t place = 0; place < ranks_; ++place) {
    places[rank] = place;
    rank = next(channel, rank);
  }
  return places;
}

ScheduleOf ring_schedule(const Order& order, const ScheduleOptions& options) {
  int rounds = 0;
  if (order.collective == Collective::kAllReduce) rounds = 2;
  if (order.collective == Collective::kAllGather) rounds = 1;
  if (order.collective == Collective::kReduceScatter) rounds = 1;
  if (rounds == 0) return nullptr;
  return std::make_unique<Ring>(Rings(order.ranks, options), order, rounds);
}

}  // namespace weft::traffic
