#include "weft/interconnect/patterns.h"

namespace weft::interconnect {

namespace {

// In a binary tree over 0 .. n-1 whose leaves are the odd numbers: the number with its lowest bit
// moved up, or taken away where that is beyond the end.
std::int32_t parent_by_bits(std::int32_t member, std::int32_t n) {
  if (member == 0) return kNoParent;
  const std::int32_t bit = member & -member;
  const std::int32_t above = (member ^ bit) | (bit << 1);
  return above < n ? above : member ^ bit;
}

// Who stands in the second tree where `member` stands in the first: odd and even change places.
std::int32_t partner(std::int32_t member, std::int32_t n, bool from_first) {
  if (!from_first) return n % 2 == 0 ? n - 1 - member : (member + 1) % n;
  if (member == 0) return 0;
  return n % 2 == 1 ? n - member : member % (n - 1) + 1;
}

std::int32_t partner_of(std::int32_t stands_in, std::int32_t n, bool from_first) {
  if (!from_first) return n % 2 == 0 ? n - 1 - stands_in : (stands_in + n - 1) % n;
  if (stands_in == 0) return 0;
  if (n % 2 == 1) return n - stands_in;
  return stands_in == 1 ? n - 1 : stands_in - 1;
}

}  // namespace

std::int32_t tree_parent(std::int32_t member, std::int32_t n, bool is_second, bool from_first) {
  if (!is_second) return parent_by_bits(member, n);
  const std::int32_t above = parent_by_bits(partner_of(member, n, from_first), n);
  return above == kNoParent ? kNoParent : partner(above, n, from_first);
}

}  // namespace weft::interconnect
