// Threads of one process: how many, where they sit, and loops over them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace weft::base {

// What the machine offers this process.
struct Machine {
  int cores = 1;  // physical cores in the affinity mask
  int hardware_threads = 1;
  int numa_nodes = 1;
  double cpu_limit = 0;    // container quota in CPUs, 0 = none
  int usable_threads = 1;  // one per core in the inherited affinity, at most the rounded-up quota
};

// Asks hwloc and the control group; honours an inherited affinity mask.
Machine detect_machine();

// The CPUs that control groups (v1 or v2) grant this process, 0 for no limit. `root` is where /proc
// and /sys are found.
double cpu_quota(const std::filesystem::path& root = "/");

// A team of OpenMP threads. A team that fills the cores of the inherited affinity mask is pinned,
// one thread to a core, while it lives; a smaller one is left to the scheduler, because its
// neighbours would pin to the same first cores. The calling thread's affinity is restored when it
// is destroyed.
class ThreadTeam {
 public:
  // threads = 0: Machine::usable_threads. Never more than hardware threads in the mask.
  explicit ThreadTeam(int threads = 0);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  [[nodiscard]] int size() const { return size_; }
  // Calls body(index, thread) for index in [0, count), dynamically scheduled. The first exception
  // (by index) is rethrown after the loop. Results must not depend on `thread`.
  void for_each(std::size_t count,
                const std::function<void(std::size_t index, int thread)>& body) const;

 private:
  struct Pinning;
  int size_ = 1;
  std::unique_ptr<Pinning> pinning_;  // none when the team is not pinned
};

// A line of progress on standard error, when that is a terminal and WEFT_QUIET is not set, at most
// ten times a second; after a second with the rate so far and how long the rest takes at that rate.
// Threads may advance it at the same time.
class Progress {
 public:
  Progress(std::string what, std::size_t total, bool enabled);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  // `done` more of the total are done.
  void advance(std::size_t done);

 private:
  void draw(std::size_t done);

  std::string what_;
  std::size_t total_;
  bool enabled_;
  std::atomic<std::size_t> done_ = 0;
  std::mutex drawing_;
  std::int64_t begun_ = 0;       // milliseconds
  std::int64_t last_drawn_ = 0;  // milliseconds
};

// "24,000" for 24,000 a second, "3.2" for less than ten.
std::string rate_text(double per_second);
// "41 s", "12 min", "3 h 5 min", "2 d 4 h".
std::string duration_text(double seconds);

}  // namespace weft::base
