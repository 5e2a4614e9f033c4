// A fat tree cable by cable. Uplinks are spread evenly: over all spines of a pod, and over the
// cores of a group (spine i of every pod leads to group i). Where counts do not
// divide, a cable is counted with a fraction of a link more.

#include <algorithm>
#include <cmath>

#include "fat_tree.h"

namespace weft::interconnect {

namespace {

// The i-th of n equal parts of 0 .. count - 1.
Nodes part(std::int64_t count, std::int64_t i, std::int64_t n) {
  const std::int64_t first = count * i / n;
  return {static_cast<graph::NodeId>(first),
          static_cast<graph::NodeId>(std::max(count * (i + 1) / n - first, std::int64_t{1}))};
}

// Capacity of a switch's way up [byte/s] and the links that it is counted as.
struct Uplink {
  double capacity = 0;
  double links = 0;
};

class FatTreeWiring {
 public:
  FatTreeWiring(const UnitWiring& unit, graph::GraphBuilder& builder)
      : unit_(unit), builder_(builder), tree_(fat_tree_of(*unit.tier, unit.devices_inside)) {}

  void wire() {
    points_ = make_end_points(unit_, builder_);
    leaves_ = add_layer(tree_.leaves, 0);
    spines_ = add_layer(tree_.spines, 1);
    cores_ = add_layer(tree_.cores, 2);
    const bool is_split = !unit_.tier->joins_rails;
    rails_ = std::max(unit_.tier->rails, 1);
    for (std::int64_t network = 0; network < tree_.networks; ++network) {
      wire_network(network, is_split ? network % rails_ : -1);
    }
  }

 private:
  // Switches of one layer of all networks, those of a network in a row. Returns the first.
  graph::NodeId add_layer(std::int64_t count, int layer) {
    const graph::NodeId first = builder_.nodes();
    for (std::int64_t i = 0; i < count * tree_.networks; ++i)
      builder_.add_switch(unit_.index, layer);
    return first;
  }

  // The leaf of an end point: end points take the rails in turn, and fill the leaves of their rail
  // in order, all alike.
  [[nodiscard]] std::int64_t leaf_of(std::int64_t point) const {
    if (tree_.layers == 1) return 0;
    const auto points = static_cast<std::int64_t>(points_.size());
    const std::int64_t rail = point % rails_;
    const std::int64_t of_rail = (points - rail + rails_ - 1) / rails_;
    const std::int64_t leaf = point / rails_ * (tree_.leaves / tree_.sets) / of_rail;
    return tree_.sets == 1 ? leaf : leaf * tree_.sets + rail;
  }

  // `rail`: the only one of this network, or -1.
  void wire_network(std::int64_t network, std::int64_t rail) {
    std::vector<Uplink> up(tree_.leaves);
    const int planes = unit_.tier->planes;
    const std::int64_t first = rail < 0 ? 0 : rail;
    const std::int64_t step = rail < 0 ? 1 : rails_;
    for (auto i = first; i < static_cast<std::int64_t>(points_.size()); i += step) {
      const EndPoint& point = points_[i];
      const std::int64_t leaf = leaf_of(i);
      const double capacity = point.capacity / planes;
      const auto node = static_cast<graph::NodeId>(leaves_ + network * tree_.leaves + leaf);
      builder_.add_cable(
          unit_.cable(point.node, node, capacity, point.links, unit_.tier->link.latency.si() / 2));
      up[leaf].capacity += capacity / tree_.thinning;
      up[leaf].links += point.links;
    }
    if (tree_.layers > 1) wire_spines(network, up);
  }

  void wire_spines(std::int64_t network, const std::vector<Uplink>& leaves) {
    const double links = static_cast<double>(tree_.up) / static_cast<double>(tree_.ports);
    for (std::int64_t pod = 0; pod < tree_.pods; ++pod) {
      const Nodes inside = part(tree_.leaves, pod, tree_.pods);
      const Nodes spines = part(tree_.spines, pod, tree_.pods);
      Uplink sum;
      for (graph::NodeId leaf = inside.first; leaf < inside.first + inside.count; ++leaf) {
        const Uplink up{leaves[leaf].capacity, leaves[leaf].links * links};
        join(node(leaves_, network, tree_.leaves, leaf), spines, up,
             node(spines_, network, tree_.spines, 0));
        sum.capacity += up.capacity;
        sum.links += up.links;
      }
      if (tree_.layers == 3) wire_cores(network, spines, sum);
    }
  }

