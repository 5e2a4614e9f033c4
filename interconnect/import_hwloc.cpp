// A server as hwloc sees it, as a graph of its accelerators.

#include <hwloc.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "survives.h"
#include "tier_kinds.h"
#include "weft/graph/metrics.h"
#include "weft/interconnect/import.h"

namespace weft::interconnect {

namespace {

using graph::NodeId;
using Object = hwloc_obj_t;
using Address = hwloc_obj_attr_u::hwloc_pcidev_attr_s;

constexpr double kUnlimited = std::numeric_limits<double>::infinity();
constexpr double kGiga = 1e9;
constexpr double kMega = 1e6;

struct Destroy {
  void operator()(hwloc_topology* topology) const { hwloc_topology_destroy(topology); }
};
using Topology = std::unique_ptr<hwloc_topology, Destroy>;

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
  throw std::invalid_argument(fmt::format("{}: {}", file.string(), what));
}

// hwloc reads the formats up to its own; only lstopo itself can write an older one. A line in front
// of the objects says which it is: <topology version="3.0">.
void check_version(const std::filesystem::path& file) {
  constexpr int kMostLines = 64;
  constexpr std::string_view kLead = "<topology version=\"";
  const unsigned newest = hwloc_get_api_version() >> 16;
  std::ifstream text(file);
  std::string line;
  for (int number = 1; number <= kMostLines && std::getline(text, line); ++number) {
    const auto lead = line.find(kLead);
    if (lead == std::string::npos) continue;
    const auto at = lead + kLead.size();
    const std::string version = line.substr(at, line.find('"', at) - at);
    if (std::strtoul(version.c_str(), nullptr, 10) <= newest) return;
    throw std::invalid_argument(
        fmt::format("{}:{}:{}: hwloc's XML in version {}; it is read up to version {} here: export "
                    "it with lstopo --of xml --export-xml-flags V2",
                    file.string(), number, at + 1, version, newest));
  }
}

// Null for what is no topology.
Topology loaded(const std::filesystem::path& file) {
  hwloc_topology_t raw = nullptr;
  if (hwloc_topology_init(&raw) < 0) throw std::bad_alloc();
  Topology topology(raw);
  const bool is_loaded = hwloc_topology_set_xml(raw, file.c_str()) == 0 &&
                         hwloc_topology_set_io_types_filter(raw, HWLOC_TYPE_FILTER_KEEP_ALL) == 0 &&
                         hwloc_topology_load(raw) == 0;
  if (!is_loaded) topology.reset();
  return topology;
}

Topology load(const std::filesystem::path& file) {
  if (!std::filesystem::is_regular_file(file)) fail(file, "there is no such file");
  check_version(file);
  // hwloc (2.9) crashes on objects without a set of processors, among others.
  const bool is_safe = survives([&] { return loaded(file) != nullptr; });
  auto topology = is_safe ? loaded(file) : Topology();
  if (!topology) fail(file, "not an XML export of hwloc 2 (lstopo --of xml)");
  return topology;
}

// What drives an accelerator: the name before its number.
bool is_accelerator_driver(Object device) {
  // Any number that the file has, which the enumeration need not.
  int type = 0;
  static_assert(sizeof type == sizeof device->attr->osdev.type);
  std::memcpy(&type, &device->attr->osdev.type, sizeof type);
  if (type == HWLOC_OBJ_OSDEV_COPROC) return true;
  const std::string_view name = device->name == nullptr ? "" : device->name;
  const auto starts = [&](std::string_view prefix) { return name.substr(0, 4) == prefix; };
  return type == HWLOC_OBJ_OSDEV_GPU && (starts("nvml") || starts("rsmi"));
}

// "cuda0" before "nvml0" before any other driver; null when nothing drives it.
const char* driver_of(Object pci) {
  const char* best = nullptr;
  for (Object child = pci->io_first_child; child != nullptr; child = child->next_sibling) {
    if (child->type != HWLOC_OBJ_OS_DEVICE || !is_accelerator_driver(child)) continue;
    const bool is_cuda = child->name != nullptr && std::strncmp(child->name, "cuda", 4) == 0;
    if (best == nullptr || is_cuda) best = child->name;
  }
  return best;
}

bool has_class(Object pci, std::initializer_list<int> classes) {
  const int own = pci->attr->pcidev.class_id;
  return std::find(classes.begin(), classes.end(), own) != classes.end();
}

bool is_network(Object pci) { return pci->attr->pcidev.class_id >> 8 == 0x02; }

std::string bus_id(const Address& address) {
  return fmt::format("{:04x}:{:02x}:{:02x}.{:x}", unsigned{address.domain}, unsigned{address.bus},
                     unsigned{address.dev}, unsigned{address.func});
}

std::string name_of(Object pci) {
  const char* driver = driver_of(pci);
  return driver != nullptr ? driver : bus_id(pci->attr->pcidev);
}

// PCI functions for which `wanted` holds.
template <class Wanted>
std::vector<Object> pci_devices(hwloc_topology_t topology, const Wanted& wanted) {
  std::vector<Object> found;
  Object pci = nullptr;
  while ((pci = hwloc_get_next_pcidev(topology, pci)) != nullptr) {
    if (wanted(pci)) found.push_back(pci);
  }
  return found;
}

std::vector<Object> accelerators_of(hwloc_topology_t topology) {
  auto found = pci_devices(topology, [](Object pci) { return driver_of(pci) != nullptr; });
  if (!found.empty()) return found;
  found = pci_devices(topology, [](Object pci) { return has_class(pci, {0x0302, 0x1200}); });
  if (!found.empty()) return found;
  return pci_devices(topology, [](Object pci) { return has_class(pci, {0x0300, 0x0380}); });
}

// The PCI function that an object is or belongs to, or null.
Object pci_of(Object object) {
  while (object != nullptr && object->type != HWLOC_OBJ_PCI_DEVICE) object = object->parent;
  return object;
}

bool is_pci_bridge(Object object) {
  return object->type == HWLOC_OBJ_BRIDGE &&
         object->attr->bridge.upstream_type == HWLOC_OBJ_BRIDGE_PCI;
}

// byte/s of the link above a PCI function or bridge; unlimited when the file does not say.
double speed_above(Object object) {
  const auto& pci =
      is_pci_bridge(object) ? object->attr->bridge.upstream.pci : object->attr->pcidev;
  return pci.linkspeed > 0 ? double{pci.linkspeed} * kGiga : kUnlimited;
}

class Server {
 public:
  Server(const std::filesystem::path& file, const HwlocOptions& options)
      : file_(file),
        options_(options),
        topology_(load(file)),
        accelerators_(accelerators_of(topology_.get())),
        builder_(static_cast<std::int64_t>(accelerators_.size())) {
    if (accelerators_.empty()) fail(file_, "no accelerator in it");
  }

