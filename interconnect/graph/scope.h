// The part of a graph that a message may use: cables up to a tier, passed on by switches only or by
// devices too; and distances in it.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "weft/graph/graph.h"
#include "weft/graph/metrics.h"

namespace weft::graph::detail {

// Length of a way: links first, then devices that it passes (more or fewer, as preferred).
using Cost = std::int64_t;
inline constexpr Cost kHop = Cost{1} << 26;  // more than the devices of any way
inline constexpr Cost kFar = Cost{1} << 60;  // no way
// Links that a global cable counts as: more than any way inside a group has.
inline constexpr int kGlobalLinks = 16;
inline Cost hops_of(Cost cost) { return (cost + kHop / 2) / kHop; }

enum class Forwarding : std::uint8_t {
  kSwitches,    // devices never pass traffic on
  kAsNeeded,    // devices do; among equally short ways those over fewest devices
  kPreferred,   // those over most devices
  kIndifferent  // links alone count
};

struct Hop {
  NodeId to = 0;
  LinkId link = 0;
};

class Scope {
 public:
  // `limit`: the outermost tier of cables in it.
  Scope(const Graph& graph, Alive alive, int limit, Forwarding forwarding);

  [[nodiscard]] const Graph& graph() const { return *graph_; }
  [[nodiscard]] int limit() const { return limit_; }
  [[nodiscard]] bool devices_forward() const { return forwarding_ != Forwarding::kSwitches; }
  // Rows of distances hold the nodes from this one on: those that may pass traffic on.
  [[nodiscard]] NodeId base() const { return base_; }
  [[nodiscard]] NodeId rows() const { return graph_->nodes() - base_; }
  [[nodiscard]] bool forwards(NodeId node) const { return node >= base_; }
  [[nodiscard]] bool is_alive(LinkId link) const { return alive_.empty() || alive_[link] != 0; }
  [[nodiscard]] bool holds(LinkId link) const {
    return is_alive(link) && graph_->cable_of(link).tier <= limit_;
  }
  // Links to neighbours that forward, in order of their number, dead ones too when the link back is
  // alive.
  [[nodiscard]] std::span<const Hop> hops(NodeId node) const {
    return {hops_.data() + first_[node], hops_.data() + first_[node + 1]};
  }
  // Live links from one device straight to another.
  void direct(NodeId from, NodeId to, std::vector<LinkId>& links) const;
  // What a way pays for going on over `node`.
  [[nodiscard]] Cost price_of(NodeId node) const {
    return kHop + (node < graph_->devices() ? device_price_ : 0);
  }

  // Whether any cable joins groups.
  [[nodiscard]] bool has_global() const { return has_global_; }
  [[nodiscard]] std::size_t length_of(LinkId link) const {
    return has_global_ && graph_->cable_of(link).global ? kGlobalLinks : 1;
  }
  // What crossing a link costs beyond kHop.
  [[nodiscard]] Cost extra(LinkId link) const {
    return has_global_ && graph_->cable_of(link).global ? (kGlobalLinks - 1) * kHop : 0;
  }

 private:
  const Graph* graph_;
  Alive alive_;
  int limit_;
  Forwarding forwarding_;
  NodeId base_;
  Cost device_price_ = 0;
  bool has_global_ = false;
  std::vector<std::int64_t> first_;
  std::vector<Hop> hops_;
  // Cables between devices, when devices do not forward: by neighbour.
  std::vector<std::int64_t> first_direct_;
  std::vector<Hop> direct_;
};

// Distances from every forwarding node to the nearest of some, over live links.
class Row {
 public:
  // `roots` forward. Until all of `wanted` (marked 1 by node, `count` of them) are found, or
  // everything when empty.
  void search(const Scope& scope, std::span<const NodeId> roots,
              std::span<const std::uint8_t> wanted = {}, std::int64_t count = 0);
  [[nodiscard]] Cost at(std::size_t index) const { return cost_[index]; }

 private:
  void clear(std::size_t size);
  void by_links(const Scope& scope, std::span<const NodeId> roots,
                std::span<const std::uint8_t> wanted, std::int64_t count);
  void by_length(const Scope& scope, std::span<const NodeId> roots);

  std::vector<Cost> cost_;
  std::vector<NodeId> reached_;
};

}  // namespace weft::graph::detail
