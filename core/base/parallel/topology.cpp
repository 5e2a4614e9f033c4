#include "topology.h"

#include <stdexcept>

namespace weft::base::detail {

Bitmap copy(hwloc_const_bitmap_t bitmap) { return Bitmap(hwloc_bitmap_dup(bitmap)); }

Topology::Topology() {
  if (hwloc_topology_init(&topology_) != 0) throw std::runtime_error("hwloc does not start");
  if (hwloc_topology_load(topology_) != 0) {
    hwloc_topology_destroy(topology_);
    throw std::runtime_error("hwloc cannot read the machine");
  }
}

Topology::~Topology() { hwloc_topology_destroy(topology_); }

Bitmap Topology::affinity() const {
  Bitmap mask(hwloc_bitmap_alloc());
  const bool known = hwloc_get_cpubind(topology_, mask.get(), HWLOC_CPUBIND_THREAD) == 0;
  hwloc_const_bitmap_t allowed = hwloc_topology_get_allowed_cpuset(topology_);
  if (known) hwloc_bitmap_and(mask.get(), mask.get(), allowed);
  if (!known || hwloc_bitmap_iszero(mask.get())) hwloc_bitmap_copy(mask.get(), allowed);
  return mask;
}

std::vector<Bitmap> Topology::split(hwloc_obj_type_t type, hwloc_const_bitmap_t mask) const {
  std::vector<Bitmap> parts;
  for (hwloc_obj_t at = nullptr;
       (at = hwloc_get_next_obj_by_type(topology_, type, at)) != nullptr;) {
    Bitmap part = copy(at->cpuset);
    hwloc_bitmap_and(part.get(), part.get(), mask);
    if (!hwloc_bitmap_iszero(part.get())) parts.push_back(std::move(part));
  }
  return parts;
}

int Topology::count_numa_nodes(hwloc_const_bitmap_t mask) const {
  return static_cast<int>(split(HWLOC_OBJ_NUMANODE, mask).size());
}

void Topology::bind(hwloc_const_bitmap_t mask) const {
  hwloc_set_cpubind(topology_, mask, HWLOC_CPUBIND_THREAD);
}

}  // namespace weft::base::detail
