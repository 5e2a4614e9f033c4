#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "weft/base/parallel.h"

namespace weft::base {
namespace {

constexpr std::int64_t kMillisecondsBetween = 100;
// Earlier a rate says little.
constexpr std::int64_t kMillisecondsToRate = 1000;

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
    : what_(std::move(what)),
      total_(total),
      enabled_(enabled && isatty(STDERR_FILENO) == 1 && std::getenv("WEFT_QUIET") == nullptr),
      begun_(now()) {}

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
  auto text = fmt::format("{} {} of {} ({:.0f} %)", what_, done, total_, share);
  const auto spent = now() - begun_;
  if (spent >= kMillisecondsToRate && done > 0) {
    const double seconds = static_cast<double>(spent) / 1000.0;
    const double rate = static_cast<double>(done) / seconds;
    text += ", " + rate_text(rate) + "/s";
    if (done < total_) {
      text += ", " + duration_text(static_cast<double>(total_ - done) / rate) + " left";
    }
  }
  write("\r\x1b[K" + text);
}

std::string rate_text(double per_second) {
  if (per_second < 10) return fmt::format("{:.2g}", per_second);
  auto digits = fmt::format("{:.0f}", per_second);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

std::string duration_text(double seconds) {
  constexpr double kMinute = 60;
  constexpr double kHour = 3600;
  constexpr double kDay = 86400;
  if (seconds < 99.5) return fmt::format("{:.0f} s", seconds);
  if (seconds < kHour - 30) return fmt::format("{:.0f} min", seconds / kMinute);
  const double unit = seconds < kDay ? kHour : kDay;
  const double whole = std::floor(seconds / unit);
  const double rest = (seconds - whole * unit) / (seconds < kDay ? kMinute : kHour);
  return fmt::format("{:.0f} {} {:.0f} {}", whole, seconds < kDay ? "h" : "d", std::floor(rest),
                     seconds < kDay ? "min" : "h");
}

}  // namespace weft::base
