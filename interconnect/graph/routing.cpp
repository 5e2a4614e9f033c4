#include "weft/graph/routing.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "destinations.h"
#include "levels.h"
#include "walk.h"
#include "weft/base/parallel.h"

namespace weft::graph {
namespace {

using detail::Attachments;
using detail::Forwarding;
using detail::Level;
using detail::Scope;
using detail::Walker;

// Pieces of work; fixed, so that nothing depends on the number of threads.
constexpr std::int64_t kUnits = 256;

// Routes as they are found, of one piece of work.
struct Found {
  std::vector<LinkId> links;
  std::vector<double> shares;
};

struct Place {
  std::int32_t unit = -1;
  std::int32_t count = 0;
  std::int64_t first = 0;
};

class Router {
 public:
  Router(const Graph& graph, std::span<const Pair> pairs, const RoutingOptions& options)
      : graph_(graph), pairs_(pairs), options_(options), places_(pairs.size()) {}

  Routed run();

 private:
  using Indices = std::vector<std::int32_t>;
  [[nodiscard]] std::vector<Forwarding> passes(const Level& level) const;
  Indices pass(const Indices& todo, const Level& level, Forwarding forwarding);
  [[nodiscard]] static Indices by_destination(std::span<const Pair> pairs, const Indices& todo,
                                              const Attachments& attachments);
  void walk(const Attachments& attachments, std::span<const std::uint32_t> numbers,
            std::span<const std::int32_t> work, std::int32_t unit, Walker& walker,
            std::vector<std::uint8_t>& wanted);
  Routed assemble();

  const Graph& graph_;
  std::span<const Pair> pairs_;
  const RoutingOptions& options_;
  std::vector<Place> places_;
  std::vector<Found> found_;
};

std::vector<Forwarding> Router::passes(const Level& level) const {
  if (options_.policy == Policy::kDetour && level.joins_devices) return {Forwarding::kIndifferent};
  if (options_.through_devices) return {Forwarding::kPreferred};
  return {Forwarding::kSwitches, Forwarding::kAsNeeded};
}

// In order of classes of destinations, then of destinations.
Router::Indices Router::by_destination(std::span<const Pair> pairs, const Indices& todo,
                                       const Attachments& attachments) {
  NodeId highest = -1;
  for (const std::int32_t index : todo) highest = std::max(highest, pairs[index].to);
  std::vector<std::int64_t> next(static_cast<std::size_t>(highest) + 1);
  for (const std::int32_t index : todo) ++next[pairs[index].to];
  std::vector<NodeId> destinations;
  for (NodeId node = 0; node <= highest; ++node) {
    if (next[node] > 0) destinations.push_back(node);
  }
  std::sort(destinations.begin(), destinations.end(),
            [&](NodeId a, NodeId b) { return attachments.before(a, b); });
  std::int64_t sum = 0;
  for (const NodeId destination : destinations) sum += std::exchange(next[destination], sum);
  Indices sorted(todo.size());
  for (const std::int32_t index : todo) sorted[next[pairs[index].to]++] = index;
  return sorted;
}

void Router::walk(const Attachments& attachments, std::span<const std::uint32_t> numbers,
                  std::span<const std::int32_t> work, std::int32_t unit, Walker& walker,
                  std::vector<std::uint8_t>& wanted) {
  Found& found = found_[unit];
  NodeId aimed = -1;
  for (std::size_t first = 0; first < work.size();) {
    const NodeId to = pairs_[work[first]].to;
    std::size_t end = first;
    while (end < work.size() && pairs_[work[end]].to == to) ++end;
    const auto mine = work.subspan(first, end - first);
    if (attachments.is_alone(to)) {
      std::int64_t count = 0;
      for (const std::int32_t index : mine)
        count += std::exchange(wanted[pairs_[index].from], std::uint8_t{1}) == 0 ? 1 : 0;
      walker.next().aim_at(to, wanted, count);
      for (const std::int32_t index : mine) wanted[pairs_[index].from] = 0;
    } else if (aimed < 0 || !attachments.same_class(aimed, to)) {
      walker.next().aim_at(attachments.roots(to));
      aimed = to;
    }
    for (const std::int32_t index : mine) {
      const std::size_t before = found.links.size();
      const std::uint64_t number = numbers.empty() ? 0 : numbers[to];
      if (!walker.walk(pairs_[index], number, found.links, found.shares)) continue;
      places_[index] = {unit, static_cast<std::int32_t>(found.links.size() - before),
                        static_cast<std::int64_t>(before)};
    }
    first = end;
  }
}

// Returns those that found no way.
Router::Indices Router::pass(const Indices& todo, const Level& level, Forwarding forwarding) {
  if (todo.empty()) return {};
  const Scope scope(graph_, options_.alive, level.limit, forwarding);
  const Attachments attachments(scope);
  std::vector<std::uint32_t> numbers;
  if (options_.policy == Policy::kMinimal) numbers = detail::numbers_of(scope, level.inner);
  const Indices sorted = by_destination(pairs_, todo, attachments);
  std::vector<std::size_t> cuts{0};
  const std::size_t piece = std::max<std::size_t>(sorted.size() / kUnits, 64);
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (i - cuts.back() >= piece && pairs_[sorted[i]].to != pairs_[sorted[i - 1]].to)
      cuts.push_back(i);
  }
  cuts.push_back(sorted.size());
  const std::size_t units = cuts.size() - 1;
  const std::size_t first_unit = found_.size();
  found_.resize(first_unit + units);

