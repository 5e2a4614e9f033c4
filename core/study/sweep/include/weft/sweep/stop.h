// Signals that ask a sweep to end.
#pragma once

#include <array>
#include <atomic>
#include <csignal>

namespace weft::sweep {

// While it lives SIGINT and SIGTERM set a flag, once: the second one of a kind ends the process.
// Files that grow beyond a limit fail to be written instead of ending it. One at a time.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // The number of the first signal; 0: none yet.
  [[nodiscard]] static const std::atomic<int>& caught();

 private:
  std::array<struct sigaction, 3> before_{};
};

}  // namespace weft::sweep
