// Double binary tree: half of the vector goes up and down one tree, half the other; who is inside
// one is a leaf of the other (Sanders, Speck and Träff 2009). Chunks follow one another a step
// apart.

#include <algorithm>

#include "schedules.h"

namespace weft::traffic {

namespace {

constexpr std::int32_t kNobody = -1;

struct Tree {
  std::vector<std::int32_t> parent;
  std::vector<std::array<std::int32_t, 2>> children;
  std::vector<std::int32_t> depth;

  explicit Tree(std::int32_t ranks)
      : parent(ranks, kNobody), children(ranks, {kNobody, kNobody}), depth(ranks, 0) {}
  void join(std::int32_t child, std::int32_t above) {
    parent[child] = above;
    children[above][children[above][0] == kNobody ? 0 : 1] = child;
  }
  void measure() {
    for (std::size_t rank = 0; rank < parent.size(); ++rank) {
      for (std::int32_t at = parent[rank]; at != kNobody; at = parent[at]) ++depth[rank];
    }
  }
};

// Parent in a binary tree over 0 .. n - 1 whose leaves are the odd numbers: the number with its
// lowest bit moved up, or taken away where that is beyond the end.
std::int32_t parent_in(std::int32_t node, std::int32_t nodes) {
  if (node == 0) return kNobody;
  const std::int32_t bit = node & -node;
  const std::int32_t above = (node ^ bit) | (bit << 1);
  return above < nodes ? above : node ^ bit;
}

// The other tree: the first turned round, or shifted by one when the number is odd.
std::int32_t place_in(bool is_second, std::int32_t node, std::int32_t nodes) {
  if (!is_second) return node;
  return nodes % 2 == 0 ? nodes - 1 - node : (node + 1) % nodes;
}

// Over ranks first .. ranks - 1; rank 0 stands above the root when it is not among them.
Tree tree_over(std::int32_t ranks, std::int32_t first, bool is_second) {
  Tree tree(ranks);
  const std::int32_t nodes = ranks - first;
  for (std::int32_t node = 0; node < nodes; ++node) {
    const std::int32_t above = parent_in(node, nodes);
    const std::int32_t rank = first + place_in(is_second, node, nodes);
    if (above != kNobody) {
      tree.join(rank, first + place_in(is_second, above, nodes));
    } else if (first > 0) {
      tree.join(rank, 0);
    }
  }
  tree.measure();
  return tree;
}

class Trees final : public Schedule {
 public:
  Trees(const Order& order, int chunks)
      : is_all_reduce_(order.collective == Collective::kAllReduce),
        trees_{tree_over(order.ranks, is_all_reduce_ ? 0 : 1, false),
               tree_over(order.ranks, is_all_reduce_ ? 0 : 1, true)} {
    for (const Tree& tree : trees_) {
      deepest_ = std::max(deepest_, *std::max_element(tree.depth.begin(), tree.depth.end()));
    }
    chunks_ = chunks > 0 ? chunks : 8 * deepest_;
    message_ = order.bytes / 2 / static_cast<double>(chunks_);
  }
  [[nodiscard]] std::int64_t steps() const override {
    return chunks_ - 1 + (is_all_reduce_ ? 2 : 1) * deepest_;
  }
  void sends(std::int64_t step, std::int32_t rank, std::vector<Message>& messages) const override {
    for (std::int32_t i = 0; i < 2; ++i) {
      const Tree& tree = trees_[i];
      const bool goes_up = is_all_reduce_ && tree.parent[rank] != kNobody;
      if (goes_up && has_chunk(step - up_from(tree.depth[rank]))) {
        messages.push_back({tree.parent[rank], message_, i});
      }
      if (!has_chunk(step - down_from(tree.depth[rank]))) continue;
      for (const std::int32_t child : tree.children[rank]) {
        if (child != kNobody) messages.push_back({child, message_, i});
      }
    }
  }
  [[nodiscard]] std::int32_t receives(std::int64_t step, std::int32_t rank) const override {
    std::int32_t count = 0;
    for (const Tree& tree : trees_) {
      const std::int32_t depth = tree.depth[rank];
      if (is_all_reduce_ && has_chunk(step - up_from(depth + 1))) count += children_of(tree, rank);
      if (tree.parent[rank] != kNobody && has_chunk(step - down_from(depth - 1))) ++count;
    }
    return count;
  }

 private:
  [[nodiscard]] bool has_chunk(std::int64_t chunk) const { return chunk >= 0 && chunk < chunks_; }
  // The step in which those at a depth send the first chunk.
  [[nodiscard]] std::int64_t up_from(std::int32_t depth) const { return deepest_ - depth; }
  [[nodiscard]] std::int64_t down_from(std::int32_t depth) const {
    return (is_all_reduce_ ? deepest_ : 0) + depth;
  }
  static std::int32_t children_of(const Tree& tree, std::int32_t rank) {
    const auto& children = tree.children[rank];
    return static_cast<std::int32_t>(
        std::count_if(children.begin(), children.end(), [](auto child) { return child >= 0; }));
  }

  bool is_all_reduce_;
  std::array<Tree, 2> trees_;
  std::int32_t deepest_ = 0;
  std::int64_t chunks_ = 1;
  double message_ = 0;
};

}  // namespace

ScheduleOf tree_schedule(const Order& order, const ScheduleOptions& options) {
  const bool applies =
      order.collective == Collective::kAllReduce || order.collective == Collective::kBroadcast;
  return applies ? std::make_unique<Trees>(order, options.chunks) : nullptr;
}

}  // namespace weft::traffic
