// What enters nodes, sent on evenly. Part of Walker, in a header because it is a template.
#pragma once

#include <cstddef>

#include "walk.h"

namespace weft::graph::detail {

// Level by level: a level is behind all links that lead to it. `choices` of a node: where its flow
// goes on, by capacity, so that several cables taken as one get what they would get apart; none at
// an end. `use` is told of each link, once, and what it carries. Nothing is entered after it.
template <class Choices, class Use>
void Walker::spread(const Choices& choices, const Use& use) {
  for (std::size_t depth = 0; depth < levels_.size(); ++depth) {
    for (std::size_t k = 0; k < levels_[depth].size(); ++k) {
      const NodeId node = levels_[depth][k];
      const std::span<const LinkId> links = choices(node);
      if (links.empty()) continue;
      double capacity = 0;
      for (const LinkId link : links) capacity += graph_->cable_of(link).capacity;
      const double flow = visits_[node].flow;
      for (const LinkId link : links) {
        const double share = flow * (graph_->cable_of(link).capacity / capacity);
        use(link, share);
        enter(graph_->to(link), depth + scope_->length_of(link), share);
      }
    }
    levels_[depth].clear();
  }
  ++stamp_;
}

}  // namespace weft::graph::detail
