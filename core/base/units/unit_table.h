// The units that unit_text.cpp knows, internal to the library.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "weft/base/quantity.h"

namespace weft::base::detail {

// A unit, or a unit with a prefix: one of it is factor / divisor in SI. Two whole numbers, so that
// 5 us is exactly the double nearest to 5e-6.
struct Unit {
  double factor = 1.0;
  double divisor = 1.0;
  Dimension dimension;
  std::string_view currency;  // for money, else empty
};

// The unit spelt `word`, with its prefix, else nothing. Case matters: mW is not MW.
std::optional<Unit> find_unit(std::string_view word);

// A prefix that stands alone and scales a count: k M G T P E Ki Mi Gi Ti Pi Ei.
std::optional<double> find_count_prefix(std::string_view word);

// Things that may be counted below a fraction bar: "17 kUSD/wafer".
bool is_known_noun(std::string_view word);

// "Mtokens": a prefix and a known noun in one word.
struct ScaledNoun {
  double factor = 1.0;
  std::string_view noun;
};
std::optional<ScaledNoun> find_scaled_noun(std::string_view word);

// "write TFLOP/s" for "TFLOPS" and the like, or the unit that differs from `word` only in case, or
// "".
std::string unit_advice(std::string_view word);

}  // namespace weft::base::detail
