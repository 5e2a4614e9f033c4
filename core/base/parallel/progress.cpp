#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <utility>

#include "weft/base/parallel.h"

namespace weft::base {
namespace {

constexpr std::int64_t kMillisecondsBetween = 100;

std::int64_t now() {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  return duration_cast<milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void write(const std::string& text) {
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
  static_cast<void>(std::fflush(stderr));
}

}  // namespace

Progress::Progress(std::string what, std::size_t total, bool enabled)
    : what_(std::move(what)), total_(total), enabled_(enabled && isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  // Leaves a clean line to whoever writes next.
  if (enabled_ && last_drawn_ != 0) write("\r\x1b[K");
}

void Progress::advance(std::size_t done) {
  const std::size_t all = done_ += done;
  if (!enabled_) return;
  // Who finds another thread drawing has nothing newer to show.
  const std::unique_lock lock(drawing_, std::try_to_lock);
  if (!lock.owns_lock()) return;
  const std::int64_t time = now();
  if (last_drawn_ != 0 && time - last_drawn_ < kMillisecondsBetween) return;
  last_drawn_ = time;
  draw(all);
}

void Progress::draw(std::size_t done) {
  const double share =
      total_ == 0 ? 100.0 : 100.0 * static_cast<double>(done) / static_cast<double>(total_);
  write(fmt::format("\r\x1b[K{} {} of {} ({:.0f} %)", what_, done, total_, share));
}

}  // namespace weft::base
