// Counter-based random numbers: a draw depends only on (seed, stream, index), never on who draws
// first.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weft::base {

// A stream of independent draws (Philox 4x32-10, Salmon et al., SC'11). Streams with different
// (seed, stream, substream) are independent; copying a stream copies its position.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::uint64_t stream, std::uint64_t substream = 0);

  // Uniform in (0, 1), 52 random bits; never 0 or 1.
  double uniform();
  // Exponential with the given mean.
  double exponential(double mean);
  // Standard normal.
  double normal();
  // Triangular on [low, high] with the given mode.
  double triangular(double low, double mode, double high);
  // Uniform on 0 .. bound-1, without bias.
  std::uint64_t below(std::uint64_t bound);
  // 32 random bits.
  std::uint32_t next();

 private:
  std::uint64_t next64();

  std::array<std::uint32_t, 2> key_{};
  std::array<std::uint32_t, 2> upper_{};  // of the counter
  std::uint64_t counter_ = 0;
  std::array<std::uint32_t, 4> block_{};
  std::size_t used_ = 4;
};

// Philox 4x32-10 itself: 128 random bits for a counter and a key.
std::array<std::uint32_t, 4> philox(const std::array<std::uint32_t, 4>& counter,
                                    const std::array<std::uint32_t, 2>& key);

// A stream number from a name, the same on every machine (FNV-1a).
std::uint64_t stream_of(std::string_view name);

}  // namespace weft::base
