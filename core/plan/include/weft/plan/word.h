// Keys of tables: see flat_table.h.
#pragma once

#include <cstdint>

namespace weft::plan {

// Integers side by side in a word.
class Word {
 public:
  Word& add(std::int64_t value, int bits) {
    word_ = (word_ << bits) | static_cast<std::uint64_t>(value);
    return *this;
  }
  [[nodiscard]] std::uint64_t get() const { return word_; }

 private:
  std::uint64_t word_ = 0;
};
// Degrees are below 2^13, replicas and micro-batches below 2^23.
inline constexpr int kDegreeBits = 13;
inline constexpr int kReplicaBits = 23;

}  // namespace weft::plan
