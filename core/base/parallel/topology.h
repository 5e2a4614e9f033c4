// hwloc behind values that free themselves, internal to the library.
#pragma once

#include <hwloc.h>

#include <memory>
#include <vector>

namespace weft::base::detail {

struct BitmapDeleter {
  void operator()(hwloc_bitmap_t bitmap) const { hwloc_bitmap_free(bitmap); }
};
using Bitmap = std::unique_ptr<hwloc_bitmap_s, BitmapDeleter>;

Bitmap copy(hwloc_const_bitmap_t bitmap);

// The machine as this process may use it.
class Topology {
 public:
  Topology();
  ~Topology();
  Topology(const Topology&) = delete;
  Topology& operator=(const Topology&) = delete;

  // The hardware threads that the calling thread may run on.
  [[nodiscard]] Bitmap affinity() const;
  // The parts of `mask` that lie in each object of a type, without empty ones.
  [[nodiscard]] std::vector<Bitmap> split(hwloc_obj_type_t type, hwloc_const_bitmap_t mask) const;
  [[nodiscard]] int count_numa_nodes(hwloc_const_bitmap_t mask) const;
  // Binds the calling thread; a refusal is no error, only slower.
  void bind(hwloc_const_bitmap_t mask) const;

 private:
  hwloc_topology_t topology_ = nullptr;
};

}  // namespace weft::base::detail
