// Links and the flows that cross them now.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "members.h"
#include "weft/flow/routes.h"

namespace weft::flow {

// A flow in the network. Its slot is used again when it has left.
struct Flow {
  double level = kUndecided;  // rate/weight in the solution
  double limit = kUncapped;   // level at its cap
  double scale = 1;           // weight · multiplicity
  RouteId route = 0;
  LinkId bottleneck = kNoLink;  // the saturated link that holds it at its level; see hold()
  std::int64_t positions = 0;   // where its places among the members of its links are kept
  std::int32_t room = 0;        // for so many
  std::uint32_t solve = 0;      // the last solve that touched it
  bool decided = false;         // by that solve
  bool plain = true;            // weight and multiplicity are 1
};

struct alignas(32) Link {
  double capacity = 0;
  Members members;
  std::int32_t held = 0;  // flows that have it as their bottleneck
  bool dead = false;      // a change took its capacity away
};

class Network {
 public:
  Network(std::span<const double> capacity, const Routes& routes)
      : routes_(routes), links_(capacity.size()) {
    for (std::size_t link = 0; link < capacity.size(); ++link) {
      links_[link].capacity = capacity[link];
    }
  }

  [[nodiscard]] Link& link(LinkId link) { return links_[link]; }
  [[nodiscard]] const Link& link(LinkId link) const { return links_[link]; }
  [[nodiscard]] std::size_t link_count() const { return links_.size(); }
  [[nodiscard]] Flow& flow(std::int32_t slot) { return flows_[slot]; }
  [[nodiscard]] const Flow& flow(std::int32_t slot) const { return flows_[slot]; }
  [[nodiscard]] std::span<const LinkId> route_of(std::int32_t slot) const {
    return routes_.links(flows_[slot].route);
  }
  [[nodiscard]] double share(std::int32_t slot, std::int32_t entry) const {
    return routes_.splits() ? routes_.shares(flows_[slot].route)[entry] : 1.0;
  }
  [[nodiscard]] bool is_plain() const { return odd_ == 0 && !routes_.splits(); }
  [[nodiscard]] std::int64_t entries() const { return entries_; }
  void grow(std::size_t slots) { flows_.resize(slots); }

  // Puts the flow of `slot` on the links of its route, not decided.
  void enter(std::int32_t slot) {
    Flow& flow = flows_[slot];
    const auto route = routes_.links(flow.route);
    make_room(flow, static_cast<std::int32_t>(route.size()));
    for (std::size_t entry = 0; entry < route.size(); ++entry) {
      auto& members = links_[route[entry]].members;
      positions_[flow.positions + entry] = static_cast<std::int32_t>(members.size());
      members.push_back({slot, static_cast<std::int32_t>(entry)});
    }
    flow.level = flow.limit;
    entries_ += static_cast<std::int64_t>(route.size());
    odd_ += flow.plain ? 0 : 1;
  }

  void hold(Flow& flow, LinkId bottleneck) {
    if (flow.bottleneck != kNoLink) --links_[flow.bottleneck].held;
    if (bottleneck != kNoLink) ++links_[bottleneck].held;
    flow.bottleneck = bottleneck;
  }

  // Calls left_behind(link) for each link that still holds others back.
  template <class LeftBehind>
  void leave(std::int32_t slot, LeftBehind left_behind) {
    Flow& flow = flows_[slot];
    hold(flow, kNoLink);
    const auto route = routes_.links(flow.route);
    for (std::size_t entry = 0; entry < route.size(); ++entry) {
      Link& link = links_[route[entry]];
      auto& members = link.members;
      if (members.size() > 1) {
        const std::int32_t position = positions_[flow.positions + entry];
        const Member last = members.back();
        members[position] = last;
        positions_[flows_[last.flow].positions + last.entry] = position;
      }
      members.pop_back();
      if (link.held > 0) left_behind(route[entry]);
    }
    entries_ -= static_cast<std::int64_t>(route.size());
    odd_ -= flow.plain ? 0 : 1;
  }

 private:
  // Blocks of positions are powers of two, kept by size when a slot outgrows its own.
  void make_room(Flow& flow, std::int32_t size) {
    if (size <= flow.room) return;
    if (flow.room > 0) free_[size_class(flow.room)].push_back(flow.positions);
    const std::size_t wanted = size_class(size);
    if (free_.size() <= wanted) free_.resize(wanted + 1);
    flow.room = std::int32_t{1} << wanted;
    if (free_[wanted].empty()) {
      flow.positions = static_cast<std::int64_t>(positions_.size());
      positions_.resize(positions_.size() + static_cast<std::size_t>(flow.room));
    } else {
      flow.positions = free_[wanted].back();
      free_[wanted].pop_back();
    }
  }
  static std::size_t size_class(std::int32_t size) {
    return static_cast<std::size_t>(std::bit_width(static_cast<std::uint32_t>(size) - 1));
  }

  const Routes& routes_;
  std::vector<Link> links_;
  std::vector<Flow> flows_;
  std::vector<std::int32_t> positions_;
  std::vector<std::vector<std::int64_t>> free_;
  std::int64_t entries_ = 0;  // sum of path lengths
  std::int64_t odd_ = 0;      // flows that are not plain
};

}  // namespace weft::flow
