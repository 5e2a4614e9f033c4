// Graphs to test on.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "weft/base/random.h"
#include "weft/graph/graph.h"
#include "weft/graph/routing.h"

namespace weft::graph::test {

inline Cable cable(NodeId a, NodeId b, double capacity = 1, int tier = 0, double latency = 1) {
  return {a, b, capacity, latency, tier, 1, 0};
}

// n devices in a ring (n > 2).
inline Graph ring(int n) {
  GraphBuilder builder(n);
  for (int i = 0; i < n; ++i) builder.add_cable(cable(i, (i + 1) % n));
  return builder.finish();
}

// Devices on a grid, the first dimension fastest; one tier for all dimensions, or one each.
inline Graph torus(const std::vector<int>& sizes, bool tiers = false) {
  int n = 1;
  for (const int size : sizes) n *= size;
  GraphBuilder builder(n);
  for (int node = 0; node < n; ++node) {
    int stride = 1;
    for (std::size_t d = 0; d < sizes.size(); ++d) {
      const int at = node / stride % sizes[d];
      const int next = node + ((at + 1) % sizes[d] - at) * stride;
      if (sizes[d] > 2 || next > node)
        builder.add_cable(cable(node, next, 1, tiers ? static_cast<int>(d) : 0));
      stride *= sizes[d];
    }
  }
  return builder.finish();
}

inline Graph hypercube(int dimensions) {
  GraphBuilder builder(1 << dimensions);
  for (int node = 0; node < 1 << dimensions; ++node)
    for (int d = 0; d < dimensions; ++d)
      if ((node >> d & 1) == 0) builder.add_cable(cable(node, node | 1 << d));
  return builder.finish();
}

inline Graph full_mesh(int n) {
  GraphBuilder builder(n);
  for (int a = 0; a < n; ++a)
    for (int b = a + 1; b < n; ++b) builder.add_cable(cable(a, b));
  return builder.finish();
}

// One switch.
inline Graph star(int n) {
  GraphBuilder builder(n);
  const NodeId hub = builder.add_switch(0);
  for (int i = 0; i < n; ++i) builder.add_cable(cable(i, hub));
  return builder.finish();
}

// k devices under each of k leaves, k spines.
inline Graph two_tier(int k) {
  GraphBuilder builder(k * k);
  std::vector<NodeId> leaves;
  for (int i = 0; i < k; ++i) leaves.push_back(builder.add_switch(0, 0));
  for (int i = 0; i < k * k; ++i) builder.add_cable(cable(i, leaves[i / k]));
  for (int i = 0; i < k; ++i) {
    const NodeId spine = builder.add_switch(0, 1);
    for (const NodeId leaf : leaves) builder.add_cable(cable(leaf, spine));
  }
  return builder.finish();
}

// k-port switches in three layers, k^3/4 devices (Al-Fares et al. 2008).
inline Graph fat_tree(int k) {
  const int half = k / 2;
  GraphBuilder builder(k * half * half);
  std::vector<NodeId> leaves;
  std::vector<NodeId> spines;
  std::vector<NodeId> cores;
  for (int i = 0; i < k * half; ++i) leaves.push_back(builder.add_switch(0, 0));
  for (int i = 0; i < k * half; ++i) spines.push_back(builder.add_switch(0, 1));
  for (int i = 0; i < half * half; ++i) cores.push_back(builder.add_switch(0, 2));
  for (int i = 0; i < k * half * half; ++i) builder.add_cable(cable(i, leaves[i / half]));
  for (int pod = 0; pod < k; ++pod)
    for (int a = 0; a < half; ++a)
      for (int b = 0; b < half; ++b) {
        builder.add_cable(cable(leaves[pod * half + a], spines[pod * half + b]));
        builder.add_cable(cable(spines[pod * half + a], cores[a * half + b]));
      }
  return builder.finish();
}

// Hosts of `rails` devices behind an in-host switch (tier 0); the i-th devices of all hosts under
// leaf i (tier 1), leaves under `spines` spines.
inline Graph rails(int hosts, int rails, int spines) {
  GraphBuilder builder(hosts * rails);
  for (int host = 0; host < hosts; ++host) {
    const NodeId inside = builder.add_switch(0);
    for (int i = 0; i < rails; ++i) builder.add_cable(cable(host * rails + i, inside, 8, 0));
  }
  std::vector<NodeId> leaves;
  for (int i = 0; i < rails; ++i) leaves.push_back(builder.add_switch(1, 0));
  for (int i = 0; i < hosts * rails; ++i) builder.add_cable(cable(i, leaves[i % rails], 1, 1, 3));
  for (int i = 0; i < spines; ++i) {
    const NodeId spine = builder.add_switch(1, 1);
    for (const NodeId leaf : leaves) builder.add_cable(cable(leaf, spine, 1, 1));
  }
  return builder.finish();
}

// p devices under each of a routers of a group, all joined; h global cables each, one between any
// two of the a h + 1 groups (Kim et al. 2008).
inline Graph dragonfly(int p, int a, int h) {
  const int groups = a * h + 1;
  GraphBuilder builder(groups * a * p);
  for (int i = 0; i < groups * a; ++i) builder.add_switch(0);
  const NodeId first = builder.nodes() - groups * a;
  for (int i = 0; i < groups * a * p; ++i) builder.add_cable(cable(i, first + i / p));
  const auto router = [&](int group, int port) { return first + group * a + port / h; };
  for (int group = 0; group < groups; ++group) {
    for (int i = 0; i < a; ++i)
      for (int j = i + 1; j < a; ++j)
        builder.add_cable(cable(first + group * a + i, first + group * a + j));
    for (int k = 1; group + k < groups; ++k)
      builder.add_cable(
          {router(group, k - 1), router(group + k, groups - k - 1), 1, 1, 0, 1, 2, true});
  }
  return builder.finish();
}

// Devices and switches joined at random, parallel cables too; not always whole.
inline Graph random_graph(base::RandomStream& random, int tiers = 1) {
  const int devices = 2 + static_cast<int>(random.below(12));
  GraphBuilder builder(devices);
  const int switches = static_cast<int>(random.below(8));
  for (int i = 0; i < switches; ++i)
    builder.add_switch(static_cast<int>(random.below(tiers)), static_cast<int>(random.below(2)));
  const int nodes = devices + switches;
  const int cables = static_cast<int>(random.below(3 * nodes)) + 1;
  for (int i = 0; i < cables; ++i) {
    const auto a = static_cast<NodeId>(random.below(nodes));
    const auto b = static_cast<NodeId>(random.below(nodes));
    if (a == b) continue;
    builder.add_cable(cable(a, b, static_cast<double>(1 + random.below(3)),
                            static_cast<int>(random.below(tiers))));
  }
  return builder.finish();
}

inline std::vector<Pair> all_pairs(NodeId devices) {
  std::vector<Pair> pairs;
  for (NodeId a = 0; a < devices; ++a)
    for (NodeId b = 0; b < devices; ++b)
      if (a != b) pairs.push_back({a, b, 0});
  return pairs;
}

}  // namespace weft::graph::test
