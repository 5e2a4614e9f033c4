// The keys that say where a value comes from, internal to the library.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weft/base/fields.h"

namespace weft::base::detail {

inline constexpr std::array<std::string_view, 7> kAnnotations = {
    "source", "confidence", "disputed", "note", "notes", "where", "date"};

inline std::string in_quotes(std::string_view text) { return "'" + std::string(text) + "'"; }

bool is_annotation(std::string_view key);
// Whether `map` is one number with its bounds or one value with its source: {mode:, low:, source:}.
bool is_annotated_value(const Node& map);

// Checks the words of `confidence` and `disputed` in a map.
void check_annotations(const Node& map, Reading& reading);
// Records an error for every key of `map` that is neither in `known` nor an annotation.
void check_keys(const Node& map, const std::vector<std::string>& known, Reading& reading);

// The value in {value:, source:, ...}, or the node itself.
Node unwrapped(const Node& node, Reading& reading);

// What number is expected in a place.
struct Expected {
  Dimension dimension;
  bool is_money = false;
  std::string noun;  // what is counted, for counts
  bool is_whole = false;
};
std::string describe(const Expected& expected);

struct ReadNumber {
  Distribution distribution;
  Currency currency;
};
// Reads a number from a scalar or a map; records an error and returns nothing when it is none.
std::optional<ReadNumber> read_number(const Node& node, const Expected& expected, Reading& reading);

std::string joined(const std::vector<std::string>& words);

}  // namespace weft::base::detail