  void wire_cores(std::int64_t network, Nodes spines, const Uplink& pod) {
    const double links = static_cast<double>(tree_.up_again) / static_cast<double>(tree_.up);
    const Uplink each{pod.capacity / tree_.thinning_again / spines.count,
                      pod.links * links / spines.count};
    for (graph::NodeId i = 0; i < spines.count; ++i) {
      join(node(spines_, network, tree_.spines, spines.first + i),
           part(tree_.cores, i, spines.count), each, node(cores_, network, tree_.cores, 0));
    }
  }

  [[nodiscard]] static graph::NodeId node(graph::NodeId first, std::int64_t network,
                                          std::int64_t per_network, graph::NodeId i) {
    return static_cast<graph::NodeId>(first + network * per_network + i);
  }

  // A switch to each of some switches above it. Links side by side are cables of their own, for
  // messages hashed over them to meet on one.
  void join(graph::NodeId from, Nodes above, const Uplink& up, graph::NodeId first_above) {
    if (!(up.capacity > 0)) return;
    const double side_by_side = std::max(std::floor(up.links / above.count + 1e-9), 1.0);
    const double cables = above.count * side_by_side;
    const double latency = unit_.tier->link.switch_latency.si();
    for (graph::NodeId i = 0; i < above.count; ++i) {
      const graph::Cable cable = unit_.cable(from, first_above + above.first + i,
                                             up.capacity / cables, up.links / cables, latency);
      for (int c = 0; c < static_cast<int>(side_by_side); ++c) builder_.add_cable(cable);
    }
  }

  const UnitWiring& unit_;
  graph::GraphBuilder& builder_;
  FatTree tree_;
  std::vector<EndPoint> points_;
  std::int64_t rails_ = 1;
  graph::NodeId leaves_ = 0;
  graph::NodeId spines_ = 0;
  graph::NodeId cores_ = 0;
};

}  // namespace

Nodes fat_tree_tops(const Tier& tier, std::int64_t devices_inside) {
  const FatTree tree = fat_tree_of(tier, devices_inside);
  const std::int64_t below[] = {0, tree.leaves, tree.leaves + tree.spines};
  const std::int64_t ports = shared_ports(tier, devices_inside * tier.children);
  const std::int64_t tops[] = {tree.leaves, tree.spines, tree.cores};
  return {static_cast<graph::NodeId>(ports + tree.networks * below[tree.layers - 1]),
          static_cast<graph::NodeId>(tree.networks * tops[tree.layers - 1])};
}

std::int64_t fat_tree_nodes(const Tier& tier, std::int64_t devices_inside) {
  return fat_tree_of(tier, devices_inside).switches() +
         shared_ports(tier, devices_inside * tier.children);
}

double fat_tree_cables(const Tier& tier, std::int64_t devices_inside) {
  const FatTree tree = fat_tree_of(tier, devices_inside);
  const auto wide = [](std::int64_t count) { return static_cast<double>(count); };
  // A switch has a cable to each above it, even where it has fewer links.
  const double pods = wide(std::max<std::int64_t>(tree.pods, 1));
  const double spines = std::ceil(wide(tree.spines) / pods);
  const double up = std::max(wide(tree.up), wide(tree.leaves) * spines);
  const double again = std::max(wide(tree.up_again), pods * std::max(wide(tree.cores), spines));
  double cables = 0;
  if (tree.layers > 1) cables += up;
  if (tree.layers > 2) cables += again;
  const double planes = wide(tier.joins_rails ? tree.networks : tier.planes);
  return planes * entry_cables(tier, devices_inside * tier.children) + wide(tree.networks) * cables;
}

void wire_fat_tree(const UnitWiring& unit, graph::GraphBuilder& builder) {
  FatTreeWiring(unit, builder).wire();
}

}  // namespace weft::interconnect
