// Progressive filling: the level (rate/weight) of all flows rises together; a flow stops at its
// limit or when a link of its route is full. Links wait in a heap keyed by the level at which they
// fill, remaining/weight. O(sum of path lengths · log links).
#pragma once

#include <algorithm>
#include <limits>
#include <span>
#include <vector>

#include "heap.h"
#include "weft/flow/max_min.h"

namespace weft::flow {

inline constexpr double kUndecided = -1;
inline constexpr LinkId kNoLink = -1;

// A flow that crosses a link, which is the `entry`-th of its route.
struct Member {
  std::int32_t flow = 0;
  std::int32_t entry = 0;
};

struct LinkFill {
  double left = 0;    // capacity not taken by flows that have stopped
  double weight = 0;  // of the flows that still rise: the load per unit of level
  std::int64_t rising = 0;
};

struct FillScratch {
  Heap links;
  std::vector<Keyed> limits;
};

// Network:
//   static constexpr bool kPlain        all weights, shares and multiplicities are 1
//   double capacity(LinkId); span<const Member> members(LinkId)
//   span<const LinkId> links(int32 flow)
//   double load(int32 flow, int32 entry)  byte/s on the link per unit of level
//   double limit(int32 flow)              level at its cap
//   double level(int32 flow); void decide(int32 flow, double level, LinkId bottleneck)
template <class Network>
class Filling {
 public:
  Filling(Network& network, std::span<LinkFill> state, FillScratch& scratch)
      : network_(network), state_(state), scratch_(scratch) {}

  // Decides all flows over `links`, which must be undecided. No other link may be crossed by them.
  void run(std::span<const LinkId> links) {
    begin(links);
    while (next_link()) {
      const Keyed top = scratch_.links.top();
      if (next_limit_ < scratch_.limits.size() && scratch_.limits[next_limit_].key <= top.key) {
        const Keyed limit = scratch_.limits[next_limit_++];
        if (network_.level(limit.id) == kUndecided) stop(limit.id, limit.key, kNoLink);
      } else if (top.key == kUncapped) {
        break;
      } else {
        fill(top);
      }
    }
    finish();
  }

 private:
  static double level_of(const LinkFill& link) {
    const double weight = Network::kPlain ? static_cast<double>(link.rising) : link.weight;
    return weight > 0 ? std::max(0.0, link.left / weight) : kUncapped;
  }

  void begin(std::span<const LinkId> links) {
    scratch_.links.clear();
    scratch_.limits.clear();
    next_limit_ = 0;
    for (const LinkId link : links) {
      LinkFill& state = state_[link];
      const auto members = network_.members(link);
      state = {network_.capacity(link), 0, static_cast<std::int64_t>(members.size())};
      for (const Member member : members) {
        if constexpr (!Network::kPlain) state.weight += network_.load(member.flow, member.entry);
        if (member.entry != 0) continue;
        const double limit = network_.limit(member.flow);
        if (limit < kUncapped) scratch_.limits.push_back({limit, member.flow});
      }
      if (!members.empty()) scratch_.links.append({level_of(state), link});
    }
    scratch_.links.order();
    std::sort(scratch_.limits.begin(), scratch_.limits.end());
  }

  // Brings the link that fills first to the top. Keys only grow as flows stop, so that an old key
  // is too small at worst.
  bool next_link() {
    Heap& heap = scratch_.links;
    while (!heap.empty()) {
      const Keyed top = heap.top();
      const LinkFill& state = state_[top.id];
      if (state.rising == 0) {
        heap.pop();
        continue;
      }
      const double level = level_of(state);
      if (!(level > top.key)) return true;
      heap.replace_top({level, top.id});
    }
    return false;
  }

  void fill(Keyed top) {
    double level = top.key;
    if constexpr (!Network::kPlain) {
      level = level_anew(top.id);
      if (level > top.key * (1 + 1e-12)) {
        scratch_.links.replace_top({level, top.id});
        return;
      }
    }
    scratch_.links.pop();
    for (const Member member : network_.members(top.id)) {
      if (network_.level(member.flow) == kUndecided &&
          (Network::kPlain || network_.load(member.flow, member.entry) > 0)) {
        stop(member.flow, level, top.id);
      }
    }
  }

  // Differences of sums lose digits when loads differ widely; the sums themselves do not.
  double level_anew(LinkId link) {
    LinkFill& state = state_[link];
    double taken = 0;
    double weight = 0;
    for (const Member member : network_.members(link)) {
      const double level = network_.level(member.flow);
      const double load = network_.load(member.flow, member.entry);
      if (level == kUndecided) {
        weight += load;
      } else if (load > 0) {
        taken += level * load;
      }
    }
    state.left = network_.capacity(link) - taken;
    state.weight = weight;
    return level_of(state);
  }

  void stop(std::int32_t flow, double level, LinkId bottleneck) {
    network_.decide(flow, level, bottleneck);
    const auto links = network_.links(flow);
    for (std::size_t entry = 0; entry < links.size(); ++entry) {
      LinkFill& state = state_[links[entry]];
      --state.rising;
      if constexpr (Network::kPlain) {
        state.left -= level;
      } else {
        const double load = network_.load(flow, static_cast<std::int32_t>(entry));
        state.left -= level * load;
        state.weight -= load;
      }
    }
  }

  // Those that nothing holds back.
  void finish() {
    for (const Keyed& each : scratch_.links.items()) {
      for (const Member member : network_.members(each.id)) {
        if (network_.level(member.flow) == kUndecided) {
          network_.decide(member.flow, network_.limit(member.flow), kNoLink);
        }
      }
    }
  }

  Network& network_;
  std::span<LinkFill> state_;
  FillScratch& scratch_;
  std::size_t next_limit_ = 0;
};

}  // namespace weft::flow
