// Graphs as text for other programs.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "weft/base/quantity.h"
#include "weft/base/unit_text.h"
#include "weft/graph/files.h"

namespace weft::graph {
namespace {

std::string xml(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string in_dot(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c == '\n' ? ' ' : c;
  }
  return result + '"';
}

constexpr const char* kHead = R"(<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="kind" for="node" attr.name="kind" attr.type="string"/>
  <key id="name" for="node" attr.name="name" attr.type="string"/>
  <key id="tier" for="all" attr.name="tier" attr.type="int"/>
  <key id="layer" for="node" attr.name="layer" attr.type="int"/>
  <key id="bandwidth" for="edge" attr.name="bandwidth" attr.type="double"/>
  <key id="latency" for="edge" attr.name="latency" attr.type="double"/>
  <key id="lanes" for="edge" attr.name="lanes" attr.type="double"/>
  <key id="modules" for="edge" attr.name="modules" attr.type="double"/>
  <key id="global" for="edge" attr.name="global" attr.type="boolean"/>
  <graph edgedefault="undirected">
)";

// One for each tier, outer ones share the last.
const char* colour_of(int tier) {
  constexpr const char* kColours[] = {"#8c6d31", "#1f77b4", "#2ca02c", "#d62728", "#9467bd"};
  return kColours[std::min<std::size_t>(static_cast<std::size_t>(tier), std::size(kColours) - 1)];
}

}  // namespace

std::string to_graphml(const Graph& graph) {
  std::string text = kHead;
  auto out = std::back_inserter(text);
  for (NodeId node = 0; node < graph.nodes(); ++node) {
    fmt::format_to(out,
                   R"(    <node id="n{}"><data key="kind">{}</data><data key="name">{}</data>)",
                   node, name_of(graph.kind(node)), xml(graph.name(node)));
    if (graph.kind(node) != NodeKind::kDevice) {
      fmt::format_to(out, R"(<data key="tier">{}</data><data key="layer">{}</data>)",
                     graph.tier(node), graph.layer(node));
    }
    text += "</node>\n";
  }
  for (const Cable& cable : graph.cables()) {
    fmt::format_to(out,
                   R"(    <edge source="n{}" target="n{}"><data key="bandwidth">{}</data>)"
                   R"(<data key="latency">{}</data><data key="tier">{}</data>)",
                   cable.a, cable.b, cable.capacity, cable.latency, cable.tier);
    if (cable.lanes != 1) fmt::format_to(out, R"(<data key="lanes">{}</data>)", cable.lanes);
    if (cable.modules != 0) fmt::format_to(out, R"(<data key="modules">{}</data>)", cable.modules);
    if (cable.global) text += R"(<data key="global">true</data>)";
    text += "</edge>\n";
  }
  return text + "  </graph>\n</graphml>\n";
}

// Devices in one rank at the bottom, then switches by tier and layer.
std::string to_dot(const Graph& graph) {
  std::string text =
      "graph fabric {\n  rankdir=BT;\n  ranksep=1.5;\n  node [fontname=\"Helvetica\"];\n";
  auto out = std::back_inserter(text);
  std::map<std::pair<int, int>, std::string> ranks;
  for (NodeId node = 0; node < graph.nodes(); ++node) {
    const NodeKind kind = graph.kind(node);
    const char* shape = kind == NodeKind::kDevice   ? "box"
                        : kind == NodeKind::kSwitch ? "ellipse"
                                                    : "diamond";
    fmt::format_to(out, "  n{} [label={} shape={}];\n", node, in_dot(graph.name(node)), shape);
    ranks[{graph.tier(node), kind == NodeKind::kPort ? -1 : graph.layer(node)}] +=
        fmt::format(" n{};", node);
  }
  for (const auto& [rank, nodes] : ranks) fmt::format_to(out, "  {{ rank=same;{} }}\n", nodes);
  for (const Cable& cable : graph.cables()) {
    std::string label = base::to_text(base::Bandwidth(cable.capacity));
    if (cable.lanes != 1) label = fmt::format("{} over {:g}", label, cable.lanes);
    fmt::format_to(out, "  n{} -- n{} [label={} color=\"{}\"];\n", cable.a, cable.b, in_dot(label),
                   colour_of(cable.tier));
  }
  return text + "}\n";
}

}  // namespace weft::graph
