// What every fuzz target shares: a reader gets any bytes at all and must answer or refuse.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "weft/base/diagnostics.h"

namespace weft::fuzz {

inline std::string text_of(const std::uint8_t* bytes, std::size_t size) {
  return bytes == nullptr ? std::string() : std::string(bytes, bytes + size);
}

// Whether `read` came to an end. What is thrown beside an InputError, or a system_error of a file
// that is not there, ends the process: that is a find. An InputError must be able to say itself.
template <class Read>
bool reads(const Read& read) {
  try {
    read();
    return true;
  } catch (const base::InputError& error) {
    if (std::string_view(error.what()).empty()) std::abort();
  } catch (const std::system_error&) {
  }
  return false;
}

inline void require(bool holds) {
  if (!holds) std::abort();
}

// Bytes as a file in memory, for readers that want a path.
class File {
 public:
  explicit File(std::string_view bytes) : descriptor_(memfd_create("fuzz", 0)) {
    require(descriptor_ >= 0);
    require(write(descriptor_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
  ~File() { close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] std::filesystem::path path() const {
    return "/proc/self/fd/" + std::to_string(descriptor_);
  }

 private:
  int descriptor_;
};

}  // namespace weft::fuzz
