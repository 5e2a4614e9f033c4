#include "draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "weft/graph/metrics.h"

namespace weft::graph::detail {
namespace {

// A cable with its ends found, as places in the draft.
struct JoinedCable {
  std::size_t from = 0;
  std::size_t to = 0;
  const DraftCable* cable = nullptr;
};

class Check {
 public:
  Check(const Draft& draft, base::Diagnostics& diagnostics)
      : draft_(draft), diagnostics_(diagnostics) {}
  Graph run();

 private:
  void error(const Where& where, std::string message, std::string hint = "");
  void find_names();
  std::optional<std::size_t> end(const std::string& name, const Where& where);
  [[nodiscard]] std::string nearest_to(const std::string& name) const;
  bool has_right_numbers(const DraftCable& cable);
  void find_ends();
  void pair_directions();
  void find_kinds();
  std::vector<int> layers() const;
  Graph made();
  void check_whole(const Graph& graph);

  const Draft& draft_;
  base::Diagnostics& diagnostics_;
  std::unordered_map<std::string, std::size_t> places_;
  std::vector<JoinedCable> cables_;
  std::vector<NodeKind> kinds_;
  std::vector<NodeId> ids_;
  std::vector<std::size_t> place_of_device_;
};

void Check::error(const Where& where, std::string message, std::string hint) {
  diagnostics_.add({where.position, where.length, std::move(message), std::move(hint)});
}

void Check::find_names() {
  for (std::size_t i = 0; i < draft_.nodes.size(); ++i) {
    const DraftNode& node = draft_.nodes[i];
    if (node.name.empty()) error(node.where, "a device or switch needs a name");
    const auto [known, fresh] = places_.try_emplace(node.name, i);
    if (!fresh) {
      error(node.where, fmt::format("'{}' is there twice, first in line {}", node.name,
                                    draft_.nodes[known->second].where.position.line));
    }
  }
}

// Names of a large graph are many; who has so many made them with a program.
std::string Check::nearest_to(const std::string& name) const {
  constexpr std::size_t kMost = 10000;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(draft_.nodes.size(), kMost); ++i)
    names.push_back(draft_.nodes[i].name);
  return base::nearest(name, names);
}

std::optional<std::size_t> Check::end(const std::string& name, const Where& where) {
  if (const auto known = places_.find(name); known != places_.end()) return known->second;
  constexpr std::size_t kMostHints = 100;
  const std::string close = diagnostics_.size() < kMostHints ? nearest_to(name) : "";
  error(where, fmt::format("a cable ends at '{}', which is no device or switch", name),
        close.empty() ? "" : fmt::format("did you mean '{}'?", close));
  return std::nullopt;
}

bool Check::has_right_numbers(const DraftCable& cable) {
  if (std::isnan(cable.bandwidth)) return false;
  if (!(cable.bandwidth > 0) || !std::isfinite(cable.bandwidth)) {
    error(cable.where_bandwidth, "the bandwidth of a cable must be more than 0");
    return false;
  }
  if (!(cable.latency >= 0) || !std::isfinite(cable.latency)) {
    error(cable.where, "the latency of a cable must be 0 or more");
    return false;
  }
  return true;
}

void Check::find_ends() {
  std::int64_t total = 0;
  for (const DraftCable& cable : draft_.cables) {
    const auto from = end(cable.from, cable.where_from);
    const auto to = end(cable.to, cable.where_to);
    if (from && to && *from == *to) {
      error(cable.where_to, fmt::format("a cable from '{}' to itself", cable.to));
      continue;
    }
    if (!has_right_numbers(cable) || !from || !to) continue;
    if (cable.count > kMaxCables - total) {
      error(cable.where, fmt::format("more than {} cables", kMaxCables));
      return;
    }
    total += cable.count;
    for (std::int64_t i = 0; i < cable.count; ++i) cables_.push_back({*from, *to, &cable});
  }
}

// Of directed cables each must have its equal the other way; both become one.
void Check::pair_directions() {
  const auto key = [](std::size_t from, std::size_t to, const DraftCable& cable) {
    return std::tuple(from, to, cable.bandwidth, cable.latency, cable.tier, cable.global);
  };
  using Key = decltype(key(0, 0, DraftCable{}));
  std::map<Key, std::vector<std::size_t>> waiting;  // for their equals
  std::vector<JoinedCable> paired;
  for (const JoinedCable& joined : cables_) {
    const DraftCable& cable = *joined.cable;
    if (!cable.directed) {
      paired.push_back(joined);
      continue;
    }
    const auto back = waiting.find(key(joined.to, joined.from, cable));
    if (back != waiting.end() && !back->second.empty()) {
      back->second.pop_back();
      continue;
    }
    waiting[key(joined.from, joined.to, cable)].push_back(paired.size());
    paired.push_back(joined);
  }
  std::map<const DraftCable*, std::int64_t> missing;
  for (const auto& [ends, alone] : waiting)
    for (const std::size_t i : alone) ++missing[paired[i].cable];
  for (const auto& [cable, count] : missing) {
    error(
        cable->where,
        fmt::format("asymmetric ports: there is no equal cable back from '{}' to '{}'{}", cable->to,
                    cable->from, count > 1 ? fmt::format(" for {} of these", count) : ""));
  }
  cables_ = std::move(paired);
}

// A node without a kind is a device when it has one cable, or when no node has a kind and none has
// one cable.
void Check::find_kinds() {
  std::vector<std::int64_t> degree(draft_.nodes.size());
  for (const JoinedCable& joined : cables_) {
    ++degree[joined.from];
    ++degree[joined.to];
  }
  const bool any_kind = std::ranges::any_of(
      draft_.nodes, [](const DraftNode& node) { return node.kind.has_value(); });
  const bool any_leaf = std::ranges::find(degree, 1) != degree.end();
  for (std::size_t i = 0; i < draft_.nodes.size(); ++i) {
    const bool is_device = degree[i] == 1 || (!any_kind && !any_leaf);
    kinds_.push_back(
        draft_.nodes[i].kind.value_or(is_device ? NodeKind::kDevice : NodeKind::kSwitch));
  }
}

// Switches next to devices, or to their ports, are leaves: 0. Then one more for each cable.
std::vector<int> Check::layers() const {
  std::vector<std::vector<std::size_t>> neighbours(draft_.nodes.size());
  for (const JoinedCable& joined : cables_) {
    neighbours[joined.from].push_back(joined.to);
    neighbours[joined.to].push_back(joined.from);
  }
  constexpr int kUnknown = -2;
  constexpr int kMost = 127;
  std::vector<int> layers(draft_.nodes.size(), kUnknown);
  std::vector<std::size_t> reached;
  for (std::size_t i = 0; i < kinds_.size(); ++i) {
    if (kinds_[i] == NodeKind::kDevice) {
      layers[i] = -1;
      reached.push_back(i);
    }
  }
  for (std::size_t next = 0; next < reached.size(); ++next) {
    const std::size_t node = reached[next];
    for (const std::size_t neighbour : neighbours[node]) {
      if (layers[neighbour] != kUnknown) continue;
      const bool is_port = kinds_[neighbour] == NodeKind::kPort;
      layers[neighbour] = std::min(layers[node] + (is_port ? 0 : 1), kMost);
      reached.push_back(neighbour);
    }
  }
  for (int& layer : layers) layer = std::max(layer, 0);
  return layers;
}

Graph Check::made() {
  for (std::size_t i = 0; i < kinds_.size(); ++i)
    if (kinds_[i] == NodeKind::kDevice) place_of_device_.push_back(i);
  GraphBuilder builder(std::ssize(place_of_device_));
  const std::vector<int> layer_of = layers();
  NodeId devices = 0;
  for (std::size_t i = 0; i < kinds_.size(); ++i) {
    const DraftNode& node = draft_.nodes[i];
    const std::string name = draft_.has_names ? node.name : "";
    const int tier = node.tier.value_or(0);
    if (kinds_[i] == NodeKind::kDevice) {
      if (!name.empty()) builder.name_device(devices, name);
      ids_.push_back(devices++);
    } else if (kinds_[i] == NodeKind::kSwitch) {
      ids_.push_back(builder.add_switch(tier, node.layer.value_or(layer_of[i]), name));
    } else {
      ids_.push_back(builder.add_port(tier, name));
    }
  }
  for (const JoinedCable& joined : cables_) {
    builder.add_cable({ids_[joined.from], ids_[joined.to], joined.cable->bandwidth,
                       joined.cable->latency, joined.cable->tier, joined.cable->lanes,
                       joined.cable->modules, joined.cable->global});
  }
  return builder.finish();
}

void Check::check_whole(const Graph& graph) {
  const Parts parts = parts_of(graph);
  for (NodeId device = 0; device < graph.devices(); ++device) {
    if (parts.of_device[device] == 0) continue;
    const DraftNode& lost = draft_.nodes[place_of_device_[device]];
    error(lost.where, fmt::format("'{}' and '{}' do not reach each other; the graph is in {} parts",
                                  draft_.nodes[place_of_device_[0]].name, lost.name, parts.count));
    return;
  }
}

Graph Check::run() {
  if (std::ssize(draft_.nodes) > GraphBuilder::kMaxNodes) {
    error(draft_.where, fmt::format("{} devices and switches; at most {} are possible",
                                    draft_.nodes.size(), GraphBuilder::kMaxNodes));
    return {};
  }
  const std::size_t before = diagnostics_.size();
  find_names();
  find_ends();
  pair_directions();
  find_kinds();
  const bool any_device = std::ranges::find(kinds_, NodeKind::kDevice) != kinds_.end();
  if (!any_device && diagnostics_.size() == before) error(draft_.where, "a graph needs devices");
  Graph graph = made();
  // What is missing elsewhere would be told again as devices that do not reach each other.
  if (diagnostics_.size() == before && !draft_.is_partial) check_whole(graph);
  return graph;
}

}  // namespace

Graph build(const Draft& draft, base::Diagnostics& diagnostics) {
  return Check(draft, diagnostics).run();
}

}  // namespace weft::graph::detail
