// Sizes that are looked at. Internal to the room.
#pragma once

#include <cstdint>
#include <vector>

namespace weft::size {

// Multiples of the largest power of two that is at most `spacing` of their count: of hosts below
// one unit, of whole units from there on. Spacing 0: every one.
class Lattice {
 public:
  Lattice(std::int64_t unit_hosts, double spacing) : unit_(unit_hosts), spacing_(spacing) {}

  // The least size that is no smaller, and the largest that is no larger; hosts >= 1. below() is 0
  // where there is none.
  [[nodiscard]] std::int64_t at_least(double hosts) const;
  [[nodiscard]] std::int64_t at_most(double hosts) const;
  [[nodiscard]] std::int64_t after(std::int64_t hosts) const;
  [[nodiscard]] std::int64_t before(std::int64_t hosts) const;
  // Hosts between a size of about so many and the next.
  [[nodiscard]] std::int64_t step_at(std::int64_t hosts) const;

 private:
  [[nodiscard]] std::int64_t step(std::int64_t count) const;
  std::int64_t unit_;
  double spacing_;
};

}  // namespace weft::size
