#include "refine.h"

#include <algorithm>
#include <bit>
#include <compare>
#include <map>
#include <numeric>
#include <span>
#include <tuple>

namespace weft::graph::detail {
namespace {

// Cables of a node to all neighbours of one colour.
struct Bundle {
  std::int32_t colour = 0;
  int tier = 0;  // twice, and one more when it is global
  double latency = 0;
  double capacity = 0;
  friend auto operator<=>(const Bundle&, const Bundle&) = default;
};

class Refinement {
 public:
  Refinement(const Graph& graph, Tells tells) : graph_(graph), tells_(tells) {}
  Colours run(std::vector<std::int32_t> colours);

 private:
  void number_by_first_node();
  // Whether any class fell apart.
  bool step();
  void bundle(NodeId node);
  std::vector<std::int32_t> split();
  [[nodiscard]] std::uint64_t hash(std::size_t of) const;
  [[nodiscard]] std::span<const Bundle> bundles(std::size_t of) const {
    return {bundles_.data() + first_[of], bundles_.data() + first_[of + 1]};
  }

  const Graph& graph_;
  Tells tells_;
  Colours colours_;
  std::vector<NodeId> open_;  // nodes that share their colour
  std::vector<std::int64_t> first_;
  std::vector<Bundle> bundles_;
};

void Refinement::number_by_first_node() {
  std::vector<std::int32_t> renamed(static_cast<std::size_t>(colours_.count), -1);
  std::int32_t next = 0;
  for (std::int32_t& colour : colours_.of_node) {
    if (renamed[colour] < 0) renamed[colour] = next++;
    colour = renamed[colour];
  }
  colours_.count = next;
}

void Refinement::bundle(NodeId node) {
  const auto before = static_cast<std::ptrdiff_t>(bundles_.size());
  for (const LinkId link : graph_.out(node)) {
    const Cable& cable = graph_.cable_of(link);
    const bool all = tells_ == Tells::kTierAndLatency;
    bundles_.push_back({colours_.of_node[graph_.to(link)],
                        all ? 2 * cable.tier + (cable.global ? 1 : 0) : 0, all ? cable.latency : 0,
                        cable.capacity});
  }
  std::sort(bundles_.begin() + before, bundles_.end());
  auto kept = bundles_.begin() + before;
  for (auto at = kept; at != bundles_.end(); ++kept) {
    const Bundle first = *at++;
    double capacity = first.capacity;
    for (; at != bundles_.end() && std::tie(at->colour, at->tier, at->latency) ==
                                       std::tie(first.colour, first.tier, first.latency);
         ++at)
      capacity += at->capacity;
    *kept = {first.colour, first.tier, first.latency, capacity};
  }
  bundles_.erase(kept, bundles_.end());
}

std::uint64_t Refinement::hash(std::size_t of) const {
  std::uint64_t sum = 0;
  const auto mix = [&](std::uint64_t value) {
    sum = (sum ^ value) * 0x9e3779b97f4a7c15ULL;
    sum ^= sum >> 32;
  };
  for (const Bundle& one : bundles(of)) {
    mix(static_cast<std::uint64_t>(one.colour) << 32 | static_cast<std::uint32_t>(one.tier));
    mix(std::bit_cast<std::uint64_t>(one.latency + 0.0));  // of -0 as of 0
    mix(std::bit_cast<std::uint64_t>(one.capacity + 0.0));
  }
  return sum;
}

// New colours of the open nodes. Sorted by hash, so that long lists of bundles are compared only
// with those that they are most likely equal to.
std::vector<std::int32_t> Refinement::split() {
  struct Key {
    std::int32_t colour;
    std::uint64_t hash;
    std::size_t of;
    auto operator<=>(const Key&) const = default;
  };
  std::vector<Key> keys;
  keys.reserve(open_.size());
  for (std::size_t i = 0; i < open_.size(); ++i) {
    keys.push_back({colours_.of_node[open_[i]], hash(i), i});
  }
  std::sort(keys.begin(), keys.end());
  std::vector<std::int32_t> fresh(keys.size());
  std::vector<std::size_t> known;  // one of each class of this hash
  for (std::size_t k = 0; k < keys.size(); ++k) {
    const Key& key = keys[k];
    const bool first = k == 0 || key.colour != keys[k - 1].colour;
    if (first || key.hash != keys[k - 1].hash) known.clear();
    const auto same = std::find_if(known.begin(), known.end(), [&](std::size_t other) {
      return std::ranges::equal(bundles(key.of), bundles(other));
    });
    if (same != known.end()) {
      fresh[key.of] = fresh[*same];
      continue;
    }
    known.push_back(key.of);
    fresh[key.of] = first ? key.colour : colours_.count++;
  }
  return fresh;
}

bool Refinement::step() {
  std::vector<std::int32_t> members(static_cast<std::size_t>(colours_.count));
  for (const std::int32_t colour : colours_.of_node) ++members[colour];
  std::erase_if(open_, [&](NodeId node) { return members[colours_.of_node[node]] == 1; });
  bundles_.clear();
  first_.assign(1, 0);
  for (const NodeId node : open_) {
    bundle(node);
    first_.push_back(static_cast<std::int64_t>(bundles_.size()));
  }
  const std::int32_t before = colours_.count;
  const std::vector<std::int32_t> fresh = split();
  for (std::size_t i = 0; i < open_.size(); ++i) colours_.of_node[open_[i]] = fresh[i];
  return colours_.count > before;
}

Colours Refinement::run(std::vector<std::int32_t> colours) {
  colours_.of_node = std::move(colours);
  colours_.count = colours_.of_node.empty() ? 0 : *std::ranges::max_element(colours_.of_node) + 1;
  open_.resize(colours_.of_node.size());
  std::iota(open_.begin(), open_.end(), 0);
  while (step()) {
  }
  number_by_first_node();
  return std::move(colours_);
}

}  // namespace

Colours refine(const Graph& graph, std::vector<std::int32_t> colours, Tells tells) {
  return Refinement(graph, tells).run(std::move(colours));
}

std::vector<std::int32_t> colours_by_kind(const Graph& graph, bool tells_devices) {
  std::map<std::tuple<NodeKind, int, int, NodeId>, std::int32_t> numbers;
  std::vector<std::int32_t> colours;
  colours.reserve(static_cast<std::size_t>(graph.nodes()));
  for (NodeId node = 0; node < graph.nodes(); ++node) {
    const NodeId own = tells_devices && node < graph.devices() ? node : -1;
    const std::tuple key(graph.kind(node), graph.tier(node), graph.layer(node), own);
    const auto next = static_cast<std::int32_t>(numbers.size());
    colours.push_back(numbers.try_emplace(key, next).first->second);
  }
  return colours;
}

}  // namespace weft::graph::detail
