#include "walk.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <tuple>

#include "spread.h"
#include "weft/base/random.h"

namespace weft::graph::detail {
namespace {

constexpr double kTwoTo32 = 4294967296.0;

// Whether a link joins two devices, or their ports, as in a torus or a mesh: then the order of
// dimensions counts.
bool is_level(const Graph& graph, LinkId link) {
  const NodeId a = graph.from(link);
  const NodeId b = graph.to(link);
  return graph.kind(a) == graph.kind(b) && graph.kind(a) != NodeKind::kSwitch;
}

// Lowest first: tier, and among neighbours in a mesh the distance of their numbers, which is the
// dimension when the first one runs fastest.
std::tuple<int, bool, NodeId> rank_of(const Graph& graph, LinkId link) {
  const bool level = is_level(graph, link);
  return {graph.cable_of(link).tier, !level,
          level ? std::abs(graph.from(link) - graph.to(link)) : 0};
}

}  // namespace

Walker::Walker(const Scope& scope, const RoutingOptions& options)
    : scope_(&scope),
      graph_(&scope.graph()),
      policy_(options.policy),
      seed_(options.seed),
      next_(scope) {
  if (policy_ == Policy::kSpray || policy_ == Policy::kDetour)
    visits_.resize(static_cast<std::size_t>(graph_->nodes()));
  if (policy_ == Policy::kDetour && scope.has_global()) groups_.emplace(scope);
}

bool Walker::walk(const Pair& pair, std::uint64_t order, std::vector<LinkId>& links,
                  std::vector<double>& shares) {
  next_.set_destination(pair.to);
  switch (policy_) {
    case Policy::kMinimal:
    case Policy::kEcmp:
      return one_way(pair, order, links);
    case Policy::kSpray:
      return spray(pair, links, shares);
    case Policy::kDetour:
      return groups_ ? over_groups(pair, links, shares) : detour(pair, links, shares);
  }
  return false;
}

// D-mod-k (Zahavi, "Fat-tree routing and node ordering", 2012): the choice at each switch takes the
// next digit of the destination's number.
LinkId Walker::by_number(std::span<const LinkId> choices, std::uint64_t order,
                         std::uint64_t& divisor) {
  few_.clear();
  auto least = rank_of(*graph_, choices.front());
  for (const LinkId link : choices) {
    const auto rank = rank_of(*graph_, link);
    if (rank < least) few_.clear();
    least = std::min(least, rank);
    if (rank == least) few_.push_back(link);
  }
  const std::uint64_t count = few_.size();
  // Cables side by side: destinations under one switch are taken in turn, as they were further up.
  const NodeId next = graph_->to(few_.front());
  const auto leads_there = [&](LinkId link) { return graph_->to(link) == next; };
  if (std::all_of(few_.begin(), few_.end(), leads_there)) return few_[order % count];
  const LinkId link = few_[order / divisor % count];
  if (divisor <= order) divisor *= count;
  return link;
}

LinkId Walker::by_hash(NodeId at, std::span<const LinkId> choices, const Pair& pair) const {
  const auto low = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
  const std::array<std::uint32_t, 4> counter{low(pair.from), low(pair.to), low(pair.label),
                                             low(at)};
  const std::array<std::uint32_t, 2> key{low(seed_), low(seed_ >> 32U) ^ low(pair.label >> 32U)};
  // By capacity: a cable of several lanes gets as many flows as they would apart.
  double total = 0;
  for (const LinkId link : choices) total += graph_->cable_of(link).capacity;
  double left = total * (base::philox(counter, key)[0] / kTwoTo32);
  for (const LinkId link : choices) {
    left -= graph_->cable_of(link).capacity;
    if (left < 0) return link;
  }
  return choices.back();
}

bool Walker::one_way(const Pair& pair, std::uint64_t order, std::vector<LinkId>& links) {
  const std::size_t before = links.size();
  std::uint64_t divisor = 1;
  for (NodeId at = pair.from; at != pair.to;) {
    const std::span<const LinkId> choices = next_.shortest(at);
    if (choices.empty()) {
      links.resize(before);
      return false;
    }
    LinkId link = choices.front();
    if (choices.size() > 1) {
      link = policy_ == Policy::kEcmp ? by_hash(at, choices, pair)
                                      : by_number(choices, order, divisor);
    }
    links.push_back(link);
    at = graph_->to(link);
  }
  return true;
}

Walker::Visit& Walker::visit(NodeId node, std::vector<NodeId>& level) {
  Visit& visit = visits_[node];
  if (visit.stamp != stamp_) {
    visit = Visit();
    visit.stamp = stamp_;
    level.push_back(node);
  }
  return visit;
}

void Walker::enter(NodeId node, std::size_t depth, double flow) {
  if (levels_.size() <= depth) levels_.resize(depth + 1);
  visit(node, levels_[depth]).flow += flow;
}

std::span<const LinkId> Walker::onwards(NodeId node, NodeId end) {
  if (node == end) return {};
  return next_.shortest(node);
}

bool Walker::spray(const Pair& pair, std::vector<LinkId>& links, std::vector<double>& shares) {
  if (next_.shortest(pair.from).empty()) return false;
  enter(pair.from, 0, 1);
  spread([&](NodeId node) { return onwards(node, pair.to); },
         [&](LinkId link, double share) {
           links.push_back(link);
           shares.push_back(share);
         });
  return true;
}

}  // namespace weft::graph::detail
