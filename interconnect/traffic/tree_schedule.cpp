// Double binary trees: half of the vector goes up and down one tree, half the other; who is inside
// one is a leaf of the other (Sanders, Speck and Träff 2009). Over units, each pair of trees has
// its own ranks that stand for their units outwards (NCCL's trees, a pair for each rail). Chunks
// follow one another; up and down, and each tree, go their own pace.

#include <algorithm>
#include <stdexcept>

#include "schedules.h"
#include "weft/interconnect/patterns.h"

namespace weft::traffic {

namespace {

using interconnect::kNoParent;
using interconnect::tree_parent;

// Pairs of trees: more would not be worth their messages.
constexpr std::int64_t kMostPairs = 64;
constexpr std::int64_t kFewPairs = 8;
constexpr std::int64_t kMostMessages = 1'000'000;
// Beyond this the trees take too much memory.
constexpr std::int64_t kMostTreeNodes = std::int64_t{1} << 27;

struct Shape {
  std::int32_t ranks = 1;
  std::vector<std::int32_t> levels;  // from the inside out
  std::uint32_t mesh = 0;            // a bit for each level
  bool from_first = false;           // rank 0 is the root of all trees
};

// Ranks of the outermost unit, or as many of them as there may be: of the level where they become
// too many, the largest divisor, so that those who stand for their units have equal loads.
std::int32_t pairs_of(const Shape& shape, std::int64_t most) {
  std::int32_t inside = 1;
  for (std::size_t level = 0; level + 1 < shape.levels.size(); ++level) {
    const std::int32_t size = shape.levels[level];
    std::int32_t standing = size;
    while (standing > 1 && (size % standing != 0 || inside * standing > most)) --standing;
    inside *= standing;
    if (standing < size) break;
  }
  return inside;
}

struct Node {
  std::int32_t parent = kNoParent;
  std::int32_t first_child = kNoParent;
  std::int32_t next_sibling = kNoParent;
  std::int32_t children = 0;
  std::int32_t depth = 0;
  std::int32_t level = 0;  // that the way to the parent crosses
};

class Tree {
 public:
  // The member whose place in each unit below the outermost is the mixed-radix digit of `turn`
  // stands for the unit, and is the root inside.
  Tree(const Shape& shape, std::int32_t turn, bool is_second)
      : shape_(shape), turn_(turn), is_second_(is_second), nodes_(shape.ranks) {
    for (std::int32_t rank = 0; rank < shape.ranks; ++rank) hang(rank);
    for (std::int32_t rank = 0; rank < shape.ranks; ++rank) {
      for (std::int32_t at = nodes_[rank].parent; at != kNoParent; at = nodes_[at].parent) {
        ++nodes_[rank].depth;
      }
      deepest_ = std::max(deepest_, nodes_[rank].depth);
    }
  }
  [[nodiscard]] std::vector<Node> take_nodes() { return std::move(nodes_); }
  [[nodiscard]] std::int32_t deepest() const { return deepest_; }

 private:
  // From the inside out, until a level at which the rank is not the root.
  void hang(std::int32_t rank) {
    std::int32_t inside = 1;
    std::int32_t turn = turn_;
    for (std::size_t level = 0; level < shape_.levels.size(); ++level) {
      const std::int32_t size = shape_.levels[level];
      const bool is_outermost = level + 1 == shape_.levels.size();
      const std::int32_t digit = rank / inside % size;
      const std::int32_t above = parent_of(digit, size, root_of(rank, level, inside, turn));
      if (above != kNoParent) return join(rank, rank + (above - digit) * inside, level);
      if (is_outermost || digit != turn % size) return;
      turn /= size;
      inside *= size;
    }
  }
  // Which child of the rank's unit at a level is the root there; none: the trees have their own.
  [[nodiscard]] std::int32_t root_of(std::int32_t rank, std::size_t level, std::int32_t inside,
                                     std::int32_t turn) const {
    const std::int32_t size = shape_.levels[level];
    if (shape_.from_first && rank / inside / size == 0) return 0;
    return level + 1 == shape_.levels.size() ? kNoParent : turn % size;
  }
  [[nodiscard]] std::int32_t parent_of(std::int32_t digit, std::int32_t size,
                                       std::int32_t root) const {
    if (root == kNoParent) return tree_parent(digit, size, is_second_, false);
    const std::int32_t place = (digit - root + size) % size;
    const std::int32_t above = tree_parent(place, size, is_second_, true);
    return above == kNoParent ? kNoParent : (above + root) % size;
  }
  void join(std::int32_t child, std::int32_t above, std::size_t level) {
    nodes_[child].parent = above;
    nodes_[child].level = static_cast<std::int32_t>(level);
    nodes_[child].next_sibling = nodes_[above].first_child;
    nodes_[above].first_child = child;
    ++nodes_[above].children;
  }

