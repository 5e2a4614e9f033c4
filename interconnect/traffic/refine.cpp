#include "refine.h"

#include <algorithm>
#include <bit>

namespace weft::traffic {

namespace {

using Hash = std::uint64_t;

// Finalizer of splitmix64 over both.
Hash mix(Hash a, Hash b) {
  Hash x = a + 0x9e3779b97f4a7c15ULL * (b + 1);
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

Hash label_of(const graph::Graph& graph, std::span<const double> capacity, graph::LinkId link) {
  const Hash there = std::bit_cast<Hash>(capacity[link]);
  const Hash back = std::bit_cast<Hash>(capacity[link ^ 1]);
  return mix(mix(there, back), static_cast<Hash>(graph.cable_of(link).tier));
}

// Numbers equal hashes from 0 in order of their size.
std::int32_t number(std::span<const Hash> hashes, std::vector<std::int32_t>& numbers) {
  std::vector<Hash> distinct(hashes.begin(), hashes.end());
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  numbers.resize(hashes.size());
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    const auto found = std::lower_bound(distinct.begin(), distinct.end(), hashes[i]);
    numbers[i] = static_cast<std::int32_t>(found - distinct.begin());
  }
  return static_cast<std::int32_t>(distinct.size());
}

}  // namespace

Colours refine(const graph::Graph& graph, std::span<const double> capacity,
               std::optional<graph::NodeId> apart) {
  std::vector<Hash> labels(static_cast<std::size_t>(graph.links()));
  for (graph::LinkId link = 0; link < graph.links(); ++link) {
    labels[link] = label_of(graph, capacity, link);
  }
  std::vector<Hash> hashes(static_cast<std::size_t>(graph.nodes()));
  for (graph::NodeId node = 0; node < graph.nodes(); ++node) {
    hashes[node] = static_cast<Hash>(graph.kind(node));
  }
  if (apart) hashes[*apart] = mix(hashes[*apart], 1);
  Colours colours;
  std::int32_t before = 0;
  colours.count = number(hashes, colours.of_node);
  while (colours.count != before) {
    before = colours.count;
    for (graph::NodeId node = 0; node < graph.nodes(); ++node) {
      Hash around = 0;  // a sum, so that the order of links does not matter
      for (const graph::LinkId link : graph.out(node)) {
        around += mix(labels[link], static_cast<Hash>(colours.of_node[graph.to(link)]));
      }
      hashes[node] = mix(around, static_cast<Hash>(colours.of_node[node]));
    }
    colours.count = number(hashes, colours.of_node);
  }
  return colours;
}

LinkColours colours_of_links(const graph::Graph& graph, std::span<const double> capacity,
                             const Colours& nodes) {
  std::vector<Hash> hashes(static_cast<std::size_t>(graph.links()));
  for (graph::LinkId link = 0; link < graph.links(); ++link) {
    const auto from = static_cast<Hash>(nodes.of_node[graph.from(link)]);
    const auto to = static_cast<Hash>(nodes.of_node[graph.to(link)]);
    hashes[link] = mix(label_of(graph, capacity, link), mix(from, to));
  }
  LinkColours colours;
  colours.capacity.assign(static_cast<std::size_t>(number(hashes, colours.of_link)), 0.0);
  for (graph::LinkId link = 0; link < graph.links(); ++link) {
    colours.capacity[colours.of_link[link]] += capacity[link];
  }
  return colours;
}

}  // namespace weft::traffic
