#include "weft/report/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <system_error>

namespace weft::report {

namespace {

// The signal that came while it was held back, for whichever thread.
volatile std::sig_atomic_t held_signal = 0;

// Holds back the signals that end a program, so that no temporary file is left behind: of the whole
// process, since any thread may get them. They come when this goes.
class SignalsHeld {
 public:
  SignalsHeld() {
    for (std::size_t i = 0; i < kEnding.size(); ++i) {
      ::sigaction(kEnding[i], nullptr, &before_[i]);
      if (before_[i].sa_handler == SIG_IGN) continue;
      struct sigaction holding {};
      holding.sa_handler = [](int signal) { held_signal = signal; };
      holding.sa_flags = SA_RESTART;
      ::sigaction(kEnding[i], &holding, nullptr);
    }
  }
  ~SignalsHeld() {
    for (std::size_t i = 0; i < kEnding.size(); ++i) {
      ::sigaction(kEnding[i], &before_[i], nullptr);
    }
    const int signal = held_signal;
    held_signal = 0;
    if (signal != 0) ::raise(signal);
  }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  static constexpr std::array kEnding = {SIGINT, SIGTERM, SIGHUP};
  std::array<struct sigaction, kEnding.size()> before_{};
};

[[noreturn]] void fail(int code, const std::filesystem::path& file) {
  throw std::system_error(code, std::generic_category(), "cannot write " + file.string());
}

int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

namespace {

using Produce = std::function<void(const Put&)>;

// Throws what the write meets.
void write_pieces(int descriptor, const std::filesystem::path& file, const Produce& produce) {
  produce([&](std::string_view piece) {
    if (held_signal != 0) fail(EINTR, file);
    if (const int error = write_all(descriptor, piece); error != 0) fail(error, file);
  });
}

// A device or a pipe cannot be replaced by a file; it takes the text as it comes.
void write_through(const std::filesystem::path& file, const Produce& produce) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) fail(errno, file);
  try {
    write_pieces(descriptor, file, produce);
  } catch (...) {
    ::close(descriptor);
    throw;
  }
  if (::close(descriptor) != 0) fail(errno, file);
}

// The temporary file under its name; else it goes.
void replace(int descriptor, const std::string& temporary, const std::filesystem::path& file) {
  // mkstemps makes a private file; the answer is as public as the caller's umask says.
  const mode_t mask = ::umask(0);
  ::umask(mask);
  int error = ::fchmod(descriptor, 0666 & ~mask) == 0 ? 0 : errno;
  if (::close(descriptor) != 0 && error == 0) error = errno;
  if (error == 0 && ::rename(temporary.c_str(), file.c_str()) != 0) error = errno;
  if (error != 0) fail(error, file);
}

}  // namespace

void write_whole(const std::filesystem::path& file, const Produce& produce) {
  if (std::filesystem::exists(file) && !std::filesystem::is_regular_file(file) &&
      !std::filesystem::is_directory(file)) {
    write_through(file, produce);
    return;
  }
  const SignalsHeld held;
  std::string temporary = file.string() + ".XXXXXX.tmp";
  const int descriptor = ::mkstemps(temporary.data(), 4);
  if (descriptor < 0) fail(errno, file);
  bool is_open = true;
  try {
    write_pieces(descriptor, file, produce);
    is_open = false;
    replace(descriptor, temporary, file);
  } catch (...) {
    if (is_open) ::close(descriptor);
    ::unlink(temporary.c_str());
    throw;
  }
}

void write_whole(const std::filesystem::path& file, std::string_view text) {
  write_whole(file, [&](const Put& put) { put(text); });
}

}  // namespace weft::report
