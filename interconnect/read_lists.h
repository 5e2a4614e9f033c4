// Lists of numbers in the YAML of a tier, and numbers that may be one for all dimensions or one for
// each. Errors go to the reading of `fields`. Internal to the room.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "weft/base/fields.h"

namespace weft::interconnect {

// Between `least` and `most` dimensionless numbers; as many zeros as `least` after an error.
std::vector<double> numbers_of(base::Fields& fields, const char* key, std::size_t least,
                               std::size_t most);
// Sizes of at least 1 that fit an int, one to kMaxTiers of them; {1} after an error.
std::vector<int> sizes_of(base::Fields& fields, const char* key);

// `count` numbers: a list of as many, or one number for all; `fallback` when the key is not there.
std::vector<double> number_for_each(base::Fields& fields, const char* key, std::size_t count,
                                    double fallback);
// The same for texts; empty when the key is not there.
std::vector<base::Node> text_for_each(base::Fields& fields, const char* key, std::size_t count);

}  // namespace weft::interconnect
