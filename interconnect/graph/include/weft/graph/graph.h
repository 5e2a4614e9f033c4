// A network as a graph: devices and switches, joined by cables. Knows capacities and latencies, and
// nothing of what the cables are called, what a collective is or how training uses them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft::graph {

using NodeId = std::int32_t;  // devices first: 0 .. devices() - 1, then everything else
using LinkId = std::int32_t;  // one direction of a cable
using CableId = std::int32_t;

enum class NodeKind : std::uint8_t {
  kDevice,  // sends and receives; passes traffic on only where a route says so
  kSwitch,
  kPort,  // a network adapter or gateway that several devices share; it is no switch in an
          // inventory
};

// A cable, or `lanes` equal ones side by side that are used as one. Link 2c runs from `a` to `b`,
// link 2c + 1 back.
struct Cable {
  NodeId a = 0;
  NodeId b = 0;
  double capacity = 0;  // byte/s in each direction, nominal, all lanes together
  double latency = 0;   // s that crossing it adds to a message's way, the node behind it included
  int tier = 0;         // of the fabric that it belongs to, counted from the inside out
  double lanes = 1;     // physical cables or traces
  double modules = 0;   // optical modules, both ends
  // Joins groups of a dragonfly: a way over fewer of these is shorter, whatever else it crosses.
  bool global = false;
};

// "device", "switch" or "port".
const char* name_of(NodeKind kind);

class Graph {
 public:
  Graph() = default;

  [[nodiscard]] NodeId nodes() const { return static_cast<NodeId>(kinds_.size()); }
  [[nodiscard]] NodeId devices() const { return devices_; }
  [[nodiscard]] NodeKind kind(NodeId node) const { return kinds_[node]; }
  // The tier of a switch or port; -1 of a device.
  [[nodiscard]] int tier(NodeId node) const { return node_tiers_[node]; }
  // The layer of a switch in its tier: 0 next to the devices (leaf), then 1 (spine), 2 (core).
  [[nodiscard]] int layer(NodeId node) const { return node_layers_[node]; }
  // As given, or made from kind and number ("device 3", "switch 12").
  [[nodiscard]] std::string name(NodeId node) const;
  // Whether any node was given one.
  [[nodiscard]] bool has_names() const { return !names_.empty(); }

  [[nodiscard]] std::span<const Cable> cables() const { return cables_; }
  [[nodiscard]] LinkId links() const { return static_cast<LinkId>(2 * cables_.size()); }
  [[nodiscard]] const Cable& cable_of(LinkId link) const { return cables_[link / 2]; }
  [[nodiscard]] NodeId from(LinkId link) const {
    return link % 2 == 0 ? cable_of(link).a : cable_of(link).b;
  }
  [[nodiscard]] NodeId to(LinkId link) const {
    return link % 2 == 0 ? cable_of(link).b : cable_of(link).a;
  }
  // Links that leave a node, in order of their number.
  [[nodiscard]] std::span<const LinkId> out(NodeId node) const {
    return {out_.data() + first_out_[node], out_.data() + first_out_[node + 1]};
  }
  // byte/s of every link, as weft::flow wants it.
  [[nodiscard]] std::vector<double> capacities() const;

 private:
  friend class GraphBuilder;
  NodeId devices_ = 0;
  std::vector<NodeKind> kinds_;
  std::vector<std::int8_t> node_tiers_;
  std::vector<std::int8_t> node_layers_;
  std::vector<std::string> names_;  // empty when no node has one
  std::vector<Cable> cables_;
  std::vector<std::int64_t> first_out_;
  std::vector<LinkId> out_;
};

// Makes a graph of a known number of devices. Throws std::invalid_argument for a cable to a node
// that is not there, from a node to itself, or without capacity, and beyond kMaxNodes nodes.
class GraphBuilder {
 public:
  static constexpr std::int64_t kMaxNodes = 1 << 24;

  explicit GraphBuilder(std::int64_t devices);
  // Returns the number of the new node.
  NodeId add_switch(int tier, int layer = 0, std::string name = {});
  NodeId add_port(int tier, std::string name = {});
  void name_device(NodeId device, std::string name);
  CableId add_cable(const Cable& cable);
  [[nodiscard]] NodeId nodes() const { return static_cast<NodeId>(graph_.kinds_.size()); }
  // The graph; the builder is empty after it.
  Graph finish();

 private:
  NodeId add_node(NodeKind kind, int tier, int layer, std::string name);
  void set_name(NodeId node, std::string name);

  Graph graph_;
};

// The graph with switches that have equal neighbours (over cables of equal sums of capacity, in one
// tier and layer) taken as one switch with all their cables: exact where traffic is sprayed evenly
// over them, and much smaller. Neighbours count as equal when they are taken as one themselves, so
// planes fall together. Ports likewise; cables between two that become one are dropped. A switch
// is called as in `graph`, one that stands for four "switch 8 and 3 more" after the first of them.
Graph merge_twins(const Graph& graph);
// The same for switches of some tiers only (one bit each); all else stays as it is.
Graph merge_twins(const Graph& graph, std::uint32_t tiers);

}  // namespace weft::graph
