// Characters in UTF-8 text, internal to the library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::base::detail {

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// A character and the bytes it takes; bytes = 0 when the text is not UTF-8 there.
struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 0;
};
Character decode(std::string_view text, std::size_t at);

// The first byte that is not allowed in a document, and why.
struct BadText {
  std::size_t offset = 0;
  std::string message;
};
std::optional<BadText> find_bad_text(std::string_view text);

// How many characters `text` has.
int count_characters(std::string_view text);
// How many columns of a terminal a character takes: 0 for marks, 2 for wide ones.
int display_width(std::uint32_t code);

// The offset of the first byte of every line.
std::vector<std::uint32_t> line_starts(std::string_view text);

// Line and column of a byte, both from 1, in characters.
struct LineColumn {
  int line = 1;
  int column = 1;
};
LineColumn locate(std::string_view text, const std::vector<std::uint32_t>& starts,
                  std::size_t offset);

}  // namespace weft::base::detail
