// Calendar quarters, in which supply is counted.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "weft/base/fields.h"

namespace weft::supply {

inline constexpr int kQuarters = 4;  // a year
inline constexpr int kMonths = 3;    // a quarter

struct Quarter {
  int number = 0;  // 4 · year + 0…3

  [[nodiscard]] int year() const { return number / kQuarters; }
  [[nodiscard]] std::string text() const;  // "2025-Q3"
  friend auto operator<=>(const Quarter&, const Quarter&) = default;
};

// "2025-Q3"; nothing for any other text.
std::optional<Quarter> parse_quarter(std::string_view text);
// The same of a value in a document; the error goes to the reading and 2000-Q1 is returned.
Quarter quarter_of(const base::Node& node, base::Reading& reading);

}  // namespace weft::supply
