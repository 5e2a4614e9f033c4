// Ways between devices, found once and kept. Internal to the room.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "detours.h"
#include "weft/traffic/run.h"

namespace weft::traffic {

// Numbers of ways by pair and label, for an all-to-all that asks for a million of them: a square
// where there are few devices and no labels, else an open-addressing table.
class WayIndex {
 public:
  WayIndex(std::int32_t devices, bool has_labels);
  // The way of this pair; a new one, `fresh`, when there was none.
  std::int32_t find_or_add(std::int32_t from, std::int32_t to, std::int32_t label,
                           std::int32_t fresh);
  void clear();

 private:
  static constexpr std::int32_t kMostSquare = 2048;
  struct Slot {
    std::uint64_t pair = 0;
    std::int32_t label = 0;
    std::int32_t way = -1;
  };
  static std::size_t hash(std::uint64_t pair, std::int32_t label);
  void grow();

  std::int64_t devices_;
  std::vector<std::int32_t> square_;
  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

struct Way {
  flow::RouteId route = -1;  // -1: none found, or not yet looked for
  double latency = 0;        // s
  double bytes = 0;          // of messages carried so far
};

// The outermost tier that a message crosses.
int tier_between(const interconnect::Fabric& fabric, std::int64_t a, std::int64_t b);
// Whether a tier stripes every message over all its switches, as NVLink and UB ports do, whatever
// the policy says.
bool is_striped(const interconnect::Tier& tier);

class Ways {
 public:
  Ways(const Network& network, const RunOptions& options);

  // Messages of these jobs may detour.
  void detour_for(std::span<const Job> jobs) { detours_ = Detours(network_, jobs); }
  // The way of messages with a label; it is known after the next settle(). It keeps to the tiers up
  // to the outermost that the two devices have between them, when these join them.
  std::int32_t between(std::int32_t from, std::int32_t to, std::int32_t label);
  // From a device up to the switches of a tier and down again.
  std::int32_t through_switch(std::int32_t device, int tier);
  // So many may be asked for before the next settle().
  void expect(std::size_t ways);
  // Finds all ways that have been asked for.
  void settle();
  // Links whose state has changed by `now` are taken in; returns whether ways had to be forgotten.
  bool see_changes(double now);

  [[nodiscard]] Way& operator[](std::int32_t way) { return ways_[way]; }
  [[nodiscard]] const Way& operator[](std::int32_t way) const { return ways_[way]; }
  [[nodiscard]] flow::Routes& routes() { return routes_; }
  [[nodiscard]] bool lost_links() const { return lost_links_; }
  // Bytes over each link.
  [[nodiscard]] std::vector<double> bytes_by_link() const;

 private:
  std::int32_t add_way();
  // Asked for and not found yet.
  struct Asked {
    std::vector<graph::Pair> pairs;
    std::vector<std::int32_t> ways;
    void add(const graph::Pair& pair, std::int32_t way) {
      pairs.push_back(pair);
      ways.push_back(way);
    }
  };
  // What the tier does not join is added to `further`.
  void settle_within(int tier, const Asked& asked, Asked& further);
  [[nodiscard]] std::vector<std::uint8_t> alive_up_to(int tier) const;

  const Network& network_;
  const graph::Graph& graph_;
  Detours detours_;
  graph::RoutingOptions routing_;
  std::vector<flow::LinkChange> changes_;
  std::size_t next_change_ = 0;
  std::vector<std::uint8_t> alive_;
  bool lost_links_ = false;
  WayIndex index_;
  std::vector<Way> ways_;
  std::vector<Asked> asked_;  // by the outermost tier that they cross
  flow::Routes routes_;
};

}  // namespace weft::traffic
