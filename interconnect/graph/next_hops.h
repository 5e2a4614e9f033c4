// Which links lead on towards a destination, remembered for destinations that hang on the same
// switches.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "scope.h"

namespace weft::graph::detail {

// Distances to the nodes asked for last. One per thread.
class RowCache {
 public:
  explicit RowCache(const Scope& scope);
  // Makes room for at least this many.
  void keep(std::size_t rows);
  // Stays good until as many others as it keeps were asked for.
  const Row& row_of(NodeId root);

 private:
  struct Slot {
    NodeId root = -1;
    std::uint64_t used = 0;
    Row row;
  };
  const Scope* scope_;
  std::size_t most_;
  std::uint64_t clock_ = 0;
  std::vector<Slot> slots_;
  std::unordered_map<NodeId, std::size_t> slot_of_;
};

// Links towards the destinations of one class: those that hang on the same forwarding nodes and on
// no device that passes traffic on. A destination of another kind is a class of its own.
class NextHops {
 public:
  explicit NextHops(const Scope& scope);

  // Destinations that hang on `roots`, each a node that forwards.
  void aim_at(std::span<const NodeId> roots);
  // One destination, devices around it forward. `wanted` and `count` as in Row::search.
  void aim_at(NodeId destination, std::span<const std::uint8_t> wanted, std::int64_t count);
  // Picks a destination of the class.
  void set_destination(NodeId destination);

  // Links from `node` that begin the shortest ways, in order of their number; none when there are
  // no ways. Good until the next call.
  std::span<const LinkId> shortest(NodeId node);
  // Links from `node` to nodes that are as far away as it is.
  void sideways(NodeId node, std::vector<LinkId>& links) const;
  // Links of the shortest ways from a node that forwards, or from a device; -1 when there are none.
  [[nodiscard]] std::int64_t distance(NodeId node) const;

 private:
  struct Choice {
    std::int32_t stamp = 0;
    std::int32_t count = 0;
    std::int64_t first = 0;
  };
  [[nodiscard]] Cost cost_of(NodeId node) const;
  [[nodiscard]] bool is_root(NodeId node) const;
  void find(NodeId node, Choice& choice);
  void new_class();

  const Scope* scope_;
  RowCache cache_;
  Row own_;
  bool is_exact_ = false;  // the row is that of the destination itself
  NodeId destination_ = -1;
  std::vector<NodeId> roots_;
  std::vector<const Row*> rows_;
  std::vector<NodeId> lonely_;  // roots that lead nowhere else
  std::int32_t stamp_ = 0;
  std::vector<Choice> choices_;  // by node
  std::vector<LinkId> pool_;
  std::vector<LinkId> last_;
};

}  // namespace weft::graph::detail
