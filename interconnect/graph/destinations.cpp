#include "destinations.h"

#include <algorithm>
#include <numeric>

namespace weft::graph::detail {

Attachments::Attachments(const Scope& scope) {
  const Graph& graph = scope.graph();
  const auto devices = static_cast<std::size_t>(graph.devices());
  first_.assign(devices + 1, 0);
  alone_.assign(devices, 0);
  for (NodeId device = 0; device < graph.devices(); ++device) {
    for (const LinkId link : graph.out(device)) {
      if (!scope.holds(link ^ 1)) continue;
      const NodeId neighbour = graph.to(link);
      if (neighbour >= graph.devices()) {
        roots_.push_back(neighbour);
      } else if (scope.devices_forward()) {
        alone_[device] = 1;
      }
    }
    std::sort(roots_.begin() + first_[device], roots_.end());
    roots_.erase(std::unique(roots_.begin() + first_[device], roots_.end()), roots_.end());
    first_[device + 1] = static_cast<std::int64_t>(roots_.size());
  }
}

bool Attachments::same_class(NodeId a, NodeId b) const {
  if (is_alone(a) || is_alone(b)) return a == b;
  return std::ranges::equal(roots(a), roots(b));
}

bool Attachments::before(NodeId a, NodeId b) const {
  if (is_alone(a) != is_alone(b)) return is_alone(b);
  if (!is_alone(a) && !std::ranges::equal(roots(a), roots(b)))
    return std::ranges::lexicographical_compare(roots(a), roots(b));
  return a < b;
}

std::vector<std::uint32_t> numbers_of(const Scope& scope, int inner) {
  const Graph& graph = scope.graph();
  std::vector<std::int64_t> first{0};
  std::vector<NodeId> above;
  const auto add = [&](NodeId from, LinkId link) {
    const NodeId to = graph.to(link);
    const int tier = graph.cable_of(link).tier;
    const bool counts = tier > inner && tier <= scope.limit() && to != from;
    if (counts && graph.kind(to) == NodeKind::kSwitch) above.push_back(to);
    return counts && graph.kind(to) == NodeKind::kPort;
  };
  for (NodeId device = 0; device < graph.devices(); ++device) {
    for (const LinkId link : graph.out(device)) {
      if (add(device, link))
        for (const LinkId further : graph.out(graph.to(link))) add(device, further);
    }
    std::sort(above.begin() + first.back(), above.end());
    above.erase(std::unique(above.begin() + first.back(), above.end()), above.end());
    first.push_back(static_cast<std::int64_t>(above.size()));
  }
  const auto key = [&](NodeId device) {
    return std::span(above.data() + first[device], above.data() + first[device + 1]);
  };
  std::vector<NodeId> order(static_cast<std::size_t>(graph.devices()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](NodeId a, NodeId b) {
    return std::ranges::lexicographical_compare(key(a), key(b));
  });
  std::vector<std::uint32_t> numbers(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) numbers[order[i]] = static_cast<std::uint32_t>(i);
  return numbers;
}

}  // namespace weft::graph::detail
