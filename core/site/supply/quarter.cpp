#include "weft/supply/quarter.h"

#include <fmt/format.h>

namespace weft::supply {

namespace {

constexpr int kFirstYear = 2000;
constexpr int kLastYear = 2100;

}  // namespace

std::string Quarter::text() const { return fmt::format("{}-Q{}", year(), number % kQuarters + 1); }

std::optional<Quarter> parse_quarter(std::string_view text) {
  constexpr std::size_t kLength = 7;  // of 2025-Q3
  if (text.size() != kLength || text.substr(4, 2) != "-Q") return std::nullopt;
  int year = 0;
  for (const char digit : text.substr(0, 4)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    year = 10 * year + (digit - '0');
  }
  const int quarter = text.back() - '1';
  const bool is_known = quarter >= 0 && quarter < kQuarters;
  if (!is_known || year < kFirstYear || year > kLastYear) return std::nullopt;
  return Quarter{kQuarters * year + quarter};
}

Quarter quarter_of(const base::Node& node, base::Reading& reading) {
  const auto found = parse_quarter(base::text_of(node, reading));
  if (found) return *found;
  reading.error(node, "a quarter is expected here", "as 2025-Q3");
  return Quarter{kQuarters * kFirstYear};
}

}  // namespace weft::supply
