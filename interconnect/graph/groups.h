// Groups of a dragonfly: what cables other than global ones join; and ways to a group.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "scope.h"

namespace weft::graph::detail {

class Groups {
 public:
  explicit Groups(const Scope& scope);

  [[nodiscard]] std::int32_t count() const { return static_cast<std::int32_t>(members_.size()); }
  // -1: of none, no global cable leads there.
  [[nodiscard]] std::int32_t of(NodeId node) const { return of_[node]; }
  // Links from `node`, which is not of the group, that begin the shortest ways to it; none when
  // there are no ways. Good until the next call.
  std::span<const LinkId> towards(std::int32_t group, NodeId node);

 private:
  struct Choice {
    std::int32_t count = -1;
    std::int64_t first = 0;
  };
  // Found once and kept: what leads to one group.
  struct Ways {
    Row row;
    std::vector<Choice> choices;  // by forwarding node
    std::vector<LinkId> pool;
  };
  void find(const Ways& ways, NodeId node, std::vector<LinkId>& links) const;

  const Scope* scope_;
  std::vector<std::int32_t> of_;
  std::vector<std::vector<NodeId>> members_;
  std::vector<Ways> ways_;  // by group
  std::vector<LinkId> last_;
};

}  // namespace weft::graph::detail
