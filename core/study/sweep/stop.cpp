#include "weft/sweep/stop.h"

#include <cstddef>

namespace weft::sweep {

namespace {

constexpr std::array<int, 3> kSignals = {SIGINT, SIGTERM, SIGXFSZ};

// A handler has no other way to tell.
std::atomic<int> first_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free);

void remember(int signal) { first_signal = signal; }

}  // namespace

StopSignals::StopSignals() {
  first_signal = 0;
  for (std::size_t s = 0; s < kSignals.size(); ++s) {
    struct sigaction action {};
    sigemptyset(&action.sa_mask);
    action.sa_handler = kSignals[s] == SIGXFSZ ? SIG_IGN : remember;
    action.sa_flags = SA_RESTART | (kSignals[s] == SIGXFSZ ? 0 : SA_RESETHAND);
    sigaction(kSignals[s], &action, &before_[s]);
  }
}

StopSignals::~StopSignals() {
  for (std::size_t s = 0; s < kSignals.size(); ++s) sigaction(kSignals[s], &before_[s], nullptr);
}

const std::atomic<int>& StopSignals::caught() { return first_signal; }

}  // namespace weft::sweep
