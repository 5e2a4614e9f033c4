// One route towards a destination, by each policy.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "groups.h"
#include "next_hops.h"
#include "weft/graph/routing.h"

namespace weft::graph::detail {

// Working memory of one thread. Appends the links of a route to `links`, and to `shares` when the
// policy splits; returns false, and appends nothing, when there is no way.
class Walker {
 public:
  Walker(const Scope& scope, const RoutingOptions& options);

  NextHops& next() { return next_; }
  // `order`: the destination's number, for kMinimal.
  bool walk(const Pair& pair, std::uint64_t order, std::vector<LinkId>& links,
            std::vector<double>& shares);

 private:
  // What is known of a node on the ways of one pair.
  struct Visit {
    std::int64_t stamp = 0;
    double flow = 0;      // what enters it, and may still make its detour
    double spent = 0;     // what has made its detour
    double shortest = 0;  // ways from here to the end
    double longer = 0;    // ways from here with the detour ahead
  };
  LinkId by_number(std::span<const LinkId> choices, std::uint64_t order, std::uint64_t& divisor);
  [[nodiscard]] LinkId by_hash(NodeId at, std::span<const LinkId> choices, const Pair& pair) const;
  bool one_way(const Pair& pair, std::uint64_t order, std::vector<LinkId>& links);
  bool spray(const Pair& pair, std::vector<LinkId>& links, std::vector<double>& shares);
  bool detour(const Pair& pair, std::vector<LinkId>& links, std::vector<double>& shares);
  bool over_groups(const Pair& pair, std::vector<LinkId>& links, std::vector<double>& shares);
  void count_ways(const Pair& pair);
  void collect(const Pair& pair, std::int64_t distance);
  void mark_own_groups(const Pair& pair);
  Visit& visit(NodeId node, std::vector<NodeId>& level);
  // Flow for spread(), at a node so far from the start.
  void enter(NodeId node, std::size_t depth, double flow);
  template <class Choices, class Use>
  void spread(const Choices& choices, const Use& use);
  std::span<const LinkId> onwards(NodeId node, NodeId end);

  struct Entry {
    NodeId node = 0;
    double flow = 0;
  };
  const Scope* scope_;
  const Graph* graph_;
  Policy policy_;
  std::uint64_t seed_;
  NextHops next_;
  std::optional<Groups> groups_;
  std::int64_t stamp_ = 1;
  std::vector<Visit> visits_;  // by node
  std::vector<std::vector<NodeId>> levels_;
  std::vector<LinkId> few_;
  std::vector<LinkId> sideways_;
  std::vector<std::uint8_t> own_;  // by group: of the start 1, of the end 2
  std::vector<Entry> entries_;
  std::vector<double> loads_;  // by link
  std::vector<LinkId> loaded_;
};

}  // namespace weft::graph::detail
