// A dragonfly cable by cable.

#include "dragonfly.h"

namespace weft::interconnect {

namespace {

class DragonflyWiring {
 public:
  DragonflyWiring(const UnitWiring& unit, graph::GraphBuilder& builder)
      : unit_(unit), builder_(builder), shape_(unit.tier->dragonfly), links_(shape_) {}

  void wire() {
    const std::vector<EndPoint> points = make_end_points(unit_, builder_);
    routers_ = add_layer(shape_.routers, 0);
    spines_ = add_layer(shape_.spines, 1);
    for (const EndPoint& point : points) {
      builder_.add_cable(unit_.cable(point.node, routers_ + point.device / shape_.devices,
                                     point.capacity, point.links,
                                     unit_.tier->link.latency.si() / 2));
    }
    for (int group = 0; group < shape_.groups; ++group) {
      wire_group(group);
      wire_global(group);
    }
  }

 private:
  graph::NodeId add_layer(int of_group, int layer) {
    const graph::NodeId first = builder_.nodes();
    for (int i = 0; i < of_group * shape_.groups; ++i) builder_.add_switch(unit_.index, layer);
    return first;
  }

  [[nodiscard]] graph::NodeId router(int group, int i) const {
    return routers_ + group * shape_.routers + i;
  }
  // A router with global links.
  [[nodiscard]] graph::NodeId owner(int group, int i) const {
    return shape_.spines > 0 ? spines_ + group * shape_.spines + i : router(group, i);
  }

  void join(graph::NodeId a, graph::NodeId b, bool is_global = false) {
    const Link& link = unit_.tier->link;
    graph::Cable cable = unit_.cable(a, b, link.bandwidth.si(), 1, link.switch_latency.si());
    cable.global = is_global;
    builder_.add_cable(cable);
  }

  void wire_group(int group) {
    for (int i = 0; i < shape_.routers; ++i) {
      for (int spine = 0; spine < shape_.spines; ++spine) {
        join(router(group, i), owner(group, spine));
      }
      if (shape_.spines > 0) continue;
      for (int j = i + 1; j < shape_.routers; ++j) join(router(group, i), router(group, j));
    }
  }

  // Links to groups with a higher number; the others are theirs.
  void wire_global(int group) {
    for (int k = 1; group + k < shape_.groups; ++k) {
      for (int c = 0; c < links_.count(k); ++c) {
        join(owner(group, links_.owner(k, c)), owner(group + k, links_.far_owner(k, c)), true);
      }
    }
  }

  const UnitWiring& unit_;
  graph::GraphBuilder& builder_;
  const Dragonfly& shape_;
  GlobalLinks links_;
  graph::NodeId routers_ = 0;
  graph::NodeId spines_ = 0;
};

}  // namespace

std::int64_t dragonfly_nodes(const Tier& tier, std::int64_t devices_inside) {
  const Dragonfly& shape = tier.dragonfly;
  return static_cast<std::int64_t>(shape.groups) * (shape.routers + shape.spines) +
         shared_ports(tier, devices_inside * tier.children);
}

double dragonfly_cables(const Tier& tier, std::int64_t devices_inside) {
  const Dragonfly& shape = tier.dragonfly;
  const double groups = shape.groups;
  const double routers = shape.routers;
  const double spines = shape.spines;
  const double local = shape.spines > 0 ? routers * spines : routers * (routers - 1) / 2;
  const double global = (shape.spines > 0 ? spines : routers) * shape.global_links / 2;
  return entry_cables(tier, devices_inside * tier.children) +
         groups * (local + (shape.groups > 1 ? global : 0));
}

void wire_dragonfly(const UnitWiring& unit, graph::GraphBuilder& builder) {
  DragonflyWiring(unit, builder).wire();
}

}  // namespace weft::interconnect