  graph::Graph graph() {
    for (std::size_t i = 0; i < accelerators_.size(); ++i) {
      nodes_[accelerators_[i]] = static_cast<NodeId>(i);
      builder_.name_device(static_cast<NodeId>(i), name_of(accelerators_[i]));
    }
    for (const char* matrix : {"NVLinkBandwidth", "XGMIBandwidth"}) add_direct_links(matrix);
    add_adapters();
    mark_ways_up();
    add_pci();
    join_packages();
    graph::Graph graph = builder_.finish();
    if (graph::parts_of(graph).count > 1) fail(file_, "not every accelerator reaches every other");
    return graph;
  }

 private:
  void add_cable(NodeId a, NodeId b, double capacity, double latency) {
    graph::Cable cable;
    cable.a = a;
    cable.b = b;
    cable.capacity = capacity < kUnlimited ? capacity : options_.link.bandwidth.si();
    cable.latency = latency;
    builder_.add_cable(cable);
  }

  // The node at one end of an NVLink or xGMI link (POWER has some at packages); -1 for what is
  // none.
  NodeId end_of(Object object) {
    if (object->type == HWLOC_OBJ_PACKAGE) return package_of(object);
    Object pci = pci_of(object);
    if (pci == nullptr) return -1;
    const auto known = nodes_.find(pci);
    if (known != nodes_.end()) return known->second;
    return nodes_[pci] = builder_.add_switch(0, 0, "NVSwitch " + bus_id(pci->attr->pcidev));
  }

  void add_direct_links(const char* matrix) {
    hwloc_distances_s* distances = nullptr;
    unsigned count = 1;
    const int error = hwloc_distances_get_by_name(topology_.get(), matrix, &count, &distances, 0);
    if (error < 0 || count == 0) return;
    const unsigned ends = distances->nbobjs;
    for (unsigned i = 0; i < ends; ++i) {
      for (unsigned j = i + 1; j < ends; ++j) {
        const auto there = distances->values[i * ends + j];
        const auto back = distances->values[j * ends + i];
        const double capacity = static_cast<double>(std::max(there, back)) * kMega;
        if (capacity > 0) add_direct_link(distances->objs[i], distances->objs[j], capacity);
      }
    }
    hwloc_distances_release(topology_.get(), distances);
  }

  void add_direct_link(Object one, Object other, double capacity) {
    const NodeId a = end_of(one);
    const NodeId b = end_of(other);
    if (a < 0 || b < 0 || a == b) return;
    const auto devices = static_cast<NodeId>(accelerators_.size());
    const double latency = options_.link.latency.si();
    add_cable(a, b, capacity, a < devices && b < devices ? latency : latency / 2);
    directly_linked_.insert({a, b});
  }

  void add_adapters() {
    for (Object pci : pci_devices(topology_.get(), is_network)) {
      const char* name = pci->io_first_child != nullptr ? pci->io_first_child->name : nullptr;
      nodes_[pci] = builder_.add_port(0, name != nullptr ? name : bus_id(pci->attr->pcidev));
      leaves_.push_back(pci);
    }
    leaves_.insert(leaves_.end(), accelerators_.begin(), accelerators_.end());
  }

