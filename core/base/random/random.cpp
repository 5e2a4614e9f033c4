#include "weft/base/random.h"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>
#include <stdexcept>

namespace weft::base {
namespace {

std::uint32_t low_word(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
std::uint32_t high_word(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32U); }

}  // namespace

std::array<std::uint32_t, 4> philox(const std::array<std::uint32_t, 4>& counter,
                                    const std::array<std::uint32_t, 2>& key) {
  const r123::Philox4x32::ctr_type c = {{counter[0], counter[1], counter[2], counter[3]}};
  const r123::Philox4x32::key_type k = {{key[0], key[1]}};
  const r123::Philox4x32::ctr_type r = r123::Philox4x32()(c, k);
  return {r[0], r[1], r[2], r[3]};
}

// The stream and substream go through Philox under the seed. Philox is one to one, so two streams
// of one seed never share a pair of key and upper counter half, and never a draw.
RandomStream::RandomStream(std::uint64_t seed, std::uint64_t stream, std::uint64_t substream) {
  const auto place =
      philox({low_word(stream), high_word(stream), low_word(substream), high_word(substream)},
             {low_word(seed), high_word(seed)});
  key_ = {place[0], place[1]};
  upper_ = {place[2], place[3]};
}

std::uint32_t RandomStream::next() {
  if (used_ == block_.size()) {
    block_ = philox({low_word(counter_), high_word(counter_), upper_[0], upper_[1]}, key_);
    ++counter_;
    used_ = 0;
  }
  return block_[used_++];
}

std::uint64_t RandomStream::next64() {
  const std::uint64_t low = next();
  return low | (static_cast<std::uint64_t>(next()) << 32U);
}

double RandomStream::uniform() {
  // The middle of one of 2^52 equal cells: with 2^53 cells the last middle would round to 1.
  return (static_cast<double>(next64() >> 12U) + 0.5) * 0x1p-52;
}

double RandomStream::exponential(double mean) { return -mean * std::log(uniform()); }

double RandomStream::normal() {
  // Box and Muller's transform; the second normal is thrown away, so that a draw has no memory.
  const double radius = std::sqrt(-2.0 * std::log(uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

double RandomStream::triangular(double low, double mode, double high) {
  if (!(low <= mode && mode <= high)) throw std::invalid_argument("triangular: low, mode, high");
  const double u = uniform();
  const double width = high - low;
  if (width <= 0.0) return mode;
  const double split = (mode - low) / width;
  // The inverse of the distribution function, from the end that is nearer.
  if (u < split) return low + std::sqrt(u * width * (mode - low));
  return high - std::sqrt((1.0 - u) * width * (high - mode));
}

std::uint64_t RandomStream::below(std::uint64_t bound) {
  if (bound == 0) throw std::invalid_argument("below: a bound of at least 1");
  // Leaves out the first 2^64 mod bound numbers; what remains is a whole number of rounds.
  const std::uint64_t skipped = (0 - bound) % bound;
  std::uint64_t draw = next64();
  while (draw < skipped) draw = next64();
  return draw % bound;
}

std::uint64_t stream_of(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : name) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return hash;
}

}  // namespace weft::base
