#include "weft/base/parallel.h"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <utility>
#include <vector>

#include "topology.h"

namespace weft::base {
namespace {

using detail::Bitmap;
using detail::Topology;

Machine machine_of(const Topology& topology) {
  const Bitmap mask = topology.affinity();
  Machine machine;
  machine.hardware_threads = std::max(hwloc_bitmap_weight(mask.get()), 1);
  const auto cores = static_cast<int>(topology.split(HWLOC_OBJ_CORE, mask.get()).size());
  // Some virtual machines show no cores.
  machine.cores = cores > 0 ? cores : machine.hardware_threads;
  machine.numa_nodes = std::max(topology.count_numa_nodes(mask.get()), 1);
  machine.cpu_limit = cpu_quota();
  machine.usable_threads = machine.cores;
  if (machine.cpu_limit > 0.0 && machine.cpu_limit < machine.cores) {
    machine.usable_threads = std::max(static_cast<int>(std::ceil(machine.cpu_limit)), 1);
  }
  return machine;
}

// One place per thread: whole cores while they last, then single hardware threads.
std::vector<Bitmap> places(const Topology& topology, hwloc_const_bitmap_t mask, int threads) {
  std::vector<Bitmap> cores = topology.split(HWLOC_OBJ_CORE, mask);
  if (std::cmp_greater_equal(cores.size(), threads)) return cores;
  return topology.split(HWLOC_OBJ_PU, mask);
}

// The exception of the lowest index.
class FirstError {
 public:
  // Whether the loop has failed before this index.
  [[nodiscard]] bool is_before(std::size_t index) const {
    return index_.load(std::memory_order_relaxed) < index;
  }
  void keep(std::size_t index, std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    if (index >= index_) return;
    index_ = index;
    error_ = std::move(error);
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::atomic<std::size_t> index_ = std::numeric_limits<std::size_t>::max();
  std::mutex mutex_;
  std::exception_ptr error_;
};

}  // namespace

Machine detect_machine() { return machine_of(Topology()); }

struct ThreadTeam::Pinning {
  Topology topology;
  Bitmap inherited;
  std::vector<Bitmap> places;

  void bind(int thread) const {
    topology.bind(places[static_cast<std::size_t>(thread) % places.size()].get());
  }
};

ThreadTeam::ThreadTeam(int threads) {
  auto pinning = std::make_unique<Pinning>();
  const Machine machine = machine_of(pinning->topology);
  size_ = threads > 0 ? std::min(threads, machine.hardware_threads) : machine.usable_threads;
  if (size_ < machine.cores) return;
  pinning->inherited = pinning->topology.affinity();
  pinning->places = places(pinning->topology, pinning->inherited.get(), size_);
  if (pinning->places.empty() || omp_in_parallel() != 0) return;
  pinning_ = std::move(pinning);
  pinning_->bind(0);
}

ThreadTeam::~ThreadTeam() {
  if (!pinning_ || omp_in_parallel() != 0) return;
    // The threads live on in OpenMP's pool, and new ones inherit from them.
#pragma omp parallel num_threads(size_)
  pinning_->topology.bind(pinning_->inherited.get());
}

void ThreadTeam::for_each(std::size_t count,
                          const std::function<void(std::size_t, int)>& body) const {
  FirstError error;
  const auto run = [&](std::size_t index, int thread) {
    if (error.is_before(index)) return;
    try {
      body(index, thread);
    } catch (...) {
      error.keep(index, std::current_exception());
    }
  };
  if (omp_in_parallel() != 0 || size_ == 1 || count < 2) {
    const int thread = std::min(omp_get_thread_num(), size_ - 1);
    for (std::size_t index = 0; index < count; ++index) run(index, thread);
  } else {
#pragma omp parallel num_threads(size_)
    {
      const int thread = omp_get_thread_num();
      // OpenMP does not promise the same threads as last time.
      if (pinning_) pinning_->bind(thread);
#pragma omp for schedule(dynamic)
      for (std::size_t index = 0; index < count; ++index) run(index, thread);
    }
  }
  error.rethrow();
}

}  // namespace weft::base
