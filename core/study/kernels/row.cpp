#include "row.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <utility>

namespace weft::kernels {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || c == '_'; }

}  // namespace

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool has(const std::string& text, std::string_view part) {
  return lower(text).find(part) != std::string::npos;
}

std::optional<double> number_before(const std::string& text, const std::string& unit) {
  const auto all = lower(text);
  const auto wanted = lower(unit);
  for (auto at = all.rfind(wanted); at != std::string::npos && at > 0;
       at = all.rfind(wanted, at - 1)) {
    const auto behind = at + wanted.size();
    if (behind < all.size() && is_word(all[behind])) continue;
    auto end = at;
    while (end > 0 && all[end - 1] == ' ') --end;
    auto begin = end;
    while (begin > 0 && (is_digit(all[begin - 1]) || all[begin - 1] == '.')) --begin;
    if (const auto value = number_of(std::string_view(all).substr(begin, end - begin))) {
      return value;
    }
  }
  return std::nullopt;
}

std::optional<double> number_after(const std::string& text, const std::string& lead) {
  const auto all = lower(text);
  for (auto at = all.find(lead); at != std::string::npos; at = all.find(lead, at + 1)) {
    if (at > 0 && is_word(all[at - 1])) continue;
    auto begin = at + lead.size();
    while (begin < all.size() && all[begin] == ' ') ++begin;
    auto end = begin;
    while (end < all.size() && is_digit(all[end])) ++end;
    if (const auto value = number_of(std::string_view(all).substr(begin, end - begin))) {
      return value;
    }
  }
  return std::nullopt;
}

std::string Row::text(const std::string& column) const {
  const auto found = columns_.find(column);
  return found == columns_.end() ? "" : fields_[found->second].text;
}

std::string Row::table() const {
  return std::filesystem::path(fields_.front().position.source->name).filename().string();
}

void Row::error(const std::string& column, std::string message) const {
  const auto found = columns_.find(column);
  const auto& field = fields_[found == columns_.end() ? 0 : found->second];
  diagnostics_.add({field.position, std::max(1, field.length), std::move(message), ""});
}

std::optional<double> Row::positive(const std::string& column) const {
  const auto value = number_of(text(column));
  if (value && *value > 0) return value;
  error(column,
        fmt::format("'{}' in column '{}'; a number above zero is expected", text(column), column));
  return std::nullopt;
}

std::optional<double> Row::count(const std::string& column) const {
  const auto value = number_of(text(column));
  // Beyond 2^53 a double counts in twos.
  constexpr double kMost = 9.0e15;
  if (value && *value > 0 && *value == std::floor(*value) && *value < kMost) return value;
  error(column, fmt::format("'{}' in column '{}'; a whole number above zero is expected",
                            text(column), column));
  return std::nullopt;
}

}  // namespace weft::kernels
