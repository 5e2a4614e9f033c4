// Who stands next to whom in the rings and trees that algorithms build, for closed forms and step
// lists alike. Members of a level (devices of a host, hosts of a pod) are numbered 0 .. n-1.
#pragma once

#include <cstdint>

namespace weft::interconnect {

inline constexpr std::int32_t kNoParent = -1;

// Directed Hamiltonian cycles of a complete graph of n members, no two of which use a link in the
// same direction: 2·⌊(n-1)/2⌋ (Walecki's construction; Alspach, The wonderful Walecki
// construction, 2008); 1 for a pair, and for n = 1.
constexpr std::int32_t mesh_cycles(std::int32_t n) { return n < 3 ? 1 : (n - 1) / 2 * 2; }

// The member at `place` (0 .. n-1) of cycle `cycle` (0 .. mesh_cycles(n) - 1): one stands apart,
// the others in a circle that the cycle crosses to and fro (0, 1, -1, 2, -2, …), turned by one from
// each cycle to the next but one. Odd ones are the even ones backwards.
constexpr std::int32_t mesh_member(std::int32_t n, std::int32_t cycle, std::int32_t place) {
  if (n < 2) return 0;
  if (cycle % 2 == 1) place = (n - place) % n;
  if (place == 0) return n - 1;
  const std::int32_t swing = place % 2 == 0 ? place / 2 : -(place / 2);
  return ((cycle / 2 + swing) % (n - 1) + n - 1) % (n - 1);
}

// The parent of a member in one of two binary trees over n members, kNoParent for the root. Members
// that have children in one tree are leaves of the other (Sanders, Speck and Träff 2009), so that
// each passes on what it receives. `from_first`: member 0 is the root of both and inside neither.
// No member is further than ⌈log2 n⌉ from the root.
std::int32_t tree_parent(std::int32_t member, std::int32_t n, bool is_second, bool from_first);

}  // namespace weft::interconnect