  struct Workspace {
    std::unique_ptr<Walker> walker;
    std::vector<std::uint8_t> wanted;
  };
  const auto work = [&](std::size_t unit, Workspace& space) {
    if (!space.walker) {
      space.walker = std::make_unique<Walker>(scope, options_);
      space.wanted.assign(static_cast<std::size_t>(graph_.nodes()), 0);
    }
    walk(attachments, numbers, std::span(sorted).subspan(cuts[unit], cuts[unit + 1] - cuts[unit]),
         static_cast<std::int32_t>(first_unit + unit), *space.walker, space.wanted);
  };
  if (options_.threads == 1 || units == 1) {
    Workspace space;
    for (std::size_t unit = 0; unit < units; ++unit) work(unit, space);
  } else {
    const base::ThreadTeam team(options_.threads);
    std::vector<Workspace> spaces(static_cast<std::size_t>(team.size()));
    team.for_each(units, [&](std::size_t unit, int thread) { work(unit, spaces[thread]); });
  }
  Indices failed;
  for (const std::int32_t index : todo)
    if (places_[index].unit < 0) failed.push_back(index);
  return failed;
}

Routed Router::assemble() {
  Routed routed;
  std::int64_t total = 0;
  for (const Found& found : found_) total += static_cast<std::int64_t>(found.links.size());
  routed.routes.reserve(static_cast<std::int64_t>(pairs_.size()), total);
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    const Place& place = places_[i];
    if (place.unit < 0) {
      routed.routes.add({});
      if (pairs_[i].from != pairs_[i].to)
        routed.unreachable.push_back(static_cast<std::int32_t>(i));
      continue;
    }
    const Found& found = found_[place.unit];
    const auto count = static_cast<std::size_t>(place.count);
    const std::span<const LinkId> links(found.links.data() + place.first, count);
    if (found.shares.empty()) {
      routed.routes.add(links);
    } else {
      routed.routes.add(links, {found.shares.data() + place.first, count});
    }
  }
  return routed;
}

Routed Router::run() {
  for (const Pair& pair : pairs_) {
    for (const NodeId node : {pair.from, pair.to}) {
      if (node < 0 || node >= graph_.devices()) {
        throw std::invalid_argument(
            fmt::format("a route for node {} of {} devices", node, graph_.devices()));
      }
    }
  }
  if (!options_.alive.empty() && std::ssize(options_.alive) != graph_.links()) {
    throw std::invalid_argument(fmt::format("{} links are said to be alive or not, of {}",
                                            options_.alive.size(), graph_.links()));
  }
  const std::vector<Level> levels = detail::levels_of(graph_);
  std::vector<Indices> todo = detail::by_level(graph_, options_.alive, levels, pairs_);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    Indices rest = std::move(todo[i]);
    for (const Forwarding forwarding : passes(levels[i])) rest = pass(rest, levels[i], forwarding);
    if (i + 1 < levels.size()) todo[i + 1].insert(todo[i + 1].end(), rest.begin(), rest.end());
  }
  return assemble();
}

}  // namespace

const char* name_of(Policy policy) {
  switch (policy) {
    case Policy::kMinimal:
      return "minimal";
    case Policy::kEcmp:
      return "ecmp";
    case Policy::kSpray:
      return "spray";
    case Policy::kDetour:
      return "detour";
  }
  return "?";
}

Routed route(const Graph& graph, std::span<const Pair> pairs, const RoutingOptions& options) {
  return Router(graph, pairs, options).run();
}

double latency_of(const Graph& graph, std::span<const flow::LinkId> links,
                  std::span<const double> shares) {
  double sum = 0;
  for (std::size_t i = 0; i < links.size(); ++i)
    sum += graph.cable_of(links[i]).latency * (shares.empty() ? 1.0 : shares[i]);
  return sum;
}

}  // namespace weft::graph
