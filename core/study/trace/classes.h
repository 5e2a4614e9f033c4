// Ranks that do the same: equal traces, exchanges of equal length with ranks of equal classes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "meetings.h"

namespace weft::trace {

struct Classes {
  std::vector<std::uint32_t> of_rank;   // numbered by their first rank
  std::vector<std::uint32_t> first;     // by class: its first rank
  std::vector<std::uint32_t> alike_of;  // by meeting: those with one number are alike
  // By number of alike meetings: its members, class · 2³² + position, sorted.
  std::vector<std::vector<std::uint64_t>> members;
};

// A class and a position in its trace.
inline std::uint64_t place_key(std::uint32_t number, std::uint32_t position) {
  return static_cast<std::uint64_t>(number) << 32U | position;
}

// The coarsest such classes: they begin as ranks with equal traces and are split until ranks of one
// class meet the same classes at the same places, and meetings of `times` (s, by meeting). A
// replay of one rank a class is then that of all ranks: each operation meets its likes in both.
// Each rank is a class of its own where collectives join ranks of one class at different places.
Classes classes_of(const RankTraces& traces, const Meetings& meetings,
                   std::span<const double> times);

}  // namespace weft::trace
