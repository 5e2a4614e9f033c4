#include "weft/graph/graph.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

namespace weft::graph {
namespace {

// Links are numbered with 32 bits, two a cable.
constexpr std::size_t kMaxCables = std::size_t{1} << 30;

std::int8_t small(int value, const char* what) {
  if (value < 0 || value > std::numeric_limits<std::int8_t>::max())
    throw std::invalid_argument(fmt::format("a {} of {} is out of range", what, value));
  return static_cast<std::int8_t>(value);
}

}  // namespace

const char* name_of(NodeKind kind) {
  switch (kind) {
    case NodeKind::kDevice:
      return "device";
    case NodeKind::kSwitch:
      return "switch";
    case NodeKind::kPort:
      return "port";
  }
  return "node";
}

std::string Graph::name(NodeId node) const {
  if (!names_.empty() && !names_[node].empty()) return names_[node];
  const NodeId number = kind(node) == NodeKind::kDevice ? node : node - devices_;
  return fmt::format("{} {}", name_of(kind(node)), number);
}

std::vector<double> Graph::capacities() const {
  std::vector<double> result;
  result.reserve(2 * cables_.size());
  for (const Cable& cable : cables_) result.insert(result.end(), 2, cable.capacity);
  return result;
}

GraphBuilder::GraphBuilder(std::int64_t devices) {
  if (devices < 0 || devices > kMaxNodes) {
    throw std::invalid_argument(
        fmt::format("a graph of {} devices; at most {} nodes are possible", devices, kMaxNodes));
  }
  const auto count = static_cast<std::size_t>(devices);
  graph_.devices_ = static_cast<NodeId>(devices);
  graph_.kinds_.assign(count, NodeKind::kDevice);
  graph_.node_tiers_.assign(count, -1);
  graph_.node_layers_.assign(count, 0);
}

NodeId GraphBuilder::add_node(NodeKind kind, int tier, int layer, std::string name) {
  if (nodes() >= kMaxNodes)
    throw std::invalid_argument(fmt::format("a graph of more than {} nodes", kMaxNodes));
  const std::int8_t in_tier = small(tier, "tier");
  const std::int8_t in_layer = small(layer, "layer");
  graph_.kinds_.push_back(kind);
  graph_.node_tiers_.push_back(in_tier);
  graph_.node_layers_.push_back(in_layer);
  const NodeId node = nodes() - 1;
  if (!name.empty()) set_name(node, std::move(name));
  return node;
}

NodeId GraphBuilder::add_switch(int tier, int layer, std::string name) {
  return add_node(NodeKind::kSwitch, tier, layer, std::move(name));
}

NodeId GraphBuilder::add_port(int tier, std::string name) {
  return add_node(NodeKind::kPort, tier, 0, std::move(name));
}

void GraphBuilder::name_device(NodeId device, std::string name) {
  if (device < 0 || device >= graph_.devices_)
    throw std::invalid_argument(fmt::format("there is no device {}", device));
  set_name(device, std::move(name));
}

void GraphBuilder::set_name(NodeId node, std::string name) {
  if (graph_.names_.size() <= static_cast<std::size_t>(node)) graph_.names_.resize(node + 1);
  graph_.names_[node] = std::move(name);
}

CableId GraphBuilder::add_cable(const Cable& cable) {
  const auto is_there = [&](NodeId node) { return node >= 0 && node < nodes(); };
  if (!is_there(cable.a) || !is_there(cable.b)) {
    throw std::invalid_argument(
        fmt::format("a cable between nodes {} and {} of {}", cable.a, cable.b, nodes()));
  }
  if (cable.a == cable.b)
    throw std::invalid_argument(fmt::format("a cable from node {} to itself", cable.a));
  if (!(cable.capacity > 0) || !std::isfinite(cable.capacity))
    throw std::invalid_argument(fmt::format("a cable of capacity {}", cable.capacity));
  if (!(cable.latency >= 0) || !std::isfinite(cable.latency))
    throw std::invalid_argument(fmt::format("a cable of latency {}", cable.latency));
  small(cable.tier, "tier");
  if (graph_.cables_.size() >= kMaxCables) throw std::invalid_argument("too many cables");
  graph_.cables_.push_back(cable);
  return static_cast<CableId>(graph_.cables_.size() - 1);
}

Graph GraphBuilder::finish() {
  Graph graph = std::exchange(graph_, Graph());
  if (!graph.names_.empty()) graph.names_.resize(graph.kinds_.size());
  graph.first_out_.assign(graph.kinds_.size() + 1, 0);
  for (const Cable& cable : graph.cables_) {
    ++graph.first_out_[cable.a + 1];
    ++graph.first_out_[cable.b + 1];
  }
  for (std::size_t i = 1; i < graph.first_out_.size(); ++i)
    graph.first_out_[i] += graph.first_out_[i - 1];
  std::vector<std::int64_t> next(graph.first_out_.begin(), graph.first_out_.end() - 1);
  graph.out_.resize(2 * graph.cables_.size());
  for (LinkId link = 0; link < graph.links(); ++link) graph.out_[next[graph.from(link)]++] = link;
  return graph;
}

}  // namespace weft::graph
