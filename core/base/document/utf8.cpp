#include "utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace weft::base::detail {
namespace {

bool is_continuation(unsigned char byte) { return (byte & 0xC0U) == 0x80U; }

// A range of characters, both ends included.
struct Range {
  std::uint32_t first;
  std::uint32_t last;
};
constexpr std::array kZeroWidth =
    std::to_array<Range>({{0x0300, 0x036F}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}});
constexpr std::array kWide = std::to_array<Range>({{0x1100, 0x115F},
                                                   {0x2E80, 0xA4CF},
                                                   {0xAC00, 0xD7A3},
                                                   {0xF900, 0xFAFF},
                                                   {0xFE30, 0xFE6F},
                                                   {0xFF00, 0xFF60},
                                                   {0xFFE0, 0xFFE6},
                                                   {0x1F300, 0x1FAFF},
                                                   {0x20000, 0x3FFFD}});

template <class Ranges>
bool contains(const Ranges& ranges, std::uint32_t code) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [code](const Range& r) { return code >= r.first && code <= r.last; });
}

// The smallest character that takes so many bytes; a longer spelling is not UTF-8.
constexpr std::array<std::uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};

// Control characters that YAML does not allow, or that would move the cursor of a terminal.
bool is_control(std::uint32_t code) {
  return (code < 0x20 && code != '\t' && code != '\n') || (code >= 0x7F && code <= 0x9F) ||
         code == 0x2028 || code == 0x2029 || code == 0xFEFF;
}

}  // namespace

Character decode(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + size > text.size()) return {};
  std::uint32_t code = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if (!is_continuation(byte(i))) return {};
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < kSmallest[size] || code > 0x10FFFF || surrogate) return {};
  return {code, size};
}

std::optional<BadText> find_bad_text(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const Character c = decode(text, at);
    if (c.bytes == 0) {
      return BadText{at, fmt::format("the text is not UTF-8: byte 0x{:02X}",
                                     static_cast<unsigned char>(text[at]))};
    }
    const bool line_end = c.code == '\r' && at + 1 < text.size() && text[at + 1] == '\n';
    if (is_control(c.code) && !line_end) {
      return BadText{at, fmt::format("the control character U+{:04X} is not allowed", c.code)};
    }
    at += c.bytes;
  }
  return std::nullopt;
}

int count_characters(std::string_view text) {
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) {
    return !is_continuation(static_cast<unsigned char>(c));
  }));
}

int display_width(std::uint32_t code) {
  if (code < 0x300) return 1;
  if (contains(kZeroWidth, code)) return 0;
  return contains(kWide, code) ? 2 : 1;
}

std::vector<std::uint32_t> line_starts(std::string_view text) {
  std::vector<std::uint32_t> starts = {0};
  for (std::size_t at = text.find('\n'); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    starts.push_back(static_cast<std::uint32_t>(at + 1));
  }
  return starts;
}

LineColumn locate(std::string_view text, const std::vector<std::uint32_t>& starts,
                  std::size_t offset) {
  const std::size_t at = std::min(offset, text.size());
  const auto next = std::upper_bound(starts.begin(), starts.end(), at);
  const std::size_t start = *(next - 1);
  return {static_cast<int>(next - starts.begin()),
          count_characters(text.substr(start, at - start)) + 1};
}

}  // namespace weft::base::detail