  // Every object that has a leaf below it.
  void mark_ways_up() {
    for (Object leaf : leaves_) {
      for (Object up = leaf; up != nullptr && ways_.insert(up).second; up = up->parent) {
      }
    }
  }

  void add_pci() {
    Object bridge = nullptr;
    while ((bridge = hwloc_get_next_bridge(topology_.get(), bridge)) != nullptr) {
      const bool is_host_bridge = !is_pci_bridge(bridge);
      if (is_host_bridge && ways_.count(bridge) != 0)
        join_below(bridge, package_of(bridge), kUnlimited);
    }
    for (Object leaf : leaves_) {  // exports without bridges
      if (leaf->parent->type != HWLOC_OBJ_BRIDGE) join(leaf, package_of(leaf), kUnlimited);
    }
  }

  void join_below(Object bridge, NodeId upper, double capacity) {
    for (Object child = bridge->io_first_child; child != nullptr; child = child->next_sibling) {
      if (ways_.count(child) != 0) join(child, upper, capacity);
    }
  }

  // Joins what hangs below an object to `upper`. A bridge with one way down is part of the cable; a
  // chain of links is as fast as its slowest.
  void join(Object object, NodeId upper, double capacity) {
    capacity = std::min(capacity, speed_above(object));
    if (object->type == HWLOC_OBJ_PCI_DEVICE) {
      join_leaf(object, upper, capacity);
      return;
    }
    if (ways_below(object) > 1) {
      const NodeId node =
          builder_.add_switch(0, 0, "bridge " + bus_id(object->attr->bridge.upstream.pci));
      add_cable(node, upper, capacity, options_.link.switch_latency.si());
      upper = node;
      capacity = kUnlimited;
    }
    join_below(object, upper, capacity);
  }

  void join_leaf(Object leaf, NodeId upper, double capacity) {
    NodeId node = nodes_.at(leaf);
    double latency = options_.link.latency.si() / 2;
    if (directly_linked_.count(node) != 0) {
      const NodeId port = builder_.add_port(0, "PCI of " + name_of(leaf));
      latency /= 2;
      add_cable(node, port, capacity, latency);
      node = port;
    }
    add_cable(node, upper, capacity, latency);
  }

  [[nodiscard]] int ways_below(Object bridge) const {
    int ways = 0;
    for (Object child = bridge->io_first_child; child != nullptr; child = child->next_sibling) {
      ways += ways_.count(child) != 0 ? 1 : 0;
    }
    return ways;
  }

  // The socket that an object hangs on, or the machine when the file does not tell.
  NodeId package_of(Object object) {
    Object package = hwloc_get_ancestor_obj_by_type(topology_.get(), HWLOC_OBJ_PACKAGE, object);
    if (package == nullptr) package = hwloc_get_root_obj(topology_.get());
    const auto known = nodes_.find(package);
    if (known != nodes_.end()) return known->second;
    const bool is_package = package->type == HWLOC_OBJ_PACKAGE;
    std::string name = is_package ? fmt::format("package {}", package->logical_index) : "machine";
    packages_.push_back(builder_.add_switch(0, 1, std::move(name)));
    return nodes_[package] = packages_.back();
  }

  void join_packages() {
    if (packages_.size() > 1 && !(options_.between_packages.si() > 0)) {
      fail(file_, fmt::format("accelerators and adapters hang on {} packages, and the bandwidth "
                              "between those is not given",
                              packages_.size()));
    }
    for (std::size_t i = 0; i < packages_.size(); ++i) {
      for (std::size_t j = i + 1; j < packages_.size(); ++j) {
        add_cable(packages_[i], packages_[j], options_.between_packages.si(),
                  options_.link.switch_latency.si());
      }
    }
  }

  const std::filesystem::path& file_;
  const HwlocOptions& options_;
  Topology topology_;
  std::vector<Object> accelerators_;
  graph::GraphBuilder builder_;
  std::unordered_map<Object, NodeId> nodes_;
  std::vector<Object> leaves_;       // accelerators and adapters
  std::unordered_set<Object> ways_;  // and all that stands above them
  std::unordered_set<NodeId> directly_linked_;
  std::vector<NodeId> packages_;
};

}  // namespace

graph::Graph read_hwloc(const std::filesystem::path& file, const HwlocOptions& options) {
  return Server(file, options).graph();
}

std::vector<Tier> read_hwloc_tier(base::Fields& fields, const TierContext& context) {
  const Tier common = read_common(fields, context, TierKind::kGraph, "host");
  HwlocOptions options;
  options.link = common.link;
  options.between_packages =
      fields.quantity<base::Bandwidth>("between_packages", base::Bandwidth(0));
  const std::string file = fields.text("file");
  if (!fields.reading().diagnostics().empty()) return {};
  const base::Node written = *fields.value("file");
  const auto folder = std::filesystem::path(written.source()->name).parent_path();
  try {
    Tier tier = graph_tier(read_hwloc(folder / file, options), common.link, context.devices_inside);
    tier.name = common.name;
    return {tier};
  } catch (const std::invalid_argument& error) {
    fields.reading().error(written, error.what());
    return {};
  }
}

}  // namespace weft::interconnect
