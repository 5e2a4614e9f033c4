#include "wiring_parts.h"

#include <algorithm>
#include <cmath>

#include "fat_tree.h"

namespace weft::interconnect {

graph::Cable UnitWiring::cable(graph::NodeId a, graph::NodeId b, double capacity, double links,
                               double cable_latency) const {
  graph::Cable cable;
  cable.a = a;
  cable.b = b;
  cable.capacity = capacity;
  cable.latency = cable_latency;
  cable.tier = index;
  cable.lanes = links * tier->link.lanes;
  cable.modules = links * tier->link.optics.modules_per_link;
  return cable;
}

std::int64_t ports_of(const Tier& tier, std::int64_t devices) {
  return std::llround(std::ceil(static_cast<double>(devices) * tier.links_per_device - 1e-9));
}

std::int64_t shared_ports(const Tier& tier, std::int64_t devices) {
  return tier.links_per_device < 1 ? ports_of(tier, devices) : 0;
}

namespace {

// One for each whole link of a device, so that its links may lead to different switches.
std::vector<EndPoint> devices_as_end_points(const UnitWiring& unit) {
  const auto per_device = static_cast<int>(unit.tier->links_per_device + 1e-9);
  const double count = static_cast<double>(unit.devices()) * per_device;
  const double links = static_cast<double>(ports_of(*unit.tier, unit.devices())) / count;
  std::vector<EndPoint> points;
  points.reserve(static_cast<std::size_t>(count));
  for (graph::NodeId device = 0; device < unit.devices(); ++device) {
    for (int i = 0; i < per_device; ++i) {
      points.push_back({unit.first_device + device, device, unit.port() / per_device, links});
    }
  }
  return points;
}

}  // namespace

std::vector<EndPoint> make_end_points(const UnitWiring& unit, graph::GraphBuilder& builder) {
  const std::int64_t ports = shared_ports(*unit.tier, unit.devices());
  if (ports == 0) return devices_as_end_points(unit);
  std::vector<EndPoint> points;
  points.reserve(ports);
  for (std::int64_t port = 0; port < ports; ++port) {
    points.push_back({builder.add_port(unit.index), unit.devices(), 0, 1});
  }
  const auto port_of = [&](graph::NodeId device) {
    const auto port = static_cast<std::int64_t>(device * unit.tier->links_per_device + 1e-9);
    return std::min(port, ports - 1);
  };
  for (graph::NodeId device = 0; device < unit.devices(); ++device) {
    EndPoint& point = points[port_of(device)];
    point.device = std::min(point.device, device);
    point.capacity += unit.port();
  }
  for (graph::NodeId device = 0; device < unit.devices(); ++device) {
    const EndPoint& point = points[port_of(device)];
    builder.add_cable(unit.cable(unit.first_device + device, point.node, point.capacity, 0, 0));
  }
  return points;
}

double entry_cables(const Tier& tier, std::int64_t devices) {
  const auto count = static_cast<double>(devices);
  const std::int64_t ports = shared_ports(tier, devices);
  if (ports > 0) return count + static_cast<double>(ports);
  return count * std::floor(tier.links_per_device + 1e-9);
}

Nodes top_nodes(const Tier& tier, std::int64_t devices_inside) {
  if (tier.kind == TierKind::kSwitch) {
    return {0, static_cast<graph::NodeId>(std::max<std::int64_t>(tier.switches, 1))};
  }
  if (tier.kind == TierKind::kFatTree) return fat_tree_tops(tier, devices_inside);
  return {};
}

}  // namespace weft::interconnect