  const Shape& shape_;
  std::int32_t turn_;
  bool is_second_;
  std::vector<Node> nodes_;
  std::int32_t deepest_ = 0;
};

// Lanes: of an all-reduce 2t upwards and 2t + 1 downwards in tree t, of a broadcast t. The root of
// a tree takes what comes up on its lane downwards. In step s a rank at depth d of a tree whose
// deepest are at D sends chunk s - (D - d) up, or s - (D + d) down, and receives the next.
class Trees final : public Schedule {
 public:
  Trees(const Order& order, Shape shape, int chunks)
      : shape_(std::move(shape)), ways_(order.collective == Collective::kAllReduce ? 2 : 1) {
    const std::int64_t of_pair = 2 * std::int64_t{ways_} * shape_.ranks * std::max(chunks, 1);
    const std::int32_t pairs =
        pairs_of(shape_, std::clamp(kMostMessages / of_pair, kFewPairs, kMostPairs));
    if (std::int64_t{2} * pairs * shape_.ranks > kMostTreeNodes) {
      throw std::invalid_argument("too many trees at once for so many ranks");
    }
    for (std::int32_t pair = 0; pair < pairs; ++pair) {
      for (const bool is_second : {false, true}) {
        Tree tree(shape_, pair, is_second);
        deepest_ = std::max(deepest_, tree.deepest());
        trees_.push_back(tree.take_nodes());
      }
    }
    chunks_ = chunks > 0 ? chunks : 8 * deepest_;
    message_ = order.bytes / static_cast<double>(2 * pairs * chunks_);
    fill_parts(pairs);
  }
  [[nodiscard]] std::int32_t lanes() const override {
    return ways_ * static_cast<std::int32_t>(trees_.size());
  }
  [[nodiscard]] std::int64_t steps() const override { return chunks_ - 1 + ways_ * deepest_; }

  void sends(std::int64_t step, std::int32_t rank, std::vector<Message>& messages) const override {
    const At at = at_of(rank);
    const Node& node = at.node();
    if (!has_chunk(step - first_of(at))) return;
    if (at.goes_up) {
      if (node.parent != kNoParent) send(at, node.parent, node.level, messages);
      return;
    }
    for (std::int32_t child = node.first_child; child != kNoParent;) {
      const Node& below = at.tree()[child];
      send(at, child, below.level, messages);
      child = below.next_sibling;
    }
  }
  [[nodiscard]] std::int32_t receives(std::int64_t step, std::int32_t rank) const override {
    const At at = at_of(rank);
    return has_chunk(step + 1 - first_of(at)) ? awaited(at) : 0;
  }
  [[nodiscard]] std::int64_t next_busy(std::int64_t step, std::int32_t rank) const override {
    const std::int64_t first = first_of(at_of(rank));
    return step < first + chunks_ ? std::max({step, first - 1, std::int64_t{0}}) : steps();
  }

 private:
  // What a rank is: a member of the group in one tree, on one way.
  struct At {
    const std::vector<std::vector<Node>>* trees;
    std::int32_t index;  // of the tree
    std::int32_t member;
    bool goes_up;

    [[nodiscard]] const std::vector<Node>& tree() const { return (*trees)[index]; }
    [[nodiscard]] const Node& node() const { return tree()[member]; }
  };

  [[nodiscard]] At at_of(std::int32_t rank) const {
    const std::int32_t lane = rank / shape_.ranks;
    return {&trees_, lane / ways_, rank % shape_.ranks, ways_ == 2 && lane % 2 == 0};
  }
  [[nodiscard]] std::int32_t rank_of(const At& at, std::int32_t member, bool goes_up) const {
    const std::int32_t lane = ways_ * at.index + (ways_ == 2 && !goes_up ? 1 : 0);
    return lane * shape_.ranks + member;
  }
  [[nodiscard]] bool has_chunk(std::int64_t chunk) const { return chunk >= 0 && chunk < chunks_; }
  // The step in which the first chunk is sent.
  [[nodiscard]] std::int64_t first_of(const At& at) const {
    const std::int32_t depth = at.node().depth;
    if (at.goes_up) return deepest_ - depth;
    return (ways_ - 1) * deepest_ + depth;
  }
  // Messages of a chunk that a rank receives.
  [[nodiscard]] std::int32_t awaited(const At& at) const {
    const Node& node = at.node();
    const bool is_root = node.parent == kNoParent;
    if (at.goes_up) return is_root ? 0 : node.children;
    if (is_root) return ways_ == 2 ? node.children : 0;
    return 1;
  }
  void send(const At& at, std::int32_t to, std::int32_t level,
            std::vector<Message>& messages) const {
    const bool turns = at.tree()[to].parent == kNoParent;
    const std::int32_t rank = rank_of(at, to, at.goes_up && !turns);
    messages.push_back({rank, message_, at.index, parts_[level]});
  }
  // Whoever has two children sends as much down as both halves are, up a half in each tree; closed
  // forms send both as one. The links of a mesh carry one half each way.
  void fill_parts(std::int32_t pairs) {
    std::int32_t inside = 1;
    for (std::size_t level = 0; level < shape_.levels.size(); ++level) {
      const std::int32_t halves = has_bit(shape_.mesh, level) ? 1 : 2;
      parts_.push_back(std::max(halves * pairs / std::min(inside, pairs), 1));
      inside *= shape_.levels[level];
    }
  }

  Shape shape_;
  std::int32_t ways_;
  std::vector<std::vector<Node>> trees_;
  std::vector<std::int32_t> parts_;  // of each level
  std::int32_t deepest_ = 0;
  std::int64_t chunks_ = 1;
  double message_ = 0;
};

}  // namespace

ScheduleOf tree_schedule(const Order& order, const ScheduleOptions& options) {
  const bool applies =
      order.collective == Collective::kAllReduce || order.collective == Collective::kBroadcast;
  if (!applies) return nullptr;
  Shape shape{order.ranks, levels_of(order.ranks, options.units), options.mesh,
              order.collective == Collective::kBroadcast};
  if (shape.levels.empty()) shape.levels = {order.ranks};
  return std::make_unique<Trees>(order, std::move(shape), options.chunks);
}

}  // namespace weft::traffic
