#include "weft/base/place.h"

#include <algorithm>

#include "tree.h"

namespace weft::base {

Node root_of(const Node& node) { return {detail::Access::tree(node), 0}; }

std::vector<std::string> steps_to(const Node& node) {
  const auto& tree = *detail::Access::tree(node);
  std::vector<std::string> steps;
  for (auto at = detail::Access::index(node); at != 0; at = tree.entries[at].parent) {
    const auto& entry = tree.entries[at];
    const bool is_member = tree.entries[entry.parent].kind == Node::Tree::Kind::kList;
    steps.emplace_back(is_member ? "[]" : std::string(tree.view(entry.key)));
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

}  // namespace weft::base
